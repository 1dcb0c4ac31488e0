package codec_test

import (
	"math"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/codec"
)

func column(values ...float64) *models.Frame {
	return &models.Frame{Rows: len(values), Columns: []models.Column{{F64: values}}}
}

func TestAppend(t *testing.T) {
	f := func(src *models.Frame, json, csv string) {
		t.Helper()
		for _, c := range []struct {
			codec codec.Codec
			want  string
		}{{codec.JSON{}, json}, {codec.CSV{}, csv}} {
			got, err := c.codec.Append([]byte("before "), src)
			if err != nil {
				t.Errorf("%T: %v", c.codec, err)
			} else if string(got) != "before "+c.want {
				t.Errorf("%T:\n got %s\nwant before %s", c.codec, got, c.want)
			}
		}
	}
	f(column(), `{"predictions": []}`, "")
	f(&models.Frame{Rows: 2, Columns: []models.Column{{DType: models.Int64, I64: []int64{0, math.MinInt64}}}},
		`{"predictions": [0, -9223372036854775808]}`, "0\n-9223372036854775808\n")
	f(&models.Frame{Rows: 2, Columns: []models.Column{{DType: models.Bool, Bool: []bool{true, false}}}},
		`{"predictions": [true, false]}`, "true\nfalse\n")
	f(&models.Frame{Rows: 6, Columns: []models.Column{{DType: models.String, Str: []string{"a", "", `"b", c`, " d", "\n\x01", "æ\xff"}}}},
		`{"predictions": ["a", "", "\"b\", c", " d", "\u000a\u0001", "æ`+"\ufffd"+`"]}`,
		"a\n\"\"\n\"\"\"b\"\", c\"\n\" d\"\n\"\n\x01\"\næ\xff\n")
	f(&models.Frame{Rows: 2, Columns: []models.Column{{Width: 2, F64: []float64{0.9, 0.1, 0.25, 0.75}}}},
		`{"predictions": [[0.9, 0.1], [0.25, 0.75]]}`, "0.9,0.1\n0.25,0.75\n")
	f(&models.Frame{Rows: 2, Columns: []models.Column{
		{Name: "label", DType: models.Int64, I64: []int64{1, 0}, Null: []bool{false, true}},
		{Name: "p", Width: 1, F64: []float64{0.5, 1}},
	}}, `{"predictions": [{"label": 1, "p": [0.5]}, {"label": null, "p": [1.0]}]}`, "1,0.5\n,1.0\n")
	f(column(math.NaN(), math.Inf(1), math.Inf(-1)), `{"predictions": [null, 1e999, -1e999]}`, "nan\ninf\n-inf\n")
	f(&models.Frame{Rows: 2, Columns: []models.Column{{DType: models.Float32, F32: []float32{0.1, 16777216}}}},
		`{"predictions": [0.1, 16777216.0]}`, "0.1\n16777216.0\n")
}

// Floats look as Python's repr shows them (CPython, Python/pystrtod.c,
// format_float_short: an exponent below 1e-4 and from 1e16 on).
func TestAppendFloat(t *testing.T) {
	f := func(v float64, want string) {
		t.Helper()
		got, err := codec.CSV{}.Append(nil, column(v))
		if err != nil || string(got) != want+"\n" {
			t.Errorf("got %q, %v, want %s", got, err, want)
		}
	}
	f(0, "0.0")
	f(math.Copysign(0, -1), "-0.0")
	f(3, "3.0")
	f(0.1, "0.1")
	f(1e-4, "0.0001")
	f(1e-5, "1e-05")
	f(1.5e-300, "1.5e-300")
	f(1234567, "1234567.0")
	f(9999999999999998, "9999999999999998.0")
	f(1e16, "1e+16")
	f(math.MaxFloat64, "1.7976931348623157e+308")
	f(math.SmallestNonzeroFloat64, "5e-324")
	f(2.0/3, "0.6666666666666666")
}
