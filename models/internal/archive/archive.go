// Package archive reads zip files whose directory is a claim: sizes of members
// decide no allocation, and what is kept is charged to a budget first.
package archive

import (
	"archive/zip"
	"compress/bzip2"
	"compress/flate"
	"errors"
	"fmt"
	"io"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/internal/bounded"
)

// costMember bounds what archive/zip keeps of a member beside its name.
const costMember = 512

// bzip2Method is compression method 12 of APPNOTE.TXT 4.4.5, which Python's
// zipfile writes as ZIP_BZIP2.
const bzip2Method = 12

// encrypted is bit 0 of the general purpose flags (APPNOTE.TXT 4.4.4).
const encrypted = 1

// An Archive is an open zip file.
type Archive struct {
	names   []string
	members map[string]*zip.File
	meter   *bounded.Meter
}

// Open reads the directory of a zip file of so many bytes, which it charges to m.
// Errors are *models.FormatError of format "zip", or of r.
func Open(r io.ReaderAt, size int64, m *bounded.Meter) (*Archive, error) {
	z, err := zip.NewReader(inside{r, size}, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // names are never used as paths
		return nil, explain("its directory", err)
	}
	z.RegisterDecompressor(bzip2Method, func(r io.Reader) io.ReadCloser { return io.NopCloser(bzip2.NewReader(r)) })
	a := &Archive{members: make(map[string]*zip.File), meter: m}
	for _, f := range z.File {
		if err := m.Charge(costMember + 2*int64(len(f.Name))); err != nil {
			return nil, &models.FormatError{Format: "zip", Offset: -1, Text: "its directory", Err: err}
		}
		if a.members[f.Name] != nil {
			return nil, memberError(f.Name, "the name occurs twice")
		}
		a.names, a.members[f.Name] = append(a.names, f.Name), f
	}
	return a, nil
}

// inside keeps archive/zip from reading where a directory points outside of the file.
type inside struct {
	io.ReaderAt
	size int64
}

func (r inside) ReadAt(p []byte, at int64) (int, error) {
	if at < 0 || at > r.size {
		return 0, zip.ErrFormat
	}
	return r.ReaderAt.ReadAt(p, at)
}

// Names are the names of all members, in the order of the directory.
func (a *Archive) Names() []string { return a.names }

// Has reports whether there is a member of that name.
func (a *Archive) Has(name string) bool { return a.members[name] != nil }

// Method names the compression of a member: "" if it is stored as it is.
func (a *Archive) Method(name string) string {
	f := a.members[name]
	switch {
	case f == nil || f.Method == zip.Store:
		return ""
	case f.Method == zip.Deflate:
		return "deflate"
	case f.Method == bzip2Method:
		return "bz2"
	}
	return fmt.Sprintf("zip method %d", f.Method)
}

// A Member is the contents of a member. At its end, Read has verified its length
// and its checksum. Errors of the contents are *models.FormatError.
type Member struct {
	name string
	r    io.ReadCloser
}

// Open opens a member.
func (a *Archive) Open(name string) (*Member, error) {
	f := a.members[name]
	if f == nil {
		return nil, memberError(name, "there is no such member")
	}
	if f.Flags&encrypted != 0 {
		return nil, &models.UnsupportedError{Feature: fmt.Sprintf("the encrypted member %q of a zip file", clip(name)), Offset: -1,
			Hint: "Save the model without a password."}
	}
	r, err := f.Open()
	if errors.Is(err, zip.ErrAlgorithm) {
		return nil, &models.UnsupportedError{Feature: fmt.Sprintf("compression method %d of the member %q of a zip file", f.Method, clip(name)),
			Offset: -1, Hint: "Save the model without compression, or with zipfile.ZIP_DEFLATED."}
	}
	if err != nil {
		return nil, explain("member "+clip(name), err)
	}
	return &Member{name, r}, nil
}

func (m *Member) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	if err != nil && err != io.EOF {
		err = explain("member "+clip(m.name), err)
	}
	return n, err
}

// Close ends the reading of a member.
func (m *Member) Close() error { return m.r.Close() }

// End checks that nothing follows what was read, and thereby the checksum.
func (m *Member) End() error {
	var one [1]byte
	for {
		n, err := m.Read(one[:])
		if n > 0 {
			return memberError(m.name, "more bytes follow than it should hold")
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// Bytes reads a whole member, which is charged as it arrives.
func (a *Archive) Bytes(name string) ([]byte, error) {
	m, err := a.Open(name)
	if err != nil {
		return nil, err
	}
	defer m.Close()
	const first = 64 << 10
	data := make([]byte, 0, min(first, a.members[name].UncompressedSize64))
	for {
		if len(data) == cap(data) {
			room := max(first, 2*cap(data))
			if err := a.meter.Charge(int64(room)); err != nil {
				return nil, &models.FormatError{Format: "zip", Offset: -1, Text: "member " + clip(name), Err: err}
			}
			data = append(make([]byte, 0, room), data...)
		}
		n, err := m.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if err == io.EOF {
			return data, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

func memberError(name, text string) error {
	return &models.FormatError{Format: "zip", Offset: -1, Text: "member " + clip(name) + ": " + text}
}

// explain tells what is the file's fault from errors of the source.
func explain(what string, err error) error {
	var format *models.FormatError
	var corrupt flate.CorruptInputError
	var structure bzip2.StructuralError
	text := what
	switch {
	case errors.As(err, &format):
		return err
	case errors.Is(err, zip.ErrFormat):
		text = what + " is missing or damaged; was the file cut off?"
		err = nil
	case errors.Is(err, zip.ErrChecksum):
		text, err = what+": its checksum is wrong", nil
	case err == io.EOF, errors.Is(err, io.ErrUnexpectedEOF):
		text, err = what+": it ends early", nil
	case errors.As(err, &corrupt), errors.As(err, &structure):
	default:
		return fmt.Errorf("read zip, %s: %w", what, err)
	}
	return &models.FormatError{Format: "zip", Offset: -1, Text: text, Err: err}
}

// clip shortens a name that the file chose.
func clip(name string) string { return fmt.Sprintf("%.80s", name) }
