// Package pyobjtest compares decoded values with what Python says they are.
package pyobjtest

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"os"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models/ndarray"
	"github.com/copal-ml/copal/models/pyobj"
)

// Equal compares v with the rendering of a Python value in a JSON file, as
// render in models/pickle/testdata/values.py wrote it.
func Equal(t *testing.T, v pyobj.Value, file string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var want any
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	compare(t, "root", Render(v), normal(want))
}

// compare reports each place where two renderings differ.
func compare(t *testing.T, path string, got, want any) {
	t.Helper()
	g, ok1 := got.(map[string]any)
	w, ok2 := want.(map[string]any)
	if ok1 && ok2 && len(g) == len(w) {
		for k := range w {
			compare(t, path+"."+k, g[k], w[k])
		}
		return
	}
	gl, ok1 := got.([]any)
	wl, ok2 := want.([]any)
	if ok1 && ok2 && len(gl) == len(wl) {
		for i := range wl {
			compare(t, fmt.Sprintf("%s[%d]", path, i), gl[i], wl[i])
		}
		return
	}
	if text(got) != text(want) {
		t.Errorf("%s: got %.300s, want %.300s", path, text(got), text(want))
	}
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}

// normal sorts sets and dicts, whose order is Python's own affair.
func normal(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, item := range v {
			item = normal(item)
			if list, ok := item.([]any); ok && (k == "set" || k == "dict") {
				sort.Slice(list, func(i, j int) bool { return text(list[i]) < text(list[j]) })
			}
			v[k] = item
		}
	case []any:
		for i := range v {
			v[i] = normal(v[i])
		}
	}
	return v
}

// Render says what v is, in the terms of encoding/json.
func Render(v pyobj.Value) any {
	out := render(v)
	return normal(out)
}

type object = map[string]any

func render(v pyobj.Value) any {
	switch v := v.(type) {
	case nil, bool:
		return v
	case int64, *big.Int:
		return object{"i": fmt.Sprint(v)}
	case float64:
		return object{"f": pythonHex(v)}
	case string:
		return object{"s": jsonText(v)}
	case pyobj.Bytes:
		return object{"b": hex.EncodeToString(v)}
	case *pyobj.List:
		return object{"list": renderAll(v.Items)}
	case pyobj.Tuple:
		return object{"tuple": renderAll(v)}
	case *pyobj.Set:
		return object{"set": renderAll(v.Items)}
	case *pyobj.Dict:
		return object{"dict": renderDict(v)}
	case *pyobj.Global:
		return object{"global": v.String()}
	case *ndarray.Array:
		return renderArray(v)
	case *pyobj.Object:
		return renderObject(v)
	}
	return fmt.Sprintf("a %T", v)
}

func renderAll(items []pyobj.Value) []any {
	out := make([]any, len(items))
	for i, item := range items {
		out[i] = render(item)
	}
	return out
}

func renderDict(d *pyobj.Dict) []any {
	out := make([]any, d.Len())
	for i := range out {
		out[i] = []any{render(d.Keys[i]), render(d.Values[i])}
	}
	return out
}

func renderObject(o *pyobj.Object) any {
	switch {
	case pyobj.IsArray(o):
		a, err := pyobj.Array(o)
		if err != nil {
			return err.Error()
		}
		return renderArray(a)
	case pyobj.IsScalar(o):
		v, err := pyobj.Scalar(o)
		if err != nil {
			return err.Error()
		}
		return render(v)
	case o.Global() == nil:
		return object{"object": "?"}
	}
	name := o.Global().String()
	out := object{"object": name}
	switch {
	case name == "collections.OrderedDict":
		return out
	case len(o.Items) > 0:
		out["list"] = renderAll(o.Items)
	case o.Dict != nil:
		out["dict"] = renderDict(o.Dict)
	case o.State != nil:
		out["state"] = render(o.State)
	}
	return out
}

func renderArray(a *ndarray.Array) any {
	items, err := arrayItems(a)
	if err != nil {
		return err.Error()
	}
	shape := make([]any, len(a.Shape))
	for i, d := range a.Shape {
		shape[i] = float64(d)
	}
	return object{"array": object{"kind": string(a.DType.Kind), "shape": shape, "items": items}}
}

func arrayItems(a *ndarray.Array) ([]any, error) {
	switch a.DType.Kind {
	case 'O':
		return each(a.Objects, func(v any) any { return render(v) }), nil
	case 'f':
		f, err := a.Float64s()
		return each(f, func(v float64) any { return pythonHex(v) }), err
	case 'i', 'M', 'm':
		n, err := a.Int64s()
		return each(n, func(v int64) any { return strconv.FormatInt(v, 10) }), err
	case 'u':
		if a.DType.Size == 8 && a.Len() == 1 {
			return []any{fmt.Sprint(pyobj.Item(a))}, nil
		}
		n, err := a.Int64s()
		return each(n, func(v int64) any { return strconv.FormatInt(v, 10) }), err
	case 'b':
		b, err := a.Bools()
		return each(b, func(v bool) any { return v }), err
	case 'U', 'S':
		s, err := a.Strings()
		return each(s, func(v string) any { return v }), err
	}
	return []any{hex.EncodeToString(a.Data)}, nil
}

func each[T any](list []T, f func(T) any) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}

// pythonHex writes f as float.hex does.
func pythonHex(f float64) string {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	}
	sign := ""
	if math.Signbit(f) {
		sign, f = "-", -f
	}
	bits := math.Float64bits(f)
	exp, frac := int(bits>>52), bits&(1<<52-1)
	switch {
	case f == 0:
		return sign + "0x0.0p+0"
	case exp == 0:
		return fmt.Sprintf("%s0x0.%013xp-1022", sign, frac)
	}
	return fmt.Sprintf("%s0x1.%013xp%+d", sign, frac, exp-1023)
}

// jsonText is s as encoding/json reads it: lone surrogates become U+FFFD.
func jsonText(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == 0xed && i+2 < len(s) && s[i+1] >= 0xa0 {
			b.WriteRune('\ufffd')
			i += 2
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
