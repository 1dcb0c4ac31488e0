package verify

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// A kind is how a file holds its rows.
type kind uint8

const (
	csvFile   kind = iota
	jsonFile       // one document
	linesFile      // a JSON value a line
	npyFile
)

// maxDocument bounds a JSON document, which is read as a whole. Text a line a row,
// and arrays whose rows stand one behind the other, are streamed.
const maxDocument = 64 << 20

// peekSize is how much of a file is looked at to tell its kind.
const peekSize = 64 << 10

// A source is a file of rows.
type source struct {
	*bufio.Reader
	name string // for messages
	kind kind
	file *os.File // nil for standard input
}

// openSource opens the file, or standard input for "-", and tells what it is by
// its name and its first bytes. Files that gzip made are read through it.
func openSource(path string, stdin io.Reader) (*source, error) {
	s := &source{name: path}
	in := stdin
	if path == "-" {
		s.name = "standard input"
	} else {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		if info, err := f.Stat(); err == nil && info.IsDir() {
			return nil, errors.Join(inputError(path, "give a file of rows, such as X.csv", "it is a folder"), f.Close())
		}
		s.file, in = f, f
	}
	s.Reader = bufio.NewReaderSize(in, peekSize)
	if err := s.detect(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close closes the file. Standard input stays open.
func (s *source) Close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}

func (s *source) detect() error {
	head, err := s.peek()
	if err != nil {
		return err
	}
	ext := strings.ToLower(filepath.Ext(s.name))
	if bytes.HasPrefix(head, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(s.Reader)
		if err != nil {
			return inputError(s.name, "", "not a whole gzip file: %w", err)
		}
		ext = strings.ToLower(filepath.Ext(strings.TrimSuffix(s.name, filepath.Ext(s.name))))
		s.Reader = bufio.NewReaderSize(z, peekSize)
		if head, err = s.peek(); err != nil {
			return err
		}
	}
	if err := foreign(s.name, head); err != nil {
		return err
	}
	s.kind = kindOf(ext, head)
	if len(bytes.TrimSpace(head)) == 0 {
		return inputError(s.name, "verify needs a row at least", "it is empty")
	}
	return nil
}

func (s *source) peek() ([]byte, error) {
	head, err := s.Peek(peekSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, inputError(s.name, "", "%w", err)
	}
	if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) { // the mark that Excel puts before UTF-8
		_, err = s.Discard(3)
		return head[3:], err
	}
	return head, nil
}

// The first bytes of files that people have and that are not read here.
var foreigners = []struct{ magic, what, hint string }{
	{"PAR1", "a Parquet file", "write it as CSV: df.to_csv(\"X.csv\", index=False)"},
	{"ARROW1", "a Feather file", "write it as CSV: df.to_csv(\"X.csv\", index=False)"},
	{"PK\x03\x04", "a zip archive, as .xlsx and .npz files are", "write the table as CSV, or the array with np.save"},
	{"\x80", "a pickle", "it is not executed here: write it as CSV, or with np.save"},
	{"\x89HDF", "an HDF5 file", "write it as CSV, or with np.save"},
	{"\xff\xfe", "text in UTF-16", "save it as UTF-8; in Excel: CSV UTF-8"},
	{"\xfe\xff", "text in UTF-16", "save it as UTF-8; in Excel: CSV UTF-8"},
}

func foreign(name string, head []byte) error {
	for _, f := range foreigners {
		if bytes.HasPrefix(head, []byte(f.magic)) {
			return inputError(name, f.hint, "it is %s; CSV, JSON, JSON Lines and .npy are read", f.what)
		}
	}
	return nil
}

// kindOf tells what a file is. A file named .json may hold JSON Lines, as pandas
// writes them.
func kindOf(ext string, head []byte) kind {
	text := bytes.TrimLeft(head, " \t\r\n")
	switch {
	case bytes.HasPrefix(head, []byte("\x93NUMPY")):
		return npyFile
	case ext == ".csv":
		return csvFile
	case ext == ".jsonl", ext == ".ndjson":
		return linesFile
	case ext != ".json" && (len(text) == 0 || text[0] != '[' && text[0] != '{'):
		return csvFile
	}
	line, rest, _ := bytes.Cut(text, []byte{'\n'})
	if _, err := (&jsonText{b: line}).document(); err == nil && len(bytes.TrimSpace(rest)) > 0 {
		return linesFile
	}
	return jsonFile
}

// all reads a document as a whole.
func (s *source) all() ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(s, maxDocument+1))
	if err != nil {
		return nil, inputError(s.name, "", "%w", err)
	}
	if len(b) > maxDocument {
		return nil, inputError(s.name, "write it as CSV or JSON Lines, which are read a part at a time",
			"a JSON document is read as a whole, and it is larger than %d MB", maxDocument>>20)
	}
	return b, nil
}
