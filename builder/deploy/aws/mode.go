package aws

import (
	"errors"
	"fmt"
	"strconv"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/copal-ml/copal/builder/deploy"
)

// variantName is the name that SageMaker's own SDK gives the only variant.
const variantName = "AllTraffic"

// maxServerlessImage is what serverless endpoints take: "Image size … is greater
// than supported size 10737418240".
const maxServerlessImage = 10 << 30

const (
	serverlessKind = "serverless"
	realTimeKind   = "real-time"
)

func (s Serverless) kind() string { return serverlessKind }

func (s Serverless) String() string {
	s = s.withDefaults()
	return fmt.Sprintf("serverless, %d MB, up to %d requests at once", s.MemoryMB, s.MaxConcurrency)
}

func (s Serverless) resolve(string) Mode { return s.withDefaults() }

func (s Serverless) withDefaults() Serverless {
	if s.MemoryMB == 0 {
		s.MemoryMB = DefaultMemoryMB
	}
	if s.MaxConcurrency == 0 {
		s.MaxConcurrency = DefaultMaxConcurrency
	}
	return s
}

func (s Serverless) variant(model string) types.ProductionVariant {
	s = s.withDefaults()
	return types.ProductionVariant{
		VariantName: sdk.String(variantName),
		ModelName:   &model,
		ServerlessConfig: &types.ProductionVariantServerlessConfig{
			MemorySizeInMB: sdk.Int32(int32(s.MemoryMB)),
			MaxConcurrency: sdk.Int32(int32(s.MaxConcurrency)),
		},
	}
}

// check applies https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html.
func (s Serverless) check(spec Spec) error {
	s = s.withDefaults()
	var errs []error
	if s.MemoryMB < 1024 || s.MemoryMB > 6144 || s.MemoryMB%1024 != 0 {
		errs = append(errs, &Problem{What: fmt.Sprintf("serverless memory %d MB is not on offer", s.MemoryMB),
			Next: "choose 1024, 2048, 3072, 4096, 5120 or 6144"})
	}
	if s.MaxConcurrency < 1 || s.MaxConcurrency > 200 {
		errs = append(errs, &Problem{What: fmt.Sprintf("serverless concurrency %d is out of range", s.MaxConcurrency),
			Next: "choose 1 to 200"})
	}
	if p := spec.Image.Platform; p != "" && p != "linux/amd64" {
		errs = append(errs, &Problem{What: fmt.Sprintf("the image is for %s and serverless endpoints run linux/amd64", p),
			Next: "build it with --platform linux/amd64, or deploy it --realtime on a Graviton type such as ml.m6g.large"})
	}
	if spec.Image.Size > maxServerlessImage {
		errs = append(errs, &Problem{What: fmt.Sprintf("the image has %d bytes and serverless endpoints take %d (10 GiB)", spec.Image.Size, int64(maxServerlessImage)),
			Next: "deploy it --realtime"})
	}
	if m := spec.Image.Manifest.Model; m.Name != "" && !m.Embedded {
		errs = append(errs, &Problem{What: "the image does not embed its model and cannot be deployed --serverless",
			Why:  "such an image reads model.tar.gz from S3 at every cold start, which Copal offers for real-time endpoints only",
			Next: "build it with --embed, or deploy it --realtime"})
	}
	return errors.Join(errs...)
}

func (r RealTime) kind() string { return realTimeKind }

func (r RealTime) String() string {
	r = r.withDefaults("")
	return fmt.Sprintf("real-time, %d × %s", r.Count, r.InstanceType)
}

func (r RealTime) resolve(platform string) Mode { return r.withDefaults(platform) }

func (r RealTime) withDefaults(platform string) RealTime {
	if r.InstanceType == "" {
		r.InstanceType = DefaultInstanceType(platform)
	}
	if r.Count == 0 {
		r.Count = 1
	}
	return r
}

func (r RealTime) variant(model string) types.ProductionVariant {
	r = r.withDefaults("")
	return types.ProductionVariant{
		VariantName:          sdk.String(variantName),
		ModelName:            &model,
		InstanceType:         types.ProductionVariantInstanceType(r.InstanceType),
		InitialInstanceCount: sdk.Int32(int32(r.Count)),
		InitialVariantWeight: sdk.Float32(1),
	}
}

func (r RealTime) check(spec Spec) error {
	r = r.withDefaults(spec.Image.Platform)
	var errs []error
	if err := checkInstanceType(r.InstanceType); err != nil {
		errs = append(errs, err)
	} else if p := spec.Image.Platform; p != "" && p != instancePlatform(r.InstanceType) {
		errs = append(errs, &Problem{
			What: fmt.Sprintf("the image is for %s and %s runs %s", p, r.InstanceType, instancePlatform(r.InstanceType)),
			Why:  "its program would not start (\"exec format error\")",
			Next: fmt.Sprintf("build it with --platform %s, or choose a type such as %s", instancePlatform(r.InstanceType), DefaultInstanceType(p))})
	}
	if r.Count < 1 {
		errs = append(errs, &Problem{What: fmt.Sprintf("%d instances are too few", r.Count), Next: "choose 1 or more"})
	}
	return errors.Join(errs...)
}

// variantKind is the mode of an existing variant, "" if nothing tells.
func variantKind(v types.ProductionVariant) string {
	switch {
	case v.ServerlessConfig != nil:
		return serverlessKind
	case v.InitialInstanceCount != nil:
		return realTimeKind
	}
	return ""
}

// variantFields are the properties of a variant in the user's words, all those
// that a Mode can set.
func variantFields(v types.ProductionVariant) []deploy.Field {
	if c := v.ServerlessConfig; c != nil {
		return []deploy.Field{
			{Path: "mode", New: serverlessKind},
			{Path: "memory", New: fmt.Sprintf("%d MB", sdk.ToInt32(c.MemorySizeInMB))},
			{Path: "concurrency", New: strconv.Itoa(int(sdk.ToInt32(c.MaxConcurrency)))},
		}
	}
	if variantKind(v) == "" {
		return nil
	}
	return []deploy.Field{
		{Path: "mode", New: realTimeKind},
		{Path: "instance type", New: string(v.InstanceType)},
		{Path: "instances", New: strconv.Itoa(int(sdk.ToInt32(v.InitialInstanceCount)))},
	}
}

// differences are the fields of new that differ from old, with the old values,
// and those that only old has.
func differences(old, new []deploy.Field) (d []deploy.Field) {
	was := make(map[string]string, len(old))
	for _, f := range old {
		was[f.Path] = f.New
	}
	for _, f := range new {
		if before := was[f.Path]; before != f.New {
			d = append(d, deploy.Field{Path: f.Path, Old: before, New: f.New})
		}
		delete(was, f.Path)
	}
	for _, f := range old {
		if _, gone := was[f.Path]; gone {
			d = append(d, deploy.Field{Path: f.Path, Old: f.New})
		}
	}
	return d
}
