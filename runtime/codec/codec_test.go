package codec_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/codec"
)

// matrix is the signature of a model of n features.
func matrix(n int) *models.Signature {
	return &models.Signature{Inputs: []models.Port{{DType: models.Float64, Width: n}}}
}

// named is a matrix whose columns have names.
func named(names ...string) *models.Signature {
	s := matrix(len(names))
	s.Features = names
	return s
}

// table takes a number, a whole number, a flag and a text.
var table = &models.Signature{Inputs: []models.Port{
	{Name: "height", DType: models.Float64},
	{Name: "age", DType: models.Int64},
	{Name: "member", DType: models.Bool},
	{Name: "city", DType: models.String},
}}

// show writes a decoded request so that a person can read it: rows apart by a
// slash, values by a space, missing ones in parentheses.
func show(r *codec.Request) string {
	var b strings.Builder
	for row := range r.Frame.Rows {
		if row > 0 {
			b.WriteString(" / ")
		}
		first := true
		for i := range r.Frame.Columns {
			c := &r.Frame.Columns[i]
			for k := row * c.Stride(); k < (row+1)*c.Stride(); k++ {
				if !first {
					b.WriteByte(' ')
				}
				first = false
				b.WriteString(showValue(c, k))
			}
		}
	}
	if r.Method != "" {
		b.WriteString(" as " + string(r.Method))
	}
	return b.String()
}

func showValue(c *models.Column, i int) string {
	one := models.Frame{Rows: 1, Columns: []models.Column{{DType: c.DType}}}
	v := &one.Columns[0]
	switch c.DType {
	case models.Float64:
		v.F64 = c.F64[i : i+1]
	case models.Float32:
		v.F32 = c.F32[i : i+1]
	case models.Int64:
		v.I64 = c.I64[i : i+1]
	case models.Bool:
		v.Bool = c.Bool[i : i+1]
	default:
		v.Str = c.Str[i : i+1]
	}
	text, err := codec.CSV{}.Append(nil, &one)
	if err != nil {
		return err.Error()
	}
	s := strings.TrimSuffix(string(text), "\n")
	if len(c.Null) > 0 && c.Null[i] {
		return "(" + s + ")"
	}
	return s
}

// reads decodes body and compares what show makes of it.
func reads(t *testing.T, c codec.Codec, want *models.Signature, body, shown string) {
	t.Helper()
	var r codec.Request
	if err := c.Decode(&r, want, []byte(body)); err != nil {
		t.Errorf("%q: %v", body, err)
	} else if got := show(&r); got != shown {
		t.Errorf("%q:\n got %s\nwant %s", body, got, shown)
	}
}

// refuses decodes a body in which ‸ marks the place of the error, and compares
// its text behind the place.
func refuses(t *testing.T, c codec.Codec, want *models.Signature, marked, text string) {
	t.Helper()
	offset := strings.Index(marked, "‸")
	if offset < 0 {
		t.Fatalf("%q: no mark", marked)
	}
	body := strings.Replace(marked, "‸", "", 1)
	var r codec.Request
	err := c.Decode(&r, want, []byte(body))
	var e *codec.Error
	if !errors.As(err, &e) {
		t.Errorf("%q: got %v, want an *Error", body, err)
		return
	}
	if e.Offset != offset {
		t.Errorf("%q: offset %d, want %d: %v", body, e.Offset, offset, err)
	}
	if line := 1 + strings.Count(body[:offset], "\n"); e.Line != line {
		t.Errorf("%q: line %d, want %d", body, e.Line, line)
	}
	if got := place(e) + "expected " + e.Expected + ", got " + e.Got; got != text {
		t.Errorf("%q:\n got %s\nwant %s", body, got, text)
	}
}

// place is the part of the error's text that names the row and the column.
func place(e *codec.Error) string {
	text := e.Text()
	return text[:strings.Index(text, "expected "+e.Expected)]
}

func TestErrorText(t *testing.T) {
	var r codec.Request
	err := codec.JSON{}.Decode(&r, named("a", "b"), []byte("[[1, 2],\n [3, \"x\"]]"))
	want := "row 1, column 1 (b): expected a number, got `\"x\"` (JSON line 2, position 6, byte 14)"
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
}

// Both codecs leave nothing of a request behind for the next.
func TestDecodeForgets(t *testing.T) {
	var r codec.Request
	body := []byte(`{"features": [[null, null, null, null], [1, 2, true, "caf\u00e9"]], "method": "transform"}`)
	if err := (codec.JSON{}).Decode(&r, table, body); err != nil {
		t.Fatal(err)
	}
	if err := (codec.CSV{}).Decode(&r, table, []byte("1,2,true,Oslo\n")); err != nil {
		t.Fatal(err)
	}
	if got, want := show(&r), "1.0 2 true Oslo"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for i, c := range r.Frame.Columns {
		if len(c.Null) != 0 {
			t.Errorf("column %d: %d null flags of the last request", i, len(c.Null))
		}
	}
}
