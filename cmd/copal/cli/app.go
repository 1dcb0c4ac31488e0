package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/copal-ml/copal/builder/progress"
)

// An app is one run of the command line: its streams and its global flags.
type app struct {
	Console
	args     []string // as typed, for corrections
	json     bool
	progress string
	display  *progress.Display // nil until the flags are parsed
}

// result prints the one result of a command: v as JSON with --json, else text
// and a newline.
func (a *app) result(text string, v any) error {
	if a.json {
		return a.printJSON(v)
	}
	_, err := fmt.Fprintln(a.Out, text)
	return err
}

func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.Out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// isTerminal reports whether v is a stream with a person at its other end.
func isTerminal(v any) bool {
	f, ok := v.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// paint colours s for w, unless w is no terminal or the user asked for none
// (https://no-color.org).
func (a *app) paint(w io.Writer, code, s string) string {
	if !isTerminal(w) || a.Env("NO_COLOR") != "" || a.Env("TERM") == "dumb" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

const (
	red  = "1;31"
	cyan = "36"
)
