package sink

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/copal-ml/copal/builder/image"
	"github.com/copal-ml/copal/builder/internal/atomicfile"
	"github.com/copal-ml/copal/builder/progress"
	"github.com/copal-ml/copal/builder/registry"
	"github.com/copal-ml/copal/builder/sink/store"
)

// layoutPrefix before an output path asks for an OCI layout.
const layoutPrefix = "oci:"

// Output is the sink for a path as users write it after -o: "iris.tar" is a
// docker-archive, "oci:DIR" an OCI layout. tag names the image in it and may be
// empty. An output that would overwrite one of inputs is refused.
func Output(path, tag string, inputs ...string) (Sink, error) {
	dir, isLayout := strings.CutPrefix(path, layoutPrefix)
	if err := checkOutput(dir, inputs); err != nil {
		return nil, err
	}
	if tag != "" {
		if _, err := store.Name(tag); err != nil {
			return nil, err
		}
	}
	if isLayout {
		return OCILayout(dir, tag), checkLayout(dir)
	}
	if fi, err := os.Stat(path); err == nil && fi.IsDir() {
		return nil, fmt.Errorf("output %s is a folder: give a file name, as in %s, or oci:%s for an OCI layout", path, filepath.Join(path, "image.tar"), path)
	}
	return DockerArchive(path, tag), nil
}

func checkOutput(path string, inputs []string) error {
	if path == "" {
		return errors.New("the output path is empty")
	}
	out, err := os.Stat(path)
	if err != nil {
		return nil // it does not exist, or creating it will say why not
	}
	for _, in := range inputs {
		if fi, err := os.Stat(in); err == nil && os.SameFile(fi, out) {
			return fmt.Errorf("output %s is the input %s: choose another output", path, in)
		}
	}
	return nil
}

// checkLayout refuses a folder that holds something else than an OCI layout.
func checkLayout(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "oci-layout")); err == nil {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("output: %w", err)
	}
	return fmt.Errorf("output folder %s holds other files and is not an OCI layout: choose a new folder", dir)
}

// DockerArchive writes a tar that `docker load`, `podman load` and skopeo read.
// With a tag the image is loaded under that name. It appears complete or not at
// all. The sink returns the path.
func DockerArchive(path, tag string) Sink {
	return func(ctx context.Context, a *image.Artifact, p progress.Func) (string, error) {
		ref, err := archiveName(a.Image, tag)
		if err != nil {
			return "", err
		}
		f, err := atomicfile.Create(path)
		if err != nil {
			return "", fmt.Errorf("output: %w", err)
		}
		defer f.Abort()
		total, err := tarball.CalculateSize(map[name.Reference]v1.Image{ref: a.Image})
		if err != nil {
			return "", fmt.Errorf("output %s: %w", path, err)
		}
		meter := progress.NewMeter(p, "save", "Writing "+path, total)
		if err := tarball.Write(ref, a.Image, writer{ctx, f.File, meter}); err != nil {
			return "", meter.Fail(fmt.Errorf("output %s: %w", path, err))
		}
		if err := f.Commit(); err != nil {
			return "", meter.Fail(err)
		}
		meter.Done("Wrote " + path)
		return path, nil
	}
}

// archiveName is the reference that an archive lists: the tag, or the digest,
// which is not listed.
func archiveName(img v1.Image, tag string) (name.Reference, error) {
	if tag != "" {
		full, err := store.Name(tag)
		if err != nil {
			return nil, err
		}
		return name.NewTag(full)
	}
	digest, err := img.Digest()
	if err != nil {
		return nil, err
	}
	return name.NewDigest("image@" + digest.String())
}

// A writer counts for a meter and ends with its context.
type writer struct {
	ctx   context.Context
	f     *os.File
	meter *progress.Meter
}

func (w writer) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := w.f.Write(p)
	w.meter.Add(int64(n))
	return n, err
}

// OCILayout adds the image to the OCI layout in dir, which is made if need be
// and removed again if that fails. The image is written with OCI media types
// whatever its own: skopeo and umoci look for no others in a layout. The sink
// returns oci:DIR:TAG.
func OCILayout(dir, tag string) Sink {
	return func(ctx context.Context, a *image.Artifact, p progress.Func) (string, error) {
		if tag == "" {
			tag = "latest"
		}
		a, err := image.Convert(a, image.OCI)
		if err != nil {
			return "", err
		}
		_, err = os.Stat(dir)
		isNew := errors.Is(err, os.ErrNotExist)
		if _, err := store.Open(dir).Put(ctx, tag, a, p); err != nil {
			if isNew {
				err = errors.Join(err, os.RemoveAll(dir))
			}
			return "", err
		}
		return layoutPrefix + dir + ":" + tag, nil
	}
}

// Store puts the image into a local store. The sink returns NAME:TAG@DIGEST.
func Store(s *store.Store, tag string) Sink {
	return func(ctx context.Context, a *image.Artifact, p progress.Func) (string, error) {
		full, err := store.Name(tag)
		if err != nil {
			return "", err
		}
		digest, err := s.Put(ctx, full, a, p)
		return full + "@" + digest.String(), err
	}
}

// Registry pushes the image. The sink returns REPOSITORY@DIGEST.
func Registry(c *registry.Client, ref name.Reference) Sink {
	return func(ctx context.Context, a *image.Artifact, p progress.Func) (string, error) {
		digest, err := c.Push(ctx, ref, a.Image, p)
		if err != nil {
			return "", err
		}
		return digest.String(), nil
	}
}
