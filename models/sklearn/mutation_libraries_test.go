package sklearn_test

import (
	"fmt"
	"testing"

	"github.com/copal-ml/copal/models/pyobj"
)

// The same for the newest version of the other libraries, whose attributes are
// dicts, lists and objects of pandas: every value in them is replaced.
func TestMutationsOfLibraries(t *testing.T) {
	if testing.Short() {
		t.Skip("short: nothing here depends on the instructions of kernels")
	}
	for _, name := range []string{
		"imblearn/0.14/pipeline_transforms",
		"category_encoders/2.8/onehot", "category_encoders/2.8/catboost", "category_encoders/2.8/count_groups",
		"category_encoders/2.8/summary", "category_encoders/2.8/hashing_md5", "category_encoders/2.8/rankhot",
		"category_encoders/2.8/ordinal_dtype", "category_encoders/2.2/sum",
		"sklearn_pandas/2.2/chain", "sklearn_pandas/1.8/rest_untouched",
		"statsmodels/0.14/ols", "statsmodels/0.14/mnlogit_removed", "statsmodels/0.14/formula_crossed",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := decode(t, "../"+name)
			m := &mutation{t: t, root: root, seen: map[any]bool{}}
			m.value(root, "", 0)
		})
	}
}

// A mutation replaces every value of a model in turn, each once.
type mutation struct {
	t    *testing.T
	root pyobj.Value
	seen map[any]bool
	next int
}

func (m *mutation) value(v pyobj.Value, path string, depth int) {
	const deepest, most = 10, 40
	if depth > deepest {
		return
	}
	switch v := v.(type) {
	case *pyobj.Object:
		if m.seen[v] {
			return
		}
		m.seen[v] = true
		m.items(v.Args, path+".args", depth)
		if depth > 0 && v.State != nil {
			m.each(func(x pyobj.Value) { v.State = x }, v.State, path+".state")
		}
		m.value(v.State, path, depth)
	case *pyobj.Dict:
		for i := range min(v.Len(), most) {
			name := fmt.Sprintf("%s[%v]", path, v.Keys[i])
			m.each(func(x pyobj.Value) { v.Values[i] = x }, v.Values[i], name)
			m.value(v.Values[i], name, depth+1)
		}
	case *pyobj.List:
		m.items(v.Items, path, depth)
	case pyobj.Tuple:
		m.items(v, path, depth)
	}
}

func (m *mutation) items(items []pyobj.Value, path string, depth int) {
	for i := range min(len(items), 10) {
		name := fmt.Sprintf("%s[%d]", path, i)
		m.each(func(x pyobj.Value) { items[i] = x }, items[i], name)
		m.value(items[i], name, depth+1)
	}
}

// each puts some mutants in the place of v, and v back.
func (m *mutation) each(set func(pyobj.Value), v pyobj.Value, path string) {
	const few = 5 // of the mutants, others each time
	list := mutants()
	for range few {
		m.next = (m.next + 1) % len(list)
		set(list[m.next])
		try(m.t, m.root, fmt.Sprintf("%s = mutant %d", path, m.next))
	}
	set(v)
}
