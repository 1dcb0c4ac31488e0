package verify

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
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
	guess   string // what was made of the first line, for the user; "" if there was no doubt
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
	if !c.begun && c.mode == codec.HeaderAuto && c.namesOfNoUse() {
		c.leaveOutFirst()
		w.codec = codec.CSV{Header: c.mode}
	}
	w.body = c.body
	return w, nil
}

// oneWord is a name that a column of texts may have, and hardly a text itself.
var oneWord = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// namesOfNoUse recognizes a header that the server takes for a row: the numbers
// that pandas gives to columns without names, and one word above texts.
func (c *csvWindows) namesOfNoUse() bool {
	fields, err := csv.NewReader(bytes.NewReader(c.first)).Read()
	if err != nil {
		return false
	}
	in := c.want.Inputs
	texts := len(in) == 1 && in[0].DType == models.String && in[0].Width == 0 && in[0].Name == ""
	return countsUp(fields) || texts && len(fields) == 1 && oneWord.MatchString(fields[0])
}

// leaveOutFirst takes the first line out of the first window, but not its place.
func (c *csvWindows) leaveOutFirst() {
	c.mode, c.begun = codec.HeaderAbsent, true
	c.found--
	at := bytes.Index(c.body, c.first)
	c.body = slices.Concat(c.body[:at], []byte{'\n'}, c.body[at+len(c.first):])
	c.guess = fmt.Sprintf("%s: its first line (%s) is taken for a header, not for a row; --header absent takes it for a row",
		c.name, bytes.TrimRight(c.first, "\r\n"))
}

func (c *csvWindows) note() string { return c.guess }

// decoded learns from the first window whether its first line is a header.
func (c *csvWindows) decoded(_ window, rows int) {
	if c.begun {
		return
	}
	c.begun = true
	if rows == c.found {
		c.mode = codec.HeaderAbsent
		return
	}
	c.mode, c.header = codec.HeaderPresent, c.first
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
	const write = "; write it with commas"
	switch words := bytes.Fields(line); {
	case bytes.Contains(line, []byte(",")):
	case bytes.Contains(line, []byte(";")):
		return "its fields seem to stand apart by semicolons" + write
	case bytes.Contains(line, []byte("\t")):
		return "its fields seem to stand apart by tabs" + write
	case len(words) > 1 && !slices.ContainsFunc(words, func(w []byte) bool { return !decimal(string(w)) }):
		return "its numbers seem to stand apart by spaces" + write + `, as np.savetxt does with delimiter=","`
	}
	return ""
}
