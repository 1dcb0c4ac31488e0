package pyobj_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pickle"
	"github.com/copal-ml/copal/models/pyobj"
)

// told is r as Python would show its parts.
func told(r pyobj.Ref) string {
	switch {
	case r.IsSeries():
		s, err := r.Series()
		if err != nil {
			return err.Error()
		}
		values, err := pyobj.Elements(s.Values)
		return fmt.Sprint(s.Name, s.Index, values, err)
	case r.IsDataFrame():
		f, err := r.DataFrame()
		if err != nil {
			return err.Error()
		}
		text := fmt.Sprint(f.Columns, f.Index)
		for _, column := range f.Values {
			values, err := pyobj.Elements(column)
			text += fmt.Sprint(" ", values, err)
		}
		return text
	}
	labels, err := r.Labels()
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(labels)
}

// Objects of pandas, by the names that testdata/pandas.py gives them.
func TestPandas(t *testing.T) {
	files, err := filepath.Glob("testdata/pandas-*.pkl")
	if err != nil || len(files) < 6 {
		t.Fatalf("%d files, %v; testdata/pandas.py makes them", len(files), err)
	}
	for _, file := range files {
		data, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := pickle.Decode(data, pickle.Options{})
		data.Close()
		if err != nil {
			t.Fatal(err)
		}
		root := pyobj.NewRef("objects", decoded.Root)
		f := func(name, want string) {
			t.Helper()
			r, ok := root.Key(name)
			if !ok && strings.Contains(file, "pandas-0.") { // which had no extension arrays
				return
			}
			if got := told(r); !strings.Contains(got, want) {
				t.Errorf("%s: %s is %s, want %s", file, name, got, want)
			}
		}
		f("index", "[a b c]")
		f("index_of_ints", "[3 1 2]")
		f("index_of_floats", "[0.5 NaN]")
		f("range", "[2 5 8]")
		f("range_down", "[3 2 1]")
		f("categories", "[u v u]")
		f("series", "x[a b ")
		f("series", "] [1.5 2.5 NaN] <nil>")
		f("series_of_texts", "<nil> [7 -1] [p q] <nil>")
		f("series_of_bools", "<nil> [0 1] [true false] <nil>")
		f("categorical", "[b a NaN b]")
		f("frame", "[n t f m c] [i j] [1 2] <nil> [x y] <nil> [0.5 1.5] <nil> [3 4] <nil> [8 NaN] <nil>")
		f("frame_in_rows", "[0 1 2] [0 1] [0 3] <nil> [1 4] <nil> [2 5] <nil>")
		f("frame_empty", "[a] [] [] <nil>")
		f("multi", "objects['multi']: a pandas MultiIndex is not supported")
		f("dates", "objects['dates']: a pandas DatetimeIndex is not supported")
		f("integers", "[1 NaN 3]")
		f("integers_whole", "[1 2]")
		f("flags", "[true NaN]")
		f("texts", "[s t]")
	}
}

func object(class string, args ...pyobj.Value) *pyobj.Object {
	dot := strings.LastIndexByte(class, '.')
	return &pyobj.Object{Class: &pyobj.Global{Module: class[:dot], Name: class[dot+1:]}, Args: args}
}

func index(class string, parts ...pyobj.Value) *pyobj.Object {
	d := new(pyobj.Dict)
	for i := 0; i < len(parts); i += 2 {
		d.Set(parts[i], parts[i+1])
	}
	return object("pandas.core.indexes.base._new_Index", object("pandas."+class).Class, d)
}

// Claims that no file could keep, and parts that do not fit together.
func TestPandasRefuses(t *testing.T) {
	f := func(v pyobj.Value, want string) {
		t.Helper()
		got := told(pyobj.NewRef("x", v))
		if !strings.Contains(got, want) {
			t.Errorf("got  %s\nwant …%s", got, want)
		}
	}
	n := func(i int) pyobj.Value { return int64(i) }
	list := func(items ...pyobj.Value) *pyobj.List { return &pyobj.List{Items: items} }
	f(index("RangeIndex", "start", n(0), "stop", n(1<<39), "step", n(1)), "ranges of more than")
	f(index("RangeIndex", "start", n(0), "stop", n(1<<62), "step", n(1)), "a RangeIndex from 0 to")
	f(index("RangeIndex", "start", n(0), "stop", n(5), "step", n(0)), "by 0")
	f(index("RangeIndex", "start", n(0)), "without stop")
	f(index("RangeIndex", "start", n(5), "stop", n(0), "step", n(1)), "[]")
	f(index("Index"), "an Index without data")
	self := index("Index")
	self.Args[1].(*pyobj.Dict).Set("data", self)
	f(self, "x: a pandas _new_Index is not supported")

	series := func(axes, blocks pyobj.Value) *pyobj.Object {
		state := new(pyobj.Dict)
		state.Set("_mgr", object("pandas.core.internals.managers.BlockManager", blocks, axes))
		o := object("pandas.Series")
		o.State = state
		return o
	}
	block := func(values, locations pyobj.Value) pyobj.Value {
		return object("pandas._libs.internals._unpickle_block", values, locations, n(2))
	}
	two := index("Index", "data", list(n(1), n(2)))
	f(series(list(two), pyobj.Tuple{}), "a Series of 0 blocks")
	f(series(list(two, two), pyobj.Tuple{}), "2 axes, want 1")
	f(series(list(two), pyobj.Tuple{block(list(n(1)), n(0))}), "values of shape [1] and 2 labels")

	frame := func(locations pyobj.Value) *pyobj.Object {
		o := series(list(two, two), pyobj.Tuple{block(list(list(n(1), n(2))), locations)})
		o.Class = object("pandas.DataFrame").Class
		return o
	}
	slice := func(a, b, c int) pyobj.Value { return object("builtins.slice", n(a), n(b), n(c)) }
	f(frame(slice(0, 1, 1)), "column 1 is in no block")
	f(frame(slice(0, 1<<40, 1)), "column 2 of 2")
	f(frame(slice(0, 9, 0)), "0:9:0")
	f(frame(slice(0, 2, 1)), "a block of shape [1 2] for 2 columns of 2 rows")
	f(frame(list(n(7))), "column 7 of 2")
}

func TestPandasHint(t *testing.T) {
	_, err := pyobj.NewRef("x", index("MultiIndex")).Labels()
	var e *models.UnsupportedError
	if !errors.As(err, &e) || e.Hint == "" {
		t.Errorf("got %v, want a *models.UnsupportedError with a hint", err)
	}
}
