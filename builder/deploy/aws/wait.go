package aws

import (
	"context"
	"time"

	"github.com/copal-ml/copal/builder/progress"
)

// A Clock tells the time and waits.
type Clock interface {
	Now() time.Time
	Sleep(ctx context.Context, d time.Duration) error // ctx.Err() if that comes first
}

type wallClock struct{}

func (wallClock) Now() time.Time { return time.Now() }

func (wallClock) Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// settling is how long AWS takes, at most, until what was just made is seen
// everywhere: roles, policies, endpoint configurations.
const settling = 2 * time.Minute

// A poller reads a state until it is settled. The SDK's waiters begin with 30
// seconds, which is the whole life of an endpoint on the local platform.
type poller struct {
	poll  Poll
	clock Clock
}

// until calls read until it reports done or fails, or the context ends.
func (w poller) until(ctx context.Context, read func() (done bool, err error)) error {
	pause := w.poll.First
	for {
		done, err := read()
		if err != nil || done {
			return err
		}
		if err := w.clock.Sleep(ctx, pause); err != nil {
			return err
		}
		pause = min(pause*3/2, w.poll.Max)
	}
}

// retry repeats do while it fails with an error that again accepts, for as long
// as AWS may take to settle, and returns the last error.
func (w poller) retry(ctx context.Context, again func(error) bool, do func() error) error {
	start := w.clock.Now()
	return w.until(ctx, func() (bool, error) {
		err := do()
		if err != nil && again(err) && w.clock.Now().Sub(start) < settling {
			return false, nil
		}
		return true, err
	})
}

// advance tells what is being waited for, and for how long.
func (w poller) advance(p progress.Func, id, text string, start time.Time) {
	p.Send(progress.Event{Kind: progress.Advanced, ID: id, Text: text, Elapsed: w.clock.Now().Sub(start)})
}

func (a *Account) poller() poller { return poller{a.poll, a.clock} }
