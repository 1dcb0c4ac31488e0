package local

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/copal-ml/copal/builder/local/state"
)

// An Env is what an AWS client must know to use a platform.
type Env struct {
	Endpoint        string `json:"endpoint"` // "http://127.0.0.1:4566"
	Region          string `json:"region"`
	AccessKeyID     string `json:"accessKeyId"`
	SecretAccessKey string `json:"secretAccessKey"`
}

// Exports gives the lines that a shell evaluates, each with its newline. The region
// is there twice: boto3 and version 1 of the AWS CLI read AWS_DEFAULT_REGION only
// (botocore, configprovider.py), the other SDKs AWS_REGION.
func (e Env) Exports() string {
	var b strings.Builder
	for _, v := range []struct{ name, value string }{
		{"AWS_ENDPOINT_URL", e.Endpoint},
		{"AWS_REGION", e.Region},
		{"AWS_DEFAULT_REGION", e.Region},
		{"AWS_ACCESS_KEY_ID", e.AccessKeyID},
		{"AWS_SECRET_ACCESS_KEY", e.SecretAccessKey},
	} {
		fmt.Fprintf(&b, "export %s=%s\n", v.name, v.value)
	}
	return b.String()
}

// ErrNotRunning is what ReadEnv wraps when no process serves the folder.
var ErrNotRunning = errors.New("no local platform is running")

const envFile = "env.json"

// ReadEnv tells how to reach the platform that runs on stateDir ("" is
// DefaultStateDir). What a killed platform left behind does not count: a running
// one holds the folder's lock.
func ReadEnv(stateDir string) (Env, error) {
	if stateDir == "" {
		stateDir = DefaultStateDir()
	}
	none := fmt.Errorf("%w on %s; start it with `copal local`", ErrNotRunning, stateDir)
	busy, err := state.InUse(stateDir)
	if err != nil {
		return Env{}, err
	}
	if !busy {
		return Env{}, none
	}
	data, err := os.ReadFile(filepath.Join(stateDir, envFile))
	if errors.Is(err, fs.ErrNotExist) { // starting, not yet listening
		return Env{}, none
	}
	if err != nil {
		return Env{}, err
	}
	var e Env
	if err := json.Unmarshal(data, &e); err != nil {
		return Env{}, fmt.Errorf("%s: %w", filepath.Join(stateDir, envFile), err)
	}
	return e, nil
}
