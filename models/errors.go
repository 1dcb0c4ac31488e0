package models

import (
	"fmt"
	"strings"
)

// A FormatError reports a file that is broken: truncated, damaged or hostile.
type FormatError struct {
	Format string // "pickle", "joblib", "zlib"
	Offset int64  // in the stream that Format reads, after decompression; -1 if not known
	Text   string // what is wrong, lower case, no full stop
	Err    error  // the cause, if there is one
}

func (e *FormatError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "not a valid %s file", e.Format)
	if e.Offset >= 0 {
		fmt.Fprintf(&b, ": at byte %d", e.Offset)
	}
	fmt.Fprintf(&b, ": %s", e.Text)
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

func (e *FormatError) Unwrap() error { return e.Err }

// An UnsupportedError reports a valid file that holds something Copal cannot run.
type UnsupportedError struct {
	Path    string // inside the model: "Pipeline.steps['prep'].transformers_[1]"; "" for the whole file
	Feature string // what it is: "sklearn.svm._classes.NuSVR", "the global posix.system"
	Version string // of the library that wrote it; "" if not known
	Offset  int64  // of the opcode that brought it in; -1 if not known
	Hint    string // what to do instead; a sentence
}

// Subject is what is not supported, and where it is in the model.
func (e *UnsupportedError) Subject() string {
	if e.Path == "" {
		return e.Feature
	}
	return e.Path + ": " + e.Feature
}

func (e *UnsupportedError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s is not supported", e.Subject())
	if e.Version != "" {
		fmt.Fprintf(&b, " (written by version %s)", e.Version)
	}
	if e.Offset >= 0 {
		fmt.Fprintf(&b, " (byte %d)", e.Offset)
	}
	return b.String()
}

// A DataError reports a request value that the model cannot take. The server
// answers it with status 400.
type DataError struct {
	Row    int    // from 0; -1 if the batch as a whole is wrong
	Column int    // from 0; -1 if the row as a whole is wrong
	Name   string // of the column, if it has one
	Text   string // what was got and what was expected
}

func (e *DataError) Error() string {
	var b strings.Builder
	if e.Row >= 0 {
		fmt.Fprintf(&b, "row %d", e.Row)
		if e.Column >= 0 {
			fmt.Fprintf(&b, ", column %d", e.Column)
		}
		if e.Name != "" {
			fmt.Fprintf(&b, " (%s)", e.Name)
		}
		b.WriteString(": ")
	}
	b.WriteString(e.Text)
	return b.String()
}
