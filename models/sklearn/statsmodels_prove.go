package sklearn

import (
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/ndarray"
	"github.com/copal-ml/copal/models/pyobj"
)

// prove makes the design matrix of the training table again and compares it with
// the one in the file. Rows with missing values are not in the latter.
func (p *formula) prove(r pyobj.Ref, table, matrix *pyobj.DataFrame) error {
	columns, err := p.tableColumns(r, table)
	if err != nil {
		return err
	}
	want := make([][]float64, len(matrix.Columns))
	for j, values := range matrix.Values {
		if want[j], err = values.Float64s(); err != nil {
			return r.Format("%w", err)
		}
	}
	row, slots, at := make([]float64, len(p.columns)), make([]float64, len(p.slots)), 0
	for i := range table.Index {
		for s, from := range p.slots {
			slots[s], _ = from.read(&columns[s], i)
		}
		if p.row(row, slots); len(row) > 0 && math.IsNaN(row[0]) {
			continue
		}
		if at < len(matrix.Index) && !near(row, want, at) || at >= len(matrix.Index) {
			return r.Unsupported("a formula whose design matrix is not that of its table", formulaHint)
		}
		at++
	}
	if at != len(matrix.Index) || at == 0 {
		return r.Unsupported("a formula whose design matrix has other rows than its table", formulaHint)
	}
	return nil
}

// near compares a row with row i of columns, to what functions of other machines
// may differ in.
func near(row []float64, columns [][]float64, i int) bool {
	const tolerance = 1e-9
	for j, v := range row {
		if want := columns[j][i]; math.Abs(v-want) > tolerance*max(1, math.Abs(want)) {
			return false
		}
	}
	return true
}

// tableColumns are the columns of the table for each slot, as a request would
// hold them.
func (p *formula) tableColumns(r pyobj.Ref, table *pyobj.DataFrame) ([]series, error) {
	list := make([]series, len(p.slots))
	for s, from := range p.slots {
		c, err := columnOf(table.Values[from.column], from.levels != nil && from.levels.texts != nil)
		if err != nil {
			return nil, r.Unsupported("the column "+clip(p.names[from.column])+" of a formula ("+err.Error()+")", formulaHint)
		}
		list[s] = series{Column: c, step: 1}
	}
	return list, nil
}

// columnOf is an array as a column of texts or of numbers.
func columnOf(a *ndarray.Array, texts bool) (*models.Column, error) {
	if !texts {
		f, err := a.Float64s()
		return &models.Column{F64: f}, err
	}
	values, err := pyobj.Elements(a)
	c := &models.Column{DType: models.String, Str: make([]string, len(values)), Null: make([]bool, len(values))}
	for i, v := range values {
		text, ok := v.(string)
		c.Str[i], c.Null[i] = text, !ok
	}
	return c, err
}
