package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// A versionResult is what `copal version --json` prints.
type versionResult struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func newVersion(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of copal",
		Long:  "Version prints the version of this copal and what it was built with.",
		Example: `  copal version
  copal version --json`,
		Args: exactly(),
		RunE: func(*cobra.Command, []string) error {
			v := buildVersion()
			return a.result(fmt.Sprintf("copal %s %s %s", v.Version, v.Go, v.Platform), v)
		},
	}
}

func buildVersion() versionResult {
	v := versionResult{Version: "devel", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if m := info.Main.Version; m != "" && m != "(devel)" {
		v.Version = m
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			v.Revision = s.Value
		}
	}
	return v
}
