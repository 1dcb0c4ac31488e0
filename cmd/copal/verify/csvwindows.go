package verify

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/codec"
)

// csvWindows put the header, if there is one, before the records of each window.
type csvWindows struct {
	explainer
	records lineReader
	want    *models.Signature
	mode    codec.Header
	first   []byte // the first line that holds something
	header  []byte // that line, where it is a header
	found   int    // records in the window
	begun   bool
	body    []byte
}

func (c *csvWindows) next() (window, error) {
	c.body = append(c.body[:0], c.header...)
	w := window{codec: codec.CSV{Header: c.mode}, line: c.records.line - bytes.Count(c.header, []byte{'\n'})}
	for c.found = 0; c.found < windowRows && len(c.body) < windowBytes; {
		line, err := c.records.next()
		if errors.Is(err, io.EOF) && c.found > 0 {
			break
		}
		if err != nil {
			return window{}, err
		}
		if len(bytes.TrimRight(line, "\r\n")) > 0 {
			if c.found++; c.first == nil {
				c.first = bytes.Clone(line)
			}
		}
		c.body = append(c.body, line...)
	}
	w.body = c.body
	return w, nil
}

// decoded learns from the first window whether its first line is a header.
func (c *csvWindows) decoded(_ window, rows int) error {
	if c.begun {
		return nil
	}
	c.begun = true
	if rows == c.found {
		c.mode = codec.HeaderAbsent
		return nil
	}
	c.mode, c.header = codec.HeaderPresent, c.first
	return nil
}

func (c *csvWindows) explain(w window, before int, err error) error {
	err = c.explainer.explain(w, before, err)
	var input *InputError
	if hint := c.suspicion(); hint != "" && errors.As(err, &input) {
		input.Hint = hint
	}
	return err
}

// suspicion is what is wrong with many a CSV file, if it is with this one.
func (c *csvWindows) suspicion() string {
	if hint := otherSeparator(c.first); hint != "" {
		return hint
	}
	fields, err := csv.NewReader(bytes.NewReader(c.first)).Read()
	width := 0
	for _, p := range c.want.Inputs {
		width += p.Stride()
	}
	if err == nil && len(fields) == width+1 && isIndexName(fields[0]) {
		return fmt.Sprintf("its first column%s holds the row numbers of pandas, which the model was not fitted on: write it with df.to_csv(%q, index=False)",
			quoted(fields[0]), c.name)
	}
	return ""
}

func quoted(name string) string {
	if name == "" {
		return ""
	}
	return fmt.Sprintf(" (%s)", name)
}

// isIndexName tells the header that pandas gives to its index, or reads there.
func isIndexName(name string) bool { return name == "" || strings.HasPrefix(name, "Unnamed: 0") }

// otherSeparator recognizes a table whose fields stand apart by something else.
func otherSeparator(line []byte) string {
	for _, s := range []struct{ sep, name string }{{";", "semicolons"}, {"\t", "tabs"}} {
		if n := bytes.Count(line, []byte(s.sep)); n > 0 && !bytes.Contains(line, []byte(",")) {
			return "its fields seem to stand apart by " + s.name + "; write it with commas"
		}
	}
	return ""
}
