package sklearn_test

import (
	"fmt"
	"os"
	"regexp"
	"testing"

	"github.com/copal-ml/copal/models/sklearn"
)

// README lists every estimator of every library, and counts those of scikit-learn
// right.
func TestREADMEListsEveryClass(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, library := range sklearn.Libraries() {
		for _, class := range library.Classes {
			if !regexp.MustCompile(`\b` + class + `[,.]`).Match(readme) {
				t.Errorf("README does not list %s of %s", class, library.Name)
			}
		}
		count := fmt.Sprintf("| %s | %d estimators, listed below", library.Name, len(library.Classes))
		if !regexp.MustCompile(regexp.QuoteMeta(count)).Match(readme) {
			t.Errorf("README does not say %q", count)
		}
	}
}
