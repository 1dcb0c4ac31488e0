package archtest

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// topLevel is all that the repository has at its top, beside dot-files.
var topLevel = []string{"Makefile", "README.md", "builder", "cmd", "go.mod", "go.sum", "models", "runtime"}

// What a tool leaves behind at the top must not be committed with a change.
func TestTopLevelIsFixed(t *testing.T) {
	out, err := exec.Command("git", "-C", "../../..", "ls-files").Output()
	if err != nil {
		t.Skipf("SKIPPED: git lists no files here, so this is no checkout: %v", err)
	}
	for path := range strings.Lines(string(out)) {
		top, _, _ := strings.Cut(strings.TrimSpace(path), "/")
		if !strings.HasPrefix(top, ".") && !slices.Contains(topLevel, top) {
			t.Errorf("%s is at the top level, which holds only %v", top, topLevel)
		}
	}
}
