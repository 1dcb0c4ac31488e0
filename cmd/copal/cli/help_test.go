package cli

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata/help")

// run is one run of the command line, with nothing on standard input.
func run(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, err bytes.Buffer
	code = Main(context.Background(), args, Console{In: strings.NewReader(""), Out: &out, Err: &err, Env: func(string) string { return "" }})
	return out.String(), err.String(), code
}

// commands are the command lines of all commands, the root first.
func commands(cmd *cobra.Command) []*cobra.Command {
	list := []*cobra.Command{cmd}
	for _, c := range cmd.Commands() {
		list = append(list, commands(c)...)
	}
	return list
}

func TestHelpGolden(t *testing.T) {
	for _, c := range commands(newRoot(&app{})) {
		args := strings.Fields(c.CommandPath())[1:]
		out, stderr, code := run(t, append(args, "-h")...)
		if code != ExitOK || stderr != "" {
			t.Errorf("%s -h: exit code %d, standard error %q", c.CommandPath(), code, stderr)
		}
		golden(t, filepath.Join("testdata", "help", strings.Join(append([]string{"copal"}, args...), "-")+".txt"), out)
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; `go test ./cmd/copal/cli -update` writes it", err)
	}
	if got != string(want) {
		t.Errorf("%s is not what is printed; `go test ./cmd/copal/cli -update` rewrites it, then read the difference\n%s", path, got)
	}
}

// TestExamples keeps the examples in the help honest: every line that begins
// with copal must name a command and flags that exist.
func TestExamples(t *testing.T) {
	root := newRoot(&app{})
	for _, c := range commands(root) {
		if c.Example == "" {
			t.Errorf("%s has no examples", c.CommandPath())
		}
		for line := range strings.Lines(c.Example + "\n" + rootFooter) {
			line, _, _ = strings.Cut(strings.TrimSpace(line), " #")
			if rest, ok := strings.CutPrefix(line, "copal "); ok {
				checkExample(t, root, rest)
			}
		}
	}
}

func checkExample(t *testing.T, root *cobra.Command, line string) {
	t.Helper()
	words := strings.Fields(line)
	cmd, rest, err := root.Find(words)
	if err != nil || cmd == root {
		t.Errorf("copal %s: no such command", line)
		return
	}
	for _, w := range rest {
		name, isFlag := strings.CutPrefix(w, "--")
		name, _, _ = strings.Cut(name, "=")
		if isFlag && cmd.Flags().Lookup(name) == nil && cmd.InheritedFlags().Lookup(name) == nil {
			t.Errorf("copal %s: %s has no flag --%s", line, cmd.CommandPath(), name)
		}
	}
}
