// Package progress carries what long work has to say: events, and the displays
// that show them on a terminal, in a log or as JSON.
package progress

import "time"

// A Func receives events, from any goroutine. A nil Func discards them; call it
// through Send.
type Func func(Event)

// Send passes e on, if anyone listens.
func (f Func) Send(e Event) {
	if f != nil {
		f(e)
	}
}

// A Kind says what an event reports.
type Kind uint8

// The kinds of events. A step is Started, perhaps Advanced, and Done or Failed
// once; a Note stands alone.
const (
	Started Kind = iota
	Advanced
	Done
	Failed
	Note
	Warning
)

// An Event is one thing that happened.
type Event struct {
	Kind Kind
	ID   string // of the step: "push sha256:ab12", "endpoint iris"; equal over its events
	Text string // for people: "Pushed model layer", "Endpoint iris is Creating"
	// Complete of Total bytes (or whatever Text counts); Total 0 when not known.
	Complete, Total int64
	Elapsed         time.Duration // of the step, on Done and Failed and on waiting Advanced events
}
