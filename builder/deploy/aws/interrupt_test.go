package aws

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/copal-ml/copal/builder/local"
)

// A journey is something that makes calls: what is there before, and what is
// wanted after.
type journey struct {
	name   string
	before func(*testing.T, *platform, *Account)
	run    func(context.Context, *platform, *Account) error
	after  []string // kinds that the account then has, one of each
	faults []local.FaultKind
}

func journeys() []journey {
	deploy := func(m Mode, version string) func(context.Context, *platform, *Account) error {
		return func(ctx context.Context, p *platform, a *Account) error {
			_, err := a.Deploy(ctx, p.spec(a, m, version, ""), nil)
			return err
		}
	}
	deployed := func(t *testing.T, p *platform, a *Account) { mustDeploy(t, a, p.spec(a, Serverless{}, "1", "")) }
	mounted := func(ctx context.Context, p *platform, a *Account) error {
		_, err := a.Deploy(ctx, p.mounted(a, "1"), nil)
		return err
	}
	destroy := func(ctx context.Context, p *platform, a *Account) error {
		_, err := a.Destroy(ctx, "iris", nil)
		return err
	}
	all := []local.FaultKind{local.ServerFail, local.LostAnswer, local.LostCall, local.Throttle, local.Denied}
	both := []local.FaultKind{local.LostAnswer, local.ServerFail} // done and not told; told and not done
	return []journey{
		{"create serverless", nil, deploy(Serverless{}, "1"), serving, all},
		{"create real-time", nil, deploy(RealTime{}, "1"), serving, both},
		{"create with model data", nil, mounted, []string{"endpoint", "configuration", "model", "repository", "role", "bucket", "log group"}, both},
		{"update", deployed, deploy(Serverless{MemoryMB: 4096}, "2"), serving, all},
		{"destroy", deployed, destroy, nil, both},
		{"destroy with model data", func(t *testing.T, p *platform, a *Account) { mustDeploy(t, a, p.mounted(a, "1")) }, destroy, nil, both},
	}
}

// A traveller makes a journey many times on one platform, which is empty between.
type traveller struct {
	journey
	*platform
	patient *Account // whose SDK tries calls again
}

func (j journey) start(t *testing.T) *traveller {
	p := startPlatform(t, local.Delays{})
	return &traveller{j, p, p.open(3, nil)}
}

// calls runs the journey undisturbed and counts its calls.
func (j *traveller) calls(t *testing.T) int {
	j.prepare(t)
	j.platform.faults.Reset()
	if err := j.run(t.Context(), j.platform, j.patient); err != nil {
		t.Fatal(err)
	}
	n := len(j.platform.faults.Calls())
	j.check(t)
	return n
}

func (j *traveller) prepare(t *testing.T) {
	j.platform.faults.Reset()
	if j.before != nil {
		j.before(t, j.platform, j.patient)
	}
}

// check runs the journey again, undisturbed, and looks at what is there then:
// the wanted state, nothing orphaned, and all of it can be destroyed.
func (j *traveller) check(t *testing.T) {
	t.Helper()
	j.platform.faults.Reset()
	a := j.patient
	if err := j.run(t.Context(), j.platform, a); err != nil {
		t.Errorf("run again: %v", err)
	}
	if all := j.inventory(a); !only(all, j.after...) {
		t.Errorf("run again there is %q, want one of each of %q", all, j.after)
	}
	if j.after != nil {
		if st, err := a.Status(t.Context(), "iris"); err != nil || st.State != "InService" || st.Tags[TagTested] != st.Configuration {
			t.Errorf("run again the endpoint is %s, tested on %s, %v", st.State, st.Tags[TagTested], err)
		}
	}
	if _, err := a.Destroy(t.Context(), "iris", nil); err != nil {
		t.Errorf("destroy: %v", err)
	}
	if all := j.inventory(a); all != nil {
		t.Fatalf("left after destroy: %q", all)
	}
}

// Every call of every journey fails once, in every way, with an SDK that does
// not try again; the same command then brings the wanted state.
func TestInterruptedAtEveryCall(t *testing.T) {
	for _, each := range journeys() {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			j := each.start(t)
			impatient := j.open(1, nil)
			n := j.calls(t)
			for call := 1; call <= n; call++ {
				for _, fault := range j.journey.faults {
					j.prepare(t)
					j.platform.faults.Reset()
					j.platform.faults.FailCall("*", call, fault)
					err := j.run(t.Context(), j.platform, impatient)
					seen := j.platform.faults.Calls()
					j.check(t)
					if t.Failed() {
						t.Fatalf("that was after %s at call %d of %d, %s: %v", fault, call, n, seen[min(call, len(seen))-1], err)
					}
				}
			}
			t.Logf("%d calls × %d faults", n, len(j.journey.faults))
		})
	}
}

// The same with the context cancelled at the n-th request, as Ctrl-C does.
func TestCancelledAtEveryCall(t *testing.T) {
	for _, each := range journeys() {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			j := each.start(t)
			var requests, last atomic.Int32
			var cancel context.CancelFunc
			a := j.open(1, func(*http.Request) {
				if requests.Add(1) == last.Load() {
					cancel()
				}
			})
			for reached := true; reached; {
				j.prepare(t)
				var ctx context.Context
				ctx, cancel = context.WithCancel(t.Context())
				requests.Store(0)
				last.Add(1)
				err := j.run(ctx, j.platform, a)
				cancel()
				if reached = requests.Load() >= last.Load(); !reached && err != nil {
					t.Errorf("not interrupted, and yet %v", err)
				}
				j.check(t)
				if t.Failed() {
					t.Fatalf("that was after a cancellation at request %d: %v", last.Load(), err)
				}
			}
			t.Logf("%d cancellations", last.Load()-1)
		})
	}
}

// With an SDK that tries again, one fault of any kind is not even seen.
func TestOneFaultIsNotSeen(t *testing.T) {
	j := journeys()[0].start(t)
	n := j.calls(t)
	for call := 1; call <= n; call++ {
		for _, fault := range []local.FaultKind{local.ServerFail, local.LostAnswer, local.LostCall, local.Throttle} {
			j.platform.faults.Reset()
			j.platform.faults.FailCall("*", call, fault)
			err := j.run(t.Context(), j.platform, j.patient)
			if calls := j.platform.faults.Calls(); err != nil && !strings.HasPrefix(calls[call-1], "registry:") { // whose retries are the push's own matter
				t.Errorf("%s at call %d, %s: %v", fault, call, calls[call-1], err)
			}
			j.check(t)
		}
	}
}

// The order of calls is the promise that nothing slow or billable comes before
// what is cheap: identity, all reads, then what costs nothing, the endpoint last.
func TestOrderOfCalls(t *testing.T) {
	p := startPlatform(t, local.Delays{})
	a := p.open(1, nil)
	mustDeploy(t, a, p.spec(a, RealTime{}, "1", ""))
	calls := p.faults.Calls()
	if calls[0] != "sts:GetCallerIdentity" {
		t.Errorf("the first call is %s", calls[0])
	}
	var makes []string
	for _, c := range calls {
		if _, op, _ := strings.Cut(c, ":"); strings.HasPrefix(op, "Create") || strings.HasPrefix(op, "PutRole") || op == "PutManifest" {
			makes = append(makes, c)
		}
	}
	want := []string{"ecr:CreateRepository", "iam:CreateRole", "iam:PutRolePolicy", "registry:PutManifest",
		"sagemaker:CreateModel", "sagemaker:CreateEndpointConfig", "sagemaker:CreateEndpoint"}
	if !slices.Equal(makes, want) {
		t.Errorf("made in the order %q, want %q", makes, want)
	}
}
