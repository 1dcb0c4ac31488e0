package joblib

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pickle"
)

// FuzzJoblib: no input panics, hangs or fails with an error of another type.
// The second input is the content of every file beside the model.
func FuzzJoblib(f *testing.F) {
	for _, file := range fixtures(f) {
		f.Add(read(f, file), []byte(nil))
	}
	f.Add(read(f, "testdata/siblings-py27.joblib"), read(f, "testdata/siblings-py27.joblib_01.npy"))
	f.Add(read(f, "testdata/objects-py27.joblib"), read(f, "testdata/objects-py27.joblib_01.npy"))
	f.Add(read(f, "testdata/zfile-py27.joblib"), read(f, "testdata/zfile-py27.joblib_01.npy.z"))
	f.Add(read(f, "testdata/bomb.bz2"), []byte(nil))
	for name, open := range packers {
		if name != "zfile" {
			f.Add(pack(f, strings.NewReader("\x80\x04]q\x00(K\x01h\x00e."), open), []byte(nil))
		}
	}
	f.Add([]byte(wrapper(orderC+dtypeF8+"\x8c\x05shapeK\x01\x85")+"12345678."), []byte(nil))
	f.Fuzz(func(t *testing.T, in, beside []byte) {
		open := func(name string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(beside)), nil }
		_, err := Decode(bytes.NewReader(in), Options{Budget: pickle.Budget{Memory: 4 << 20, PerByte: 64}, Open: open})
		var format *models.FormatError
		var unsupported *models.UnsupportedError
		if err != nil && !errors.As(err, &format) && !errors.As(err, &unsupported) {
			t.Errorf("an error of type %T: %v", err, err)
		}
	})
}
