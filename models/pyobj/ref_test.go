package pyobj

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/ndarray"
)

func dict(pairs ...Value) *Dict {
	d := &Dict{}
	for i := 0; i < len(pairs); i += 2 {
		d.Set(pairs[i], pairs[i+1])
	}
	return d
}

func list(items ...Value) *List { return &List{Items: items} }

func global(name string) *Global {
	i := strings.LastIndexByte(name, '.')
	return &Global{Module: name[:i], Name: name[i+1:]}
}

func call(name string, args ...Value) *Object {
	return &Object{Class: global(name), Args: args, Offset: 7}
}

func instance(class string, state Value) *Object {
	return &Object{Class: global(class), Make: New, State: state, Offset: 9}
}

func built(o *Object, state ...Value) *Object { o.State = Tuple(state); return o }

func dtypeOf(code string, state ...Value) *Object {
	o := call("numpy.dtype", code, false, true)
	if state != nil {
		o.State = Tuple(state)
	}
	return o
}

func f8() *Object {
	return dtypeOf("f8", int64(3), "<", nil, nil, nil, int64(-1), int64(-1), int64(0))
}

func floats(v ...float64) Bytes {
	var b []byte
	for _, f := range v {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(f))
	}
	return b
}

func array(shape Tuple, data Value) *Object {
	return built(call("numpy.core.multiarray._reconstruct", global("numpy.ndarray"), Tuple{int64(0)}, Bytes("b")),
		int64(1), shape, f8(), false, data)
}

func scalar(f float64) *Object { return call("numpy._core.multiarray.scalar", f8(), floats(f)) }

func model() Ref {
	scaler := instance("sklearn.preprocessing._data.StandardScaler", dict("mean_", array(Tuple{int64(2)}, floats(1, 2.5)), "with_mean", true))
	pipe := instance("sklearn.pipeline.Pipeline", dict("steps", list(Tuple{"scale", scaler}), "verbose", scalar(1)))
	return NewRef("Pipeline", pipe)
}

func TestRef(t *testing.T) {
	steps, err := model().Need("steps")
	if err != nil || steps.Len() != 1 {
		t.Fatal(steps.Len(), err)
	}
	step, err := steps.Index(0)
	if err != nil {
		t.Fatal(err)
	}
	name, _ := step.Index(0)
	if s, err := name.Str(); s != "scale" || err != nil || name.Path() != "Pipeline.steps[0][0]" {
		t.Errorf("got %q, %v at %s", s, err, name.Path())
	}
	scale, _ := step.Index(1)
	module, class, ok := scale.Class()
	if !ok || module+"."+class != "sklearn.preprocessing._data.StandardScaler" {
		t.Errorf("got %s.%s", module, class)
	}
	scale = scale.Named("Pipeline.steps['scale']")
	mean, err := scale.Floats("mean_")
	if err != nil || fmt.Sprint(mean) != "[1 2.5]" {
		t.Errorf("got %v, %v", mean, err)
	}
	if _, err := scale.Need("var_"); err == nil || err.Error() != "not a valid pickle file: at byte 9: Pipeline.steps['scale']: it is an object of sklearn.preprocessing._data.StandardScaler and has no attribute var_; is the model fitted?" {
		t.Errorf("got %v", err)
	}
	if _, err := steps.Index(1); err == nil || !strings.HasSuffix(err.Error(), "Pipeline.steps: it has 1 items, and none at [1]") {
		t.Errorf("got %v", err)
	}
	if names := fmt.Sprint(model().Attrs()); names != "[steps verbose]" {
		t.Errorf("got %s", names)
	}
	if _, err := name.Float(); err == nil || !strings.HasSuffix(err.Error(), `Pipeline.steps[0][0]: want a number, got the string "scale"`) {
		t.Errorf("got %v", err)
	}
	var unsupported *models.UnsupportedError
	if err := scale.Unsupported("a thing", "Do this."); !errors.As(err, &unsupported) || err.Error() != "Pipeline.steps['scale']: a thing is not supported (byte 9)" {
		t.Errorf("got %v", err)
	}
}

// TestAttr: attributes come from __dict__ or from slots.
func TestAttr(t *testing.T) {
	f := func(state Value, want string) {
		t.Helper()
		got := "none"
		if a, ok := NewRef("m", instance("m.C", state)).Attr("x"); ok {
			got = fmt.Sprint(a.Value())
		}
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	f(dict("x", int64(1)), "1")
	f(Tuple{dict("x", int64(1)), nil}, "1")
	f(Tuple{nil, dict("x", int64(2))}, "2")
	f(Tuple{nil, nil}, "none")
	f(Tuple{dict("x", int64(1))}, "none")
	f(list(), "none")
	f(nil, "none")
	if _, ok := NewRef("m", "text").Attr("x"); ok {
		t.Error("a string has attributes")
	}
}

func TestScalars(t *testing.T) {
	f := func(v Value, want string) {
		t.Helper()
		r := NewRef("m", v)
		show := func(v any, err error) string {
			if err != nil {
				return "-"
			}
			return fmt.Sprint(v)
		}
		got := strings.Join([]string{show(r.Float()), show(r.Int()), show(r.Bool()), show(r.Str())}, " ")
		if got != want {
			t.Errorf("%s: got %s, want %s", Describe(v), got, want)
		}
	}
	f(1.5, "1.5 - - -")
	f(int64(7), "7 7 - -")
	f(int64(1), "1 1 true -")
	f(true, "1 1 true -")
	f("x", "- - - x")
	f(nil, "- - - -")
	f(new(big.Int).Lsh(big.NewInt(1), 70), "- - - -")
	f(scalar(2.5), "2.5 - - -")
	f(array(Tuple{}, floats(2.5)), "2.5 - - -")
	f(array(Tuple{int64(1)}, floats(2.5)), "- - - -")
	f(call("numpy.core.multiarray.scalar", dtypeOf("i8"), Bytes("\x01\x00\x00\x00\x00\x00\x00\x00")), "1 1 true -")
	f(call("numpy.core.multiarray.scalar", dtypeOf("b1"), Bytes("\x01")), "1 1 true -")
	f(call("numpy.core.multiarray.scalar", dtypeOf("U2", int64(3), "<", nil, nil, nil, int64(8), int64(4), int64(0)), Bytes("h\x00\x00\x00i\x00\x00\x00")), "- - - hi")
	f(call("numpy.core.multiarray.scalar", dtypeOf("O8"), "obj"), "- - - obj")
	f(call("numpy.core.multiarray.scalar", dtypeOf("f8"), Bytes("short")), "- - - -")
}

func TestArray(t *testing.T) {
	f := func(v Value, want string) {
		t.Helper()
		a, err := NewRef("m", v).Array()
		got := ""
		if err != nil {
			got = err.Error()[strings.Index(err.Error(), "m: "):]
		} else if a.DType.Kind == 'O' {
			var items []string
			for _, o := range a.Objects {
				items = append(items, Describe(o))
			}
			got = fmt.Sprint(a.DType, a.Shape, items)
		} else {
			n, _ := a.Float64s()
			got = fmt.Sprint(a.DType, a.Shape, n)
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", Describe(v), got, want)
		}
	}
	f(array(Tuple{int64(1), int64(2)}, floats(1, 2)), "<f8 [1 2] [1 2]")
	f(list(1.0, int64(2), true), "<f8 [3] [1 2 1]")
	f(list(int64(2), true), "<i8 [2] [2 1]")
	f(Tuple{true, false}, "|b1 [2] [1 0]")
	f(list(), "<f8 [0] []")
	f(list(list(int64(1), int64(2)), Tuple{int64(3), int64(4)}), "<i8 [2 2] [1 2 3 4]")
	f(list(list(int64(1)), "x"), "|O [2] [a list of 1 the string \"x\"]")
	f(list("a", "b"), "|O [2] [the string \"a\" the string \"b\"]")
	f(list(scalar(1), 2.0), "<f8 [2] [1 2]")
	f(int64(3), "<i8 [] [3]")
	f("s", "|O [] [the string \"s\"]")
	f(scalar(4), "<f8 [] [4]")
	f(nil, "m: want an array, got None")
	f(global("m.f"), "m: want an array, got the global m.f")
	f(array(Tuple{int64(3)}, floats(1)), "m: an array of dtype <f8 and shape [3] takes 24 bytes, got 8")
	f(array(Tuple{int64(1)}, int64(1)), "m: an array whose data is the int 1")
	f(array(Tuple{int64(1)}, list()), "m: an array of dtype <f8 whose data is a list")
	f(call("numpy.core.multiarray._reconstruct"), "m: an array whose state is None")
	f(call("numpy._core.numeric._frombuffer", floats(1, 2), f8(), Tuple{int64(2)}, "C"), "<f8 [2] [1 2]")
	f(call("numpy.core.numeric._frombuffer", floats(1, 2), f8(), Tuple{int64(2)}, "K"), `m: an array whose order is the string "K"`)
	f(call("numpy.core.numeric._frombuffer"), "m: _frombuffer with 0 arguments")
	masked := func(mask string) *Object {
		return built(call("numpy.ma.core._mareconstruct"), int64(1), Tuple{int64(2)}, f8(), false, floats(1, 2), Bytes(mask), nil)
	}
	f(masked("\x00\x00"), "<f8 [2] [1 2]")
	f(masked("\x00\x01"), "m: a masked array whose element 1 is masked")
}

func TestDType(t *testing.T) {
	f := func(v Value, want string) {
		t.Helper()
		d, sub, err := DType(v)
		got := strings.TrimSpace(fmt.Sprint(d, " ", sub, d.Fields))
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	i64 := func(n int64) Value { return n }
	state := func(order string, sub, names, fields Value, size int64) []Value {
		return []Value{i64(3), order, sub, names, fields, size, i64(-1), i64(0)}
	}
	f(dtypeOf("f8", state("<", nil, nil, nil, -1)...), "<f8 [] []")
	f(dtypeOf("f8", state(">", nil, nil, nil, -1)...), ">f8 [] []")
	f(dtypeOf("U3", state("<", nil, nil, nil, 12)...), "<U3 [] []")
	f(dtypeOf("S0", state("|", nil, nil, nil, 4)...), "|S4 [] []")
	f(dtypeOf("V16", state("|", Tuple{f8(), Tuple{i64(2)}}, nil, nil, 16)...), "<f8 [2] []")
	f(dtypeOf("V16", state("|", nil, Tuple{"a", "b"}, dict("a", Tuple{f8(), i64(0)}, "b", Tuple{f8(), i64(8)}), 16)...), "|V16 [] [{a 0 <f8 []} {b 8 <f8 []}]")
	f(dtypeOf("M8", append(state("<", nil, nil, nil, -1), Tuple{dict(), Tuple{Bytes("ns"), i64(1), i64(1), i64(1)}})...), "<M8[ns] [] []")
	f(dtypeOf("M8", append(state("<", nil, nil, nil, -1), Tuple{dict(), Tuple{Bytes("m"), i64(15), i64(1), i64(1)}})...), "<M8[15m] [] []")
	f(global("numpy.float32"), "<f4 [] []")
	f("i4", "<i4 [] []")
	f(int64(4), "a dtype that is the int 4")
	f(call("numpy.dtypes.StringDType"), "a dtype that is an object of numpy.dtypes.StringDType")
	f(dtypeOf("f8", i64(3)), "a dtype whose state is a tuple of 1")
	f(dtypeOf("f8", state("?", nil, nil, nil, -1)...), `a dtype whose byte order is the string "?"`)
	f(dtypeOf("U3", state("<", nil, nil, nil, 13)...), "a dtype whose itemsize is the int 13")
	f(dtypeOf("V8", state("|", nil, Tuple{"a"}, dict("a", Tuple{f8(), i64(4)}), 8)...), `a structured dtype whose field "a" lies outside of its 8 bytes`)
	f(dtypeOf("V8", state("|", nil, Tuple{"a"}, dict(), 8)...), `a structured dtype with the field the string "a"`)
	self := dtypeOf("V8")
	self.State = Tuple(state("|", Tuple{self, Tuple{i64(1)}}, nil, nil, 8))
	f(self, "a dtype nested more than 16 deep")
	wide := Value(f8())
	for range 10 { // 10^10 fields in 100 objects
		names, fields := Tuple{}, &Dict{}
		for i := range 10 {
			name := fmt.Sprint("f", i)
			names = append(names, name)
			fields.Set(name, Tuple{wide, i64(0)})
		}
		wide = dtypeOf("V8", state("|", nil, names, fields, 8)...)
	}
	f(wide, "a structured dtype of more than 10000 fields")
}

// TestCycles: no walk over values that contain themselves goes on for ever.
func TestCycles(t *testing.T) {
	own := list()
	own.Items = append(own.Items, own)
	r := NewRef("m", own)
	var err error
	steps := 0
	for ; err == nil; steps++ {
		r, err = r.Index(0)
	}
	if steps > 1000 || !strings.Contains(err.Error(), "nested more than 500 deep; does it contain itself?") {
		t.Errorf("after %d steps: %.200s", steps, err)
	}
	if a, err := NewRef("m", own).Array(); err != nil || a.Dims() != maxNesting {
		t.Errorf("got %v, %v", a, err)
	}
	object := instance("m.C", nil)
	object.State = dict("self", object)
	if r, ok := NewRef("m", object).Attr("self"); !ok || r.Path() != "m.self" {
		t.Errorf("got %v", r)
	}
	// Every level doubles the paths: 2^100 of them.
	level := list()
	for range 100 {
		level = list(level, level)
	}
	if err := visit(NewRef("m", level)); err == nil || !strings.Contains(err.Error(), "takes more than 5000000 steps") {
		t.Errorf("got %v", err)
	}
}

func visit(r Ref) error {
	for i := range r.Len() {
		next, err := r.Index(i)
		if err != nil {
			return err
		}
		if err := visit(next.Named("m")); err != nil {
			return err
		}
	}
	return nil
}

// TestUnfold: nested lists that share their parts unfold to a limit for all.
func TestUnfold(t *testing.T) {
	row := list()
	for range 1000 {
		row.Items = append(row.Items, int64(1))
	}
	rows := list()
	for range 3000 {
		rows.Items = append(rows.Items, row)
	}
	r := NewRef("m", rows)
	if a, err := r.Array(); err != nil || a.Len() != 3_000_000 {
		t.Errorf("got %v", err)
	}
	if _, err := r.Array(); err == nil || !strings.Contains(err.Error(), "nested sequences of more than 4194304 elements in all") {
		t.Errorf("got %v", err)
	}
}

// TestAgain: a model may share arrays, but not unfold them without bound.
func TestAgain(t *testing.T) {
	a, err := ndarray.New(ndarray.DType{Kind: 'f', Size: 8}, []int{1 << 20}, false, make([]byte, 8<<20))
	if err != nil {
		t.Fatal(err)
	}
	r := NewRef("m", a)
	n := 0
	for ; err == nil; n++ {
		_, err = r.Array()
	}
	if n != 6 || !strings.Contains(err.Error(), "reads the same arrays again and again") {
		t.Errorf("after %d times: %v", n, err)
	}
}

func TestSequences(t *testing.T) {
	objects := built(call("numpy.core.multiarray._reconstruct"), int64(1), Tuple{int64(2)}, dtypeOf("O8"), false, list("a", scalar(1)))
	f := func(v Value, want string) {
		t.Helper()
		r := NewRef("m", v)
		items, err := r.Items()
		got := fmt.Sprint(r.Len())
		for _, item := range items {
			got += " " + fmt.Sprint(item.Value())
		}
		if err != nil {
			got += " -"
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", Describe(v), got, want)
		}
	}
	f(list("a"), "1 a")
	f(Tuple{"a", "b"}, "2 a b")
	f(&Set{Items: []Value{"a"}}, "1 a")
	f(&Object{Class: global("collections.deque"), Items: []Value{"a"}}, "1 a")
	f(objects, "2 a 1")
	f(dict("k", "v"), "1 -")
	f("text", "-1 -")
	r := NewRef("m", dict("k", "v"))
	if v, ok := r.Key("k"); !ok || v.Value() != "v" || v.Path() != "m['k']" {
		t.Errorf("got %v", v)
	}
	if _, ok := r.Key("x"); ok {
		t.Error("there is no x")
	}
	if _, ok := NewRef("m", nil).Key("x"); ok {
		t.Error("None has a key")
	}
}
