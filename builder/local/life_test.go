package local

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},"Action":"sts:AssumeRole",
	"Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"},"ArnLike":{"aws:SourceArn":"arn:aws:sagemaker:us-east-1:123456789012:*"}}}]}`

const pullAndLog = `{"Version":"2012-10-17","Statement":[
	{"Effect":"Allow","Action":"ecr:GetAuthorizationToken","Resource":"*"},
	{"Effect":"Allow","Action":["ecr:BatchCheckLayerAvailability","ecr:GetDownloadUrlForLayer","ecr:BatchGetImage"],"Resource":"arn:aws:ecr:us-east-1:123456789012:repository/iris"},
	{"Effect":"Allow","Action":["logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents","logs:DescribeLogStreams"],"Resource":"arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/*"},
	{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::models/*"}]}`

const roleARN = "arn:aws:iam::123456789012:role/copal-iris"

// account is a platform with a role, a repository and an image in it.
type account struct {
	*running
	t     *testing.T
	sm    *sagemaker.Client
	rt    *sagemakerruntime.Client
	iam   *iam.Client
	ecr   *ecr.Client
	image string // by digest
}

func newAccount(t *testing.T, change func(*Config)) *account {
	t.Helper()
	a := &account{running: start(t, t.TempDir(), change), t: t}
	a.clients()
	ctx := t.Context()
	_, err := a.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("copal-iris"), AssumeRolePolicyDocument: aws.String(trust)})
	a.must(err)
	_, err = a.iam.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: aws.String("copal-iris"), PolicyName: aws.String("run"), PolicyDocument: aws.String(pullAndLog)})
	a.must(err)
	repo, err := a.ecr.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: aws.String("iris")})
	a.must(err)
	a.image = a.push(*repo.Repository.RepositoryUri + ":v1")
	return a
}

func (a *account) clients() {
	cfg := a.aws()
	a.sm, a.rt, a.iam, a.ecr = sagemaker.NewFromConfig(cfg), sagemakerruntime.NewFromConfig(cfg), iam.NewFromConfig(cfg), ecr.NewFromConfig(cfg)
}

func (a *account) must(err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}

// auth is what GetAuthorizationToken gives.
func (a *account) auth() remote.Option {
	out, err := a.ecr.GetAuthorizationToken(a.t.Context(), &ecr.GetAuthorizationTokenInput{})
	a.must(err)
	data := out.AuthorizationData[0]
	if left := time.Until(*data.ExpiresAt); left < 11*time.Hour {
		a.t.Errorf("token expires in %v", left)
	}
	plain, err := base64.StdEncoding.DecodeString(*data.AuthorizationToken)
	a.must(err)
	user, password, _ := strings.Cut(string(plain), ":")
	return remote.WithAuth(&authn.Basic{Username: user, Password: password})
}

// push pushes a random image and gives its reference by digest.
func (a *account) push(reference string) string {
	a.t.Helper()
	img, err := random.Image(2000, 2)
	a.must(err)
	ref, err := name.ParseReference(reference)
	a.must(err)
	a.must(remote.Write(ref, img, a.auth()))
	digest, err := img.Digest()
	a.must(err)
	return ref.Context().Digest(digest.String()).String()
}

// model creates a model whose container behaves in some way.
func (a *account) model(name string, env map[string]string) error {
	_, err := a.sm.CreateModel(a.t.Context(), &sagemaker.CreateModelInput{
		ModelName: aws.String(name), ExecutionRoleArn: aws.String(roleARN),
		PrimaryContainer: &types.ContainerDefinition{Image: aws.String(a.image), Environment: env},
	})
	return err
}

func (a *account) config(name, model string, serverless bool) error {
	v := types.ProductionVariant{VariantName: aws.String("AllTraffic"), ModelName: aws.String(model)}
	if serverless {
		v.ServerlessConfig = &types.ProductionVariantServerlessConfig{MemorySizeInMB: aws.Int32(2048), MaxConcurrency: aws.Int32(2)}
	} else {
		v.InstanceType, v.InitialInstanceCount = types.ProductionVariantInstanceTypeMlM5Large, aws.Int32(2)
	}
	_, err := a.sm.CreateEndpointConfig(a.t.Context(), &sagemaker.CreateEndpointConfigInput{
		EndpointConfigName: aws.String(name), ProductionVariants: []types.ProductionVariant{v},
	})
	return err
}

// deploy makes model, configuration and endpoint, all of one name, and waits.
func (a *account) deploy(name string, serverless bool, env map[string]string) *sagemaker.DescribeEndpointOutput {
	a.t.Helper()
	a.must(a.model(name, env))
	a.must(a.config(name, name, serverless))
	_, err := a.sm.CreateEndpoint(a.t.Context(), &sagemaker.CreateEndpointInput{EndpointName: aws.String(name), EndpointConfigName: aws.String(name)})
	a.must(err)
	return a.settled(name)
}

// settled waits until an endpoint is in no transition.
func (a *account) settled(name string) *sagemaker.DescribeEndpointOutput {
	a.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		out, err := a.sm.DescribeEndpoint(a.t.Context(), &sagemaker.DescribeEndpointInput{EndpointName: aws.String(name)})
		a.must(err)
		switch out.EndpointStatus {
		case types.EndpointStatusInService, types.EndpointStatusFailed:
			return out
		}
		if time.Now().After(deadline) {
			a.t.Fatalf("endpoint %s stays %s", name, out.EndpointStatus)
		}
	}
}

func (a *account) invoke(name, body string) (string, error) {
	out, err := a.rt.InvokeEndpoint(context.Background(), &sagemakerruntime.InvokeEndpointInput{
		EndpointName: aws.String(name), Body: []byte(body), ContentType: aws.String("text/csv"), Accept: aws.String("application/json"),
	})
	if err != nil {
		return "", err
	}
	return string(out.Body), nil
}

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want %q", parts)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q\nlacks %q", err, part)
		}
	}
}

func TestLife(t *testing.T) {
	for _, serverless := range []bool{false, true} {
		a := newAccount(t, nil)
		if out := a.deploy("iris", serverless, nil); out.EndpointStatus != "InService" || *out.EndpointConfigName != "iris" {
			t.Fatalf("%+v", out)
		}
		out, err := a.rt.InvokeEndpoint(t.Context(), &sagemakerruntime.InvokeEndpointInput{
			EndpointName: aws.String("iris"), Body: []byte("1,2"), ContentType: aws.String("text/csv"), Accept: aws.String("application/json"), CustomAttributes: aws.String("trace=1"),
		})
		a.must(err)
		if !bytes.Equal(out.Body, []byte("text/csv:1,2")) || *out.ContentType != "application/json" || *out.InvokedProductionVariant != "AllTraffic" || *out.CustomAttributes != "trace=1" {
			t.Errorf("answer %q %v %v %v", out.Body, *out.ContentType, *out.InvokedProductionVariant, *out.CustomAttributes)
		}
		a.must(a.model("second", map[string]string{"COLOUR": "green"}))
		a.must(a.config("second", "second", serverless))
		_, err = a.sm.UpdateEndpoint(t.Context(), &sagemaker.UpdateEndpointInput{EndpointName: aws.String("iris"), EndpointConfigName: aws.String("second")})
		a.must(err)
		if out := a.settled("iris"); *out.EndpointConfigName != "second" || out.FailureReason != nil {
			t.Errorf("after update: %+v", out)
		}
		if got, err := a.invoke("iris", "env COLOUR"); got != "green" {
			t.Errorf("after update: %q %v", got, err)
		}
		_, err = a.sm.DeleteEndpoint(t.Context(), &sagemaker.DeleteEndpointInput{EndpointName: aws.String("iris")})
		a.must(err)
		a.gone("iris")
		_, err = a.invoke("iris", "1")
		wantError(t, err, "ValidationError", "Endpoint iris of account 123456789012 not found.")
		if n := a.runner.started.Load() - a.runner.stopped.Load(); n != 0 {
			t.Errorf("%d containers left", n)
		}
	}
}

func (a *account) gone(name string) {
	a.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		_, err := a.sm.DescribeEndpoint(a.t.Context(), &sagemaker.DescribeEndpointInput{EndpointName: aws.String(name)})
		if err != nil {
			wantError(a.t, err, `Could not find endpoint "arn:aws:sagemaker:us-east-1:123456789012:endpoint/`+name+`".`)
			return
		}
	}
	a.t.Fatal(errors.New("endpoint stays"))
}
