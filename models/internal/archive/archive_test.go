package archive

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/internal/bounded"
)

// packed is an archive with the members a (stored) and b (deflated).
func packed(t *testing.T) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for name, method := range map[string]uint16{"a": zip.Store, "b": zip.Deflate} {
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, strings.Repeat(name, 100_000)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func open(data []byte, budget int64) (*Archive, error) {
	meter := &bounded.Meter{What: "memory", Allow: bounded.Allowance{Base: budget}}
	return Open(bytes.NewReader(data), int64(len(data)), meter)
}

func TestArchive(t *testing.T) {
	a, err := open(packed(t), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	names := slices.Sorted(slices.Values(a.Names()))
	if !slices.Equal(names, []string{"a", "b"}) || !a.Has("a") || a.Has("c") {
		t.Errorf("the members are %v", names)
	}
	if a.Method("a") != "" || a.Method("b") != "deflate" || a.Method("c") != "" {
		t.Errorf("the methods are %q and %q", a.Method("a"), a.Method("b"))
	}
	for _, name := range names {
		got, err := a.Bytes(name)
		if err != nil || string(got) != strings.Repeat(name, 100_000) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
}

// End is an error before the end, and none at it.
func TestEnd(t *testing.T) {
	a, err := open(packed(t), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	m, err := a.Open("b")
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if _, err := io.CopyN(io.Discard, m, 99_999); err != nil {
		t.Fatal(err)
	}
	if err := m.End(); err == nil || !strings.Contains(err.Error(), "member b: more bytes follow") {
		t.Errorf("before the end: %v", err)
	}
	if err := m.End(); err != nil {
		t.Errorf("at the end: %v", err)
	}
}

func TestBudget(t *testing.T) {
	f := func(budget int64, want string) {
		t.Helper()
		a, err := open(packed(t), budget)
		if err == nil {
			_, err = a.Bytes("b")
		}
		var e *models.FormatError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%d bytes: %v", budget, err)
		}
	}
	f(100, "its directory: it needs more than")
	f(50_000, "member b: it needs more than")
}
