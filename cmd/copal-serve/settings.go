package main

import (
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/contract"
	"github.com/copal-ml/copal/runtime/serve"
)

type settings struct {
	serve.Config
	port int
}

func readSettings(getenv func(string) string) (settings, error) {
	s := settings{Config: serve.Config{Method: models.Method(getenv(contract.EnvMethod))}}
	var bodyMB, batchMB int
	for _, v := range []struct {
		name     string
		to       *int
		fallback int
		min, max int
	}{
		{contract.EnvPort, &s.port, contract.DefaultPort, 0, 65535}, // 0: any free port, which the log names
		{contract.EnvMaxBody, &bodyMB, contract.DefaultMaxBody >> 20, 1, 4096},
		{contract.EnvBatchPayload, &batchMB, 0, 0, 4096},
		{contract.EnvMaxConcurrent, &s.MaxConcurrent, 0, 1, 4096},
		{contract.EnvMaxQueue, &s.MaxQueue, 0, 1, 1 << 20},
	} {
		*v.to = v.fallback
		text := getenv(v.name)
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < v.min || n > v.max {
			return s, fmt.Errorf("%s=%q: expected a whole number from %d to %d", v.name, text, v.min, v.max)
		}
		*v.to = n
	}
	s.MaxBody = max(bodyMB, batchMB) << 20
	return s, nil
}

// Where the memory limit of the container is found: cgroup v2, then v1.
var cgroupLimits = [...]string{
	"/sys/fs/cgroup/memory.max",
	"/sys/fs/cgroup/memory/memory.limit_in_bytes",
}

// limitMemory makes the garbage collector work harder before the container's
// limit kills the process: GOMEMLIMIT at 90 % of it, unless it is set already.
func limitMemory(getenv func(string) string, log *slog.Logger) {
	if getenv("GOMEMLIMIT") != "" {
		return
	}
	if limit := memoryLimit(cgroupLimits[:]); limit > 0 {
		soft := limit / 10 * 9
		debug.SetMemoryLimit(soft)
		log.Info("memory", "limit", limit, "gomemlimit", soft)
	}
}

// memoryLimit reads the first of the files that exists, in bytes; 0 if there is
// no limit, which cgroup v2 writes as "max" and v1 as a huge number.
func memoryLimit(paths []string) int64 {
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		limit, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
		if err != nil || limit <= 0 || limit >= 1<<50 {
			return 0
		}
		return limit
	}
	return 0
}
