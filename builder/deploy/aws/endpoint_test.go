package aws

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/copal-ml/copal/builder/deploy"
	"github.com/copal-ml/copal/builder/progress"
)

// A fakeClock does not wait.
type fakeClock struct{ now time.Time }

func (c *fakeClock) Now() time.Time { return c.now }
func (c *fakeClock) Sleep(ctx context.Context, d time.Duration) error {
	c.now = c.now.Add(d)
	return ctx.Err()
}

// A fakeSageMaker has one endpoint whose states follow a script: each read of
// the endpoint takes the next of them.
type fakeSageMaker struct {
	clock  *fakeClock
	states []state // of the endpoint, the first is the one now; empty: absent
	tags   map[string]string
	config map[string]types.ProductionVariant
	after  map[string][]state // what follows a call: "create", "update b", "delete"; consumed
	fails  map[string][]error // what a call answers instead, consumed
	calls  []string
}

// A state is one answer of DescribeEndpoint.
type state struct {
	status  types.EndpointStatus
	config  string
	reason  string
	pending string
	absent  bool
}

func (f *fakeSageMaker) call(name string) error {
	f.calls = append(f.calls, name)
	if errs := f.fails[name]; len(errs) > 0 {
		f.fails[name] = errs[1:]
		if errs[0] != nil {
			if s, ok := f.after[name]; ok && is(errs[0], validation, alreadyExists) { // it was done, and the answer lost
				f.states = s
			}
			return errs[0]
		}
	}
	if s, ok := f.after[name]; ok {
		f.states = s
		delete(f.after, name)
	}
	return nil
}

func (f *fakeSageMaker) DescribeEndpoint(_ context.Context, in *sagemaker.DescribeEndpointInput, _ ...func(*sagemaker.Options)) (*sagemaker.DescribeEndpointOutput, error) {
	if len(f.states) == 0 || f.states[0].absent {
		f.states = nil
		return nil, apiError(validation, `Could not find endpoint "arn:`+*in.EndpointName+`".`)
	}
	s := f.states[0]
	if len(f.states) > 1 {
		f.states = f.states[1:]
	}
	out := &sagemaker.DescribeEndpointOutput{EndpointName: in.EndpointName, EndpointArn: sdk.String("arn:" + *in.EndpointName),
		EndpointStatus: s.status, EndpointConfigName: &s.config, LastModifiedTime: sdk.Time(f.clock.now)}
	if s.reason != "" {
		out.FailureReason = &s.reason
	}
	if s.pending != "" {
		out.PendingDeploymentSummary = &types.PendingDeploymentSummary{EndpointConfigName: &s.pending}
	}
	return out, nil
}

func (f *fakeSageMaker) CreateEndpoint(_ context.Context, in *sagemaker.CreateEndpointInput, _ ...func(*sagemaker.Options)) (*sagemaker.CreateEndpointOutput, error) {
	for _, t := range in.Tags {
		f.tags[*t.Key] = *t.Value
	}
	return &sagemaker.CreateEndpointOutput{}, f.call("create " + *in.EndpointConfigName)
}

func (f *fakeSageMaker) UpdateEndpoint(_ context.Context, in *sagemaker.UpdateEndpointInput, _ ...func(*sagemaker.Options)) (*sagemaker.UpdateEndpointOutput, error) {
	return &sagemaker.UpdateEndpointOutput{}, f.call("update " + *in.EndpointConfigName)
}

func (f *fakeSageMaker) DeleteEndpoint(context.Context, *sagemaker.DeleteEndpointInput, ...func(*sagemaker.Options)) (*sagemaker.DeleteEndpointOutput, error) {
	return &sagemaker.DeleteEndpointOutput{}, f.call("delete")
}

func (f *fakeSageMaker) DescribeEndpointConfig(_ context.Context, in *sagemaker.DescribeEndpointConfigInput, _ ...func(*sagemaker.Options)) (*sagemaker.DescribeEndpointConfigOutput, error) {
	v, ok := f.config[*in.EndpointConfigName]
	if !ok {
		return nil, apiError(validation, `Could not find endpoint configuration "arn".`)
	}
	return &sagemaker.DescribeEndpointConfigOutput{EndpointConfigName: in.EndpointConfigName, ProductionVariants: []types.ProductionVariant{v}}, nil
}

func (f *fakeSageMaker) AddTags(_ context.Context, in *sagemaker.AddTagsInput, _ ...func(*sagemaker.Options)) (*sagemaker.AddTagsOutput, error) {
	for _, t := range in.Tags {
		f.tags[*t.Key] = *t.Value
	}
	return &sagemaker.AddTagsOutput{}, nil
}

func (f *fakeSageMaker) ListTags(context.Context, *sagemaker.ListTagsInput, ...func(*sagemaker.Options)) (*sagemaker.ListTagsOutput, error) {
	return &sagemaker.ListTagsOutput{Tags: sagemakerTags(f.tags)}, nil
}

// newFake has an endpoint "iris" that is wanted on configuration "new"; "old" is
// the one before it.
func newFake() (*fakeSageMaker, *endpoint) {
	clock := &fakeClock{time.Unix(1e9, 0)}
	f := &fakeSageMaker{clock: clock, tags: ownTags("iris", nil), after: map[string][]state{}, fails: map[string][]error{},
		config: map[string]types.ProductionVariant{"old": Serverless{1024, 5}.variant("m1"), "new": Serverless{2048, 5}.variant("m2")}}
	e := &endpoint{api: f, poller: poller{Poll{}.withDefaults(), clock}, name: "iris", wanted: "new", variant: f.config["new"],
		tags:  ownTags("iris", nil),
		smoke: func(context.Context, progress.Func) error { f.calls = append(f.calls, "test"); return nil },
		tail:  func(context.Context, int) string { return "  the log" },
		roles: func() bool { return false }}
	return f, e
}

var (
	creating  = state{status: "Creating", config: "new"}
	updating  = state{status: "Updating", config: "old", pending: "new"}
	rolling   = state{status: "RollingBack", config: "old", pending: "new"}
	deleting  = state{status: "Deleting", config: "new"}
	inService = func(config string) state { return state{status: "InService", config: config} }
	failed    = func(reason string) state { return state{status: "Failed", config: "new", reason: reason} }
	gone      = state{absent: true}
)

// Each case is a life: the states in the account, what follows our calls, and
// what calls we make.
func TestEndpointApply(t *testing.T) {
	notReady := `Please ensure that the role exists and that its trust relationship policy ` + roleNotReadyLater
	type script map[string][]state
	f := func(name string, now []state, after script, setup func(*fakeSageMaker, *endpoint), wantCalls, wantErr string) {
		t.Helper()
		fake, e := newFake()
		fake.states = now
		for k, v := range after {
			fake.after[k] = v
		}
		if setup != nil {
			setup(fake, e)
		}
		c, err := e.Diff(t.Context())
		if err == nil && c.Action != deploy.None {
			err = e.Apply(t.Context(), c, nil)
		}
		if got := strings.Join(fake.calls, ", "); got != wantCalls {
			t.Errorf("%s: calls %q, want %q", name, got, wantCalls)
		}
		switch {
		case wantErr == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case wantErr != "" && (err == nil || !strings.Contains(err.Error(), wantErr)):
			t.Errorf("%s: error %v, want %q in it", name, err, wantErr)
		case wantErr == "" && fake.tags[TagTested] != "new" && strings.Contains(wantCalls, "test"):
			t.Errorf("%s: not marked as tested: %v", name, fake.tags)
		}
	}
	tested := func(f *fakeSageMaker, _ *endpoint) { f.tags[TagTested] = "new" }
	sick := func(_ *fakeSageMaker, e *endpoint) {
		e.smoke = func(context.Context, progress.Func) error { return errors.New("the model answered 500: boom") }
	}

	f("absent", nil, script{"create new": {creating, creating, inService("new")}}, nil, "create new, test", "")
	f("as wanted", []state{inService("new")}, nil, tested, "", "")
	f("as wanted, not tested", []state{inService("new")}, nil, nil, "test", "")
	f("on the old configuration", []state{inService("old")}, script{"update new": {updating, updating, inService("new")}}, nil, "update new, test", "")
	f("update not noticed at once", []state{inService("old")}, script{"update new": {inService("old"), updating, inService("new")}}, nil, "update new, test", "")
	f("being created", []state{creating, creating, inService("new")}, nil, nil, "test", "")
	f("being created as something else", []state{{status: "Creating", config: "old"}, {status: "Creating", config: "old"}, inService("old")},
		script{"update new": {updating, inService("new")}}, nil, "update new, test", "")
	f("being updated to it", []state{updating, updating, inService("new")}, nil, nil, "test", "")
	f("being updated to it, rolled back silently", []state{updating, updating, inService("old")}, nil, nil, "", "SageMaker went back to configuration old")
	f("being deleted", []state{deleting, deleting, gone}, script{"create new": {creating, inService("new")}}, nil, "create new, test", "")
	f("failed before", []state{failed("old story")}, script{"delete": {deleting, gone}, "create new": {creating, inService("new")}}, nil, "delete, create new, test", "")
	f("system update first", []state{{status: "SystemUpdating", config: "old"}, inService("old")}, script{"update new": {updating, inService("new")}}, nil, "update new, test", "")
	f("rollback failed before", []state{{status: "UpdateRollbackFailed", config: "new"}}, script{"update new": {updating, inService("new")}}, tested, "update new, test", "")

	f("create fails", nil, script{"create new": {creating, failed("The primary container for production variant AllTraffic did not pass the ping health check. Please check CloudWatch logs for this endpoint.")}},
		nil, "create new", "the log")
	f("no capacity", nil, script{"create new": {creating, failed("Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error.")}},
		nil, "create new", "no free instance")
	f("role not ready, found out late", nil, script{"create new": {creating, failed(notReady)}, "delete": {deleting, gone}},
		func(f *fakeSageMaker, e *endpoint) {
			e.roles = func() bool { f.after["create new"] = []state{creating, inService("new")}; return true }
		},
		"create new, delete, create new, test", "")
	f("role never ready", nil, script{"create new": {creating, failed(notReady)}}, nil, "create new", "cannot assume the execution role")
	f("explicit rollback", []state{inService("old")}, script{"update new": {updating, rolling, {status: "InService", config: "old", reason: "The primary container … ping health check"}}},
		nil, "update new", "SageMaker went back to configuration old")
	f("silent rollback", []state{inService("old")}, script{"update new": {updating, inService("old")}}, nil, "update new", "it gave no reason")
	f("silent and fast rollback", []state{inService("old")}, script{"update new": {inService("old")}}, nil, "update new", "it gave no reason")
	f("on it with a new reason", []state{inService("old")}, script{"update new": {updating, {status: "InService", config: "new", reason: "half of it failed"}}},
		nil, "update new", "half of it failed")
	f("an old reason does not count", []state{{status: "InService", config: "old", reason: "last month"}, {status: "InService", config: "old", reason: "last month"}},
		script{"update new": {updating, {status: "InService", config: "new", reason: "last month"}}}, nil, "update new, test", "")
	f("deleted meanwhile", nil, script{"create new": {creating, gone}}, nil, "create new", "was deleted while it was waited for")

	f("configuration not seen yet", nil, script{"create new": {creating, inService("new")}}, func(f *fakeSageMaker, _ *endpoint) {
		f.fails["create new"] = []error{apiError(validation, noConfiguration+` "arn".`), apiError(validation, noConfiguration+` "arn".`)}
	}, "create new, create new, create new, test", "")
	f("answer of create lost", nil, script{"create new": {creating, inService("new")}}, func(f *fakeSageMaker, _ *endpoint) {
		f.fails["create new"] = []error{apiError(validation, alreadyExists+` endpoint "arn".`)}
	}, "create new, test", "")
	f("busy with another update", []state{inService("old")}, script{"update new": {updating, inService("new")}}, func(f *fakeSageMaker, _ *endpoint) {
		f.fails["update new"] = []error{apiError(validation, inProgress+` "arn".`)}
	}, "update new, update new, test", "")

	f("new and sick", nil, script{"create new": {creating, inService("new")}}, sick, "create new", "stays as it is, to be looked at")
	f("update is sick", []state{inService("old")}, script{"update new": {updating, inService("new")}, "update old": {{status: "Updating", config: "new", pending: "old"}, inService("old")}},
		sick, "update new, update old", "It was rolled back to configuration old.")
	f("resumed update is sick", []state{inService("new")}, script{"update old": {{status: "Updating", config: "new", pending: "old"}, inService("old")}},
		func(f *fakeSageMaker, e *endpoint) { sick(f, e); f.tags[TagTested] = "old" }, "update old", "It was rolled back to configuration old.")
	f("sick, nothing to go back to", []state{inService("old")}, script{"update new": {updating, inService("new")}},
		func(f *fakeSageMaker, e *endpoint) { sick(f, e); delete(f.config, "old") }, "update new", "There is no earlier configuration")
	f("from serverless, sick", []state{inService("old")}, script{"update new": {updating, inService("new")}}, func(f *fakeSageMaker, e *endpoint) {
		sick(f, e)
		e.variant = RealTime{"ml.m5.large", 1}.variant("m2")
	}, "update new", "SageMaker does not go back from real-time")
	f("cannot go back", []state{inService("old")}, script{"update new": {updating, inService("new")}, "update old": {inService("new")}}, sick,
		"update new, update old", "It could not go back to configuration old")

	f("real-time to serverless", []state{inService("old")}, nil, func(f *fakeSageMaker, _ *endpoint) {
		f.config["old"] = RealTime{"ml.m5.large", 1}.variant("m1")
	}, "", "cannot turn it serverless in place")
	f("real-time to serverless, with leave", []state{inService("old")}, script{"delete": {deleting, gone}, "create new": {creating, inService("new")}},
		func(f *fakeSageMaker, e *endpoint) {
			e.replace, f.config["old"] = true, RealTime{"ml.m5.large", 1}.variant("m1")
		}, "delete, create new, test", "")
	f("not ours", []state{inService("old")}, nil, func(f *fakeSageMaker, _ *endpoint) { f.tags = map[string]string{TagManaged: "true"} }, "", "does not carry the tags")
}

// The plan says in the user's words what would happen to the endpoint.
func TestEndpointPlan(t *testing.T) {
	f := func(want string, setup func(*fakeSageMaker, *endpoint), now ...state) {
		t.Helper()
		fake, e := newFake()
		fake.states = now
		if setup != nil {
			setup(fake, e)
		}
		plan, err := deploy.MakePlan(t.Context(), []deploy.Resource{e})
		if err != nil {
			t.Errorf("%v", err)
			return
		}
		text := plan.Text()
		if got := text[:strings.LastIndex(text[:len(text)-1], "\n")+1]; got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	}
	f("+ endpoint iris  mode serverless\n                 memory 2048 MB\n                 concurrency 5\n", nil)
	f("~ endpoint iris  memory 1024 MB → 2048 MB\n                 model m1 → m2\n", nil, inService("old"))
	f("", func(f *fakeSageMaker, _ *endpoint) { f.tags[TagTested] = "new" }, inService("new"))
	f("~ endpoint iris  has not yet answered the test request on this configuration\n", nil, inService("new"))
	f("~ endpoint iris  is Creating already and is waited for\n", nil, creating)
	f("± endpoint iris  is Failed and must be made anew: the container did not answer GET /ping with 200 in time\n"+
		"                 mode serverless\n                 memory 2048 MB\n                 concurrency 5\n", nil, failed("did not pass the ping health check"))
	f("~ endpoint iris  from serverless to real-time, from where SageMaker does not go back\n"+
		"                 mode serverless → real-time\n                 instance type ml.m5.large\n                 instances 2\n"+
		"                 memory 1024 MB → none\n                 concurrency 5 → none\n",
		func(_ *fakeSageMaker, e *endpoint) { e.variant = RealTime{"ml.m5.large", 2}.variant("m1") }, inService("old"))
	f("~ endpoint iris  tag team lilies → roses\n", func(f *fakeSageMaker, e *endpoint) {
		f.tags[TagTested], f.tags["team"], e.tags["team"] = "new", "lilies", "roses"
	}, inService("new"))
}

// Creating endpoints cannot be deleted: Delete waits, and then until it is gone.
func TestEndpointDelete(t *testing.T) {
	fake, e := newFake()
	fake.states = []state{creating, creating, creating, inService("new")}
	fake.after["delete"] = []state{deleting, deleting, gone}
	fake.fails["delete"] = []error{apiError(validation, inProgress+` "arn".`)}
	var texts []string
	err := e.Delete(t.Context(), func(e progress.Event) { texts = append(texts, e.Text) })
	if err != nil || len(fake.states) > 0 {
		t.Fatalf("%v, left %v", err, fake.states)
	}
	if want := []string{"delete", "delete"}; !slices.Equal(fake.calls, want) {
		t.Errorf("calls %q, want %q", fake.calls, want)
	}
	if !slices.Contains(texts, "Endpoint iris is Creating and can be deleted when that is done") {
		t.Errorf("the wait was not explained: %q", texts)
	}
	if err := e.Delete(t.Context(), nil); err != nil {
		t.Errorf("a second time: %v", err)
	}
}

func TestSmokeFailedIsTold(t *testing.T) {
	fake, e := newFake()
	fake.states = []state{inService("old")}
	fake.after["update new"] = []state{updating, inService("new")}
	fake.after["update old"] = []state{inService("old")}
	e.smoke = func(context.Context, progress.Func) error { return &ModelError{Status: 500, Message: "boom"} }
	err := e.Apply(t.Context(), deploy.Change{Action: deploy.Update}, nil)
	var s *SmokeFailed
	if !errors.As(err, &s) || !s.RolledBack || s.On != "old" || !strings.Contains(s.Logs, "the log") {
		t.Errorf("%#v", err)
	}
	var m *ModelError
	if !errors.As(err, &m) || m.Status != 500 {
		t.Errorf("the model's error is lost in %v", err)
	}
}
