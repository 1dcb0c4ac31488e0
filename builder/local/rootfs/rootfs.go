// Package rootfs unpacks images into folders that a container can have as its
// root, and keeps them in a cache.
//
// An image is material from outside. Whatever its layers say, nothing outside of
// the tree is read or written: every step goes through an os.Root, symbolic links
// are resolved inside the tree as a container would resolve them, device nodes are
// refused, set-user-ID bits are dropped, and sizes are counted against a budget.
package rootfs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Limits bound what one image may take. A zero field means its default.
type Limits struct {
	Bytes   int64 // of all layers together, uncompressed; default 32 GiB
	Entries int   // archive members of all layers together; default 1,000,000
}

func (l Limits) orDefaults() Limits {
	if l.Bytes == 0 {
		l.Bytes = 32 << 30
	}
	if l.Entries == 0 {
		l.Entries = 1_000_000
	}
	return l
}

// ErrBudget is wrapped by errors about images larger than their Limits.
var ErrBudget = errors.New("image is larger than allowed")

// Unpack applies the layers of img, lowest first, to the empty folder dir, as
// https://github.com/opencontainers/image-spec/blob/main/layer.md says. Each
// layer's bytes are checked against the diff ID in the image's configuration. On
// error dir holds a partial tree.
func Unpack(ctx context.Context, dir string, img v1.Image, limits Limits) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()

	diffIDs, err := diffIDs(img)
	if err != nil {
		return err
	}
	layers, err := img.Layers()
	if err != nil {
		return fmt.Errorf("image layers: %w", err)
	}
	if len(layers) != len(diffIDs) {
		return fmt.Errorf("image has %d layers, its configuration lists %d", len(layers), len(diffIDs))
	}
	u := &unpacker{root: root, limits: limits.orDefaults(), left: limits.orDefaults(), chown: os.Geteuid() == 0}
	for i, l := range layers {
		if err := u.layer(ctx, l, diffIDs[i]); err != nil {
			return fmt.Errorf("layer %d of %d: %w", i+1, len(layers), err)
		}
	}
	return nil
}

// diffIDs reads the configuration and checks it against the manifest that names
// it: not every v1.Image does.
func diffIDs(img v1.Image) ([]v1.Hash, error) {
	m, err := img.Manifest()
	if err != nil {
		return nil, fmt.Errorf("image manifest: %w", err)
	}
	raw, err := img.RawConfigFile()
	if err != nil {
		return nil, fmt.Errorf("image configuration: %w", err)
	}
	if got := sha256Hash(raw); got != m.Config.Digest {
		return nil, fmt.Errorf("image configuration is %s, the manifest names %s", got, m.Config.Digest)
	}
	cfg, err := img.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("image configuration: %w", err)
	}
	return cfg.RootFS.DiffIDs, nil
}

// layer applies one layer and reads it to its end, so that its digest is known.
func (u *unpacker) layer(ctx context.Context, l v1.Layer, want v1.Hash) error {
	rc, err := l.Uncompressed()
	if err != nil {
		return err
	}
	defer rc.Close()
	h := newHash()
	r := io.TeeReader(&metered{r: rc, u: u}, h)
	if err := u.apply(ctx, r); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		return fmt.Errorf("after the end of the archive: %w", err)
	}
	if got := sumOf(h); got != want {
		return fmt.Errorf("content is %s, the image's configuration says %s", got, want)
	}
	return nil
}
