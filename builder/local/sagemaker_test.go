package local

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"
	rttypes "github.com/aws/aws-sdk-go-v2/service/sagemakerruntime/types"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	registrytypes "github.com/google/go-containerregistry/pkg/v1/types"
)

func TestCreateModelErrors(t *testing.T) {
	a := newAccount(t, nil)
	a.must(a.model("taken", nil))
	repository, _, _ := strings.Cut(a.image, "@")
	img, err := random.Image(100, 1)
	a.must(err)
	ref, err := name.ParseReference(repository + ":oci")
	a.must(err)
	a.must(remote.Write(ref, mutate.MediaType(img, registrytypes.OCIManifestSchema1), a.auth()))

	f := func(name, role, image, data, want string) {
		t.Helper()
		d := &types.ContainerDefinition{Image: aws.String(image)}
		if data != "" {
			d.ModelDataUrl = aws.String(data)
		}
		_, err := a.sm.CreateModel(t.Context(), &sagemaker.CreateModelInput{ModelName: aws.String(name), ExecutionRoleArn: aws.String(role), PrimaryContainer: d})
		wantError(t, err, "ValidationException", want)
	}
	f("taken", roleARN, a.image, "", `Cannot create already existing model "arn:aws:sagemaker:us-east-1:123456789012:model/taken".`)
	f("a_b", roleARN, a.image, "", `Value 'a_b' at 'modelName' failed to satisfy constraint: Member must satisfy regular expression pattern`)
	f(strings.Repeat("x", 64), roleARN, a.image, "", "Member must have length less than or equal to 63")
	f("m", roleARN+"x", a.image, "", "Could not assume role "+roleARN+"x. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' to assume the role.")
	f("m", "arn:aws:iam::123456789012:role/service-role/copal-iris", a.image, "", "Could not assume role")
	f("m", "copal-iris-without-arn", a.image, "", "executionRoleArn")
	f("m", roleARN, repository+":v2", "", "Requested image "+repository+":v2 not found.")
	f("m", roleARN, strings.Replace(repository, "iris", "rose", 1)+":v1", "", "not found.")
	f("m", roleARN, repository+":oci", "", "Unsupported manifest media type application/vnd.oci.image.manifest.v1+json for image "+repository+":oci. Ensure that valid manifest media type is used for specified image.")
	f("m", roleARN, "docker.io/library/python:3", "", `Using non-ECR image "docker.io/library/python:3" without Vpc repository access mode is not supported.`)
	f("m", roleARN, a.image, "s3://models/none.tar.gz", "Could not find model data at s3://models/none.tar.gz.")
	f("m", roleARN, a.image, "s3://other/model.tar.gz", "Could not access model data at s3://other/model.tar.gz.")
	f("m", roleARN, a.image, "s3://models/model.zip", "Unsupported extension")

	_, err = a.iam.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: aws.String("copal-iris"), PolicyName: aws.String("run"),
		PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"logs:*","Resource":"*"}}`)})
	a.must(err)
	f("m", roleARN, a.image, "", "The role '"+roleARN+"' does not have BatchGetImage permission for the image: '"+a.image+"'.")
	_, err = a.iam.UpdateAssumeRolePolicy(t.Context(), &iam.UpdateAssumeRolePolicyInput{RoleName: aws.String("copal-iris"), PolicyDocument: aws.String(strings.Replace(trust, "sagemaker.amazonaws.com", "ec2.amazonaws.com", 1))})
	a.must(err)
	f("m", roleARN, a.image, "", "Could not assume role")
}

func TestYoungRole(t *testing.T) {
	a := newAccount(t, func(c *Config) { c.Delays.RoleReady = time.Second })
	// A changed trust policy has to spread as a new role has.
	_, err := a.iam.UpdateAssumeRolePolicy(t.Context(), &iam.UpdateAssumeRolePolicyInput{RoleName: aws.String("copal-iris"), PolicyDocument: aws.String(trust + "\n")})
	a.must(err)
	wantError(t, a.model("m", nil), "Could not assume role")
	deadline := time.Now().Add(10 * time.Second)
	for err := a.model("m", nil); err != nil; err = a.model("m", nil) {
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func TestEndpointConfigErrors(t *testing.T) {
	a := newAccount(t, nil)
	a.must(a.model("m", nil))
	serverless := func(memory, concurrency int32) types.ProductionVariant {
		return types.ProductionVariant{VariantName: aws.String("v"), ModelName: aws.String("m"),
			ServerlessConfig: &types.ProductionVariantServerlessConfig{MemorySizeInMB: &memory, MaxConcurrency: &concurrency}}
	}
	instance := func(kind string, n int32) types.ProductionVariant {
		return types.ProductionVariant{VariantName: aws.String("v"), ModelName: aws.String("m"),
			InstanceType: types.ProductionVariantInstanceType(kind), InitialInstanceCount: &n}
	}
	f := func(name, want string, v ...types.ProductionVariant) {
		t.Helper()
		_, err := a.sm.CreateEndpointConfig(t.Context(), &sagemaker.CreateEndpointConfigInput{EndpointConfigName: aws.String(name), ProductionVariants: v})
		wantError(t, err, "ValidationException", want)
	}
	f("c", "[1024, 2048, 3072, 4096, 5120, 6144]", serverless(1536, 1))
	f("c", "[1024, 2048, 3072, 4096, 5120, 6144]", serverless(8192, 1))
	f("c", "maxConcurrency", serverless(1024, 0))
	f("c", "Member must have value less than or equal to 200", serverless(1024, 201))
	f("c", "instanceType", instance("m5.large", 1))
	f("c", "Member must have value greater than or equal to 1", instance("ml.m5.large", 0))
	f("c_d", "endpointConfigName", serverless(1024, 1))
	f("c", "the local platform does not do this", serverless(1024, 1), instance("ml.m5.large", 1))
	missing := serverless(1024, 1)
	missing.ModelName = aws.String("nope")
	f("c", `Could not find model "arn:aws:sagemaker:us-east-1:123456789012:model/nope".`, missing)
	a.must(a.config("c", "m", true))
	f("c", `Cannot create already existing endpoint configuration "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/c".`, serverless(1024, 1))
}

func TestEndpointErrors(t *testing.T) {
	a := newAccount(t, func(c *Config) { c.Delays.Settle = 800 * time.Millisecond })
	a.must(a.model("m", nil))
	a.must(a.config("c", "m", true))
	create := func(name, config string) error {
		_, err := a.sm.CreateEndpoint(t.Context(), &sagemaker.CreateEndpointInput{EndpointName: &name, EndpointConfigName: &config})
		return err
	}
	update := func(name, config string) error {
		_, err := a.sm.UpdateEndpoint(t.Context(), &sagemaker.UpdateEndpointInput{EndpointName: &name, EndpointConfigName: &config})
		return err
	}
	remove := func(name string) error {
		_, err := a.sm.DeleteEndpoint(t.Context(), &sagemaker.DeleteEndpointInput{EndpointName: &name})
		return err
	}
	const arn = `"arn:aws:sagemaker:us-east-1:123456789012:endpoint/iris"`
	wantError(t, create("my_iris", "c"), "Value 'my_iris' at 'endpointName'")
	wantError(t, create("iris", "d"), `Could not find endpoint configuration "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/d".`)
	wantError(t, update("iris", "c"), "Could not find endpoint "+arn)
	wantError(t, remove("iris"), "Could not find endpoint "+arn)
	a.must(create("iris", "c"))
	wantError(t, create("IRIS", "c"), "Cannot create already existing endpoint "+arn)
	wantError(t, update("iris", "c"), "Cannot update in-progress endpoint "+arn)
	wantError(t, remove("iris"), "Cannot update in-progress endpoint "+arn)
	_, err := a.invoke("iris", "1")
	wantError(t, err, "Endpoint iris of account 123456789012 not found.")
	a.settled("iris")
	a.must(a.config("instances", "m", false))
	a.must(create("real", "instances"))
	a.settled("real")
	wantError(t, update("real", "c"), "serverless")
	wantError(t, update("iris", "nope"), "Could not find endpoint configuration")
	_, err = a.invoke("IRIS", "1")
	wantError(t, err, "Endpoint IRIS of account 123456789012 not found.")
	a.must(remove("iris"))
	wantError(t, remove("iris"), "Cannot update in-progress endpoint")
	wantError(t, create("iris", "c"), "already existing")
	a.gone("iris")
	a.must(create("iris", "c"))
	a.settled("iris")
}

func TestEndpointFails(t *testing.T) {
	a := newAccount(t, func(c *Config) { c.Delays.Start = 50 * time.Millisecond })
	f := func(behaviour, want string) {
		t.Helper()
		for _, serverless := range []bool{false, true} {
			name := fmt.Sprintf("%s-%v", behaviour, serverless)
			out := a.deploy(name, serverless, map[string]string{"BEHAVIOUR": behaviour})
			if out.EndpointStatus != types.EndpointStatusFailed || !strings.Contains(aws.ToString(out.FailureReason), want) {
				t.Errorf("%s: %s %q", name, out.EndpointStatus, aws.ToString(out.FailureReason))
			}
			_, err := a.sm.UpdateEndpoint(t.Context(), &sagemaker.UpdateEndpointInput{EndpointName: &name, EndpointConfigName: &name})
			wantError(t, err, "it can only be deleted")
			_, err = a.sm.DeleteEndpoint(t.Context(), &sagemaker.DeleteEndpointInput{EndpointName: &name})
			a.must(err)
			a.gone(name)
		}
	}
	f("sick", "The primary container for production variant AllTraffic did not pass the ping health check. Please check CloudWatch logs for this endpoint.")
	f("exit", "did not pass the ping health check")
	f("no-start", "CannotStartContainerError. Please ensure the model container for variant AllTraffic starts correctly when invoked with 'docker run "+a.image+" serve'")

	a.must(a.model("m", nil))
	a.must(a.config("c", "m", true))
	_, digest, _ := strings.Cut(a.image, "@")
	_, err := a.ecr.BatchDeleteImage(t.Context(), &ecr.BatchDeleteImageInput{RepositoryName: aws.String("iris"), ImageIds: []ecrtypes.ImageIdentifier{{ImageDigest: &digest}}})
	a.must(err)
	_, err = a.sm.CreateEndpoint(t.Context(), &sagemaker.CreateEndpointInput{EndpointName: aws.String("late"), EndpointConfigName: aws.String("c")})
	a.must(err)
	if out := a.settled("late"); !strings.Contains(aws.ToString(out.FailureReason), "Please make sure all images included in the model for the production variant AllTraffic exist") {
		t.Errorf("%+v", out)
	}
}

func TestUpdateRollsBack(t *testing.T) {
	a := newAccount(t, func(c *Config) { c.Delays.Start = 50 * time.Millisecond })
	a.deploy("iris", true, map[string]string{"COLOUR": "blue"})
	a.must(a.model("bad", map[string]string{"BEHAVIOUR": "sick"}))
	a.must(a.config("bad", "bad", true))
	_, err := a.sm.UpdateEndpoint(t.Context(), &sagemaker.UpdateEndpointInput{EndpointName: aws.String("iris"), EndpointConfigName: aws.String("bad")})
	a.must(err)
	out := a.settled("iris")
	if out.EndpointStatus != types.EndpointStatusInService || *out.EndpointConfigName != "iris" || !strings.Contains(aws.ToString(out.FailureReason), "did not pass the ping health check") {
		t.Errorf("%s %s %q", out.EndpointStatus, *out.EndpointConfigName, aws.ToString(out.FailureReason))
	}
	if got, err := a.invoke("iris", "env COLOUR"); got != "blue" {
		t.Errorf("%q %v", got, err)
	}
}

func TestInvokeErrors(t *testing.T) {
	a := newAccount(t, func(c *Config) { c.Delays.Invoke = time.Second })
	a.deploy("iris", true, nil)
	f := func(body string, status int32, parts ...string) {
		t.Helper()
		_, err := a.invoke("iris", body)
		wantError(t, err, parts...)
		var e *rttypes.ModelError
		if !errors.As(err, &e) {
			t.Errorf("%q: %T %v is no ModelError", body, err, err)
			return
		}
		if aws.ToInt32(e.OriginalStatusCode) != status || aws.ToString(e.LogStreamArn) != "arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/Endpoints/iris" {
			t.Errorf("%q: %d %q", body, aws.ToInt32(e.OriginalStatusCode), aws.ToString(e.LogStreamArn))
		}
	}
	f("fail", 400, `Received client error (400) from primary with message "{"error":"row 1 has 3 columns, expected 4"}". See https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#logEventViewer:group=/aws/sagemaker/Endpoints/iris in account 123456789012 for more information.`)
	f("sleep 3s", 0, `Received server error (0) from primary with message "Your invocation timed out while waiting for a response from container primary.`)
	f("headers", 0, "headers with length greater than 4096 bytes")
	f("crash", 0, "Your invocation timed out")
	if got, err := a.invoke("iris", "x"); got != "text/csv:x" {
		t.Errorf("after the crash: %q %v", got, err)
	}
	_, err := a.invoke("iris", strings.Repeat("x", 4<<20+1))
	wantError(t, err, "413", "HTTP content length exceeded 4194304 bytes.")
}

func TestServerlessConcurrency(t *testing.T) {
	a := newAccount(t, func(c *Config) { c.Delays.Idle = 40 * time.Millisecond })
	a.deploy("iris", true, nil)
	errs := make(chan error, 6)
	for range cap(errs) {
		go func() {
			_, err := a.invoke("iris", "sleep 300ms")
			errs <- err
		}()
	}
	throttled := 0
	for range cap(errs) {
		if err := <-errs; err != nil {
			wantError(t, err, "429", "ThrottlingException")
			throttled++
		}
	}
	if throttled != 4 || a.runner.started.Load() != 2 { // MaxConcurrency is 2
		t.Errorf("%d throttled, %d containers", throttled, a.runner.started.Load())
	}
	if got := a.runner.last().c.MemoryBytes; got != 2048<<20 {
		t.Errorf("memory limit %d", got)
	}
	for deadline := time.Now().Add(5 * time.Second); a.runner.stopped.Load() < 2 && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
	if n := a.runner.stopped.Load(); n != 2 {
		t.Errorf("%d idle containers ended, want 2", n)
	}
	if got, err := a.invoke("iris", "cold"); got != "text/csv:cold" {
		t.Errorf("cold start: %q %v", got, err)
	}
}

func TestCrashedContainerIsReplaced(t *testing.T) {
	a := newAccount(t, nil)
	a.deploy("iris", false, nil)
	_, err := a.invoke("iris", "crash")
	wantError(t, err, "ModelError")
	for deadline := time.Now().Add(5 * time.Second); a.runner.started.Load() < 3 && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
	if got, err := a.invoke("iris", "x"); got != "text/csv:x" || a.runner.started.Load() != 3 {
		t.Errorf("%q %v, %d containers", got, err, a.runner.started.Load())
	}
}

func TestResponseStream(t *testing.T) {
	a := newAccount(t, nil)
	a.deploy("iris", false, nil)
	out, err := a.rt.InvokeEndpointWithResponseStream(t.Context(), &sagemakerruntime.InvokeEndpointWithResponseStreamInput{EndpointName: aws.String("iris"), Body: []byte("stream")})
	a.must(err)
	defer out.GetStream().Close()
	var got string
	for e := range out.GetStream().Events() {
		got += string(e.(*rttypes.ResponseStreamMemberPayloadPart).Value.Bytes)
	}
	if got != "part 0\npart 1\npart 2\n" || out.GetStream().Err() != nil {
		t.Errorf("%q %v", got, out.GetStream().Err())
	}
}

func TestLists(t *testing.T) {
	a := newAccount(t, nil)
	for i := range 25 {
		a.must(a.model(fmt.Sprintf("iris-%02d", i), nil))
	}
	a.must(a.model("Rose", nil))
	var names []string
	pages := sagemaker.NewListModelsPaginator(a.sm, &sagemaker.ListModelsInput{NameContains: aws.String("IRIS"), SortBy: types.ModelSortKeyName, SortOrder: types.OrderKeyAscending})
	n := 0
	for ; pages.HasMorePages(); n++ {
		page, err := pages.NextPage(t.Context())
		a.must(err)
		for _, m := range page.Models {
			names = append(names, *m.ModelName)
			// What is deleted while paging must not shift the pages.
			_, err := a.sm.DeleteModel(t.Context(), &sagemaker.DeleteModelInput{ModelName: m.ModelName})
			a.must(err)
		}
	}
	if n != 3 || len(names) != 25 || names[24] != "iris-24" {
		t.Errorf("%d pages: %v", n, names)
	}
	_, err := a.sm.DescribeModel(t.Context(), &sagemaker.DescribeModelInput{ModelName: aws.String("iris-03")})
	wantError(t, err, `Could not find model "arn:aws:sagemaker:us-east-1:123456789012:model/iris-03".`)
}

func TestTags(t *testing.T) {
	a := newAccount(t, nil)
	out, err := a.sm.CreateModel(t.Context(), &sagemaker.CreateModelInput{ModelName: aws.String("m"), ExecutionRoleArn: aws.String(roleARN),
		PrimaryContainer: &types.ContainerDefinition{Image: &a.image}, Tags: []types.Tag{{Key: aws.String("copal"), Value: aws.String("1")}}})
	a.must(err)
	_, err = a.sm.AddTags(t.Context(), &sagemaker.AddTagsInput{ResourceArn: out.ModelArn, Tags: []types.Tag{{Key: aws.String("copal"), Value: aws.String("2")}, {Key: aws.String("b"), Value: aws.String("")}}})
	a.must(err)
	_, err = a.sm.DeleteTags(t.Context(), &sagemaker.DeleteTagsInput{ResourceArn: out.ModelArn, TagKeys: []string{"b", "c"}})
	a.must(err)
	tags, err := a.sm.ListTags(t.Context(), &sagemaker.ListTagsInput{ResourceArn: out.ModelArn})
	a.must(err)
	if len(tags.Tags) != 1 || *tags.Tags[0].Value != "2" {
		t.Errorf("%+v", tags.Tags)
	}
	_, err = a.sm.DeleteModel(t.Context(), &sagemaker.DeleteModelInput{ModelName: aws.String("m")})
	a.must(err)
	_, err = a.sm.ListTags(t.Context(), &sagemaker.ListTagsInput{ResourceArn: out.ModelArn})
	wantError(t, err, "Could not find model")
}
