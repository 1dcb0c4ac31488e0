package aws

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/copal-ml/copal/runtime/contract"
)

func TestPackModel(t *testing.T) {
	content := []byte("not really a model")
	sum := sha256.Sum256(content)
	m := contract.ModelFile{Name: "model.pkl", SHA256: hex.EncodeToString(sum[:])}
	pack := func(name string) []byte {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Now(), time.Unix(12345, 0)); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := packModel(&b, path, m); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	first := pack("a.pkl")
	if !bytes.Equal(first, pack("b.pkl")) {
		t.Error("the same model gives different archives")
	}
	zip, err := gzip.NewReader(bytes.NewReader(first))
	if err != nil {
		t.Fatal(err)
	}
	r := tar.NewReader(zip)
	h, err := r.Next()
	if err != nil || h.Name != "model.pkl" || h.Mode != 0o644 || h.ModTime.Unix() != 0 {
		t.Errorf("entry %+v, %v", h, err)
	}
	if got, _ := io.ReadAll(r); !bytes.Equal(got, content) {
		t.Errorf("content %q", got)
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("a second entry: %v", err)
	}
}

func TestPackAnotherModel(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.pkl")
	if err := os.WriteFile(path, []byte("swapped"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := packModel(io.Discard, path, contract.ModelFile{Name: "model.pkl", SHA256: strings.Repeat("00", 32)})
	if err == nil || !strings.Contains(err.Error(), "is not the model that the image was built for") {
		t.Errorf("err = %v", err)
	}
}
