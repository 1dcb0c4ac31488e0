package aws

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/copal-ml/copal/builder/deploy"
	"github.com/copal-ml/copal/builder/progress"
)

// Apply brings the endpoint from whatever state it is in by now to the wanted
// configuration, sends the test request, and notes in a tag that it was passed.
func (e *endpoint) Apply(ctx context.Context, c deploy.Change, p progress.Func) error {
	before, err := e.find(ctx)
	if err != nil {
		return err
	}
	resumed := !before.absent() && before.EndpointStatus != types.EndpointStatusDeleting && before.changing() &&
		(before.config() == e.wanted || before.pending() == e.wanted)
	now, err := e.settle(ctx, before, p)
	if err != nil {
		return err
	}
	switch {
	case now.absent():
		err = e.create(ctx, p)
	case resumed:
		err = e.judge(ctx, now, before.reason())
	case now.dead() || c.Action == deploy.Replace && now.config() != e.wanted:
		if err = e.remove(ctx, p); err == nil {
			err = e.create(ctx, p)
		}
	case now.config() != e.wanted || now.EndpointStatus == types.EndpointStatusUpdateRollbackFailed:
		err = e.update(ctx, e.wanted, now, p)
	}
	if err != nil {
		return err
	}
	if err := e.test(ctx, before, p); err != nil {
		return err
	}
	return e.mark(ctx, before.tags)
}

// settle waits until SageMaker has finished what it is doing.
func (e *endpoint) settle(ctx context.Context, f found, p progress.Func) (found, error) {
	start := e.poller.clock.Now()
	err := e.poller.until(ctx, func() (bool, error) {
		if f.absent() || !f.changing() {
			return true, nil
		}
		e.poller.advance(p, e.ID().String(), fmt.Sprintf("Endpoint %s is %s", e.name, f.EndpointStatus), start)
		var err error
		f, err = e.describe(ctx)
		return err == nil && (f.absent() || !f.changing()), err
	})
	return f, err
}

// create makes the endpoint and waits for it.
func (e *endpoint) create(ctx context.Context, p progress.Func) error {
	for {
		err := e.poller.retry(ctx, absentConfiguration, func() error {
			_, err := e.api.CreateEndpoint(ctx, &sagemaker.CreateEndpointInput{
				EndpointName: &e.name, EndpointConfigName: &e.wanted, Tags: sagemakerTags(e.tags)})
			return err
		})
		if err != nil && !is(err, validation, alreadyExists) {
			return e.explain("make endpoint "+e.name, err)
		}
		f, err := e.appear(ctx)
		if err != nil {
			return err
		}
		if f, err = e.settle(ctx, f, p); err != nil {
			return err
		}
		if f.absent() || f.EndpointStatus != types.EndpointStatusFailed || !strings.Contains(f.reason(), roleNotReadyLater) || !e.roles() {
			return e.judge(ctx, f, "")
		}
		// The role was not ready when SageMaker came to use it. Terraform does
		// the same, for the same two minutes.
		if err := e.remove(ctx, p); err != nil {
			return err
		}
	}
}

// appear reads an endpoint that CreateEndpoint says is there, by this attempt or
// by an earlier one whose answer was lost. Reads may lag behind.
func (e *endpoint) appear(ctx context.Context) (f found, err error) {
	start := e.poller.clock.Now()
	err = e.poller.until(ctx, func() (bool, error) {
		f, err = e.find(ctx)
		return !f.absent() || e.poller.clock.Now().Sub(start) > settling, err
	})
	return f, err
}

// update moves the endpoint to a configuration and waits for it. before is its
// settled state.
func (e *endpoint) update(ctx context.Context, configuration string, before found, p progress.Func) error {
	const tries = 3 // someone else may be at it too
	for try := 1; ; try++ {
		err := e.poller.retry(ctx, absentConfiguration, func() error {
			_, err := e.api.UpdateEndpoint(ctx, &sagemaker.UpdateEndpointInput{EndpointName: &e.name, EndpointConfigName: &configuration})
			return err
		})
		busy := is(err, validation, inProgress)
		if err != nil && !busy {
			return e.explain("update endpoint "+e.name, err)
		}
		after, err := e.settleUpdate(ctx, before, p)
		if err != nil {
			return err
		}
		if busy && !after.absent() && !after.dead() && after.config() != configuration && try < tries {
			before = after // what was going on was another update
			continue
		}
		return e.judgeOn(ctx, after, configuration, before.reason())
	}
}

// settleUpdate waits for an update to begin and to end. Until SageMaker has
// taken notice, Describe shows the endpoint as it was; the time of the last
// change tells.
func (e *endpoint) settleUpdate(ctx context.Context, before found, p progress.Func) (after found, err error) {
	const notice = 30 * time.Second
	start := e.poller.clock.Now()
	err = e.poller.until(ctx, func() (bool, error) {
		after, err = e.describe(ctx)
		if err != nil || after.absent() {
			return true, err
		}
		if after.changing() {
			after, err = e.settle(ctx, after, p)
			return true, err
		}
		noticed := !sdk.ToTime(after.LastModifiedTime).Equal(sdk.ToTime(before.LastModifiedTime)) || after.config() != before.config()
		return noticed || e.poller.clock.Now().Sub(start) > notice, nil
	})
	return after, err
}

// judge says whether a settled endpoint is what was wanted. oldReason is the
// failure reason that it had before.
func (e *endpoint) judge(ctx context.Context, f found, oldReason string) error {
	return e.judgeOn(ctx, f, e.wanted, oldReason)
}

func (e *endpoint) judgeOn(ctx context.Context, f found, configuration, oldReason string) error {
	switch {
	case f.absent():
		return &Problem{What: fmt.Sprintf("endpoint %s was deleted while it was waited for", e.name), Next: again}
	case f.EndpointStatus == types.EndpointStatusInService && f.config() == configuration && (f.reason() == "" || f.reason() == oldReason):
		return nil
	case f.EndpointStatus == types.EndpointStatusInService:
		what := fmt.Sprintf("update endpoint %s: SageMaker went back to configuration %s", e.name, f.config())
		reason := f.reason()
		if reason == "" || reason == oldReason {
			reason = "(nothing: it gave no reason)"
		}
		return e.failure(ctx, what, reason)
	}
	return e.failure(ctx, fmt.Sprintf("bring endpoint %s into service: it is %s", e.name, f.EndpointStatus), f.reason())
}

// failure reports what SageMaker gave as the reason, with the last lines of the
// container's log where the container is the reason.
func (e *endpoint) failure(ctx context.Context, doing, reason string) error {
	if reason == "" {
		reason = "(nothing: it gave no reason)"
	}
	err := report(doing, reason, e.name, nil)
	var p *Problem
	if e.tail != nil && asProblem(err, &p) {
		if lines := e.tail(ctx, 20); lines != "" {
			p.Why += "\nThe container's last lines:\n" + lines
		}
	}
	return err
}

func asProblem(err error, p **Problem) bool {
	q, ok := err.(*Problem)
	*p = q
	return ok
}

func (e *endpoint) explain(doing string, err error) error {
	if is(err, validation, inProgress) {
		return report(doing, inProgress, e.name, err)
	}
	return explain(doing, err)
}

// mark sets the wanted tags, among them the one that says that the test request
// was passed on this configuration.
func (e *endpoint) mark(ctx context.Context, have map[string]string) error {
	want := maps.Clone(e.tags)
	if e.smoke != nil {
		want[TagTested] = e.wanted
	}
	maps.DeleteFunc(want, func(k, v string) bool { return have[k] == v })
	if len(want) == 0 {
		return nil
	}
	f, err := e.describe(ctx)
	if err != nil || f.absent() {
		return err
	}
	_, err = e.api.AddTags(ctx, &sagemaker.AddTagsInput{ResourceArn: f.EndpointArn, Tags: sagemakerTags(want)})
	return explain("tag endpoint "+e.name, err)
}

// Delete removes the endpoint and waits until SageMaker does not know it any
// more: one that is still Deleting holds its name.
func (e *endpoint) Delete(ctx context.Context, p progress.Func) error {
	f, err := e.find(ctx)
	if err != nil || f.absent() {
		return err
	}
	return e.remove(ctx, p)
}

// remove deletes the endpoint, whatever it is doing. One that is Creating or
// Updating cannot be deleted and is waited for.
func (e *endpoint) remove(ctx context.Context, p progress.Func) error {
	start := e.poller.clock.Now()
	return e.poller.until(ctx, func() (bool, error) {
		f, err := e.describe(ctx)
		if err != nil || f.absent() {
			return err == nil, err
		}
		text := fmt.Sprintf("Endpoint %s is %s", e.name, f.EndpointStatus)
		if f.changing() {
			if f.EndpointStatus != types.EndpointStatusDeleting {
				text += " and can be deleted when that is done"
			}
			e.poller.advance(p, e.ID().String(), text, start)
			return false, nil
		}
		_, err = e.api.DeleteEndpoint(ctx, &sagemaker.DeleteEndpointInput{EndpointName: &e.name})
		if err != nil && !absentEndpoint(err) && !is(err, validation, inProgress) {
			return false, e.explain("delete endpoint "+e.name, err)
		}
		return false, nil
	})
}
