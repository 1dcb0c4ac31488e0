package verify

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/copal-ml/copal/models"
)

// A layout is what a method answers for a row, value by value.
type layout struct {
	values  []valuePlace
	classes []any
	others  map[int]models.Method // of a width that this method does not have
}

// A valuePlace is one value of an answer.
type valuePlace struct {
	column int // of the answer's frame
	offset int // in the column's values of a row
	dtype  models.DType
	label  string // the class or the name; "" if it has none
}

func layoutOf(s *models.Signature, method models.Method) layout {
	l := layout{classes: s.Classes, others: map[int]models.Method{}}
	for _, m := range slices.Backward(s.Methods) {
		if m.Name != method {
			l.others[widthOf(m)] = m.Name
			continue
		}
		for i, p := range m.Outputs {
			for k := range p.Stride() {
				l.values = append(l.values, valuePlace{column: i, offset: k, dtype: p.DType, label: labelOf(s, m, p, k)})
			}
		}
	}
	return l
}

func widthOf(m models.MethodSignature) int {
	n := 0
	for _, p := range m.Outputs {
		n += p.Stride()
	}
	return n
}

// labelOf is what a header would call value k of a port.
func labelOf(s *models.Signature, m models.MethodSignature, p models.Port, k int) string {
	switch {
	case k < len(p.Names):
		return p.Names[k]
	case len(m.Outputs) == 1 && p.Width == len(s.Classes) && p.Width > 1 && m.Name != models.Predict && m.Name != models.Transform:
		return fmt.Sprint(s.Classes[k])
	case p.Width > 1:
		return ""
	}
	return p.Name
}

// order says for each value of an answer which cell of a row is expected for it,
// if a row has n cells under names (nil for none).
func (l layout) order(names []string, n int) ([]int, error) {
	if order := l.byName(names); order != nil {
		return order, nil
	}
	first := 0
	if n == len(l.values)+1 && len(names) > 0 && isIndexName(names[0]) {
		first = 1 // the row numbers that pandas writes unless told not to
	} else if n != len(l.values) {
		return nil, fmt.Errorf("a row has %s%s; the model answers %s a row%s",
			count(n, "value"), listed(names), count(len(l.values), "value"), listed(l.labels()))
	}
	order := make([]int, len(l.values))
	for i := range order {
		order[i] = first + i
	}
	return order, nil
}

// byName finds each label among the names; nil if one is missing.
func (l layout) byName(names []string) []int {
	at := make(map[string]int, len(names))
	for i, name := range names {
		at[canonical(name)] = i
	}
	if len(at) != len(names) {
		return nil
	}
	var order []int
	for _, v := range l.values {
		i, ok := at[canonical(v.label)]
		if !ok || v.label == "" {
			return nil
		}
		order = append(order, i)
	}
	return order
}

// canonical makes equal what different writers make of one label: 1 and 1.0,
// True and true.
func canonical(name string) string {
	c := cell{text: strings.TrimSpace(name)}
	if isWord(c.text) {
		return strings.ToLower(c.text)
	}
	if f, ok := c.float(); ok && f == f {
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	return c.text
}

func (l layout) labels() []string {
	var list []string
	for _, v := range l.values {
		if v.label != "" {
			list = append(list, v.label)
		}
	}
	return list
}

func listed(names []string) string {
	if len(names) == 0 {
		return ""
	}
	const most = 6
	if len(names) > most {
		names = append(slices.Clone(names[:most]), "…")
	}
	return " (" + strings.Join(names, ", ") + ")"
}

// A verdict on the first line of a file.
type verdict uint8

const (
	noHeader verdict = iota
	isHeader
	mayBeHeader // only the number of rows can tell
)

// header judges whether a first line holds names. A line of numbers may: pandas
// calls columns without names 0, 1, 2.
func (l layout) header(fields []string) verdict {
	texts := l.takesTexts()
	if len(fields) == len(l.values)+1 && isIndexName(fields[0]) {
		return isHeader
	}
	for _, f := range fields {
		if _, ok := (cell{text: f}).float(); !ok && !texts {
			return isHeader
		}
	}
	if countsUp(fields) || l.byName(fields) != nil {
		return mayBeHeader
	}
	if !texts {
		return noHeader
	}
	if len(l.values) == 1 && len(l.classes) > 0 && len(fields) == 1 {
		return l.labelHeader(fields[0])
	}
	return mayBeHeader
}

// labelHeader judges the first line of a file of labels.
func (l layout) labelHeader(field string) verdict {
	for _, class := range l.classes {
		if sameText(fmt.Sprint(class), cell{text: field}) {
			return noHeader
		}
	}
	return mayBeHeader
}

func (l layout) takesTexts() bool {
	return slices.ContainsFunc(l.values, func(v valuePlace) bool { return v.dtype == models.String })
}

// countsUp recognizes 0, 1, 2, …
func countsUp(fields []string) bool {
	for i, f := range fields {
		if strings.TrimSpace(f) != strconv.Itoa(i) {
			return false
		}
	}
	return true
}
