package serve

import (
	"sync/atomic"
	"time"
)

// A gate lets a bounded number of predictions compute at a time and a bounded
// number of requests wait for their turn; whoever comes beyond that is turned
// away at once. /ping does not pass through it.
type gate struct {
	tokens  chan struct{}
	waiting *atomic.Int64
	queue   int64
}

func newGate(concurrent, queue int) gate {
	return gate{tokens: make(chan struct{}, concurrent), waiting: new(atomic.Int64), queue: int64(queue)}
}

// enter reports whether the caller may compute; it must leave afterwards.
func (g *gate) enter(patience time.Duration) bool {
	select {
	case g.tokens <- struct{}{}:
		return true
	default:
		return g.wait(patience)
	}
}

func (g *gate) wait(patience time.Duration) bool {
	defer g.waiting.Add(-1)
	if g.waiting.Add(1) > g.queue {
		return false
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case g.tokens <- struct{}{}:
		return true
	case <-timer.C:
		return false
	}
}

func (g *gate) leave() { <-g.tokens }
