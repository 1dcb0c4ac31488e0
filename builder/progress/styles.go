package progress

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// plainStyle writes lines that read the same in every log.
type plainStyle struct{}

// A long step is mentioned after patience, then every reminder.
const (
	patience = 3 * time.Second
	reminder = 15 * time.Second
)

func (*plainStyle) every() time.Duration { return time.Second }
func (*plainStyle) finish(io.Writer)     {}

func (*plainStyle) event(w io.Writer, e Event) {
	if line := result(e); line != "" {
		fmt.Fprintln(w, line)
	}
}

func (*plainStyle) tick(w io.Writer, now time.Time, active []*step) {
	for _, s := range active {
		wait := reminder
		if s.told.Equal(s.since) {
			wait = patience
		}
		if now.Sub(s.told) < wait {
			continue
		}
		s.told = now
		fmt.Fprintln(w, join("  "+s.Text+" …", amount(s.Event), elapsed(now.Sub(s.since))))
	}
}

// result is the line that stays: what is done, noted or failed.
func result(e Event) string {
	switch e.Kind {
	case Done:
		return join("✓ "+e.Text, amount(Event{Complete: e.Complete}), elapsed(e.Elapsed))
	case Failed:
		return join("✗ "+e.Text, elapsed(e.Elapsed))
	case Note:
		return "  " + e.Text
	case Warning:
		return "! " + e.Text
	}
	return ""
}

// ttyStyle keeps the running steps on the last lines of a terminal.
type ttyStyle struct {
	color bool
	width func() int
	drawn int // live lines on the screen
}

func (*ttyStyle) every() time.Duration { return 100 * time.Millisecond }

func (t *ttyStyle) event(w io.Writer, e Event) {
	line := result(e)
	if line == "" {
		return
	}
	t.erase(w)
	if t.color {
		line = colored(e.Kind, line)
	}
	fmt.Fprintln(w, line)
}

func (t *ttyStyle) tick(w io.Writer, now time.Time, active []*step) {
	t.erase(w)
	var b strings.Builder
	for _, s := range active {
		b.WriteString(cut(live(s, now), t.width()-1) + "\n")
	}
	io.WriteString(w, b.String())
	t.drawn = len(active)
}

func (t *ttyStyle) finish(w io.Writer) { t.erase(w) }

// erase takes the live lines away: cursor up, clear to the end of the screen.
func (t *ttyStyle) erase(w io.Writer) {
	if t.drawn > 0 {
		fmt.Fprintf(w, "\x1b[%dA\r\x1b[J", t.drawn)
	}
	t.drawn = 0
}

// live is the line of a running step, with a bar if its end is known.
func live(s *step, now time.Time) string {
	spin := [...]string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"}
	since := now.Sub(s.since)
	line := spin[int(since/(100*time.Millisecond))%len(spin)] + " " + s.Text
	done, _, _ := strings.Cut(amount(s.Event), ", ") // the bar shows the percentage
	return join(line, bar(s.Event), done, elapsed(since), left(s.Event, since))
}

func bar(e Event) string {
	const cells = 10
	if e.Total <= 0 {
		return ""
	}
	full := int(min(e.Complete, e.Total) * cells / e.Total)
	return strings.Repeat("━", full) + strings.Repeat("·", cells-full)
}

// left estimates the rate and the remaining time of a step that moves.
func left(e Event, since time.Duration) string {
	if e.Complete <= 0 || e.Complete >= e.Total || since < time.Second {
		return ""
	}
	rate := float64(e.Complete) / since.Seconds()
	rest := time.Duration(float64(e.Total-e.Complete) / rate * float64(time.Second))
	return fmt.Sprintf("%s/s, %s left", size(int64(rate)), elapsed(rest))
}

// cut shortens a line to n characters, so that it never wraps.
func cut(line string, n int) string {
	if utf8.RuneCountInString(line) <= n || n < 1 {
		return line
	}
	return string([]rune(line)[:n-1]) + "…"
}

func colored(k Kind, line string) string {
	colors := map[Kind]string{Done: "32", Failed: "31", Warning: "33"}
	c, ok := colors[k]
	if !ok {
		return line
	}
	mark, rest, _ := strings.Cut(line, " ")
	return "\x1b[" + c + "m" + mark + "\x1b[0m " + rest
}

// jsonStyle writes one object an event.
type jsonStyle struct{}

// A jsonEvent has the same keys for every event.
type jsonEvent struct {
	Event     string `json:"event"` // started, advanced, done, failed, note, warning
	ID        string `json:"id"`
	Text      string `json:"text"`
	Complete  int64  `json:"complete"`
	Total     int64  `json:"total"`
	ElapsedMS int64  `json:"elapsed_ms"`
}

func (jsonStyle) every() time.Duration               { return 0 }
func (jsonStyle) finish(io.Writer)                   {}
func (jsonStyle) tick(io.Writer, time.Time, []*step) {}
func (jsonStyle) event(w io.Writer, e Event) {
	names := [...]string{Started: "started", Advanced: "advanced", Done: "done", Failed: "failed", Note: "note", Warning: "warning"}
	b, err := json.Marshal(jsonEvent{names[e.Kind], e.ID, e.Text, e.Complete, e.Total, e.Elapsed.Milliseconds()})
	if err != nil {
		panic("progress: " + err.Error()) // only plain data inside
	}
	w.Write(append(b, '\n'))
}

// quietStyle shows what must be seen.
type quietStyle struct{}

func (quietStyle) every() time.Duration               { return 0 }
func (quietStyle) finish(io.Writer)                   {}
func (quietStyle) tick(io.Writer, time.Time, []*step) {}
func (quietStyle) event(w io.Writer, e Event) {
	if e.Kind == Warning {
		fmt.Fprintln(w, result(e))
	}
}
