package verify

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// rows gives the expected rows one by one, each valid until the next; io.EOF is
// the end. The names are nil where the values only have their places.
type rows interface {
	next() (row []cell, names []string, err error)
}

func csvReader(from io.Reader) *csv.Reader {
	c := csv.NewReader(from)
	c.ReuseRecord = true
	return c
}

func csvError(name string, err error) error {
	if errors.Is(err, csv.ErrFieldCount) {
		return inputError(name, "every line needs a value for each column", "%w", err)
	}
	return inputError(name, "", "%w", err)
}

// csvRows are the lines of a CSV file.
type csvRows struct {
	from    *source
	records *csv.Reader
	header  bool
	names   []string
	row     []cell
}

func (c *csvRows) next() ([]cell, []string, error) {
	fields, err := c.read()
	if err == nil && c.header && c.names == nil {
		c.names = slices.Clone(fields)
		fields, err = c.read()
	}
	if err != nil {
		return nil, nil, err
	}
	c.row = c.row[:0]
	for _, f := range fields {
		c.row = append(c.row, cell{text: f, null: f == ""})
	}
	return c.row, c.names, nil
}

func (c *csvRows) read() ([]string, error) {
	fields, err := c.records.Read()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, csvError(c.from.name, err)
	}
	return fields, err
}

// jsonLines are values a line.
type jsonLines struct {
	lines lineReader
	row   []cell
}

func (j *jsonLines) next() ([]cell, []string, error) {
	for {
		line, err := j.lines.next()
		if err != nil {
			return nil, nil, err
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		v, err := (&jsonText{b: line}).document()
		if err != nil {
			return nil, nil, inputError(j.lines.from.name, "", "line %d: %w", j.lines.line, err)
		}
		j.row = v.cells(j.row[:0])
		return j.row, v.names, nil
	}
}

// listRows are the rows of a JSON document.
type listRows struct {
	list []jsonValue
	row  []cell
}

func (l *listRows) next() ([]cell, []string, error) {
	if len(l.list) == 0 {
		return nil, nil, io.EOF
	}
	v := l.list[0]
	l.list = l.list[1:]
	l.row = v.cells(l.row[:0])
	return l.row, v.names, nil
}

// jsonRows finds the rows in a document: a list, bare or as the member that the
// server or pandas puts it in.
func jsonRows(s *source, width int) ([]jsonValue, error) {
	text, err := s.all()
	if err != nil {
		return nil, err
	}
	v, err := (&jsonText{b: text}).document()
	if err != nil {
		return nil, inputError(s.name, "", "not JSON: %w", err)
	}
	if v.kind == '{' {
		return namedRows(s.name, v)
	}
	if scalars := !slices.ContainsFunc(v.list, func(v jsonValue) bool { return v.kind != 0 }); scalars && width > 1 && len(v.list) == width {
		return []jsonValue{v}, nil // one row
	}
	return v.list, nil
}

func namedRows(name string, v jsonValue) ([]jsonValue, error) {
	if columns, ok := v.member("columns"); ok {
		if data, ok := v.member("data"); ok {
			return splitRows(columns, data), nil
		}
	}
	for _, key := range []string{"predictions", "instances", "data"} {
		if list, ok := v.member(key); ok && list.kind == '[' {
			return list.list, nil
		}
	}
	if countsUp(v.names) && !slices.ContainsFunc(v.list, func(v jsonValue) bool { return v.kind == '{' }) {
		return v.list, nil // a pandas Series by its index
	}
	return nil, inputError(name, `write a list of rows, json.dump(y.tolist(), f), or with pandas to_json(orient="records")`,
		"an object without the member predictions is not a list of rows")
}

// splitRows gives each row of pandas' orientation "split" its names.
func splitRows(columns, data jsonValue) []jsonValue {
	var names []string
	for _, c := range columns.cells(nil) {
		names = append(names, c.text)
	}
	list := slices.Clone(data.list)
	for i := range list {
		list[i].names = names
	}
	return list
}

// appendText quotes s for JSON.
func appendText(dst []byte, s string) []byte {
	b, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("verify: quote %q: %v", s, err)) // a string is always JSON
	}
	return append(dst, b...)
}
