package image

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Lint reads the whole image and reports everything that SageMaker, Lambda
// (which runs serverless endpoints) or a container runtime is known to refuse,
// beyond what validate.Image of go-containerregistry checks: media types that
// are not all Docker's or all OCI's gzip ones, a history that does not match the
// layers, layers of more than one gzip member, parent directories that are not
// listed, owners other than 0:0, files that not everyone may read.
func Lint(img v1.Image) error {
	m, err := img.Manifest()
	if err != nil {
		return err
	}
	cf, err := img.ConfigFile()
	if err != nil {
		return err
	}
	layers, err := img.Layers()
	if err != nil {
		return err
	}
	errs := []error{lintTypes(m), lintConfig(m, cf)}
	for i, l := range layers {
		if err := lintLayer(l); err != nil {
			errs = append(errs, fmt.Errorf("layer %d: %w", i, err))
		}
	}
	return errors.Join(errs...)
}

func lintTypes(m *v1.Manifest) error {
	if m.SchemaVersion != 2 {
		return fmt.Errorf("manifest schema version %d, not 2", m.SchemaVersion)
	}
	for _, t := range mediaTypes {
		if m.MediaType != t.manifest {
			continue
		}
		var errs []error
		if m.Config.MediaType != t.config {
			errs = append(errs, fmt.Errorf("config media type %s, not %s", m.Config.MediaType, t.config))
		}
		for i, l := range m.Layers {
			if l.MediaType != t.layer {
				errs = append(errs, fmt.Errorf("layer %d: media type %s, not %s", i, l.MediaType, t.layer))
			}
		}
		return errors.Join(errs...)
	}
	return fmt.Errorf("manifest media type %s is not that of a single image", m.MediaType)
}

func lintConfig(m *v1.Manifest, cf *v1.ConfigFile) error {
	var errs []error
	entries := 0
	for _, h := range cf.History {
		if !h.EmptyLayer {
			entries++
		}
	}
	if entries != len(m.Layers) {
		errs = append(errs, fmt.Errorf("history lists %d layers, the manifest has %d", entries, len(m.Layers)))
	}
	if len(cf.RootFS.DiffIDs) != len(m.Layers) {
		errs = append(errs, fmt.Errorf("rootfs lists %d layers, the manifest has %d", len(cf.RootFS.DiffIDs), len(m.Layers)))
	}
	if cf.OS == "" || cf.Architecture == "" {
		errs = append(errs, fmt.Errorf("platform %q/%q is not complete", cf.OS, cf.Architecture))
	}
	if len(cf.Config.Entrypoint) == 0 {
		errs = append(errs, errors.New("no entrypoint: the platform would run a program called serve"))
	}
	return errors.Join(errs...)
}

func lintLayer(l v1.Layer) error {
	rc, err := l.Compressed()
	if err != nil {
		return err
	}
	defer rc.Close()
	compressed := bufio.NewReader(rc)
	zr, err := gzip.NewReader(compressed)
	if err != nil {
		return err
	}
	zr.Multistream(false)
	if err := lintTar(zr); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, zr); err != nil {
		return err
	}
	if _, err := compressed.ReadByte(); err != io.EOF {
		return errors.New("more than one gzip member")
	}
	return nil
}

func lintTar(r io.Reader) error {
	var errs []error
	dirs := map[string]bool{".": true}
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if err == io.EOF {
			return errors.Join(errs...)
		}
		if err != nil {
			return errors.Join(append(errs, err)...)
		}
		name := path.Clean(h.Name)
		if !dirs[path.Dir(name)] {
			errs = append(errs, fmt.Errorf("%s: parent directory is not listed before it", h.Name))
		}
		if h.Typeflag == tar.TypeDir {
			dirs[name] = true
		}
		if h.Uid != 0 || h.Gid != 0 || h.Uname != "" || h.Gname != "" {
			errs = append(errs, fmt.Errorf("%s: owner %d:%d %q:%q, not root by number", h.Name, h.Uid, h.Gid, h.Uname, h.Gname))
		}
		readable := int64(0o444)
		if h.Typeflag == tar.TypeDir {
			readable = 0o555
		}
		if h.Mode&readable != readable {
			errs = append(errs, fmt.Errorf("%s: mode %#o, not readable for everyone", h.Name, h.Mode))
		}
	}
}
