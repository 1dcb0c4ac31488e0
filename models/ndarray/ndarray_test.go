package ndarray

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

func TestParseDType(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		got, err := ParseDType(in)
		text := got.String()
		if err != nil {
			text = err.Error()
		}
		if text != want {
			t.Errorf("%s: got %s, want %s", in, text, want)
		}
	}
	f("f8", "<f8")
	f("<f8", "<f8")
	f(">f4", ">f4")
	f("=i8", "<i8")
	f("|b1", "|b1")
	f(">b1", "|b1")
	f("?", "|b1")
	f("float64", "<f8")
	f("int32", "<i4")
	f("bool", "|b1")
	f("d", "<f8")
	f("<U12", "<U12")
	f(">U2", ">U2")
	f("|S5", "|S5")
	f("a5", "|S5")
	f("O", "|O")
	f("O8", "|O")
	f("V16", "|V16")
	f("<M8[ns]", "<M8[ns]")
	f("m8", "<m8")
	f("c16", "<c16")
	f("f16", "<f16")
	f("", `unknown dtype ""`)
	f("f3", `unknown dtype "f3"`)
	f("f", "<f4")
	f("x8", `unknown dtype "x8"`)
	f("<f8[ns]", `unknown dtype "<f8[ns]"`)
	f("f-8", `unknown dtype "f-8"`)
	f("U999999999", `dtype "U999999999" is too large`)
	f("V99999999999", `unknown dtype "V99999999999"`)
	f("M8[", `unknown dtype "M8["`)
}

// array makes an array of a type from its bytes.
func array(t *testing.T, dtype string, shape []int, fortran bool, data string) *Array {
	t.Helper()
	d, err := ParseDType(dtype)
	if err != nil {
		t.Fatal(err)
	}
	a, err := New(d, shape, fortran, []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestConvert(t *testing.T) {
	f := func(dtype, data, want string) {
		t.Helper()
		d, _ := ParseDType(dtype)
		a := array(t, dtype, []int{len(data) / d.Size}, false, data)
		f64, err := a.Float64s()
		i64, err2 := a.Int64s()
		f32, err3 := a.Float32s()
		show := func(v any, err error) string {
			if err != nil {
				return "-"
			}
			return fmt.Sprint(v)
		}
		got := show(f64, err) + " " + show(i64, err2) + " " + show(f32, err3)
		if got != want {
			t.Errorf("%s: got %s, want %s", dtype, got, want)
		}
	}
	f("i1", "\xff\x7f", "[-1 127] [-1 127] [-1 127]")
	f("<i2", "\xfe\xff", "[-2] [-2] [-2]")
	f(">i2", "\xff\xfe", "[-2] [-2] [-2]")
	f("<i4", "\x00\x00\x00\x80", "[-2.147483648e+09] [-2147483648] [-2.1474836e+09]")
	f(">i8", "\xff\xff\xff\xff\xff\xff\xff\xfe", "[-2] [-2] [-2]")
	f("u1", "\xff", "[255] [255] [255]")
	f(">u2", "\x01\x00", "[256] [256] [256]")
	f("<u8", "\x00\x00\x00\x00\x00\x00\x00\x80", "[9.223372036854776e+18] - [9.223372e+18]")
	f("?", "\x00\x01\x02", "[0 1 1] [0 1 1] [0 1 1]")
	f("<f4", "\x00\x00\xc0\x3f", "[1.5] - [1.5]")
	f(">f4", "\x3f\xc0\x00\x00", "[1.5] - [1.5]")
	f(">f8", "\x3f\xf8\x00\x00\x00\x00\x00\x00", "[1.5] - [1.5]")
	f("<f2", "\x00\x3e\x00\xbc\x01\x00\x00\x7c\x00\xfc\xff\x7b", "[1.5 -1 5.960464477539063e-08 +Inf -Inf 65504] - [1.5 -1 5.9604645e-08 +Inf -Inf 65504]")
	f("<M8[D]", "\x01\x00\x00\x00\x00\x00\x00\x00", "- [1] -")
	f("S2", "ab", "- - -")
	f("f16", strings.Repeat("\x00", 16), "- - -")
	f("c8", strings.Repeat("\x00", 8), "- - -")
}

func TestHalfNaN(t *testing.T) {
	f, err := array(t, "<f2", []int{1}, false, "\x01\x7c").Float64s()
	if err != nil || !math.IsNaN(f[0]) {
		t.Errorf("got %v, %v", f, err)
	}
}

// TestOrder: accessors answer in C order whatever the memory.
func TestOrder(t *testing.T) {
	f := func(shape []int, fortran bool, want string) {
		t.Helper()
		n := 1
		for _, d := range shape {
			n *= d
		}
		data := make([]byte, n)
		for i := range data {
			data[i] = byte(i)
		}
		got, err := array(t, "u1", shape, fortran, string(data)).Int64s()
		if text := fmt.Sprint(got); err != nil || text != want {
			t.Errorf("%v: got %s, %v; want %s", shape, text, err, want)
		}
	}
	f([]int{2, 3}, false, "[0 1 2 3 4 5]")
	f([]int{2, 3}, true, "[0 2 4 1 3 5]")
	f([]int{3, 1}, true, "[0 1 2]")
	f([]int{2, 2, 2}, true, "[0 4 2 6 1 5 3 7]")
	f([]int{}, true, "[0]")
	f([]int{0, 3}, true, "[]")
	f([]int{2, 0, 2}, false, "[]")
}

func TestStrings(t *testing.T) {
	f := func(dtype, data, want string) {
		t.Helper()
		d, _ := ParseDType(dtype)
		got, err := array(t, dtype, []int{len(data) / d.Size}, false, data).Strings()
		text := fmt.Sprintf("%q", got)
		if err != nil {
			text = err.Error()
		}
		if text != want {
			t.Errorf("%s: got %s, want %s", dtype, text, want)
		}
	}
	f("<U2", "a\x00\x00\x00b\x00\x00\x00\xac\x20\x00\x00\x00\x00\x00\x00", `["ab" "€"]`)
	f(">U1", "\x00\x01\xd1\x1e", `["𝄞"]`)
	f("<U1", "\x00\xd8\x00\x00", `["�"]`) // a lone surrogate
	f("<U1", "\x00\x00\x00\x7f", "element 0 of the array is not valid UCS-4")
	f("S3", "ab\x00\x00b\x00", `["ab" "\x00b"]`)
	f("u1", "a", "an array of dtype |u1 does not hold strings")
}

func TestObjects(t *testing.T) {
	a, err := NewObjects([]int{3}, []any{int64(1), 2.5, true})
	if err != nil {
		t.Fatal(err)
	}
	if f, err := a.Float64s(); err != nil || fmt.Sprint(f) != "[1 2.5 1]" {
		t.Errorf("got %v, %v", f, err)
	}
	if _, err := a.Strings(); err == nil || err.Error() != "element 0 of the array of objects is not one of strings" {
		t.Errorf("got %v", err)
	}
	if _, err := a.Int64s(); err == nil {
		t.Error("2.5 is no integer")
	}
	if _, err := NewObjects([]int{2}, nil); err == nil {
		t.Error("two objects of none")
	}
}

func TestNew(t *testing.T) {
	f := func(dtype string, shape []int, n int, want string) {
		t.Helper()
		d, err := ParseDType(dtype)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := New(d, shape, false, make([]byte, n)); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	f("f8", []int{2}, 15, "an array of dtype <f8 and shape [2] takes 16 bytes, got 15")
	f("f8", []int{-1}, 0, "negative dimension in shape [-1]")
	f("u1", []int{1 << 62, 4}, 0, "shape [4611686018427387904 4] has too many elements")
	f("f8", []int{1 << 61}, 0, "shape [2305843009213693952] of dtype <f8 has too many bytes")
	f("O", []int{1}, 8, "an array of objects has no bytes")
	f("S0", []int{1 << 40}, 0, "shape [1099511627776] has too many elements for dtype |S0, which has no bytes")
	f("u1", make([]int, 65), 0, "65 dimensions, at most 64 are possible")
	f("u1", []int{1 << 62, 1 << 62, 0}, 0, "shape [4611686018427387904 4611686018427387904 0] has too many elements") // as in NumPy
}
