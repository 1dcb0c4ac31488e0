package local

import "sync"

// A FaultKind is a way in which a call goes wrong.
type FaultKind string

// The kinds.
const (
	Throttle   FaultKind = "throttle"    // ThrottlingException, nothing done
	ServerFail FaultKind = "server-fail" // HTTP 500, nothing done
	LostAnswer FaultKind = "lost-answer" // done, but the connection breaks before the answer
	LostCall   FaultKind = "lost-call"   // the connection breaks, nothing done
	Denied     FaultKind = "denied"      // AccessDeniedException, nothing done
)

// Faults decides which calls go wrong. It is safe for concurrent use.
type Faults struct {
	mu    sync.Mutex
	count int
	seen  map[string]int
	plan  []plannedFault
	calls []string
}

type plannedFault struct {
	operation string
	n         int
	kind      FaultKind
}

// FailCall makes the n-th call (from 1) of an operation fail: "sagemaker:CreateModel",
// "ecr:CreateRepository", "registry:PutManifest". The operation "*" counts all calls together.
func (f *Faults) FailCall(operation string, n int, kind FaultKind) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.plan = append(f.plan, plannedFault{operation, n, kind})
}

// Calls lists the operations so far, in the order of their arrival.
func (f *Faults) Calls() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.calls...)
}

// Reset forgets what was planned and counted.
func (f *Faults) Reset() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count, f.seen, f.plan, f.calls = 0, nil, nil, nil
}

// next counts a call and says how it is to fail; "" is not at all.
func (f *Faults) next(operation string) FaultKind {
	if f == nil {
		return ""
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.seen == nil {
		f.seen = map[string]int{}
	}
	f.count++
	f.seen[operation]++
	f.calls = append(f.calls, operation)
	for _, p := range f.plan {
		if p.operation == operation && p.n == f.seen[operation] || p.operation == "*" && p.n == f.count {
			return p.kind
		}
	}
	return ""
}
