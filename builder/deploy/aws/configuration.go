package aws

import (
	"context"
	"fmt"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/copal-ml/copal/builder/deploy"
	"github.com/copal-ml/copal/builder/progress"
)

type configurationAPI interface {
	DescribeEndpointConfig(context.Context, *sagemaker.DescribeEndpointConfigInput, ...func(*sagemaker.Options)) (*sagemaker.DescribeEndpointConfigOutput, error)
	CreateEndpointConfig(context.Context, *sagemaker.CreateEndpointConfigInput, ...func(*sagemaker.Options)) (*sagemaker.CreateEndpointConfigOutput, error)
	DeleteEndpointConfig(context.Context, *sagemaker.DeleteEndpointConfigInput, ...func(*sagemaker.Options)) (*sagemaker.DeleteEndpointConfigOutput, error)
	tagsAPI
}

// A configuration is an endpoint configuration: which model, on what. It cannot
// be changed, so its name ends in a hash of both.
type configuration struct {
	api      configurationAPI
	poller   poller
	endpoint string
	name     string
	variant  types.ProductionVariant
	tags     map[string]string
	needs    []deploy.ID
}

func (a *Account) newConfiguration(endpoint string, m Mode, model string, tags map[string]string, needs ...deploy.ID) *configuration {
	v := m.variant(model)
	fields := append(variantFields(v), deploy.Field{Path: "model", New: model})
	return &configuration{api: a.sagemaker, poller: a.poller(), endpoint: endpoint,
		name: hashedName(endpoint, fields), variant: v, tags: tags, needs: needs}
}

const configurationKind = "endpoint configuration"

func (c *configuration) ID() deploy.ID      { return deploy.ID{Kind: configurationKind, Name: c.name} }
func (c *configuration) Needs() []deploy.ID { return c.needs }

func (c *configuration) Diff(ctx context.Context) (deploy.Change, error) {
	out, err := c.api.DescribeEndpointConfig(ctx, &sagemaker.DescribeEndpointConfigInput{EndpointConfigName: &c.name})
	if absentConfiguration(err) {
		return deploy.Change{Action: deploy.Create}, nil
	}
	if err != nil {
		return deploy.Change{}, explain("read endpoint configuration "+c.name, err)
	}
	return deploy.Change{}, c.checkExisting(ctx, out)
}

// checkExisting accepts a configuration of our name that is what we would make.
func (c *configuration) checkExisting(ctx context.Context, out *sagemaker.DescribeEndpointConfigOutput) error {
	tags, err := readTags(ctx, c.api, sdk.ToString(out.EndpointConfigArn))
	if err != nil {
		return err
	}
	if !claims(tags, c.endpoint) {
		return notOurs(c.ID(), c.endpoint)
	}
	if len(out.ProductionVariants) == 1 {
		have := out.ProductionVariants[0]
		if sdk.ToString(have.ModelName) == *c.variant.ModelName && len(differences(variantFields(have), variantFields(c.variant))) == 0 {
			return nil
		}
	}
	return &Problem{What: fmt.Sprintf("endpoint configuration %s exists and is not what its name says", c.name),
		Next: "delete it (`aws sagemaker delete-endpoint-config --endpoint-config-name " + c.name + "`) and run the same command again"}
}

func (c *configuration) Apply(ctx context.Context, _ deploy.Change, _ progress.Func) error {
	// The model may not be visible yet where this call looks for it.
	err := c.poller.retry(ctx, absentModel, func() error {
		_, err := c.api.CreateEndpointConfig(ctx, &sagemaker.CreateEndpointConfigInput{
			EndpointConfigName: &c.name, ProductionVariants: []types.ProductionVariant{c.variant}, Tags: sagemakerTags(c.tags)})
		return err
	})
	if err != nil && !is(err, validation, alreadyExists) {
		return explain("make endpoint configuration "+c.name, err)
	}
	// CreateEndpoint reads configurations with eventual consistency, and its
	// documentation asks to describe first.
	return c.poller.retry(ctx, absentConfiguration, func() error {
		out, err := c.api.DescribeEndpointConfig(ctx, &sagemaker.DescribeEndpointConfigInput{EndpointConfigName: &c.name})
		if absentConfiguration(err) {
			return err
		}
		if err != nil {
			return explain("read endpoint configuration "+c.name, err)
		}
		return c.checkExisting(ctx, out)
	})
}

func (c *configuration) Delete(ctx context.Context, _ progress.Func) error {
	return deleteConfiguration(ctx, c.api, c.endpoint, c.name)
}

// deleteConfiguration deletes a configuration that Copal made for the endpoint.
// The caller knows that nothing uses it: SageMaker would delete it even so.
func deleteConfiguration(ctx context.Context, api configurationAPI, endpoint, name string) error {
	out, err := api.DescribeEndpointConfig(ctx, &sagemaker.DescribeEndpointConfigInput{EndpointConfigName: &name})
	if absentConfiguration(err) {
		return nil
	}
	if err != nil {
		return explain("read endpoint configuration "+name, err)
	}
	tags, err := readTags(ctx, api, sdk.ToString(out.EndpointConfigArn))
	if err != nil {
		return err
	}
	if !claims(tags, endpoint) {
		return notOurs(deploy.ID{Kind: configurationKind, Name: name}, endpoint)
	}
	_, err = api.DeleteEndpointConfig(ctx, &sagemaker.DeleteEndpointConfigInput{EndpointConfigName: &name})
	if absentConfiguration(err) {
		return nil
	}
	return explain("delete endpoint configuration "+name, err)
}
