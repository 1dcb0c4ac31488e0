package verify

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"github.com/copal-ml/copal/models"
)

// A reading is one way to read the expected file, with what the comparison has
// found by it. Where the first line may be a header or a row, there are two.
type reading struct {
	name string
	file *source
	rows rows
	n    int // rows read

	answers layout
	names   []string // of the last row
	width   int      // of the last row
	order   []int    // of such rows
	*comparison
}

func (r *reading) close() error { return r.file.Close() }

// openReadings opens the expected file once for each way to read it.
func openReadings(o Options, answers layout) ([]*reading, error) {
	again, err := rewindable(o)
	if err != nil {
		return nil, err
	}
	s, err := openSource(o.Expect, again())
	if err != nil {
		return nil, err
	}
	first := &reading{name: s.name, file: s, answers: answers, comparison: newComparison(o, answers)}
	head, err := first.open()
	if err != nil {
		return nil, errors.Join(err, first.close())
	}
	if head != mayBeHeader {
		return []*reading{first}, nil
	}
	if s, err = openSource(o.Expect, again()); err != nil {
		return nil, errors.Join(err, first.close())
	}
	second := &reading{name: s.name, file: s, answers: answers, comparison: newComparison(o, answers)}
	second.rows = &csvRows{from: s, records: csvReader(s), header: true}
	return []*reading{first, second}, nil
}

// rewindable gives standard input as often as it is asked, if that is what holds
// the expected answers.
func rewindable(o Options) (func() io.Reader, error) {
	if o.Expect != "-" {
		return func() io.Reader { return nil }, nil
	}
	b, err := io.ReadAll(io.LimitReader(o.Stdin, maxDocument+1))
	if err != nil {
		return nil, inputError("standard input", "", "%w", err)
	}
	if len(b) > maxDocument {
		return nil, inputError("standard input", "give it as a file, which is streamed", "it has more than %d MB", maxDocument>>20)
	}
	return func() io.Reader { return bytes.NewReader(b) }, nil
}

// open chooses the reader of the file, and judges its first line.
func (r *reading) open() (verdict, error) {
	switch r.file.kind {
	case npyFile:
		a, err := openArray(r.file)
		r.rows = &arrayRows{from: a}
		return noHeader, err
	case linesFile:
		r.rows = &jsonLines{lines: lineReader{from: r.file}}
		return noHeader, nil
	case jsonFile:
		list, err := jsonRows(r.file, len(r.answers.values))
		r.rows = &listRows{list: list}
		return noHeader, err
	}
	head, err := r.file.Peek(peekSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return noHeader, inputError(r.name, "", "%w", err)
	}
	v, err := r.firstLine(head)
	r.rows = &csvRows{from: r.file, records: csvReader(r.file), header: v == isHeader}
	return v, err
}

// firstLine judges the first line of a CSV file. Above a second line that might
// be a header as well, it is a row of what the model does not answer.
func (r *reading) firstLine(head []byte) (verdict, error) {
	records := csvReader(bytes.NewReader(head))
	fields, err := records.Read()
	if err != nil {
		return noHeader, csvError(r.name, err)
	}
	if hint := otherSeparator([]byte(fields[0])); hint != "" && len(fields) == 1 && len(r.answers.values) > 1 {
		return noHeader, inputError(r.name, hint, "a line has 1 value; the model answers %d", len(r.answers.values))
	}
	v := r.answers.header(fields)
	if v != isHeader || isIndexName(fields[0]) {
		return v, nil
	}
	if fields, err = records.Read(); err == nil && r.answers.header(fields) == isHeader {
		return noHeader, nil
	}
	return v, nil
}

// expected gives the next row in the order of the answer.
func (r *reading) expected() (row []cell, order []int, err error) {
	row, names, err := r.rows.next()
	if err != nil {
		return nil, nil, err
	}
	r.n++
	if r.order == nil || len(row) != r.width || !slices.Equal(names, r.names) {
		if r.order, err = r.answers.order(names, len(row)); err != nil {
			return nil, nil, inputError(r.name, r.answers.wayToWrite(len(row)), "row %d: %w", r.n-1, err)
		}
		r.names, r.width = slices.Clone(names), len(row)
	}
	return row, r.order, nil
}

// wayToWrite is the next step for rows of n values.
func (l layout) wayToWrite(n int) string {
	if other := l.others[n]; other != "" {
		return "are these the answers of another method? --method " + string(other) + " has as many"
	}
	return "write what the method answers and nothing else: `copal verify -h` shows how"
}

// compare holds a row of the answers against the next expected row. Behind the
// last one there is nothing to compare; count tells.
func (r *reading) compare(in, out *models.Frame, row int) error {
	want, order, err := r.expected()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return err
	}
	r.comparison.row(in, out, row, want, order)
	return nil
}

// count is the number of all rows, after reading those that are left.
func (r *reading) count() (int, error) {
	for {
		_, _, err := r.rows.next()
		if errors.Is(err, io.EOF) {
			return r.n, nil
		}
		if err != nil {
			return 0, err
		}
		r.n++
	}
}
