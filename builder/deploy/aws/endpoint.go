package aws

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

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
