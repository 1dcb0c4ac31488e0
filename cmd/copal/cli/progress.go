package cli

import (
	"fmt"
	"strings"

	"github.com/copal-ml/copal/builder/progress"
)

// note tells a line of the story.
func (a *app) note(format string, args ...any) {
	a.show(progress.Event{Kind: progress.Note, Text: fmt.Sprintf(format, args...)})
}

// warn tells what the user should see even if the story is not wanted.
func (a *app) warn(format string, args ...any) {
	a.show(progress.Event{Kind: progress.Warning, Text: fmt.Sprintf(format, args...)})
}

// show is the progress.Func of a run. The display lives from the parsed flags to
// the end of the command.
func (a *app) show(e progress.Event) { a.display.Event(e) }

// openDisplay begins to show the story as --progress wants it.
func (a *app) openDisplay() error {
	if err := oneOf("--progress", a.progress, progressModes...); err != nil {
		return err
	}
	a.display = progress.New(a.Err, progress.Mode(a.progress))
	return nil
}

// closeDisplay takes away what the display still draws. It may be called twice.
func (a *app) closeDisplay() {
	if a.display != nil {
		a.display.Close()
	}
}

var progressModes = []string{"auto", "tty", "plain", "json", "quiet"}

// say prints a text behind a label. Further lines of it stay bare, so that a
// policy or a log in it can be copied. Where the story is JSON, it is an event.
func (a *app) say(kind progress.Kind, text string) {
	text = strings.TrimRight(text, "\n")
	if a.progress == "json" && a.display != nil {
		a.show(progress.Event{Kind: kind, ID: "copal", Text: text})
		return
	}
	label := a.paint(a.Err, red, "error:")
	if kind == progress.Note {
		label = a.paint(a.Err, cyan, "hint:")
	}
	fmt.Fprintf(a.Err, "copal: %s %s\n", label, text)
}
