package progress

import (
	"context"
	"io"
	"sync/atomic"
	"time"
)

// A Meter reports one step that counts bytes. It is safe for concurrent use.
type Meter struct {
	p        Func
	id, text string
	total    int64
	start    time.Time
	done     atomic.Int64
	shown    atomic.Int64 // when the last Advanced was sent, in nanoseconds since start
}

// interval is the least time between two Advanced events of one meter.
const interval = 100 * time.Millisecond

// NewMeter starts a step of total bytes; 0 if that is not known.
func NewMeter(p Func, id, text string, total int64) *Meter {
	m := &Meter{p: p, id: id, text: text, total: total, start: time.Now()}
	p.Send(Event{Kind: Started, ID: id, Text: text, Total: total})
	return m
}

// Add counts n more bytes; a negative n takes bytes back that must be sent again.
func (m *Meter) Add(n int64) {
	done := m.done.Add(n)
	now, last := int64(time.Since(m.start)), m.shown.Load()
	if now-last < int64(interval) || !m.shown.CompareAndSwap(last, now) {
		return
	}
	m.p.Send(Event{Kind: Advanced, ID: m.id, Text: m.text, Complete: done, Total: m.total, Elapsed: time.Duration(now)})
}

// Set counts bytes from the start of the step.
func (m *Meter) Set(done int64) { m.Add(done - m.done.Load()) }

// Done ends the step; text says what has been done.
func (m *Meter) Done(text string) {
	m.p.Send(Event{Kind: Done, ID: m.id, Text: text, Complete: m.done.Load(), Total: m.total, Elapsed: time.Since(m.start)})
}

// Fail ends the step with err and returns it. What went wrong is in err, for
// whoever reports it; the event only says that the step is over.
func (m *Meter) Fail(err error) error {
	m.p.Send(Event{Kind: Failed, ID: m.id, Text: m.text + " failed", Complete: m.done.Load(), Total: m.total, Elapsed: time.Since(m.start)})
	return err
}

// Reader reads r, tells add of every byte, and ends with ctx.
func Reader(ctx context.Context, r io.Reader, add func(int64)) io.Reader {
	return &reader{ctx, r, add}
}

type reader struct {
	ctx context.Context
	r   io.Reader
	add func(int64)
}

func (r *reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.r.Read(p)
	r.add(int64(n))
	return n, err
}
