package local

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// errThrottled: more calls at once than MaxConcurrency.
var errThrottled = errors.New("maximum concurrency reached")

// A serverlessFleet has a container for each call at a time, as serverless endpoints
// do: it starts one when all are busy, up to the concurrency that was asked for and
// the platform's own limit, and ends those that had nothing to do for a while. The
// first one starts with the endpoint, so that an image that does not work fails
// there.
type serverlessFleet struct {
	spec   *fleetSpec
	most   int // containers
	calls  int // at once
	life   context.Context
	cancel context.CancelFunc
	reap   sync.WaitGroup

	mu       sync.Mutex
	changed  *sync.Cond // an idle container, or one gone
	idle     []idleReplica
	size     int // containers, starting and busy ones too
	inFlight int
	stopping bool
}

type idleReplica struct {
	*replica
	since time.Time
}

func newServerlessFleet(s *fleetSpec) *serverlessFleet {
	c := s.variant.ServerlessConfig
	s.container.MemoryBytes = int64(*c.MemorySizeInMB) << 20
	f := &serverlessFleet{spec: s, calls: *c.MaxConcurrency, most: min(*c.MaxConcurrency, s.p.cfg.MaxInstances)}
	f.changed = sync.NewCond(&f.mu)
	return f
}

func (f *serverlessFleet) start(ctx context.Context) error {
	f.life, f.cancel = context.WithCancel(ctx)
	r, err := f.spec.launch(f.life)
	if err != nil {
		return err
	}
	f.mu.Lock()
	f.size, f.idle = 1, []idleReplica{{r, time.Now()}}
	f.mu.Unlock()
	f.reap.Go(f.reapIdle)
	return nil
}

func (f *serverlessFleet) acquire(ctx context.Context) (*replica, func(), error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stopping {
		return nil, nil, errStopping
	}
	if f.inFlight >= f.calls {
		return nil, nil, errThrottled
	}
	f.inFlight++
	r, err := f.take(ctx)
	if err != nil {
		f.inFlight--
		return nil, nil, err
	}
	return r, func() { f.give(r) }, nil
}

// take finds an idle container, starts one, or waits. It is called with mu held.
func (f *serverlessFleet) take(ctx context.Context) (*replica, error) {
	wake := context.AfterFunc(ctx, f.wake)
	defer wake()
	for {
		switch {
		case f.stopping:
			return nil, errStopping
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case len(f.idle) > 0:
			last := f.idle[len(f.idle)-1] // the warmest
			f.idle = f.idle[:len(f.idle)-1]
			if last.alive() {
				last.busy.Add(1)
				return last.replica, nil
			}
			f.size--
			go last.replica.stop() // it has ended: this only removes its traces
		case f.size < f.most:
			return f.coldStart()
		default:
			f.changed.Wait()
		}
	}
}

func (f *serverlessFleet) wake() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.changed.Broadcast()
}

// coldStart is called with mu held, and lets go of it meanwhile. A start is not
// given up with the call that caused it: the next call finds the container.
func (f *serverlessFleet) coldStart() (*replica, error) {
	f.size++
	f.mu.Unlock()
	r, err := f.spec.launch(f.life)
	f.mu.Lock()
	if err != nil {
		f.size--
		f.changed.Broadcast()
		return nil, err
	}
	r.busy.Add(1)
	return r, nil
}

func (f *serverlessFleet) give(r *replica) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.inFlight--
	f.idle = append(f.idle, idleReplica{r, time.Now()})
	r.busy.Done()
	f.changed.Broadcast()
}

// reapIdle ends containers that were idle for too long.
func (f *serverlessFleet) reapIdle() {
	limit := f.spec.p.cfg.Delays.Idle
	tick := time.NewTicker(max(limit/4, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-f.life.Done():
			return
		case <-tick.C:
		}
		for _, r := range f.takeExpired(limit) {
			r.stop()
		}
	}
}

func (f *serverlessFleet) takeExpired(limit time.Duration) []*replica {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []*replica
	f.idle = slices.DeleteFunc(f.idle, func(r idleReplica) bool {
		expired := !r.alive() || time.Since(r.since) >= limit
		if expired {
			out = append(out, r.replica)
		}
		return expired
	})
	f.size -= len(out)
	return out
}

func (f *serverlessFleet) stop() {
	f.mu.Lock()
	f.stopping = true
	f.changed.Broadcast()
	for f.inFlight > 0 {
		f.changed.Wait()
	}
	idle := f.idle
	f.idle = nil
	f.mu.Unlock()
	f.cancel()
	f.reap.Wait()
	for _, r := range idle {
		r.stop()
	}
}
