package sandbox

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/copal-ml/copal/builder/local"
	"github.com/copal-ml/copal/runtime/contract"
)

// A spec is all that the keeper and the container's first code need to know:
// plain data, handed down in memory.
type spec struct {
	Root     string   // unpacked image
	ModelDir string   // shown at contract.MountedModelDir; "" for none
	Hostname string   //
	Args     []string // command line; Args[0] is looked up in the container
	Env      []string //
	Dir      string   // working folder
	UID, GID int      // of the container's process
	Port     string   // of its server, on its loopback
	Memory   memory
	Probe    bool // only try whether the mounts can be made
}

// A memory says how many bytes the container may take and who sees to it.
type memory struct {
	Bytes  int64  // 0: no limit
	Cgroup string // folder in which to make a control group; "" to use RLIMIT_DATA
	V2     bool   // of control groups
}

// A user is who the container's process is.
type user struct{ uid, gid int }

// arrange resolves what the image and the caller say into a spec.
func arrange(c local.Container, cfg *v1.ConfigFile, root string, digest v1.Hash, u user) *spec {
	s := &spec{
		Root:     root,
		Hostname: digest.Hex[:12],
		Args:     append(slices.Clone(cfg.Config.Entrypoint), contract.ServeArgument),
		Env:      environment(cfg.Config.Env, c.Env),
		Dir:      cfg.Config.WorkingDir,
		UID:      u.uid,
		GID:      u.gid,
		Port:     fmt.Sprint(contract.DefaultPort),
	}
	if s.Dir == "" {
		s.Dir = "/"
	}
	if p := lookup(s.Env, contract.EnvPort); p != "" {
		s.Port = p
	}
	return s
}

// defaultPath is what Docker sets for images that set no PATH.
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// environment merges the image's variables with the container's, which win; in a
// fixed order.
func environment(image []string, container map[string]string) []string {
	vars := map[string]string{"PATH": defaultPath, "HOME": "/root"}
	for _, kv := range image {
		if k, v, ok := strings.Cut(kv, "="); ok {
			vars[k] = v
		}
	}
	maps.Copy(vars, container)
	env := make([]string, 0, len(vars))
	for _, k := range slices.Sorted(maps.Keys(vars)) {
		env = append(env, k+"="+vars[k])
	}
	return env
}

// lookup finds a variable in env.
func lookup(env []string, key string) string {
	for _, kv := range env {
		if k, v, ok := strings.Cut(kv, "="); ok && k == key {
			return v
		}
	}
	return ""
}
