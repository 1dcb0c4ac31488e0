package aws

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/copal-ml/copal/builder/deploy"
)

type statusAPI interface {
	DescribeEndpoint(context.Context, *sagemaker.DescribeEndpointInput, ...func(*sagemaker.Options)) (*sagemaker.DescribeEndpointOutput, error)
	DescribeEndpointConfig(context.Context, *sagemaker.DescribeEndpointConfigInput, ...func(*sagemaker.Options)) (*sagemaker.DescribeEndpointConfigOutput, error)
	DescribeModel(context.Context, *sagemaker.DescribeModelInput, ...func(*sagemaker.Options)) (*sagemaker.DescribeModelOutput, error)
	tagsAPI
}

// Status reads the state of an endpoint, Copal's or not.
func (a *Account) Status(ctx context.Context, name string) (Status, error) {
	var api statusAPI = a.sagemaker
	out, err := api.DescribeEndpoint(ctx, &sagemaker.DescribeEndpointInput{EndpointName: &name})
	if absentEndpoint(err) {
		return Status{}, &Problem{What: fmt.Sprintf("there is no endpoint %s in %s", name, a.Region),
			Next: "`copal status` lists the endpoints; or is AWS_REGION another one?", Err: err}
	}
	if err != nil {
		return Status{}, explain("read endpoint "+name, err)
	}
	tags, err := readTags(ctx, api, sdk.ToString(out.EndpointArn))
	if err != nil {
		return Status{}, err
	}
	s := Status{
		Name: sdk.ToString(out.EndpointName), ARN: sdk.ToString(out.EndpointArn), State: string(out.EndpointStatus),
		FailureReason: sdk.ToString(out.FailureReason), Configuration: sdk.ToString(out.EndpointConfigName),
		Created: sdk.ToTime(out.CreationTime), Updated: sdk.ToTime(out.LastModifiedTime),
		Tags: tags, Managed: claims(tags, sdk.ToString(out.EndpointName)), Variants: []Variant{},
	}
	for _, v := range out.ProductionVariants {
		s.Variants = append(s.Variants, variantOf(v))
	}
	return s, s.readConfiguration(ctx, api)
}

func variantOf(v types.ProductionVariantSummary) Variant {
	o := Variant{Name: sdk.ToString(v.VariantName), Instances: int(sdk.ToInt32(v.CurrentInstanceCount)),
		Wanted: int(sdk.ToInt32(v.DesiredInstanceCount)), Weight: float64(sdk.ToFloat32(v.CurrentWeight))}
	if c := v.CurrentServerlessConfig; c != nil {
		o.MemoryMB, o.Concurrency = int(sdk.ToInt32(c.MemorySizeInMB)), int(sdk.ToInt32(c.MaxConcurrency))
	}
	if n := len(v.VariantStatus); n > 0 {
		o.State = string(v.VariantStatus[n-1].Status)
	}
	return o
}

// readConfiguration adds what the endpoint's configuration and model say. Either
// may have been deleted under it.
func (s *Status) readConfiguration(ctx context.Context, api statusAPI) error {
	out, err := api.DescribeEndpointConfig(ctx, &sagemaker.DescribeEndpointConfigInput{EndpointConfigName: &s.Configuration})
	if absentConfiguration(err) || err == nil && len(out.ProductionVariants) == 0 {
		return nil
	}
	if err != nil {
		return explain("read endpoint configuration "+s.Configuration, err)
	}
	first := out.ProductionVariants[0]
	s.Mode, s.Model = variantKind(first), sdk.ToString(first.ModelName)
	s.Detail = detailText(variantFields(first))
	for _, v := range out.ProductionVariants {
		for i := range s.Variants {
			if s.Variants[i].Name == sdk.ToString(v.VariantName) {
				s.Variants[i].InstanceType = string(v.InstanceType)
			}
		}
	}
	return s.readModel(ctx, api)
}

// detailText is "memory 2048 MB, concurrency 5".
func detailText(fields []deploy.Field) string {
	var parts []string
	for _, f := range fields {
		if f.Path == "mode" {
			continue
		}
		parts = append(parts, f.Path+" "+f.New)
	}
	return strings.Join(parts, ", ")
}

func (s *Status) readModel(ctx context.Context, api statusAPI) error {
	out, err := api.DescribeModel(ctx, &sagemaker.DescribeModelInput{ModelName: &s.Model})
	if absentModel(err) {
		return nil
	}
	if err != nil {
		return explain("read model "+s.Model, err)
	}
	s.RoleARN = sdk.ToString(out.ExecutionRoleArn)
	if c := out.PrimaryContainer; c != nil {
		s.Image, s.ModelData = sdk.ToString(c.Image), sdk.ToString(c.ModelDataUrl)
		_, s.Digest, _ = strings.Cut(s.Image, "@")
	}
	tags, err := readTags(ctx, api, sdk.ToString(out.ModelArn))
	s.ModelFile, s.ModelSHA256, s.Class, s.Method = tags[TagModel], tags[TagSHA256], tags[TagClass], tags[TagMethod]
	return err
}

// List returns Copal's endpoints in this region, by name.
func (a *Account) List(ctx context.Context) ([]Summary, error) {
	var all []types.EndpointSummary
	in := &sagemaker.ListEndpointsInput{MaxResults: sdk.Int32(100)}
	for {
		out, err := a.sagemaker.ListEndpoints(ctx, in)
		if err != nil {
			return nil, explain("list endpoints", err)
		}
		all = append(all, out.Endpoints...)
		if sdk.ToString(out.NextToken) == "" {
			break
		}
		in.NextToken = out.NextToken
	}
	tags, err := readAllTags(ctx, a.sagemaker, all, func(e types.EndpointSummary) *string { return e.EndpointArn })
	if err != nil {
		return nil, err
	}
	list := []Summary{}
	for i, e := range all {
		if t := tags[i]; claims(t, sdk.ToString(e.EndpointName)) {
			list = append(list, Summary{Name: sdk.ToString(e.EndpointName), State: string(e.EndpointStatus), Created: sdk.ToTime(e.CreationTime),
				Updated: sdk.ToTime(e.LastModifiedTime), Class: t[TagClass], Method: t[TagMethod], Digest: t[TagDigest]})
		}
	}
	slices.SortFunc(list, func(a, b Summary) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

// readAllTags reads the tags of many resources, a few at a time.
func readAllTags[T any](ctx context.Context, api tagsAPI, all []T, arn func(T) *string) ([]map[string]string, error) {
	tags := make([]map[string]string, len(all))
	errs := make([]error, len(all))
	slots := make(chan struct{}, 6)
	var wg sync.WaitGroup
	for i, r := range all {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			tags[i], errs[i] = readTags(ctx, api, sdk.ToString(arn(r)))
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return tags, nil
}
