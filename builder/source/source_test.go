package source

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func write(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOpen(t *testing.T) {
	path := write(t, "model.pkl", "abc")
	f, err := Open(path)
	if err != nil || f.Name != "model.pkl" || f.Size != 3 {
		t.Fatalf("%+v, %v", f, err)
	}
	const want = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // FIPS 180-2, B.1
	if got, err := f.SHA256(context.Background(), nil); err != nil || got != want {
		t.Errorf("SHA256 = %s, %v", got, err)
	}
}

func TestRefusals(t *testing.T) {
	f := func(path, want string) {
		t.Helper()
		if _, err := Open(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", path, err, want)
		}
	}
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	f("", "no model given")
	f(t.TempDir(), "is a folder")
	f("s3://bucket/model.pkl", "aws s3 cp s3://bucket/model.pkl .")
	f("https://example.com/model.pkl", "download it first")
	f("model.tar.gz", "unpack it with `tar xf model.tar.gz`")
	f("/nowhere/model.pkl", "model /nowhere/model.pkl: file does not exist")
	f(fifo, "not a regular file")
	f("/dev/null", "not a regular file")
	f(write(t, "empty.pkl", ""), "is empty")
	f(write(t, "a\nb.pkl", "x"), "control characters")
}

// TestChanged: whoever reads later reads the same file or nothing.
func TestChanged(t *testing.T) {
	f := func(change func(path string) error) {
		t.Helper()
		path := write(t, "model.pkl", "abc")
		file, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := change(path); err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{file.Unchanged(), open(file)} {
			if err == nil || !strings.Contains(err.Error(), "changed while it was being read") {
				t.Errorf("error %v", err)
			}
		}
	}
	f(func(p string) error { return os.WriteFile(p, []byte("abcd"), 0o644) })
	f(func(p string) error { return os.Chtimes(p, time.Time{}, time.Unix(1, 0)) })
	f(func(p string) error {
		if err := os.WriteFile(p+".new", []byte("abc"), 0o644); err != nil {
			return err
		}
		return os.Rename(p+".new", p)
	})
}

func open(f *File) error {
	c, err := f.Open()
	if err == nil {
		c.Close()
	}
	return err
}
