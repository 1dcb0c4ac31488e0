package codec

import (
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/copal-ml/copal/models"
)

// Append implements [Codec]: one prediction a row. A frame of one column gives
// its bare values, or lists where the column has a width; a frame of many gives
// an object a row.
func (JSON) Append(dst []byte, src *models.Frame) ([]byte, error) {
	dst = append(dst, `{"predictions": [`...)
	for row := range src.Rows {
		if row > 0 {
			dst = append(dst, ", "...)
		}
		if len(src.Columns) == 1 {
			dst = appendJSONCell(dst, &src.Columns[0], row)
			continue
		}
		dst = append(dst, '{')
		for i := range src.Columns {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = appendJSONString(dst, src.Columns[i].Name)
			dst = append(dst, ": "...)
			dst = appendJSONCell(dst, &src.Columns[i], row)
		}
		dst = append(dst, '}')
	}
	return append(dst, "]}"...), nil
}

func appendJSONCell(dst []byte, c *models.Column, row int) []byte {
	if c.Width == 0 {
		return appendJSONValue(dst, c, row)
	}
	dst = append(dst, '[')
	for i := range c.Width {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = appendJSONValue(dst, c, row*c.Width+i)
	}
	return append(dst, ']')
}

func appendJSONValue(dst []byte, c *models.Column, i int) []byte {
	if len(c.Null) > 0 && c.Null[i] {
		return append(dst, "null"...)
	}
	switch c.DType {
	case models.Float64:
		return appendJSONFloat(dst, c.F64[i], 64)
	case models.Float32:
		return appendJSONFloat(dst, float64(c.F32[i]), 32)
	case models.Int64:
		return strconv.AppendInt(dst, c.I64[i], 10)
	case models.Bool:
		return strconv.AppendBool(dst, c.Bool[i])
	default:
		return appendJSONString(dst, c.Str[i])
	}
}

func appendJSONFloat(dst []byte, f float64, bits int) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "null"...)
	case math.IsInf(f, 1):
		return append(dst, "1e999"...)
	case math.IsInf(f, -1):
		return append(dst, "-1e999"...)
	}
	return appendFloat(dst, f, bits)
}

const hexDigits = "0123456789abcdef"

// appendJSONString quotes s. Bytes that are not UTF-8 become U+FFFD.
func appendJSONString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < ' ':
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		case c < utf8.RuneSelf:
			dst = append(dst, c)
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			dst = utf8.AppendRune(dst, r)
			i += n
			continue
		}
		i++
	}
	return append(dst, '"')
}
