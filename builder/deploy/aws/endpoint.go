package aws

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/copal-ml/copal/builder/deploy"
	"github.com/copal-ml/copal/builder/progress"
)

type endpointAPI interface {
	DescribeEndpoint(context.Context, *sagemaker.DescribeEndpointInput, ...func(*sagemaker.Options)) (*sagemaker.DescribeEndpointOutput, error)
	CreateEndpoint(context.Context, *sagemaker.CreateEndpointInput, ...func(*sagemaker.Options)) (*sagemaker.CreateEndpointOutput, error)
	UpdateEndpoint(context.Context, *sagemaker.UpdateEndpointInput, ...func(*sagemaker.Options)) (*sagemaker.UpdateEndpointOutput, error)
	DeleteEndpoint(context.Context, *sagemaker.DeleteEndpointInput, ...func(*sagemaker.Options)) (*sagemaker.DeleteEndpointOutput, error)
	DescribeEndpointConfig(context.Context, *sagemaker.DescribeEndpointConfigInput, ...func(*sagemaker.Options)) (*sagemaker.DescribeEndpointConfigOutput, error)
	AddTags(context.Context, *sagemaker.AddTagsInput, ...func(*sagemaker.Options)) (*sagemaker.AddTagsOutput, error)
	tagsAPI
}

// An endpoint is what answers. It is wanted on one configuration; how it gets
// there depends on the state it is found in:
//
//	absent                      create
//	InService, on another       update
//	InService, on the wanted    nothing, or the test request if that is still due
//	Creating, Updating, …       wait, then as above: nothing else is accepted
//	Failed, OutOfService        delete and create: only delete is accepted
//
// An update has succeeded when the endpoint is InService and on the wanted
// configuration and gives no new failure reason: SageMaker goes back to the old
// configuration without a word when the new one does not come up
// (hashicorp/terraform-provider-aws#48997).
type endpoint struct {
	api     endpointAPI
	poller  poller
	name    string
	wanted  string // configuration
	variant types.ProductionVariant
	tags    map[string]string
	replace bool // allow a change that cannot be made in place
	needs   []deploy.ID

	smoke func(context.Context, progress.Func) error // nil for no test request
	tail  func(ctx context.Context, n int) string    // last lines of the container's log
	roles func() bool                                // whether the role was changed so lately that it may not be ready
}

const endpointKind = "endpoint"

func (e *endpoint) ID() deploy.ID      { return deploy.ID{Kind: endpointKind, Name: e.name} }
func (e *endpoint) Needs() []deploy.ID { return e.needs }

// A found endpoint is what the account says of it.
type found struct {
	*sagemaker.DescribeEndpointOutput // nil if there is none
	tags                              map[string]string
}

func (f found) absent() bool   { return f.DescribeEndpointOutput == nil }
func (f found) config() string { return sdk.ToString(f.EndpointConfigName) }
func (f found) reason() string { return sdk.ToString(f.FailureReason) }

// pending is the configuration that the endpoint is moving to, or "".
func (f found) pending() string {
	if f.PendingDeploymentSummary == nil {
		return ""
	}
	return sdk.ToString(f.PendingDeploymentSummary.EndpointConfigName)
}

// changing reports whether SageMaker is at work and accepts nothing.
func (f found) changing() bool {
	switch f.EndpointStatus {
	case types.EndpointStatusCreating, types.EndpointStatusUpdating, types.EndpointStatusSystemUpdating,
		types.EndpointStatusRollingBack, types.EndpointStatusDeleting:
		return true
	}
	return false
}

// dead reports whether SageMaker accepts nothing but a deletion.
func (f found) dead() bool {
	return f.EndpointStatus == types.EndpointStatusFailed || f.EndpointStatus == types.EndpointStatusOutOfService
}

// describe reads the endpoint, without its tags.
func (e *endpoint) describe(ctx context.Context) (found, error) {
	out, err := e.api.DescribeEndpoint(ctx, &sagemaker.DescribeEndpointInput{EndpointName: &e.name})
	if absentEndpoint(err) {
		return found{}, nil
	}
	return found{DescribeEndpointOutput: out}, explain("read endpoint "+e.name, err)
}

// find reads the endpoint with its tags, and fails if it is not ours.
func (e *endpoint) find(ctx context.Context) (found, error) {
	f, err := e.describe(ctx)
	if err != nil || f.absent() {
		return f, err
	}
	f.tags, err = readTags(ctx, e.api, sdk.ToString(f.EndpointArn))
	if err == nil && !claims(f.tags, e.name) {
		err = notOurs(e.ID(), e.name)
	}
	return f, err
}

func (e *endpoint) Diff(ctx context.Context) (deploy.Change, error) {
	f, err := e.find(ctx)
	if err != nil {
		return deploy.Change{}, err
	}
	switch {
	case f.absent():
		return deploy.Change{Action: deploy.Create, Fields: variantFields(e.variant)}, nil
	case f.EndpointStatus == types.EndpointStatusDeleting:
		return deploy.Change{Action: deploy.Create, Why: "is being deleted; made anew when it is gone", Fields: variantFields(e.variant)}, nil
	case f.dead():
		return deploy.Change{Action: deploy.Replace, Why: fmt.Sprintf("is %s and must be made anew%s", f.EndpointStatus, because(f.reason())),
			Fields: variantFields(e.variant)}, nil
	}
	if f.config() != e.wanted {
		return e.diffConfiguration(ctx, f)
	}
	return e.diffSame(f), nil
}

// diffSame is the change of an endpoint that is on the wanted configuration, or
// on its way there.
func (e *endpoint) diffSame(f found) deploy.Change {
	fields := e.tagFields(f.tags)
	switch {
	case f.changing():
		return deploy.Change{Action: deploy.Update, Why: fmt.Sprintf("is %s already and is waited for", f.EndpointStatus), Fields: fields}
	case f.EndpointStatus == types.EndpointStatusUpdateRollbackFailed:
		return deploy.Change{Action: deploy.Update, Why: "is UpdateRollbackFailed and is updated once more", Fields: fields}
	case e.smoke != nil && f.tags[TagTested] != e.wanted:
		return deploy.Change{Action: deploy.Update, Why: "has not yet answered the test request on this configuration", Fields: fields}
	case fields != nil:
		return deploy.Change{Action: deploy.Update, Fields: fields}
	}
	return deploy.Change{}
}

// diffConfiguration is the change of an endpoint that is on another
// configuration. https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html:
// serverless to real-time works and cannot go back; real-time to serverless is
// refused.
func (e *endpoint) diffConfiguration(ctx context.Context, f found) (deploy.Change, error) {
	c := deploy.Change{Action: deploy.Update}
	var why []string
	if f.changing() {
		why = append(why, fmt.Sprintf("is %s and is waited for first", f.EndpointStatus))
	}
	was, err := e.currentVariant(ctx, f)
	if err != nil {
		return c, err
	}
	c.Fields = differences(variantFields(was), variantFields(e.variant))
	if old, new := sdk.ToString(was.ModelName), *e.variant.ModelName; old != new {
		c.Fields = append(c.Fields, deploy.Field{Path: "model", Old: old, New: new})
	}
	switch from, to := variantKind(was), variantKind(e.variant); {
	case from == realTimeKind && to == serverlessKind && !e.replace:
		return c, &Problem{What: fmt.Sprintf("endpoint %s is real-time and SageMaker cannot turn it serverless in place", e.name),
			Next: fmt.Sprintf("deploy under another --name; or let Copal delete it and make it anew with --replace (it does not answer for some minutes); or first: copal destroy %s", e.name)}
	case from == realTimeKind && to == serverlessKind:
		c.Action = deploy.Replace
		why = append(why, "cannot turn serverless in place: is deleted and made anew, and does not answer meanwhile")
	case from == serverlessKind && to == realTimeKind:
		why = append(why, "from serverless to real-time, from where SageMaker does not go back")
	}
	c.Why = strings.Join(why, "; ")
	c.Fields = append(c.Fields, e.tagFields(f.tags)...)
	return c, nil
}

// currentVariant is the variant that the endpoint runs now. Its configuration
// may have been deleted; then the endpoint's own summary has to do.
func (e *endpoint) currentVariant(ctx context.Context, f found) (types.ProductionVariant, error) {
	out, err := e.api.DescribeEndpointConfig(ctx, &sagemaker.DescribeEndpointConfigInput{EndpointConfigName: f.EndpointConfigName})
	if err == nil && len(out.ProductionVariants) > 0 {
		return out.ProductionVariants[0], nil
	}
	if err != nil && !absentConfiguration(err) {
		return types.ProductionVariant{}, explain("read endpoint configuration "+f.config(), err)
	}
	var v types.ProductionVariant
	if len(f.ProductionVariants) > 0 {
		v.ServerlessConfig = f.ProductionVariants[0].CurrentServerlessConfig
		v.InitialInstanceCount = f.ProductionVariants[0].CurrentInstanceCount
	}
	return v, nil
}

// tagFields are the wanted tags that the endpoint does not have. Tags that are
// not wanted stay: others may have set them.
func (e *endpoint) tagFields(have map[string]string) (fields []deploy.Field) {
	for _, k := range slices.Sorted(maps.Keys(e.tags)) {
		if old, want := have[k], e.tags[k]; old != want {
			fields = append(fields, tagField(k, old, want))
		}
	}
	return fields
}

// tagField is the difference of a tag; Copal's own say what runs, and are told so.
func tagField(key, old, new string) deploy.Field {
	own, ok := strings.CutPrefix(key, "copal:")
	if !ok {
		return deploy.Field{Path: "tag " + key, Old: old, New: new}
	}
	f := deploy.Field{Path: strings.ReplaceAll(own, "-", " "), Old: old, New: new}
	switch key {
	case TagDigest:
		f.Old, f.New = shortDigest(old), shortDigest(new)
	case TagSHA256:
		f.Old, f.New = old[:min(len(old), 12)], new[:min(len(new), 12)]
	}
	return f
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	if c, ok := findCause(reason); ok {
		return ": " + c.what
	}
	return ": " + strings.SplitN(reason, "\n", 2)[0]
}

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
