// Package store keeps images in a folder: the local store of `copal build -t`,
// and any OCI image layout.
//
// The folder is an OCI image layout 1.0. Images keep their media types in it:
// those of Docker, for SageMaker, are found by go-containerregistry there, but
// not by skopeo and umoci.
//
//	oci-layout
//	index.json             one entry a name, in the annotation org.opencontainers.image.ref.name
//	blobs/sha256/<hex>     manifests, configurations, layers; shared by all images
//	lock, index.lock       see below
//
// Blobs and the index appear complete or not at all. Any number of processes may
// use a store at once: who adds blobs shares `lock`, who removes them owns it,
// and `index.lock` is owned for the moment of an index update.
package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/partial"

	"github.com/copal-ml/copal/builder/image"
	"github.com/copal-ml/copal/builder/progress"
)

// ErrNotFound is in the error of Get and Remove when the store has no such image.
var ErrNotFound = errors.New("not in the local store")

// A Store is an open folder. It is safe for concurrent use.
type Store struct{ dir string }

// DefaultDir is the local store of this user: $XDG_DATA_HOME/copal, or
// ~/.local/share/copal.
func DefaultDir() (string, error) {
	if d := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(d) {
		return filepath.Join(d, "copal"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("no place for the local store: set XDG_DATA_HOME or HOME: %w", err)
	}
	return filepath.Join(home, ".local", "share", "copal"), nil
}

// Open opens the store in dir. The folder is made when something is put there.
func Open(dir string) *Store { return &Store{dir} }

// Dir is the folder.
func (s *Store) Dir() string { return s.dir }

// An Entry is one name in a store.
type Entry struct {
	Name   string // with its tag: "iris:v1"
	Digest v1.Hash
	Size   int64 // compressed, with configuration and manifest
}

// Put adds the image under name and returns its digest. A name that exists is
// moved.
func (s *Store) Put(ctx context.Context, name string, a *image.Artifact, p progress.Func) (v1.Hash, error) {
	name, err := Name(name)
	if err != nil {
		return v1.Hash{}, err
	}
	if err := s.create(); err != nil {
		return v1.Hash{}, fmt.Errorf("local store %s: %w", s.dir, err)
	}
	unlock, err := s.share()
	if err != nil {
		return v1.Hash{}, err
	}
	defer unlock()
	if err := s.writeImage(ctx, a.Image, p); err != nil {
		return v1.Hash{}, fmt.Errorf("write %s to %s: %w", name, s.dir, err)
	}
	desc, err := partial.Descriptor(a.Image)
	if err != nil {
		return v1.Hash{}, err
	}
	if cf, err := a.Image.ConfigFile(); err == nil {
		desc.Platform = &v1.Platform{OS: cf.OS, Architecture: cf.Architecture}
	}
	desc.Annotations = map[string]string{refName: name}
	return desc.Digest, s.updateIndex(func(m *v1.IndexManifest) error {
		m.Manifests = slices.DeleteFunc(m.Manifests, named(name))
		m.Manifests = append(m.Manifests, *desc)
		return nil
	})
}

// Get opens an image by name ("iris", "iris:v1") or digest ("sha256:…",
// "iris@sha256:…").
func (s *Store) Get(ref string) (v1.Image, v1.Hash, error) {
	m, err := s.index()
	if err != nil {
		return nil, v1.Hash{}, err
	}
	match, err := matcher(ref)
	if err != nil {
		return nil, v1.Hash{}, err
	}
	i := slices.IndexFunc(m.Manifests, match)
	if i < 0 {
		return nil, v1.Hash{}, s.notFound(ref, m)
	}
	d := m.Manifests[i].Digest
	img, err := layout.Path(s.dir).Image(d)
	if err != nil {
		return nil, d, fmt.Errorf("%s in %s: %w", ref, s.dir, err)
	}
	return img, d, nil
}

// List returns what the store has, sorted by name.
func (s *Store) List() ([]Entry, error) {
	m, err := s.index()
	if err != nil {
		return nil, err
	}
	var out []Entry
	for _, d := range m.Manifests {
		size, err := s.imageSize(d)
		if err != nil {
			return nil, fmt.Errorf("%s in %s: %w", d.Annotations[refName], s.dir, err)
		}
		out = append(out, Entry{Name: d.Annotations[refName], Digest: d.Digest, Size: size})
	}
	slices.SortFunc(out, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// Remove takes a name away, or every name of a digest, and the blobs that no
// other name needs.
func (s *Store) Remove(ref string) error {
	match, err := matcher(ref)
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(s.dir, "index.json")); errors.Is(err, os.ErrNotExist) {
		return s.notFound(ref, &v1.IndexManifest{})
	}
	unlock, err := s.own()
	if err != nil {
		return err
	}
	defer unlock()
	err = s.updateIndex(func(m *v1.IndexManifest) error {
		if !slices.ContainsFunc(m.Manifests, match) {
			return s.notFound(ref, m)
		}
		m.Manifests = slices.DeleteFunc(m.Manifests, match)
		return nil
	})
	if err != nil {
		return err
	}
	return s.collect()
}

func (s *Store) notFound(ref string, m *v1.IndexManifest) error {
	var names []string
	for _, d := range m.Manifests {
		names = append(names, d.Annotations[refName])
	}
	slices.Sort(names)
	has := "it is empty"
	if len(names) > 5 {
		names = append(names[:5], fmt.Sprintf("%d more", len(names)-5))
	}
	if len(names) > 0 {
		has = "it has " + strings.Join(names, ", ")
	}
	return fmt.Errorf("image %s is %w (%s; %s)", ref, ErrNotFound, s.dir, has)
}
