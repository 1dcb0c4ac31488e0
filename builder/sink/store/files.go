package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/rogpeppe/go-internal/lockedfile"

	"github.com/copal-ml/copal/builder/internal/atomicfile"
	"github.com/copal-ml/copal/builder/progress"
)

// maxIndex is the most that an index or a manifest may take; both are read
// whole.
const maxIndex = 4 << 20

func (s *Store) blob(h v1.Hash) string { return filepath.Join(s.dir, "blobs", h.Algorithm, h.Hex) }

// create makes the folder and its marker file.
func (s *Store) create() error {
	if err := os.MkdirAll(filepath.Join(s.dir, "blobs", "sha256"), 0o777); err != nil {
		return err
	}
	marker := filepath.Join(s.dir, "oci-layout")
	if _, err := os.Stat(marker); err == nil {
		return nil
	}
	return atomicfile.Write(marker, []byte(`{"imageLayoutVersion":"1.0.0"}`))
}

// share lets the caller add blobs until unlock.
func (s *Store) share() (unlock func(), err error) {
	return s.lock(os.O_RDONLY | os.O_CREATE)
}

// own lets the caller alone add and remove blobs until unlock.
func (s *Store) own() (unlock func(), err error) {
	return s.lock(os.O_RDWR | os.O_CREATE)
}

func (s *Store) lock(flag int) (unlock func(), err error) {
	f, err := lockedfile.OpenFile(filepath.Join(s.dir, "lock"), flag, 0o666)
	if err != nil {
		return nil, fmt.Errorf("lock the local store: %w", err)
	}
	return func() { f.Close() }, nil
}

// index reads index.json; a store that does not exist is empty.
func (s *Store) index() (*v1.IndexManifest, error) {
	b, err := readLimited(filepath.Join(s.dir, "index.json"))
	if errors.Is(err, os.ErrNotExist) {
		return &v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("local store: %w", err)
	}
	var m v1.IndexManifest
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("local store: %s is damaged: %w", filepath.Join(s.dir, "index.json"), err)
	}
	return &m, nil
}

// updateIndex changes index.json as one step.
func (s *Store) updateIndex(change func(*v1.IndexManifest) error) error {
	unlock, err := lockedfile.MutexAt(filepath.Join(s.dir, "index.lock")).Lock()
	if err != nil {
		return fmt.Errorf("lock the local store: %w", err)
	}
	defer unlock()
	m, err := s.index()
	if err != nil {
		return err
	}
	if err := change(m); err != nil {
		return err
	}
	if m.Manifests == nil {
		m.Manifests = []v1.Descriptor{}
	}
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(s.dir, "index.json"), b)
}

// writeImage adds the blobs that are not there: layers, configuration, and at
// last the manifest that names them.
func (s *Store) writeImage(ctx context.Context, img v1.Image, p progress.Func) error {
	m, err := img.Manifest()
	if err != nil {
		return err
	}
	layers, err := img.Layers()
	if err != nil {
		return err
	}
	meter := progress.NewMeter(p, "save", "Saving the image", totalSize(m))
	for i, l := range layers {
		if err := s.writeBlob(ctx, m.Layers[i], l.Compressed, meter.Add); err != nil {
			return meter.Fail(err)
		}
	}
	config, err := partial.ConfigLayer(img)
	if err != nil {
		return meter.Fail(err)
	}
	if err := s.writeBlob(ctx, m.Config, config.Compressed, meter.Add); err != nil {
		return meter.Fail(err)
	}
	raw, err := img.RawManifest()
	if err != nil {
		return meter.Fail(err)
	}
	digest, err := img.Digest()
	if err != nil {
		return meter.Fail(err)
	}
	if err := atomicfile.Write(s.blob(digest), raw); err != nil {
		return meter.Fail(err)
	}
	meter.Done("Saved the image to " + s.dir)
	return nil
}

func totalSize(m *v1.Manifest) int64 {
	total := m.Config.Size
	for _, l := range m.Layers {
		total += l.Size
	}
	return total
}

// writeBlob writes one blob and checks it on the way; one that is there with
// its full size is left alone.
func (s *Store) writeBlob(ctx context.Context, d v1.Descriptor, open func() (io.ReadCloser, error), add func(int64)) error {
	if fi, err := os.Stat(s.blob(d.Digest)); err == nil && fi.Size() == d.Size {
		add(d.Size)
		return nil
	}
	rc, err := open()
	if err != nil {
		return err
	}
	defer rc.Close()
	f, err := atomicfile.Create(s.blob(d.Digest))
	if err != nil {
		return err
	}
	defer f.Abort()
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, h), progress.Reader(ctx, rc, add))
	if err != nil {
		return err
	}
	if got := hex.EncodeToString(h.Sum(nil)); n != d.Size || got != d.Digest.Hex {
		return fmt.Errorf("blob %s came as sha256:%s of %d bytes, not %d: the source changed", d.Digest, got, n, d.Size)
	}
	return f.Commit()
}

// manifest reads the manifest of an entry.
func (s *Store) manifest(d v1.Descriptor) (*v1.Manifest, error) {
	b, err := readLimited(s.blob(d.Digest))
	if err != nil {
		return nil, err
	}
	var m v1.Manifest
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("manifest %s is damaged: %w", d.Digest, err)
	}
	return &m, nil
}

func (s *Store) imageSize(d v1.Descriptor) (int64, error) {
	m, err := s.manifest(d)
	if err != nil {
		return 0, err
	}
	return d.Size + totalSize(m), nil
}

// collect removes the blobs that no entry needs. The caller owns the store.
func (s *Store) collect() error {
	index, err := s.index()
	if err != nil {
		return err
	}
	keep := map[string]bool{}
	for _, d := range index.Manifests {
		m, err := s.manifest(d)
		if err != nil {
			return fmt.Errorf("%s: %w; no blob was removed", d.Annotations[refName], err)
		}
		keep[d.Digest.Hex], keep[m.Config.Digest.Hex] = true, true
		for _, l := range m.Layers {
			keep[l.Digest.Hex] = true
		}
	}
	blobs := filepath.Join(s.dir, "blobs", "sha256")
	entries, err := os.ReadDir(blobs)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if keep[e.Name()] {
			continue
		}
		if err := os.Remove(filepath.Join(blobs, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

func readLimited(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxIndex+1))
	if err == nil && len(b) > maxIndex {
		err = fmt.Errorf("%s is larger than %d bytes", path, maxIndex)
	}
	return b, err
}
