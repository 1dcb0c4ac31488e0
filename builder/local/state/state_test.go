package state

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
)

type record struct{ N int }

func TestTable(t *testing.T) {
	root := t.TempDir()
	open := func() (*Dir, *Table[record]) {
		t.Helper()
		d, err := Open(root)
		if err != nil {
			t.Fatal(err)
		}
		table, err := OpenTable[record](d, "things")
		if err != nil {
			t.Fatal(err)
		}
		return d, table
	}
	keys := []string{"a", "A", "../../x", "with/slash", strings.Repeat("long", 300), "ü", "a\x00b"}
	d, table := open()
	for i, key := range keys {
		if err := table.Put(key, record{i}); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(table.Put("a", record{100}), table.Put("gone", record{}), table.Delete("gone"), table.Delete("never")); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(root); !errors.Is(err, ErrInUse) {
		t.Errorf("second Open: %v", err)
	}
	if busy, err := InUse(root); !busy || err != nil {
		t.Errorf("InUse: %v %v", busy, err)
	}
	// What a killed process leaves in tmp is no record.
	if _, err := d.Temp(); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if busy, err := InUse(root); busy || err != nil {
		t.Errorf("InUse: %v %v", busy, err)
	}

	d, table = open()
	defer d.Close()
	if v, ok := table.Get("a"); !ok || v.N != 100 {
		t.Errorf("a: %v %v", v, ok)
	}
	for i, key := range keys[1:] {
		if v, ok := table.Get(key); !ok || v.N != i+1 {
			t.Errorf("%q: %v %v", key, v, ok)
		}
	}
	if got := table.Keys(); len(got) != len(keys) || !slices.IsSorted(got) {
		t.Errorf("%q", got)
	}
	if left, _ := os.ReadDir(d.Path("tmp")); len(left) != 0 {
		t.Errorf("%d files left in tmp", len(left))
	}
}

func TestBrokenRecord(t *testing.T) {
	d, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := OpenTable[record](d, "things"); err != nil {
		t.Fatal(err)
	}
	if err := d.WriteFile([]byte(`{"key":"a","val`), "things", "a.json"); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenTable[record](d, "things"); err == nil || !strings.Contains(err.Error(), "state record "+d.Path("things", "a.json")) {
		t.Errorf("%v", err)
	}
}

func TestBlobs(t *testing.T) {
	d, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	b, err := OpenBlobs(d)
	if err != nil {
		t.Fatal(err)
	}
	const hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
	name, err := b.Put([]byte("hello"))
	if err != nil || name != hello {
		t.Fatalf("%s %v", name, err)
	}
	if data, err := b.Get(hello); string(data) != "hello" || err != nil {
		t.Errorf("%q %v", data, err)
	}
	if err := errors.Join(b.Delete(hello), b.Delete(hello)); err != nil {
		t.Error(err)
	}
	if _, err := b.Open(hello); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}
