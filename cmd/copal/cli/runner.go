package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/copal-ml/copal/builder/local"
	"github.com/copal-ml/copal/builder/local/sandbox"
	"github.com/copal-ml/copal/cmd/internal/inprocess"
)

// runner starts containers in the sandbox where the machine allows it, and else
// in this process, saying why.
func (a *app) runner(inProcess bool) (local.Runner, error) {
	if inProcess {
		return inprocess.Runner{}, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("no place for unpacked images: set XDG_CACHE_HOME or HOME: %w", err)
	}
	r, err := sandbox.New(sandbox.Options{CacheDir: filepath.Join(cache, "copal", "rootfs")})
	if errors.Is(err, sandbox.ErrUnavailable) {
		a.note("No sandbox here: %v.", err)
		return inprocess.Runner{}, nil
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}
