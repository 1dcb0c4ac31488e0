package formats

import (
	"bytes"
	"unicode/utf8"

	"github.com/klauspost/compress/gzip"
)

const unknown = "a file of unknown type"

// magics are the first bytes of files that people take for models, or put where
// a model should be.
var magics = []struct{ prefix, what string }{
	{"version https://git-lfs.github.com/spec/", "a Git LFS pointer (run `git lfs pull` to get the file it stands for)"},
	{"PK\x03\x04", "a zip archive"},
	{"PK\x05\x06", "an empty zip archive"},
	{"\x89HDF\r\n\x1a\n", "an HDF5 file, as Keras writes,"},
	{"\x93NUMPY", "a NumPy array (.npy)"},
	{"GGUF", "a GGUF model"},
	{"PAR1", "a Parquet file"},
	{"ARROW1", "an Arrow file"},
	{"SQLite format 3\x00", "an SQLite database"},
	{"\x89PNG\r\n\x1a\n", "a PNG image"},
	{"\xff\xd8\xff", "a JPEG image"},
	{"GIF8", "a GIF image"},
	{"%PDF-", "a PDF document"},
	{"\x7fELF", "an ELF executable"},
	{"#!", "a script"},
	{"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"},
	{"\x28\xb5\x2f\xfd", "a Zstandard file"},
}

// looksLike says what a file that begins with head is, if it is none that can be
// opened.
func looksLike(head []byte) string {
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.prefix)) {
			return m.what
		}
	}
	switch {
	case isTar(head):
		return "a tar archive"
	case isTarGzip(head):
		return "a tar archive (gzip)"
	case !isText(head):
		return unknown
	}
	switch first := bytes.TrimLeft(head, " \t\r\n"); {
	case len(first) == 0:
		return "a file of white space"
	case first[0] == '{' || first[0] == '[':
		return "JSON text"
	case first[0] == '<':
		return "XML or HTML text"
	}
	return "text"
}

// isTar looks for the magic of POSIX and GNU tar (POSIX.1-1988, ustar header).
func isTar(head []byte) bool {
	const at = 257
	return len(head) >= at+5 && string(head[at:at+5]) == "ustar"
}

func isTarGzip(head []byte) bool {
	r, err := gzip.NewReader(bytes.NewReader(head))
	if err != nil {
		return false
	}
	var inner [HeadLength]byte
	n := 0
	for n < len(inner) {
		k, err := r.Read(inner[n:])
		n += k
		if err != nil {
			break
		}
	}
	return isTar(inner[:n])
}

// isText reports whether head is UTF-8 without control characters. Its last
// character may be cut.
func isText(head []byte) bool {
	for len(head) > 0 {
		r, size := utf8.DecodeRune(head)
		if r == utf8.RuneError && size == 1 {
			return len(head) < utf8.UTFMax && !utf8.FullRune(head)
		}
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' && r != '\f' {
			return false
		}
		head = head[size:]
	}
	return true
}
