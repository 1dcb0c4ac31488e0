package codec

import (
	"math"
	"strconv"
	"strings"

	"github.com/copal-ml/copal/models"
)

// Append implements [Codec]: one line a row, without names. The values of a
// column that has a width stand side by side.
func (CSV) Append(dst []byte, src *models.Frame) ([]byte, error) {
	for row := range src.Rows {
		first := true
		for i := range src.Columns {
			c := &src.Columns[i]
			for k := range c.Stride() {
				if !first {
					dst = append(dst, ',')
				}
				first = false
				dst = appendCSVValue(dst, c, row*c.Stride()+k)
			}
		}
		dst = append(dst, '\n')
	}
	return dst, nil
}

func appendCSVValue(dst []byte, c *models.Column, i int) []byte {
	if len(c.Null) > 0 && c.Null[i] && c.DType > models.Float32 {
		return dst
	}
	switch c.DType {
	case models.Float64:
		return appendCSVFloat(dst, c.F64[i], 64)
	case models.Float32:
		return appendCSVFloat(dst, float64(c.F32[i]), 32)
	case models.Int64:
		return strconv.AppendInt(dst, c.I64[i], 10)
	case models.Bool:
		return strconv.AppendBool(dst, c.Bool[i])
	default:
		return appendCSVString(dst, c.Str[i])
	}
}

func appendCSVFloat(dst []byte, f float64, bits int) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "nan"...)
	case math.IsInf(f, 1):
		return append(dst, "inf"...)
	case math.IsInf(f, -1):
		return append(dst, "-inf"...)
	}
	return appendFloat(dst, f, bits)
}

// appendCSVString quotes what a reader would otherwise split, trim or take for
// a missing value.
func appendCSVString(dst []byte, s string) []byte {
	if s != "" && !strings.ContainsAny(s, ",\"\r\n") && s[0] != ' ' && s[len(s)-1] != ' ' {
		return append(dst, s...)
	}
	dst = append(dst, '"')
	for i := range len(s) {
		if s[i] == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, s[i])
	}
	return append(dst, '"')
}
