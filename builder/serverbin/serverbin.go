// Package serverbin holds copal-serve, the program that runs inside images, for
// each platform: copal itself needs neither Go nor a network to build an image.
//
// The files are not in the repository. `make build` makes them before it builds
// copal, with these commands for ARCH in amd64, arm64:
//
//	CGO_ENABLED=0 GOOS=linux GOARCH=$ARCH go build -trimpath -buildvcs=false -ldflags "-s -w -buildid=" \
//	    -o builder/serverbin/bin/copal-serve-linux-$ARCH ./cmd/copal-serve
//	gzip -9nf builder/serverbin/bin/copal-serve-linux-$ARCH
//
// Everything in them that could differ between two machines is switched off, so
// equal sources and an equal toolchain give equal servers and equal layers.
package serverbin

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// bin has a README, so that this compiles before the servers are built.
//
//go:embed bin
var bin embed.FS

// maxSize bounds an unpacked server.
const maxSize = 256 << 20

// Open returns the server for a platform such as "linux/amd64".
func Open(platform string) ([]byte, error) { return open(bin, platform) }

func open(fsys fs.FS, platform string) ([]byte, error) {
	packed, err := fs.ReadFile(fsys, "bin/copal-serve-"+strings.ReplaceAll(platform, "/", "-")+".gz")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("this copal was built without its server for %s: run `make build`", platform)
	}
	if err != nil {
		return nil, fmt.Errorf("the server for %s inside this copal: %w", platform, err)
	}
	zr, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("the server for %s inside this copal is damaged: %w", platform, err)
	}
	b, err := io.ReadAll(io.LimitReader(zr, maxSize))
	if err != nil {
		return nil, fmt.Errorf("the server for %s inside this copal is damaged: %w", platform, err)
	}
	return b, nil
}
