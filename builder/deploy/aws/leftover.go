package aws

import (
	"context"
	"regexp"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/copal-ml/copal/builder/deploy"
	"github.com/copal-ml/copal/builder/progress"
)

// A leftover is a configuration or a model that Copal made for an endpoint
// earlier: by a deploy before this one, or by one that was cut short.
type leftover struct {
	account  *Account
	endpoint string
	id       deploy.ID
	needs    []deploy.ID
}

func (l *leftover) ID() deploy.ID      { return l.id }
func (l *leftover) Needs() []deploy.ID { return l.needs }

func (l *leftover) Diff(context.Context) (deploy.Change, error) {
	return deploy.Change{Action: deploy.Delete, Why: "no longer used"}, nil
}

// Apply deletes it after an update, and looks once more whether the endpoint has
// really left it: a configuration must not be deleted while in use.
func (l *leftover) Apply(ctx context.Context, _ deploy.Change, p progress.Func) error {
	if l.id.Kind == configurationKind {
		e := &endpoint{api: l.account.sagemaker, poller: l.account.poller(), name: l.endpoint}
		f, err := e.describe(ctx)
		if err != nil {
			return err
		}
		if !f.absent() && (f.config() == l.id.Name || f.pending() == l.id.Name || f.changing()) {
			return &Problem{What: "endpoint configuration " + l.id.Name + " is in use again", Why: "someone else updates the endpoint at this moment", Next: again}
		}
	}
	return l.Delete(ctx, p)
}

func (l *leftover) Delete(ctx context.Context, _ progress.Func) error {
	if l.id.Kind == configurationKind {
		return deleteConfiguration(ctx, l.account.sagemaker, l.endpoint, l.id.Name)
	}
	return deleteModel(ctx, l.account.sagemaker, l.endpoint, l.id.Name)
}

// hashedForm is what ends the names that hashedName makes.
var hashedForm = regexp.MustCompile(`-[0-9a-f]{12}$`)

// leftovers lists the configurations and models whose tags name the endpoint.
func (a *Account) leftovers(ctx context.Context, endpoint string) (configurations, models []string, err error) {
	prefix := hashedPrefix(endpoint)
	ours := func(name *string) bool {
		return strings.HasPrefix(sdk.ToString(name), prefix) && hashedForm.MatchString(sdk.ToString(name))
	}
	var cs []types.EndpointConfigSummary
	in := &sagemaker.ListEndpointConfigsInput{NameContains: &prefix, MaxResults: sdk.Int32(100)}
	for more := true; more; {
		out, err := a.sagemaker.ListEndpointConfigs(ctx, in)
		if err != nil {
			return nil, nil, explain("list endpoint configurations", err)
		}
		for _, c := range out.EndpointConfigs {
			if ours(c.EndpointConfigName) {
				cs = append(cs, c)
			}
		}
		in.NextToken, more = out.NextToken, sdk.ToString(out.NextToken) != ""
	}
	var ms []types.ModelSummary
	inm := &sagemaker.ListModelsInput{NameContains: &prefix, MaxResults: sdk.Int32(100)}
	for more := true; more; {
		out, err := a.sagemaker.ListModels(ctx, inm)
		if err != nil {
			return nil, nil, explain("list models", err)
		}
		for _, m := range out.Models {
			if ours(m.ModelName) {
				ms = append(ms, m)
			}
		}
		inm.NextToken, more = out.NextToken, sdk.ToString(out.NextToken) != ""
	}
	configurations, err = claimed(ctx, a.sagemaker, endpoint, cs, func(c types.EndpointConfigSummary) (*string, *string) {
		return c.EndpointConfigName, c.EndpointConfigArn
	})
	if err != nil {
		return nil, nil, err
	}
	models, err = claimed(ctx, a.sagemaker, endpoint, ms, func(m types.ModelSummary) (*string, *string) { return m.ModelName, m.ModelArn })
	return configurations, models, err
}

// claimed are the names of those whose tags name the endpoint.
func claimed[T any](ctx context.Context, api tagsAPI, endpoint string, all []T, id func(T) (name, arn *string)) (names []string, err error) {
	tags, err := readAllTags(ctx, api, all, func(t T) *string { _, arn := id(t); return arn })
	if err != nil {
		return nil, err
	}
	for i, t := range all {
		if claims(tags[i], endpoint) {
			name, _ := id(t)
			names = append(names, *name)
		}
	}
	return names, nil
}
