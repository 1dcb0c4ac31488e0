package cli

import (
	"fmt"

	"github.com/copal-ml/copal/builder/progress"
)

var methodNames = []string{"predict", "predict_proba", "decision_function"}

// display shows the progress of long work as --progress wants it; the returned
// function ends it.
func (a *app) display() (progress.Func, func()) {
	return func(e progress.Event) {
		if a.progress != "quiet" && e.Text != "" {
			fmt.Fprintln(a.Err, e.Text)
		}
	}, func() {}
}
