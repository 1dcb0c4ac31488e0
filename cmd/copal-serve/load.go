package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/formats"
	"github.com/copal-ml/copal/runtime/contract"
	"github.com/copal-ml/copal/runtime/serve"
)

// load reads the image's manifest and its model and puts it into service.
func load(srv *serve.Server, root string, log *slog.Logger) error {
	start := time.Now()
	text, err := os.ReadFile(filepath.Join(root, contract.ManifestPath))
	if err != nil {
		return fmt.Errorf("image manifest: %w", err)
	}
	manifest, err := contract.DecodeManifest(text)
	if err != nil {
		return err
	}
	m, err := openModel(filepath.Join(root, manifest.Model.Path()), manifest.Model)
	if err != nil {
		return fmt.Errorf("model %s: %w", manifest.Model.Name, err)
	}
	if err := srv.Ready(m, manifest); err != nil {
		return fmt.Errorf("model %s: %w", manifest.Model.Name, err)
	}
	log.Info("model loaded", "name", manifest.Model.Name, "class", manifest.Model.Class, "sha256", manifest.Model.SHA256,
		"bytes", manifest.Model.Size, "ms", time.Since(start).Milliseconds())
	return nil
}

// openModel loads the file while its digest is computed beside: what is served
// is what the image was built from.
func openModel(path string, want contract.ModelFile) (*models.Model, error) {
	verified := make(chan error, 1)
	go func() { verified <- verify(path, want) }()
	m, err := formats.OpenFile(path)
	if err := <-verified; err != nil { // first: a damaged file explains a failed load
		return nil, err
	}
	return m, err
}

func verify(path string, want contract.ModelFile) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil {
		return err
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != want.SHA256 {
		return fmt.Errorf("%s is not the file that the image was built for: %d bytes with SHA-256 %s, the manifest says %d bytes with %s",
			path, n, got, want.Size, want.SHA256)
	}
	return nil
}
