package sklearn_test

import (
	"fmt"
	"os"
	"regexp"
	"testing"

	"github.com/copal-ml/copal/models/sklearn"
)

// README lists every estimator, and counts them right.
func TestREADMEListsEveryClass(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	classes := sklearn.Supported()
	for _, class := range classes {
		if !regexp.MustCompile(`\b` + class + `[,.]`).Match(readme) {
			t.Errorf("README does not list %s", class)
		}
	}
	if count := fmt.Sprintf("| %d estimators, listed below", len(sklearn.SupportedOf("sklearn"))); !regexp.MustCompile(regexp.QuoteMeta(count)).Match(readme) {
		t.Errorf("README does not say %q", count)
	}
}
