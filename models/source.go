package models

import "io"

// A Source is a model file of known size. A reader may read it out of order.
type Source struct {
	io.ReaderAt
	Name string // of the file, for error texts only
	Size int64  // in bytes, not negative

	// Beside opens a file in the same folder by its base name, for formats
	// that split a model over files. It may be nil.
	Beside func(name string) (io.ReadCloser, error)
}
