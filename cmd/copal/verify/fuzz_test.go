package verify_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/copal-ml/copal/cmd/copal/verify"
	"github.com/copal-ml/copal/models"
)

// Whatever the files hold, they end in a report or an error.
func FuzzRun(f *testing.F) {
	f.Add("X.csv", []byte("x,y\n1,2\n"), "p.csv", []byte("no,yes\n1,2\n"))
	f.Add("X.csv", []byte("0,1\n1,\"2\n"), "p.csv", []byte("Unnamed: 0,0,1\n0,1,2\n"))
	f.Add("X.json", []byte(`{"features": [[1, 2]]}`), "p.json", []byte(`{"predictions": [[1, NaN]]}`))
	f.Add("X.jsonl", []byte("[1, 2]\n\n{\"x\": 1, \"y\": 2}\n"), "p.jsonl", []byte("{\"no\": 1, \"yes\": 2}\n[1e999, null]\n"))
	f.Add("X", []byte("\x93NUMPY\x01\x00\x46\x00{'descr': '<f8', 'fortran_order': True, 'shape': (1, 2), }            \n0123456789abcdef"),
		"p", []byte("\x93NUMPY\x01\x00\x46\x00{'descr': '|S1', 'fortran_order': False, 'shape': (1, 2), }          \n12"))
	f.Add("X.gz", []byte("\x1f\x8b\x08"), "p", []byte(`{"0":"yes"}`))
	f.Fuzz(func(t *testing.T, dataName string, data []byte, expectName string, expect []byte) {
		dir := t.TempDir()
		x, y := filepath.Join(dir, "X"+filepath.Ext(filepath.Base(dataName))), filepath.Join(dir, "p"+filepath.Ext(filepath.Base(expectName)))
		if os.WriteFile(x, data, 0o600) != nil || os.WriteFile(y, expect, 0o600) != nil {
			t.Skip("not the name of a file")
		}
		for _, method := range []models.Method{models.Predict, models.PredictProba} {
			r, err := verify.Run(model(), verify.Options{Data: x, Expect: y, Method: method, Tolerance: -1, Show: 3, SmokeRows: 2})
			if err == nil && (r.Rows == 0 || r.Equal != (r.DifferentValues == 0) || r.Identical && !r.Equal || r.Equal && r.Smoke == nil) {
				t.Errorf("%+v", r)
			}
		}
	})
}
