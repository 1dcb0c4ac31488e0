package verify

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/codec"
	"github.com/copal-ml/copal/runtime/contract"
)

// A picker keeps the rows of a smoke test: the first of each answer, so that a
// model which always says the same would fail, then the first of all.
type picker struct {
	want  int
	fresh []pick // with answers that no earlier one has
	more  []pick
}

// A pick is a row and its expected answer, as frames of one row.
type pick struct {
	row    int
	in     models.Frame
	answer models.Frame
	text   string // of the answer
}

// see takes row of the frames, if it is still of use. The model's answer to it
// agrees with what is expected.
func (p *picker) see(in, out *models.Frame, row, number int, l layout, want []cell, order []int) {
	if len(p.fresh) == p.want {
		return
	}
	c := pick{row: number}
	appendRow(&c.answer, out, row)
	for i, v := range l.values {
		setExpected(&c.answer.Columns[v.column], v.offset, want[order[i]])
	}
	c.text = string(rowsText(c.answer))
	same := func(o pick) bool { return o.text == c.text }
	known := slices.ContainsFunc(p.fresh, same)
	if known && len(p.more) == p.want {
		return
	}
	appendRow(&c.in, in, row)
	if known {
		p.more = append(p.more, c)
	} else {
		p.fresh = append(p.fresh, c)
	}
}

// appendRow appends a copy of one row.
func appendRow(dst, src *models.Frame, row int) {
	for i := range src.Columns {
		c, n := &src.Columns[i], src.Columns[i].Stride()
		if i == len(dst.Columns) {
			dst.Add(c.Name, c.DType, c.Width, 0)
		}
		d, from, to := &dst.Columns[i], row*n, (row+1)*n
		switch c.DType {
		case models.Float64:
			d.F64 = append(d.F64, c.F64[from:to]...)
		case models.Float32:
			d.F32 = append(d.F32, c.F32[from:to]...)
		case models.Int64:
			d.I64 = append(d.I64, c.I64[from:to]...)
		case models.Bool:
			d.Bool = append(d.Bool, c.Bool[from:to]...)
		case models.String:
			for _, s := range c.Str[from:to] {
				d.Str = append(d.Str, strings.Clone(s))
			}
		}
		if len(c.Null) > 0 {
			d.Null = append(d.Null, c.Null[from:to]...)
		} else {
			d.Null = append(d.Null, make([]bool, n)...)
		}
	}
	dst.Rows++
}

// setExpected puts an expected number in the place of the model's own, from
// which it differs within the tolerance. All else is the same already.
func setExpected(c *models.Column, i int, want cell) {
	switch f, _ := want.float(); c.DType {
	case models.Float64:
		c.F64[i] = f
	case models.Float32:
		c.F32[i] = float32(f)
	}
}

// rowsText is a frame as the JSON list of its rows. Rows of one value are lists
// of one.
func rowsText(f models.Frame) []byte {
	b, err := codec.JSON{}.Append(nil, &f)
	if err != nil {
		panic(fmt.Sprintf("verify: rows as JSON: %v", err)) // it has no error for memory
	}
	return bytes.TrimSuffix(bytes.TrimPrefix(b, []byte(`{"predictions": `)), []byte("}"))
}

// smoke makes the test of the rows kept, of as many as fit into a manifest. It
// asks the model the very request, so that what is stored is known to pass.
func (p *picker) smoke(m models.Predictor, method models.Method, tolerance float64) (*contract.Smoke, int, error) {
	picks := append(slices.Clone(p.fresh), p.more...)
	picks = picks[:min(len(picks), p.want)]
	slices.SortFunc(picks, func(a, b pick) int { return a.row - b.row })
	for n := len(picks); n > 0; n-- {
		s := smokeOf(picks[:n], method, tolerance)
		if len(s.Request)+len(s.Answer) > contract.MaxSmoke {
			continue
		}
		if err := rehearse(m, s); err != nil {
			return nil, 0, fmt.Errorf("the rows cannot be kept as a smoke test: %w", err)
		}
		return s, n, nil
	}
	return nil, 0, fmt.Errorf("no row fits into the %d KB that the image keeps for its smoke test", contract.MaxSmoke>>10)
}

func smokeOf(picks []pick, method models.Method, tolerance float64) *contract.Smoke {
	var in, answer models.Frame
	for i := range picks {
		appendRow(&in, &picks[i].in, 0)
		appendRow(&answer, &picks[i].answer, 0)
	}
	if len(in.Columns) == 1 { // the codec takes bare values for a single row
		in.Columns[0].Width = in.Columns[0].Stride()
	}
	request := append(fmt.Appendf(nil, `{"method":%q,"instances":`, method), rowsText(in)...)
	return &contract.Smoke{
		Request:   append(request, '}'),
		Answer:    append(append([]byte(`{"predictions":`), rowsText(answer)...), '}'),
		Tolerance: tolerance,
	}
}

// rehearse answers the request as the server will.
func rehearse(m models.Predictor, s *contract.Smoke) error {
	var in codec.Request
	var out models.Frame
	if err := (codec.JSON{}).Decode(&in, m.Signature(), s.Request); err != nil {
		return err
	}
	if err := m.Signature().Check(&in.Frame); err != nil {
		return err
	}
	if err := m.Predict(&out, &in.Frame, in.Method); err != nil {
		return err
	}
	answer, err := codec.JSON{}.Append(nil, &out)
	if err != nil {
		return err
	}
	return s.Compare(answer)
}
