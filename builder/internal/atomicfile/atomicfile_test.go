package atomicfile

import (
	"os"
	"path/filepath"
	"testing"
)

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	f := func(want string) {
		t.Helper()
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != 1 {
			t.Errorf("%d entries, %v; want only f", len(entries), err)
		}
		if b, err := os.ReadFile(path); err != nil || string(b) != want {
			t.Errorf("%q, %v; want %q", b, err, want)
		}
	}
	if err := Write(path, []byte("one")); err != nil {
		t.Fatal(err)
	}
	f("one")
	half, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	half.WriteString("tw")
	half.Abort()
	f("one")
	if err := Write(path, []byte("two")); err != nil {
		t.Fatal(err)
	}
	f("two")
	if err := os.MkdirAll(filepath.Join(dir, "f.d", "x"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := Write(filepath.Join(dir, "f.d"), nil); err == nil {
		t.Error("a folder was replaced")
	}
	os.RemoveAll(filepath.Join(dir, "f.d"))
	f("two")
}
