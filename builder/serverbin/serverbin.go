// Package serverbin holds copal-serve, the program that runs inside images, for
// each platform: copal itself needs neither Go nor a network to build an image.
//
// What it holds are finished layers, compressed as well as can be and with
// known digests, so that building an image does not touch them. They are not in
// the repository. `make build` makes them before it builds copal, with these
// commands for ARCH in amd64, arm64, and with GOEXPERIMENT=simd for amd64, whose
// kernels use vector instructions:
//
//	CGO_ENABLED=0 GOOS=linux GOARCH=$ARCH go build -trimpath -buildvcs=false -ldflags "-s -w -buildid=" \
//	    -o bin/copal-serve-linux-$ARCH ./cmd/copal-serve
//	go run ./builder/serverbin/pack linux/$ARCH bin/copal-serve-linux-$ARCH
//
// Everything in them that could differ between two machines is switched off, so
// equal sources and an equal toolchain give equal layers.
package serverbin

import (
	"archive/tar"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/copal-ml/copal/builder/internal/atomicfile"
	"github.com/copal-ml/copal/builder/layer"
	"github.com/copal-ml/copal/runtime/contract"
)

// bin has a README, so that this compiles before the servers are built.
//
//go:embed bin
var bin embed.FS

// maxSize bounds an unpacked server.
const maxSize = 256 << 20

// A note is what is stored beside a layer.
type note struct {
	Digest v1.Hash `json:"digest"`
	DiffID v1.Hash `json:"diff_id"`
}

// base is the name of a platform's files, without extension.
func base(platform string) string {
	return "copal-serve-" + strings.ReplaceAll(platform, "/", "-")
}

// Layer returns the server layer for a platform such as "linux/amd64".
func Layer(platform string) (*layer.Layer, error) { return open(bin, platform) }

func open(fsys fs.FS, platform string) (*layer.Layer, error) {
	data, err := fs.ReadFile(fsys, "bin/"+base(platform)+".tar.gz")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("this copal was built without its server for %s: run `make build`", platform)
	}
	if err != nil {
		return nil, fmt.Errorf("the server for %s inside this copal: %w", platform, err)
	}
	raw, err := fs.ReadFile(fsys, "bin/"+base(platform)+".json")
	if err != nil {
		return nil, fmt.Errorf("the server for %s inside this copal: %w", platform, err)
	}
	var n note
	if err := json.Unmarshal(raw, &n); err != nil {
		return nil, fmt.Errorf("the server for %s inside this copal: %w", platform, err)
	}
	l := layer.Finished(data, n.DiffID)
	if got, err := l.Digest(); err != nil || got != n.Digest {
		return nil, fmt.Errorf("the server for %s inside this copal is damaged: its digest is %s, not %s; run `make build`", platform, got, n.Digest)
	}
	return l, nil
}

// Open returns the server program for a platform.
func Open(platform string) ([]byte, error) {
	l, err := Layer(platform)
	if err != nil {
		return nil, err
	}
	return program(l)
}

// program takes the server out of its layer.
func program(l *layer.Layer) ([]byte, error) {
	rc, err := l.Uncompressed()
	if err != nil {
		return nil, fmt.Errorf("server layer: %w", err)
	}
	defer rc.Close()
	for tr := tar.NewReader(rc); ; {
		h, err := tr.Next()
		if err != nil {
			return nil, fmt.Errorf("server layer: %w", err)
		}
		if "/"+h.Name == contract.ServerPath {
			return io.ReadAll(io.LimitReader(tr, maxSize))
		}
	}
}

// Files are the files of a server layer: the program, and what libraries and
// container runtimes expect of any root file system.
func Files(server []byte) []layer.File {
	return []layer.File{
		layer.Bytes(contract.ServerPath, 0o755, server),
		layer.Bytes("/etc/passwd", 0o644, []byte("root:x:0:0:root:/:/sbin/nologin\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n")),
		layer.Dir("/tmp", 0o1777),
	}
}

// Pack makes the layer of the program at path and writes it, with its note,
// into dir, for the next build of copal to embed.
func Pack(dir, platform, path string) error {
	server, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	l, err := layer.Squeeze(context.Background(), Files(server))
	if err != nil {
		return err
	}
	var n note
	if n.Digest, err = l.Digest(); err != nil {
		return err
	}
	if n.DiffID, err = l.DiffID(); err != nil {
		return err
	}
	rc, err := l.Compressed()
	if err != nil {
		return err
	}
	defer rc.Close()
	data, err := io.ReadAll(rc)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(n)
	if err != nil {
		return err
	}
	out := filepath.Join(dir, base(platform))
	return errors.Join(atomicfile.Write(out+".tar.gz", data), atomicfile.Write(out+".json", append(raw, '\n')))
}
