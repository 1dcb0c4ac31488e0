package sklearn

import (
	"slices"
	"strconv"

	"github.com/copal-ml/copal/models/pyobj"
)

// readInputs finds the columns of the input: feature_names_in_ since 2.3. Before,
// only the names of the result are known, and its columns are in the order of
// what they were made of.
func (t *tableEncoder) readInputs(r pyobj.Ref) error {
	var err error
	if _, ok := r.Attr("feature_names_in_"); ok {
		t.inputs, err = textsOf(r, "feature_names_in_")
	} else {
		t.inputs, err = t.inputsOf(r)
	}
	if err != nil {
		return err
	}
	if width, ok := r.Attr("_dim"); ok && !width.IsNone() {
		n, err := width.Int()
		if err != nil {
			return err
		}
		if n != int64(len(t.inputs)) {
			return r.Format("%d columns of an input of %d", len(t.inputs), n)
		}
	}
	return t.checkInputs(r)
}

func (t *tableEncoder) checkInputs(r pyobj.Ref) error {
	if len(t.inputs) == 0 {
		return r.Format("an encoder of no columns")
	}
	for _, e := range t.encoded {
		if !slices.Contains(t.inputs, e.name) {
			return r.Format("it encodes a column %q, which is not in the input", clip(e.name))
		}
	}
	return nil
}

// inputsOf finds the inputs in the names of the result.
func (t *tableEncoder) inputsOf(r pyobj.Ref) ([]string, error) {
	if !beforeNames(r) { // CountEncoder
		return t.allInputs(r)
	}
	results, err := textsOf(r, "feature_names")
	if err != nil {
		return nil, err
	}
	from := make(map[string]string) // the input of each result
	var inputs []string
	if t.hashed != nil {
		inputs = append(inputs, t.hashed.inputs...)
		for _, name := range t.hashed.names {
			from[name] = inputs[0]
		}
	}
	for _, e := range t.encoded {
		for _, name := range e.names {
			from[name] = e.name
		}
	}
	for i, name := range results {
		if i == 0 && t.first != nil && len(t.first.names) > 0 {
			continue
		}
		if input, ok := from[name]; ok {
			name = input
		}
		if !slices.Contains(inputs, name) {
			inputs = append(inputs, name)
		}
	}
	for _, e := range t.encoded { // all of it was dropped
		if !slices.Contains(inputs, e.name) {
			inputs = append(inputs, e.name)
		}
	}
	if sorted := slices.SortedFunc(slices.Values(inputs), byNumber); numbered(sorted) {
		return sorted, nil
	}
	return inputs, nil
}

// beforeNames reports whether r was written by a version before 2.3, which kept
// the names of the result only, in feature_names.
func beforeNames(r pyobj.Ref) bool {
	_, ok := r.Attr("feature_names")
	return ok
}

// allInputs are those of an encoder that records no names, nor their order: it
// must have one, or have been fitted on an array.
func (t *tableEncoder) allInputs(r pyobj.Ref) ([]string, error) {
	width, err := r.Need("_dim")
	if err != nil {
		return nil, err
	}
	n, err := width.Int()
	if err != nil {
		return nil, err
	}
	var inputs []string
	digits := true
	for _, e := range t.encoded {
		_, err := strconv.Atoi(e.name)
		digits, inputs = digits && err == nil, append(inputs, e.name)
	}
	if n == 1 && len(inputs) == 1 {
		return inputs, nil
	}
	if !digits || n < 0 || n > maxOpen {
		return nil, r.Unsupported("an encoder that does not record the order of its columns",
			"Fit it with category_encoders 2.3 or later, or on one column.")
	}
	inputs = inputs[:0]
	for j := range n {
		inputs = append(inputs, strconv.FormatInt(j, 10))
	}
	return inputs, nil
}

func byNumber(a, b string) int {
	i, _ := strconv.Atoi(a)
	j, _ := strconv.Atoi(b)
	return i - j
}

// numbered reports whether the names are 0, 1, 2, …: those of an array.
func numbered(names []string) bool {
	for i, name := range names {
		if name != strconv.Itoa(i) {
			return false
		}
	}
	return true
}

// textsOf reads a list of column labels, numbers as their digits.
func textsOf(r pyobj.Ref, name string) ([]string, error) {
	attr, err := r.Need(name)
	if err != nil {
		return nil, err
	}
	labels, err := attr.Labels()
	if err != nil {
		return nil, err
	}
	out := make([]string, len(labels))
	for i, v := range labels {
		if out[i], err = labelText(attr, v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// labelText is a column label as text.
func labelText(r pyobj.Ref, v pyobj.Value) (string, error) {
	if n, ok := wholeNumber(v); ok {
		v = n
	}
	switch v := v.(type) {
	case string:
		return v, nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	}
	return "", r.Unsupported("a column label that is "+pyobj.Describe(v), "Name the columns by strings.")
}
