package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"github.com/copal-ml/copal/builder/image"
	"github.com/copal-ml/copal/builder/progress"
	"github.com/copal-ml/copal/builder/sink/store"
)

// artifact is some image; equal seeds share nothing.
func artifact(t testing.TB) *image.Artifact {
	t.Helper()
	img, err := random.Image(2000, 2)
	if err != nil {
		t.Fatal(err)
	}
	return &image.Artifact{Image: img}
}

func put(t testing.TB, s *store.Store, name string, a *image.Artifact) string {
	t.Helper()
	d, err := s.Put(context.Background(), name, a, nil)
	if err != nil {
		t.Fatal(err)
	}
	return d.String()
}

func list(t testing.TB, s *store.Store) string {
	t.Helper()
	entries, err := s.List()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		if e.Size < 4000 {
			t.Errorf("%s has %d bytes", e.Name, e.Size)
		}
		out = append(out, e.Name)
	}
	return strings.Join(out, " ")
}

func TestStore(t *testing.T) {
	s := store.Open(filepath.Join(t.TempDir(), "new", "copal"))
	if got := list(t, s); got != "" {
		t.Errorf("a new store has %s", got)
	}
	a, b := artifact(t), artifact(t)
	da := put(t, s, "iris:v1", a)
	put(t, s, "iris", a)
	db := put(t, s, "team/wine:v1", b)
	if got := list(t, s); got != "iris:latest iris:v1 team/wine:v1" {
		t.Errorf("the store has %s", got)
	}
	for ref, want := range map[string]string{"iris": da, "iris:v1": da, da: da, "iris@" + da: da, "team/wine:v1": db} {
		img, got, err := s.Get(ref)
		if err != nil || got.String() != want {
			t.Errorf("Get(%s) = %s, %v; want %s", ref, got, err, want)
			continue
		}
		if err := validate.Image(img); err != nil {
			t.Errorf("%s: %v", ref, err)
		}
	}
	put(t, s, "iris:v1", b) // moves the name
	if _, got, _ := s.Get("iris:v1"); got.String() != db {
		t.Errorf("iris:v1 is %s, want %s", got, db)
	}
	if _, err := layout.FromPath(s.Dir()); err != nil {
		t.Errorf("as an OCI layout: %v", err)
	}
}

// TestRemove: blobs go with the last name that needs them.
func TestRemove(t *testing.T) {
	s := store.Open(t.TempDir())
	a := artifact(t)
	put(t, s, "iris:v1", a)
	put(t, s, "iris:v2", a)
	put(t, s, "wine", artifact(t))
	leftover := filepath.Join(s.Dir(), "blobs", "sha256", ".x.partial-KILLED")
	if err := os.WriteFile(leftover, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	f := func(ref string, wantBlobs int) {
		t.Helper()
		if err := s.Remove(ref); err != nil {
			t.Fatal(err)
		}
		blobs, err := os.ReadDir(filepath.Join(s.Dir(), "blobs", "sha256"))
		if err != nil || len(blobs) != wantBlobs {
			t.Errorf("after %s: %d blobs, %v; want %d", ref, len(blobs), err, wantBlobs)
		}
	}
	f("iris:v1", 8)
	f("iris:v2", 4)
	f("wine", 0)
	if err := s.Remove("wine"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("removed twice: %v", err)
	}
}

func TestErrors(t *testing.T) {
	s := store.Open(t.TempDir())
	f := func(ref, want string) {
		t.Helper()
		if _, _, err := s.Get(ref); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Get(%s): %v, want %q", ref, err, want)
		}
	}
	f("iris:v9", "image iris:v9 is not in the local store ("+s.Dir()+"; it is empty)")
	put(t, s, "iris:v1", artifact(t))
	f("iris:v9", "it has iris:v1)")
	f("Iris", "lower-case")
	f("iris@sha256:12", "iris@sha256:12")
	f("a b", "not valid")
	if _, err := s.Put(context.Background(), "iris@sha256:ab", artifact(t), nil); err == nil || !strings.Contains(err.Error(), "has a digest") {
		t.Errorf("Put by digest: %v", err)
	}
	if err := os.WriteFile(filepath.Join(s.Dir(), "index.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	f("iris:v1", "index.json is damaged")
}

// TestManyProcesses lets as many stores as processes would have work on one
// folder: nothing is lost, nothing is half there.
func TestManyProcesses(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	shared := artifact(t)
	for i := range 8 {
		own := artifact(t)
		wg.Go(func() {
			s := store.Open(dir)
			for j := range 5 {
				name := fmt.Sprintf("own:%d-%d", i, j)
				if _, err := s.Put(context.Background(), name, own, nil); err != nil {
					t.Error(err)
				}
				if _, err := s.Put(context.Background(), fmt.Sprintf("shared:%d", i), shared, nil); err != nil {
					t.Error(err)
				}
				if j > 0 {
					if err := s.Remove(name); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	s := store.Open(dir)
	entries, err := s.List()
	if err != nil || len(entries) != 16 {
		t.Fatalf("%d entries, %v; want 16", len(entries), err)
	}
	for _, e := range entries {
		img, _, err := s.Get(e.Name)
		if err == nil {
			err = validate.Image(img)
		}
		if err != nil {
			t.Errorf("%s: %v", e.Name, err)
		}
	}
}

// TestCancelled leaves no name and no partial blob.
func TestCancelled(t *testing.T) {
	s := store.Open(t.TempDir())
	ctx, cancel := context.WithCancel(context.Background())
	_, err := s.Put(ctx, "iris", artifact(t), func(progress.Event) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if got := list(t, s); got != "" {
		t.Errorf("the store has %s", got)
	}
	blobs, _ := os.ReadDir(filepath.Join(s.Dir(), "blobs", "sha256"))
	for _, b := range blobs {
		t.Errorf("%s is left", b.Name())
	}
}

func TestDefaultDir(t *testing.T) {
	t.Setenv("HOME", "/home/x")
	t.Setenv("XDG_DATA_HOME", "")
	if d, err := store.DefaultDir(); err != nil || d != "/home/x/.local/share/copal" {
		t.Errorf("%s, %v", d, err)
	}
	t.Setenv("XDG_DATA_HOME", "/data")
	if d, err := store.DefaultDir(); err != nil || d != "/data/copal" {
		t.Errorf("%s, %v", d, err)
	}
	t.Setenv("XDG_DATA_HOME", "")
	t.Setenv("HOME", "")
	if _, err := store.DefaultDir(); err == nil || !strings.Contains(err.Error(), "set XDG_DATA_HOME or HOME") {
		t.Errorf("error %v", err)
	}
}
