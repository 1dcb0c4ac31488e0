package aws

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"

	"github.com/copal-ml/copal/builder/local"
	"github.com/copal-ml/copal/builder/progress"
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/contract"
)

func sha256Hex(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// goldenPlan compares a plan's text, in which the hashes depend on nothing but
// the spec.
func goldenPlan(t *testing.T, a *Account, s Spec, file string) {
	t.Helper()
	plan, err := a.PlanOnly(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	text := plan.Text()
	if s.ModelFile != "" {
		text = strings.ReplaceAll(text, s.ModelFile, "model.pkl")
	}
	golden(t, file, text)
}

func mustDeploy(t *testing.T, a *Account, s Spec) Result {
	t.Helper()
	r, err := a.Deploy(t.Context(), s, nil)
	if err != nil {
		t.Fatalf("deploy: %v", err)
	}
	return r
}

func mustDestroy(t *testing.T, p *platform, a *Account) Report {
	t.Helper()
	r, err := a.Destroy(t.Context(), "iris", nil)
	if err != nil {
		t.Fatalf("destroy: %v", err)
	}
	if left := p.inventory(a); left != nil || len(r.Left) > 0 {
		t.Fatalf("after destroy there is %q, the report says %v", left, r.Left)
	}
	return r
}

func TestServerlessLife(t *testing.T) {
	p := startPlatform(t, local.Delays{})
	a := p.open(3, nil)
	first := p.spec(a, Serverless{}, "1", "")
	goldenPlan(t, a, first, "plan-create.txt")
	if all := p.inventory(a); all != nil {
		t.Fatalf("planning made %q", all)
	}

	r := mustDeploy(t, a, first)
	if !r.Changed || r.Smoke == nil || r.Mode != "serverless" || string(r.Smoke.Body) != `{"predictions":[0],"method":"predict"}` {
		t.Errorf("result %+v", r)
	}
	if all := p.inventory(a); !only(all, serving...) {
		t.Errorf("after deploy there is %q", all)
	}

	goldenPlan(t, a, first, "plan-nothing.txt")
	p.faults.Reset()
	if r := mustDeploy(t, a, first); r.Changed || r.Smoke != nil {
		t.Errorf("deployed again: %+v", r)
	}
	for _, call := range p.faults.Calls() {
		if _, op, _ := strings.Cut(call, ":"); !strings.HasPrefix(op, "Get") && !strings.HasPrefix(op, "Describe") && !strings.HasPrefix(op, "List") {
			t.Errorf("a deploy with nothing to do called %s", call)
		}
	}

	second := p.spec(a, Serverless{MemoryMB: 3072}, "2", "")
	second.Method = models.PredictProba
	second.Tags = map[string]string{"team": "roses"}
	goldenPlan(t, a, second, "plan-update.txt")
	if r := mustDeploy(t, a, second); string(r.Smoke.Body) != `{"predictions":[0],"method":"predict_proba"}` {
		t.Errorf("after the update it answers %s", r.Smoke.Body)
	}
	if all := p.inventory(a); !only(all, serving...) {
		t.Errorf("after the update there is %q", all)
	}

	report := mustDestroy(t, p, a)
	var kinds []string
	for _, id := range report.Deleted {
		kinds = append(kinds, id.Kind)
	}
	if want := []string{"endpoint", "log group", configurationKind, "model", "repository", "role"}; !report.Found || !slices.Equal(kinds, want) {
		t.Errorf("destroyed %v (found %v), want %v", kinds, report.Found, want)
	}
	if report := mustDestroy(t, p, a); report.Found || len(report.Deleted) > 0 {
		t.Errorf("destroyed again: %+v", report)
	}
}

func TestRealTimeLife(t *testing.T) {
	p := startPlatform(t, local.Delays{})
	a := p.open(3, nil)
	mustDeploy(t, a, p.spec(a, Serverless{}, "1", ""))
	s := p.spec(a, RealTime{"ml.m5.large", 2}, "1", "")
	goldenPlan(t, a, s, "plan-to-real-time.txt")
	mustDeploy(t, a, s)

	back := p.spec(a, Serverless{}, "1", "")
	if _, err := a.PlanOnly(t.Context(), back); err == nil || !strings.Contains(err.Error(), "--replace") {
		t.Errorf("real-time to serverless: %v", err)
	}
	back.Replace = true
	goldenPlan(t, a, back, "plan-replace.txt")
	if r := mustDeploy(t, a, back); r.Mode != "serverless" {
		t.Errorf("%+v", r)
	}
	if all := p.inventory(a); !only(all, serving...) {
		t.Errorf("after the replacement there is %q", all)
	}
	mustDestroy(t, p, a)
}

func TestMountedModelLife(t *testing.T) {
	p := startPlatform(t, local.Delays{})
	a := p.open(3, nil)
	s := p.mounted(a, "1")
	goldenPlan(t, a, s, "plan-mounted.txt")
	mustDeploy(t, a, s)
	if r := mustDeploy(t, a, s); r.Changed {
		t.Errorf("deployed again: %s", r.Plan.Text())
	}
	st, err := a.Status(t.Context(), "iris")
	if want := "s3://copal-123456789012-eu-west-1/iris/" + s.Image.Manifest.Model.SHA256[:12] + "/model.tar.gz"; err != nil || st.ModelData != want {
		t.Errorf("model data %q, %v, want %q", st.ModelData, err, want)
	}
	mustDeploy(t, a, p.mounted(a, "2"))

	other := p.mounted(a, "3")
	other.Name = "rosa"
	mustDeploy(t, a, other)
	if _, err := a.Destroy(t.Context(), "iris", nil); err != nil {
		t.Fatal(err)
	}
	if all := p.inventory(a); !only(all, "endpoint", "configuration", "model", "repository", "role", "bucket", "log group") || all[0] != "endpoint rosa" {
		t.Errorf("beside rosa there is %q", all)
	}
	if _, err := a.Destroy(t.Context(), "rosa", nil); err != nil {
		t.Fatal(err)
	}
	if all := p.inventory(a); all != nil {
		t.Errorf("left: %q", all)
	}
}

// A role that was just made cannot be assumed for some seconds.
func TestRoleNeedsTime(t *testing.T) {
	p := startPlatform(t, local.Delays{RoleReady: 200 * time.Millisecond, Settle: 20 * time.Millisecond})
	a := p.open(3, nil)
	var texts []string
	_, err := a.Deploy(t.Context(), p.spec(a, Serverless{}, "1", ""), func(e progress.Event) { texts = append(texts, e.Text) })
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(texts, "Role copal-iris-eu-west-1 is not ready yet") || !slices.Contains(texts, "Endpoint iris is Creating") {
		t.Errorf("the waits were not told: %q", texts)
	}
	mustDestroy(t, p, a)
}

// With a role that is given, Copal makes none and takes none away.
func TestGivenRole(t *testing.T) {
	p := startPlatform(t, local.Delays{})
	a := p.open(3, nil)
	n, err := a.names(t.Context(), "iris")
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.iam.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: sdk.String("mine"), AssumeRolePolicyDocument: sdk.String(n.trustPolicy().String())})
	if err != nil {
		t.Fatal(err)
	}
	s := p.spec(a, RealTime{}, "1", "")
	s.RoleARN = "arn:aws:iam::123456789012:role/mine"
	_, err = a.Deploy(t.Context(), s, nil)
	if err == nil || !strings.Contains(err.Error(), "may not pull the image") {
		t.Fatalf("with a role without rights: %v", err)
	}
	policy := n.rolePolicy(n.arn("ecr", "repository/copal/iris"), false).String()
	if _, err = a.iam.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: sdk.String("mine"), PolicyName: sdk.String("p"), PolicyDocument: &policy}); err != nil {
		t.Fatal(err)
	}
	mustDeploy(t, a, s)
	if _, err := a.Destroy(t.Context(), "iris", nil); err != nil {
		t.Fatal(err)
	}
	if all := p.inventory(a); !slices.Equal(all, []string{"role mine"}) {
		t.Errorf("left: %q, want the role that was given", all)
	}

	s.RoleARN = "arn:aws:iam::123456789012:role/service-role/mine"
	_, err = a.Deploy(t.Context(), s, nil)
	if err == nil || !strings.Contains(err.Error(), "check its path") {
		t.Errorf("with a role that does not exist: %v", err)
	}
}

// An image that somebody else pushed is deployed from where it is.
func TestGivenImage(t *testing.T) {
	p := startPlatform(t, local.Delays{})
	a := p.open(3, nil)
	first := p.spec(a, Serverless{}, "1", "")
	first.Name = "source"
	image := mustDeploy(t, a, first).Image

	s := p.spec(a, Serverless{}, "1", "")
	s.Image.Push, s.Image.Ref = nil, image
	mustDeploy(t, a, s)
	if all := p.inventory(a); !slices.Contains(all, "repository copal/source") || slices.Contains(all, "repository copal/iris") {
		t.Errorf("there is %q", all)
	}
	if _, err := a.Destroy(t.Context(), "iris", nil); err != nil {
		t.Fatal(err)
	}
	if all := p.inventory(a); !slices.Contains(all, "repository copal/source") {
		t.Errorf("another's repository is gone: %q", all)
	}

	f := func(ref, want string) {
		t.Helper()
		s.Image.Ref = ref
		if _, err := a.PlanOnly(t.Context(), s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", ref, err, want)
		}
	}
	host, _, _ := strings.Cut(image, "/")
	f(host+"/copal/none:v1", "there is no image "+host+"/copal/none@sha256:")
	f("ghcr.io/someone/iris:v1", "is not in ECR")
	f("123456789012.dkr.ecr.us-east-1.amazonaws.com/iris:v1", "AWS_REGION=us-east-1")
}

// The new version never gets healthy: SageMaker stays on the old one, and the
// deploy says so, with the container's log.
func TestUpdateThatNeverGetsHealthy(t *testing.T) {
	p := startPlatform(t, local.Delays{Start: 150 * time.Millisecond})
	a := p.open(3, nil)
	good := mustDeploy(t, a, p.spec(a, RealTime{}, "1", ""))
	_, err := a.Deploy(t.Context(), p.spec(a, RealTime{}, "2", "sick"), nil)
	for _, want := range []string{"went back to configuration " + good.Configuration, "GET /ping", "serving version 2"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\ndoes not say %q", err, want)
		}
	}
	if a, err := a.Invoke(t.Context(), "iris", "application/json", "", []byte("{}")); err != nil || len(a.Body) == 0 {
		t.Errorf("the old version does not answer: %v", err)
	}
	mustDeploy(t, a, p.spec(a, RealTime{}, "3", ""))
	if all := p.inventory(a); !only(all, serving...) {
		t.Errorf("after a good update there is %q", all)
	}
	mustDestroy(t, p, a)
}

// A new endpoint that fails is reported; deployed again it is made anew.
func TestCreateThatFails(t *testing.T) {
	p := startPlatform(t, local.Delays{Start: 150 * time.Millisecond})
	a := p.open(3, nil)
	_, err := a.Deploy(t.Context(), p.spec(a, RealTime{}, "1", "sick"), nil)
	if err == nil || !strings.Contains(err.Error(), "did not answer GET /ping with 200") || !strings.Contains(err.Error(), "serving version 1") {
		t.Errorf("err = %v", err)
	}
	s := p.spec(a, RealTime{}, "2", "")
	goldenPlan(t, a, s, "plan-failed.txt")
	mustDeploy(t, a, s)
	mustDestroy(t, p, a)
}

// An endpoint that answers, but not what the image says is right, goes back.
func TestWrongAnswerRollsBack(t *testing.T) {
	p := startPlatform(t, local.Delays{})
	a := p.open(2, nil)
	stored := func(version, answer string) Spec {
		s := p.spec(a, Serverless{MemoryMB: 1024}, version, "")
		s.Image.Manifest.Smoke = &contract.Smoke{Request: json.RawMessage(`{"method":"predict","features":[[1,2,3,4]]}`),
			Answer: json.RawMessage(answer), Tolerance: 1e-9}
		return s
	}
	if r := mustDeploy(t, a, stored("1", `{"predictions":[0]}`)); string(r.Smoke.Body) != `{"predictions":[0],"method":"predict"}` {
		t.Errorf("the right answer was %s", r.Smoke.Body)
	}
	_, err := a.Deploy(t.Context(), stored("2", `{"predictions":[1]}`), nil)
	var failed *SmokeFailed
	var wrong *WrongAnswer
	if !errors.As(err, &failed) || !errors.As(err, &wrong) || !failed.RolledBack {
		t.Fatalf("got %v", err)
	}
	const want = "endpoint iris answered the test request wrongly: predictions[0] is 0, expected 1"
	if !strings.Contains(err.Error(), want) {
		t.Errorf("got  %v\nwant %s", err, want)
	}

	s := stored("3", `{"predictions":[1]}`)
	s.Smoke = []byte(`{"features":[[1,2,3,4]]}`) // the user's own request wins
	mustDeploy(t, a, s)
	mustDestroy(t, p, a)
}

// The new version is in service and fails the test request: back to the old one.
func TestSmokeTestRollsBack(t *testing.T) {
	p := startPlatform(t, local.Delays{})
	a := p.open(3, nil)
	good := mustDeploy(t, a, p.spec(a, Serverless{}, "1", ""))
	_, err := a.Deploy(t.Context(), p.spec(a, Serverless{}, "2", "mute"), nil)
	var failed *SmokeFailed
	var model *ModelError
	if !errors.As(err, &failed) || !failed.RolledBack || failed.On != good.Configuration || !errors.As(err, &model) || model.Status != 500 {
		t.Fatalf("err = %v", err)
	}
	for _, want := range []string{"the model is broken", "It was rolled back", "panic in predict"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\ndoes not say %q", err, want)
		}
	}
	if st, err := a.Status(t.Context(), "iris"); err != nil || st.Configuration != good.Configuration || st.State != "InService" {
		t.Errorf("status %+v, %v", st, err)
	}
	if r := mustDeploy(t, a, p.spec(a, Serverless{}, "1", "")); r.Configuration != good.Configuration {
		t.Errorf("%+v", r)
	}
	if all := p.inventory(a); !only(all, serving...) {
		t.Errorf("there is %q", all)
	}
	mustDestroy(t, p, a)

	_, err = a.Deploy(t.Context(), p.spec(a, Serverless{}, "2", "mute"), nil)
	if !errors.As(err, &failed) || failed.RolledBack || !strings.Contains(err.Error(), "stays as it is, to be looked at") {
		t.Errorf("a new endpoint: %v", err)
	}
	mustDestroy(t, p, a)
}

func TestStatusListLogsInvoke(t *testing.T) {
	p := startPlatform(t, local.Delays{})
	a, ctx := p.open(3, nil), t.Context()
	s := p.spec(a, RealTime{"ml.m5.xlarge", 2}, "1", "")
	r := mustDeploy(t, a, s)

	st, err := a.Status(ctx, "iris")
	if err != nil {
		t.Fatal(err)
	}
	if st.State != "InService" || st.Mode != "real-time" || st.Detail != "instance type ml.m5.xlarge, instances 2" || st.Digest != s.Image.Digest ||
		st.ModelFile != "model.pkl" || st.Class != "LogisticRegression" || st.Method != "predict" || !st.Managed ||
		st.Configuration != r.Configuration || st.Model != r.Model || st.RoleARN != "arn:aws:iam::123456789012:role/copal-iris-eu-west-1" || st.Image != r.Image {
		t.Errorf("status %+v", st)
	}
	if len(st.Variants) != 1 || st.Variants[0].InstanceType != "ml.m5.xlarge" || st.Variants[0].Instances != 2 {
		t.Errorf("variants %+v", st.Variants)
	}
	if st.ARN != r.ARN {
		t.Errorf("ARN %s, the result said %s", st.ARN, r.ARN)
	}

	list, err := a.List(ctx)
	if err != nil || len(list) != 1 || list[0].Name != "iris" || list[0].Class != "LogisticRegression" || list[0].Digest != s.Image.Digest {
		t.Errorf("list %+v, %v", list, err)
	}

	var lines []string
	emit := func(l LogLine) error { lines = append(lines, l.Text); return nil }
	if err := a.Logs(ctx, "iris", LogOptions{Limit: 1}, emit); err != nil || !slices.Equal(lines, []string{"serving version 1"}) {
		t.Errorf("logs %q, %v", lines, err)
	}

	_, err = a.Invoke(ctx, "iris", "text/csv", "", []byte("bad,1,2"))
	var model *ModelError
	if !errors.As(err, &model) || model.Status != 400 || !strings.Contains(err.Error(), `the model answered 400: {"error":"expected 4 features, got 3"}`) {
		t.Errorf("a refused request: %v", err)
	}
	answer, err := a.Invoke(ctx, "iris", "application/json", "application/json", bytes.Repeat([]byte(" "), 5<<20))
	if err != nil || !strings.Contains(answer.Warning, "a serverless endpoint would refuse it") {
		t.Errorf("5 MiB: %+v, %v", answer, err)
	}
	if _, err = a.Invoke(ctx, "iris", "", "", make([]byte, 26<<20)); err == nil || !strings.Contains(err.Error(), "in several requests") {
		t.Errorf("26 MiB: %v", err)
	}
	for _, call := range []func() error{
		func() error { _, err := a.Invoke(ctx, "rosa", "", "", nil); return err },
		func() error { _, err := a.Status(ctx, "rosa"); return err },
		func() error { return a.Logs(ctx, "rosa", LogOptions{}, emit) },
	} {
		if err := call(); err == nil || !strings.Contains(err.Error(), "there is no endpoint rosa in eu-west-1") {
			t.Errorf("an absent endpoint: %v", err)
		}
	}
	mustDestroy(t, p, a)
}

// Logs with Follow emits what comes, each line once, until the context ends.
func TestFollowLogs(t *testing.T) {
	p := startPlatform(t, local.Delays{})
	a := p.open(3, nil)
	mustDeploy(t, a, p.spec(a, RealTime{}, "1", ""))
	ctx, cancel := context.WithCancel(t.Context())
	var lines []string
	err := a.Logs(ctx, "iris", LogOptions{Follow: true}, func(l LogLine) error {
		if lines = append(lines, l.Text); len(lines) == 1 {
			s := p.spec(a, RealTime{}, "2", "")
			if _, err := a.Deploy(t.Context(), s, nil); err != nil {
				return err
			}
		}
		if l.Text == "serving version 2" {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || !slices.Equal(lines, []string{"serving version 1", "serving version 2"}) {
		t.Errorf("followed %q, %v", lines, err)
	}
}

// What does not carry Copal's tags is neither changed nor deleted.
func TestNotOurs(t *testing.T) {
	p := startPlatform(t, local.Delays{})
	a, ctx := p.open(3, nil), t.Context()
	foreign := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	_, err := a.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: sdk.String("copal-iris-eu-west-1"), AssumeRolePolicyDocument: &foreign})
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.Deploy(ctx, p.spec(a, Serverless{}, "1", ""), nil)
	if err == nil || !strings.Contains(err.Error(), "role copal-iris-eu-west-1 exists and does not carry the tags") {
		t.Errorf("deploy: %v", err)
	}
	report, err := a.Destroy(ctx, "iris", nil)
	if err != nil || len(report.Deleted) > 0 || len(report.Notes) != 1 || !strings.Contains(report.Notes[0], "left alone") {
		t.Errorf("destroy: %+v, %v", report, err)
	}
	if all := p.inventory(a); !slices.Equal(all, []string{"role copal-iris-eu-west-1"}) {
		t.Errorf("there is %q", all)
	}
}

// Leaving out the endpoint does not leave out the rest.
func TestDestroyLeftovers(t *testing.T) {
	p := startPlatform(t, local.Delays{})
	a, ctx := p.open(3, nil), t.Context()
	mustDeploy(t, a, p.spec(a, Serverless{}, "1", ""))
	if _, err := a.sagemaker.DeleteEndpoint(ctx, &sagemaker.DeleteEndpointInput{EndpointName: sdk.String("iris")}); err != nil {
		t.Fatal(err)
	}
	for slices.Contains(p.inventory(a), "endpoint iris") {
		time.Sleep(time.Millisecond)
	}
	if r := mustDestroy(t, p, a); r.Found || len(r.Deleted) != 5 {
		t.Errorf("report %+v", r)
	}
}

// Ctrl-C while the endpoint is Creating: what runs is told; the same again goes
// on; destroy waits, since SageMaker refuses to delete it.
func TestInterruptedWait(t *testing.T) {
	p := startPlatform(t, local.Delays{Settle: 150 * time.Millisecond})
	a := p.open(3, nil)
	for _, then := range []string{"deploy", "destroy"} {
		ctx, cancel := context.WithCancel(t.Context())
		_, err := a.Deploy(ctx, p.spec(a, RealTime{}, "1", ""), func(e progress.Event) {
			if e.Text == "Endpoint iris is Creating" {
				cancel()
			}
		})
		var running *StillRunning
		if !errors.As(err, &running) || !errors.Is(err, context.Canceled) {
			t.Fatalf("err = %v", err)
		}
		for _, want := range []string{"endpoint iris is Creating", "1 × ml.m5.large by the hour", "Run the same command again", "copal destroy iris"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%v\ndoes not say %q", err, want)
			}
		}
		if then == "deploy" {
			mustDeploy(t, a, p.spec(a, RealTime{}, "1", ""))
		}
		mustDestroy(t, p, a)
	}
}

func TestOpenSaysWhatIsMissing(t *testing.T) {
	for _, v := range []string{"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_WEB_IDENTITY_TOKEN_FILE"} {
		t.Setenv(v, "")
	}
	t.Setenv("AWS_CONFIG_FILE", t.TempDir()+"/config")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", t.TempDir()+"/credentials")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	f := func(c Config, wants ...string) {
		t.Helper()
		_, err := Open(t.Context(), c)
		for _, want := range wants {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%+v: %v\ndoes not say %q", c, err, want)
			}
		}
	}
	f(Config{}, "no AWS region is set", "export AWS_REGION=", "copal local env")
	f(Config{Region: "eu-west-1"}, "there are no AWS credentials", "AWS_PROFILE", "copal local env")
	f(Config{Profile: "ghost"}, "ghost", "aws configure list-profiles")

	a, err := Open(t.Context(), Config{Region: "eu-west-1", Endpoint: "http://127.0.0.1:1", AccessKeyID: "a", SecretAccessKey: "b",
		HTTP: &http.Client{}, tune: func(c *sdk.Config) { c.Retryer = func() sdk.Retryer { return sdk.NopRetryer{} } }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = a.Identity(t.Context()); err == nil || !strings.Contains(err.Error(), "connection refused") || !strings.Contains(err.Error(), "AWS_ENDPOINT_URL") {
		t.Errorf("nobody listens: %v", err)
	}
	p := startPlatform(t, local.Delays{})
	env := p.Env()
	t.Setenv("AWS_ENDPOINT_URL", env.Endpoint)
	if a, err = Open(t.Context(), Config{Region: "eu-west-1", AccessKeyID: env.AccessKeyID, SecretAccessKey: "wrong"}); err != nil || a.Endpoint != env.Endpoint {
		t.Fatalf("endpoint %q, %v", a.Endpoint, err)
	}
	if _, err = a.Identity(t.Context()); err == nil || !strings.Contains(err.Error(), "AWS does not take the credentials") {
		t.Errorf("a wrong key: %v", err)
	}
}

func TestDeniedNamesTheStatement(t *testing.T) {
	p := startPlatform(t, local.Delays{})
	a := p.open(1, nil)
	p.faults.FailCall("iam:CreateRole", 1, local.Denied)
	_, err := a.Deploy(t.Context(), p.spec(a, Serverless{}, "1", ""), nil)
	var denied *Denied
	if !errors.As(err, &denied) || denied.Action != "iam:CreateRole" || !strings.Contains(err.Error(), `"iam:CreateRole"`) {
		t.Errorf("err = %v", err)
	}
	mustDeploy(t, a, p.spec(a, Serverless{}, "1", ""))
	p.faults.Reset()
	for n := range 9 {
		p.faults.FailCall("s3:HeadBucket", n+1, local.Denied)
	}
	report, err := a.Destroy(t.Context(), "iris", nil)
	if err != nil || len(report.Notes) != 1 || !strings.Contains(report.Notes[0], "s3:ListBucket") {
		t.Errorf("a deployer without S3: %+v, %v", report, err)
	}
}
