package cli

import (
	"context"
	"errors"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/copal-ml/copal/models"
)

// explain turns any error into what the user reads. Errors that a command made
// for the user pass through; the rest are facts of the packages below, and get
// their exit code and their next step here.
func explain(a *app, cmd *cobra.Command, err error) *failure {
	if f := asFailure(err); f != nil {
		return &failure{code: f.code, err: err, hints: f.hints}
	}
	var unsupported *models.UnsupportedError
	var broken *models.FormatError
	var path *fs.PathError
	switch {
	case errors.Is(err, context.Canceled):
		return &failure{code: ExitFailure, err: errors.New("interrupted"), hints: []string{"nothing was left half-made; run the same command again"}}
	case errors.As(err, &unsupported):
		return &failure{code: ExitUnsupported, err: err, hints: hintList(unsupported.Hint)}
	case errors.As(err, &broken):
		return &failure{code: ExitFailure, err: err, hints: []string{"the file may have been cut off while it was copied; compare its size and checksum with the original"}}
	case errors.As(err, &path) && errors.Is(err, fs.ErrNotExist):
		return &failure{code: ExitFailure, err: err, hints: []string{"check the path; relative paths start at the current folder"}}
	}
	return &failure{code: ExitFailure, err: err}
}

func hintList(hints ...string) []string {
	var list []string
	for _, h := range hints {
		if h != "" {
			list = append(list, h)
		}
	}
	return list
}
