package progress

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// A Mode is a way to show events.
type Mode string

// The modes.
const (
	Auto  Mode = "auto"  // TTY if the output is a terminal, else Plain
	TTY   Mode = "tty"   // one line a finished step, and live lines for the running ones
	Plain Mode = "plain" // one line a finished step; a line now and then about long ones
	JSON  Mode = "json"  // one JSON object an event
	Quiet Mode = "quiet" // warnings only
)

// ParseMode reads the name of a mode.
func ParseMode(s string) (Mode, error) {
	switch m := Mode(s); m {
	case Auto, TTY, Plain, JSON, Quiet:
		return m, nil
	}
	return "", fmt.Errorf("progress mode %q is not known; known are auto, tty, plain, json and quiet", s)
}

// A Display shows events. It is safe for concurrent use, and its methods never
// fail: what cannot be shown is not worth ending the work for.
type Display struct {
	mu     sync.Mutex
	w      io.Writer
	style  style
	now    func() time.Time
	active []*step // running, in the order of their start
	stop   chan struct{}
	ended  sync.WaitGroup
	closed bool
}

// A style writes. The display calls it under its lock.
type style interface {
	event(w io.Writer, e Event)                      // as it comes
	tick(w io.Writer, now time.Time, active []*step) // now and then
	finish(w io.Writer)                              // at the end
	every() time.Duration                            // how often tick wants to be called; 0 for never
}

// A step is one that has started and not ended.
type step struct {
	Event           // the latest
	since time.Time // of its start
	told  time.Time // when plain output last spoke of it
}

// New shows events on w as mode says. Colour is used on terminals only, and not
// with NO_COLOR in the environment (https://no-color.org). Close must be called.
func New(w io.Writer, mode Mode) *Display {
	f, isFile := w.(*os.File)
	isTerm := isFile && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
	if mode == Auto || mode == "" {
		mode = Plain
		if isTerm {
			mode = TTY
		}
	}
	d := &Display{w: w, now: time.Now, stop: make(chan struct{})}
	switch mode {
	case TTY:
		d.style = &ttyStyle{color: isTerm && os.Getenv("NO_COLOR") == "", width: func() int { return width(f, isTerm) }}
	case JSON:
		d.style = jsonStyle{}
	case Quiet:
		d.style = quietStyle{}
	default:
		d.style = &plainStyle{}
	}
	if every := d.style.every(); every > 0 {
		d.ended.Go(func() { d.run(every) })
	}
	return d
}

func width(f *os.File, isTerm bool) int {
	if isTerm {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			return w
		}
	}
	return 80
}

func (d *Display) run(every time.Duration) {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-d.stop:
			return
		case <-t.C:
			d.mu.Lock()
			d.style.tick(d.w, d.now(), d.active)
			d.mu.Unlock()
		}
	}
}

// Event shows e. It is a Func.
func (d *Display) Event(e Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return
	}
	e = d.track(e)
	d.style.event(d.w, e)
	if e.Kind != Advanced {
		d.style.tick(d.w, d.now(), d.active)
	}
}

// track keeps the list of running steps, and completes the elapsed time.
func (d *Display) track(e Event) Event {
	now := d.now()
	i := 0
	for i < len(d.active) && d.active[i].ID != e.ID {
		i++
	}
	running := i < len(d.active)
	if running && e.Elapsed == 0 {
		e.Elapsed = now.Sub(d.active[i].since)
	}
	switch e.Kind {
	case Started, Advanced:
		if running {
			d.active[i].Event = e
		} else {
			d.active = append(d.active, &step{Event: e, since: now, told: now})
		}
	case Done, Failed:
		if running {
			d.active = append(d.active[:i], d.active[i+1:]...)
		}
	}
	return e
}

// Close ends the display and waits until it writes no more.
func (d *Display) Close() {
	d.mu.Lock()
	wasClosed := d.closed
	d.closed = true
	if !wasClosed {
		close(d.stop)
		d.style.finish(d.w)
	}
	d.mu.Unlock()
	d.ended.Wait()
}

// size is n bytes for people, in decimal units as registries and disks count.
func size(n int64) string {
	units := []string{"B", "kB", "MB", "GB", "TB"}
	v, i := float64(n), 0
	for v >= 999.5 && i < len(units)-1 {
		v, i = v/1000, i+1
	}
	if i == 0 || v >= 99.5 {
		return fmt.Sprintf("%.0f %s", v, units[i])
	}
	return fmt.Sprintf("%.1f %s", v, units[i])
}

// elapsed is a duration for people: 40ms, 2.5s, 1m05s.
func elapsed(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%dms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	d = d.Round(time.Second)
	return fmt.Sprintf("%dm%02ds", d/time.Minute, d%time.Minute/time.Second)
}

// amount says how far a step has come: "312 MB of 1.2 GB, 26 %".
func amount(e Event) string {
	switch {
	case e.Total > 0 && e.Complete < e.Total:
		return fmt.Sprintf("%s of %s, %d %%", size(e.Complete), size(e.Total), e.Complete*100/e.Total)
	case e.Complete > 0:
		return size(e.Complete)
	}
	return ""
}

// join puts the parts that are not empty into one line.
func join(parts ...string) string {
	kept := parts[:0]
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, "  ")
}
