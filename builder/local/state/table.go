package state

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Table holds the records of one kind, in memory and as files. It is not safe
// for concurrent use: the platform has one lock over all its tables.
type Table[T any] struct {
	dir  *Dir
	kind string
	rows map[string]T
}

type row[T any] struct {
	Key   string `json:"key"`
	Value T      `json:"value"`
}

// OpenTable reads the records of a kind.
func OpenTable[T any](d *Dir, kind string) (*Table[T], error) {
	t := &Table[T]{dir: d, kind: kind, rows: map[string]T{}}
	if err := os.MkdirAll(d.Path(kind), 0o700); err != nil {
		return nil, err
	}
	names, err := filepath.Glob(filepath.Join(d.Path(kind), "*.json"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var r row[T]
		if err := json.Unmarshal(data, &r); err != nil {
			return nil, fmt.Errorf("state record %s: %w", name, err)
		}
		t.rows[r.Key] = r.Value
	}
	return t, nil
}

// Get finds a record.
func (t *Table[T]) Get(key string) (T, bool) {
	v, ok := t.rows[key]
	return v, ok
}

// Put stores a record.
func (t *Table[T]) Put(key string, v T) error {
	if err := t.dir.WriteJSON(row[T]{key, v}, t.kind, fileName(key)); err != nil {
		return err
	}
	t.rows[key] = v
	return nil
}

// Delete removes a record; it is no error if there is none.
func (t *Table[T]) Delete(key string) error {
	err := os.Remove(t.dir.Path(t.kind, fileName(key)))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	delete(t.rows, key)
	return nil
}

// Keys gives the keys in order.
func (t *Table[T]) Keys() []string {
	keys := make([]string, 0, len(t.rows))
	for k := range t.rows {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// fileName is readable at its start and unique at its end, also where the file
// system folds case or limits names to 255 bytes.
func fileName(key string) string {
	sum := sha256.Sum256([]byte(key))
	safe := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' {
			return r
		}
		return '_'
	}, key[:min(len(key), 60)])
	return strings.TrimLeft(safe, ".") + "-" + hex.EncodeToString(sum[:12]) + ".json"
}
