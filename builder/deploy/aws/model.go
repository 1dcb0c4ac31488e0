package aws

import (
	"context"
	"fmt"
	"maps"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/copal-ml/copal/builder/deploy"
	"github.com/copal-ml/copal/builder/progress"
	"github.com/copal-ml/copal/runtime/contract"
)

type modelAPI interface {
	DescribeModel(context.Context, *sagemaker.DescribeModelInput, ...func(*sagemaker.Options)) (*sagemaker.DescribeModelOutput, error)
	CreateModel(context.Context, *sagemaker.CreateModelInput, ...func(*sagemaker.Options)) (*sagemaker.CreateModelOutput, error)
	DeleteModel(context.Context, *sagemaker.DeleteModelInput, ...func(*sagemaker.Options)) (*sagemaker.DeleteModelOutput, error)
	tagsAPI
}

// tagsAPI is asked for every SageMaker resource whose maker matters.
type tagsAPI interface {
	ListTags(context.Context, *sagemaker.ListTagsInput, ...func(*sagemaker.Options)) (*sagemaker.ListTagsOutput, error)
}

// readTags lists all tags of a SageMaker resource; none if it is gone.
func readTags(ctx context.Context, api tagsAPI, arn string) (map[string]string, error) {
	tags := map[string]string{}
	in := &sagemaker.ListTagsInput{ResourceArn: &arn}
	for {
		out, err := api.ListTags(ctx, in)
		if absentModel(err) || absentConfiguration(err) || absentEndpoint(err) || isCode(err, "ResourceNotFound", "ResourceNotFoundException") {
			return tags, nil
		}
		if err != nil {
			return nil, explain("read the tags of "+arn, err)
		}
		for _, t := range out.Tags {
			tags[sdk.ToString(t.Key)] = sdk.ToString(t.Value)
		}
		if sdk.ToString(out.NextToken) == "" {
			return tags, nil
		}
		in.NextToken = out.NextToken
	}
}

// A model is a SageMaker model: an image, its environment, the role it runs
// with. It cannot be changed, so its name ends in a hash of them.
type model struct {
	api      modelAPI
	poller   poller
	endpoint string
	name     string
	image    func(context.Context) (string, error) // full reference; for a repository not yet made, only known while applying
	imageEnd string                                // what the reference ends in: "copal/iris@sha256:…"
	role     string                                // ARN
	ownRole  *role                                 // nil if the role was given
	env      map[string]string
	dataURL  string // "" if the image embeds the model
	tags     map[string]string
	needs    []deploy.ID
}

// newModel fills in the name from the rest.
func (a *Account) newModel(m model) *model {
	m.api, m.poller = a.sagemaker, a.poller()
	m.name = hashedName(m.endpoint, []any{m.imageEnd, m.role, m.env, m.dataURL})
	return &m
}

func (m *model) ID() deploy.ID      { return deploy.ID{Kind: "model", Name: m.name} }
func (m *model) Needs() []deploy.ID { return m.needs }

func (m *model) Diff(ctx context.Context) (deploy.Change, error) {
	out, err := m.api.DescribeModel(ctx, &sagemaker.DescribeModelInput{ModelName: &m.name})
	if absentModel(err) {
		return deploy.Change{Action: deploy.Create}, nil
	}
	if err != nil {
		return deploy.Change{}, explain("read model "+m.name, err)
	}
	return deploy.Change{}, m.checkExisting(ctx, out)
}

// checkExisting accepts a model of our name that is what we would make.
func (m *model) checkExisting(ctx context.Context, out *sagemaker.DescribeModelOutput) error {
	tags, err := readTags(ctx, m.api, sdk.ToString(out.ModelArn))
	if err != nil {
		return err
	}
	if !claims(tags, m.endpoint) {
		return notOurs(m.ID(), m.endpoint)
	}
	c := out.PrimaryContainer
	if c == nil || !strings.HasSuffix(sdk.ToString(c.Image), m.imageEnd) || !maps.Equal(c.Environment, m.env) ||
		sdk.ToString(c.ModelDataUrl) != m.dataURL || sdk.ToString(out.ExecutionRoleArn) != m.role {
		return &Problem{What: fmt.Sprintf("model %s exists and is not what its name says", m.name),
			Next: "delete it (`aws sagemaker delete-model --model-name " + m.name + "`) and run the same command again"}
	}
	return nil
}

func (m *model) Apply(ctx context.Context, _ deploy.Change, p progress.Func) error {
	image, err := m.image(ctx)
	if err != nil {
		return err
	}
	in := &sagemaker.CreateModelInput{
		ModelName:        &m.name,
		ExecutionRoleArn: &m.role,
		PrimaryContainer: &types.ContainerDefinition{Image: &image, Environment: m.env},
		Tags:             sagemakerTags(m.tags),
	}
	if m.dataURL != "" {
		in.PrimaryContainer.ModelDataUrl = &m.dataURL
	}
	start := m.poller.clock.Now()
	err = m.poller.retry(ctx, m.tooEarly, func() error {
		_, err := m.api.CreateModel(ctx, in)
		if err != nil && m.tooEarly(err) {
			m.poller.advance(p, m.ID().String(), "Role "+roleOf(m.role)+" is not ready yet", start)
		}
		return err
	})
	if is(err, validation, alreadyExists) { // an earlier attempt, whose answer was lost
		out, err := m.api.DescribeModel(ctx, &sagemaker.DescribeModelInput{ModelName: &m.name})
		if err != nil {
			return explain("read model "+m.name, err)
		}
		return m.checkExisting(ctx, out)
	}
	return explain("make model "+m.name, err)
}

// tooEarly tells the errors that a role gives for up to a minute after it was
// made or changed. Terraform repeats CreateModel on any ValidationException,
// which hides real ones for two minutes.
func (m *model) tooEarly(err error) bool {
	if !m.ownRole.settling() {
		return false
	}
	return is(err, validation, roleNotReady) || is(err, validation, "BatchGetImage permission") ||
		is(err, validation, "Ensure that the role exists")
}

func (m *model) Delete(ctx context.Context, _ progress.Func) error {
	return deleteModel(ctx, m.api, m.endpoint, m.name)
}

// deleteModel deletes a model that Copal made for the endpoint.
func deleteModel(ctx context.Context, api modelAPI, endpoint, name string) error {
	out, err := api.DescribeModel(ctx, &sagemaker.DescribeModelInput{ModelName: &name})
	if absentModel(err) {
		return nil
	}
	if err != nil {
		return explain("read model "+name, err)
	}
	tags, err := readTags(ctx, api, sdk.ToString(out.ModelArn))
	if err != nil {
		return err
	}
	if !claims(tags, endpoint) {
		return notOurs(deploy.ID{Kind: "model", Name: name}, endpoint)
	}
	_, err = api.DeleteModel(ctx, &sagemaker.DeleteModelInput{ModelName: &name})
	if absentModel(err) {
		return nil
	}
	return explain("delete model "+name, err)
}

// environment of the container: the one thing that a deployment chooses for the
// server.
func (s Spec) environment() map[string]string {
	if m := s.method(); m != "" {
		return map[string]string{contract.EnvMethod: string(m)}
	}
	return nil
}

// roleOf is the name at the end of a role's ARN.
func roleOf(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }
