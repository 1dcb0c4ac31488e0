package inprocess

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/copal-ml/copal/builder/local"
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/formats"
	"github.com/copal-ml/copal/runtime/contract"
)

// openModel loads the model that the manifest names, from the image or from the
// folder that would be mounted at /opt/ml/model.
func openModel(ctx context.Context, c local.Container, m contract.Manifest) (*models.Model, error) {
	if !m.Model.Embedded {
		if c.ModelDir == "" {
			return nil, fmt.Errorf("the image does not embed %s, and nothing is mounted at %s", m.Model.Name, contract.MountedModelDir)
		}
		file := filepath.Join(c.ModelDir, m.Model.Name)
		if err := verify(file, m.Model); err != nil {
			return nil, err
		}
		return formats.OpenFile(file)
	}
	file, err := unpackModel(ctx, c.Image, m.Model)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", m.Model.Name, err)
	}
	model, err := formats.OpenFile(file)
	return model, errors.Join(err, os.Remove(file))
}

// unpackModel copies the model out of the image into a temporary file.
func unpackModel(ctx context.Context, img v1.Image, want contract.ModelFile) (string, error) {
	layers, err := img.Layers()
	if err != nil {
		return "", err
	}
	for _, l := range slices.Backward(layers) {
		file, err := fromLayer(ctx, l, want)
		if err != nil || file != "" {
			return file, err
		}
	}
	return "", fmt.Errorf("no layer of the image has %s", contract.ModelPath)
}

// fromLayer returns "" if the layer does not hold the model.
func fromLayer(ctx context.Context, l v1.Layer, want contract.ModelFile) (string, error) {
	r, err := l.Uncompressed()
	if err != nil {
		return "", err
	}
	defer r.Close()
	for t := tar.NewReader(r); ; {
		h, err := t.Next()
		switch {
		case errors.Is(err, io.EOF):
			return "", nil
		case err != nil:
			return "", err
		case ctx.Err() != nil:
			return "", ctx.Err()
		case path.Clean("/"+h.Name) == contract.ModelPath && h.Typeflag == tar.TypeReg:
			return copyModel(t, want)
		}
	}
}

// copyModel writes no more than the manifest announces, and only keeps what has
// the manifest's digest.
func copyModel(r io.Reader, want contract.ModelFile) (string, error) {
	f, err := os.CreateTemp("", "copal-model-*")
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(io.MultiWriter(f, h), io.LimitReader(r, want.Size+1))
	err = errors.Join(err, f.Close())
	if err == nil {
		err = compare(hex.EncodeToString(h.Sum(nil)), want)
	}
	if err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

func verify(file string, want contract.ModelFile) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, io.LimitReader(f, want.Size+1)); err != nil {
		return err
	}
	return compare(hex.EncodeToString(h.Sum(nil)), want)
}

func compare(got string, want contract.ModelFile) error {
	if got != want.SHA256 {
		return fmt.Errorf("%s is not the file that the image was built for: SHA-256 %s, the manifest says %s", want.Name, got, want.SHA256)
	}
	return nil
}
