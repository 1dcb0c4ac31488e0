package models

import (
	"fmt"
	"strings"
)

// Check compares the columns of in with what the signature asks for: how many,
// which names in which order, of which type and width. It looks at no value.
// The error is a *DataError that says what was got and what was expected, in
// scikit-learn's words where it has some
// (sklearn/utils/validation.py: _check_n_features, _check_feature_names).
//
// A model whose one input is a matrix takes one column of that width, or one
// column of width 0 per feature. In the second form, if both sides have names,
// they must be the same in the same order. A model with an input per named
// column takes these by name, in any order, among others.
func (s *Signature) Check(in *Frame) error {
	if in.Rows == 0 {
		return batchError("Found array with 0 sample(s) while a minimum of 1 is required%s.", s.by())
	}
	if err := checkLengths(in); err != nil {
		return err
	}
	if len(s.Inputs) == 1 && s.Inputs[0].Width > 0 {
		return s.checkMatrix(in)
	}
	return s.checkColumns(in)
}

func batchError(format string, args ...any) *DataError {
	return &DataError{Row: -1, Column: -1, Text: fmt.Sprintf(format, args...)}
}

func (s *Signature) by() string {
	if s.Estimator == "" {
		return ""
	}
	return " by " + s.Estimator
}

// checkLengths refuses a frame that breaks its own rules, so that no kernel
// ever reads beyond a slice.
func checkLengths(in *Frame) error {
	for i := range in.Columns {
		c := &in.Columns[i]
		want := in.Rows * c.Stride()
		if got := c.len(); got != want {
			return batchError("column %d holds %d values; %d rows of %d are %d", i, got, in.Rows, c.Stride(), want)
		}
		if len(c.Null) != 0 && len(c.Null) != want {
			return batchError("column %d has %d null flags for %d values", i, len(c.Null), want)
		}
	}
	return nil
}

func (c *Column) len() int {
	switch c.DType {
	case Float64:
		return len(c.F64)
	case Float32:
		return len(c.F32)
	case Int64:
		return len(c.I64)
	case Bool:
		return len(c.Bool)
	case String:
		return len(c.Str)
	}
	return -1
}

func (s *Signature) checkMatrix(in *Frame) error {
	want := s.Inputs[0]
	for i := range in.Columns {
		if c := &in.Columns[i]; !want.takes(c.DType) {
			return columnError(i, c.Name, c.DType, want.DType)
		}
	}
	if len(in.Columns) == 1 && in.Columns[0].Width > 0 {
		return s.checkCount(in.Columns[0].Width)
	}
	for i := range in.Columns {
		if c := &in.Columns[i]; c.Width > 0 {
			return &DataError{Row: -1, Column: i, Name: c.Name, Text: fmt.Sprintf(
				"column %d%s holds lists of %d values, expected one value a row", i, named(c.Name), c.Width)}
		}
	}
	if err := s.checkNames(in); err != nil {
		return err
	}
	return s.checkCount(len(in.Columns))
}

func (s *Signature) checkCount(got int) error {
	want := s.Inputs[0].Width
	if got == want {
		return nil
	}
	return batchError("X has %d features, but %s is expecting %d features as input.", got, s.who(), want)
}

// checkNames holds the names of the columns against the names of the features.
// Either side may have none; scikit-learn then only warns.
func (s *Signature) checkNames(in *Frame) error {
	if len(s.Features) == 0 || !hasNames(in) || s.sameNames(in) {
		return nil
	}
	got := make(map[string]bool, len(in.Columns))
	for i := range in.Columns {
		got[in.Columns[i].Name] = true
	}
	want := make(map[string]bool, len(s.Features))
	var missing, unexpected []string
	for _, name := range s.Features {
		want[name] = true
		if !got[name] {
			missing = append(missing, name)
		}
	}
	for i := range in.Columns {
		if name := in.Columns[i].Name; !want[name] {
			unexpected = append(unexpected, name)
		}
	}
	if len(missing)+len(unexpected) > 0 {
		return batchError("The feature names should match those that were passed during fit.%s%s",
			listed(" Feature names unseen at fit time: ", unexpected),
			listed(" Feature names seen at fit time, yet now missing: ", missing))
	}
	for i, name := range s.Features {
		if i < len(in.Columns) && in.Columns[i].Name != name {
			return batchError("The feature names should match those that were passed during fit."+
				" Feature names must be in the same order as they were in fit: column %d is %q, expected %q.",
				i, in.Columns[i].Name, name)
		}
	}
	return nil
}

func (s *Signature) sameNames(in *Frame) bool {
	if len(in.Columns) != len(s.Features) {
		return false
	}
	for i, name := range s.Features {
		if in.Columns[i].Name != name {
			return false
		}
	}
	return true
}

func hasNames(in *Frame) bool {
	for i := range in.Columns {
		if in.Columns[i].Name != "" {
			return true
		}
	}
	return false
}

// listed shows at most five names, as scikit-learn does.
func listed(title string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	const most = 5
	more := ""
	if len(names) > most {
		names, more = names[:most], ", ..."
	}
	return title + strings.Join(names, ", ") + more + "."
}

// checkColumns takes columns by name; by position if either side has no names,
// as scikit-learn takes an array in the place of a table.
func (s *Signature) checkColumns(in *Frame) error {
	if s.Open {
		return nil
	}
	if s.byPosition(in) && len(in.Columns) != len(s.Inputs) {
		return s.miscounted(in, len(s.Inputs))
	}
	var missing []string
	for k := range s.Inputs {
		want := &s.Inputs[k]
		i := s.find(in, k)
		if i < 0 {
			missing = append(missing, want.Name)
			continue
		}
		c := &in.Columns[i]
		if !want.takes(c.DType) {
			return columnError(i, c.Name, c.DType, want.DType)
		}
		if c.Stride() != want.Stride() {
			return &DataError{Row: -1, Column: i, Name: c.Name, Text: fmt.Sprintf(
				"column %d%s has width %d, expected %d", i, named(c.Name), c.Width, want.Width)}
		}
	}
	if len(missing) > 0 {
		return batchError("%s", listed("columns are missing: ", missing))
	}
	return nil
}

func (s *Signature) miscounted(in *Frame, want int) error {
	got := 0
	for i := range in.Columns {
		got += in.Columns[i].Stride()
	}
	if got == want {
		return batchError("got one column of %d values, expected %d columns of different types", got, want)
	}
	return batchError("X has %d features, but %s is expecting %d features as input.", got, s.who(), want)
}

func (s *Signature) who() string {
	if s.Estimator == "" {
		return "the model"
	}
	return s.Estimator
}

func (s *Signature) byPosition(in *Frame) bool {
	return len(s.Inputs) > 0 && s.Inputs[0].Name == "" || !hasNames(in)
}

// find is the column of in for input k, or -1.
func (s *Signature) find(in *Frame, k int) int {
	if s.byPosition(in) {
		return k
	}
	name := s.Inputs[k].Name
	if k < len(in.Columns) && in.Columns[k].Name == name {
		return k
	}
	return in.index(name)
}

func (f *Frame) index(name string) int {
	for i := range f.Columns {
		if f.Columns[i].Name == name {
			return i
		}
	}
	return -1
}

// takes reports whether a port converts values of type got: every
// number and truth value is a number to numpy, and only a string is a string.
func (p *Port) takes(got DType) bool {
	if p.Integers && (got == Int64 || got == Bool) {
		return true
	}
	return (p.DType == String) == (got == String)
}

func columnError(i int, name string, got, want DType) *DataError {
	return &DataError{Row: -1, Column: i, Name: name, Text: fmt.Sprintf(
		"column %d%s holds %s, expected %s", i, named(name), got, want)}
}

func named(name string) string {
	if name == "" {
		return ""
	}
	return fmt.Sprintf(" (%q)", name)
}
