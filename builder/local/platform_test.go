package local

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/copal-ml/copal/builder/local/state"
)

func TestRestartKeepsState(t *testing.T) {
	a := newAccount(t, nil)
	dir := a.cfg.StateDir
	a.deploy("iris", true, map[string]string{"COLOUR": "blue"})
	before := a.Env()
	// What the endpoint was made from may be gone: it serves on.
	_, err := a.sm.DeleteEndpointConfig(t.Context(), &sagemaker.DeleteEndpointConfigInput{EndpointConfigName: aws.String("iris")})
	a.must(err)
	_, err = a.sm.DeleteModel(t.Context(), &sagemaker.DeleteModelInput{ModelName: aws.String("iris")})
	a.must(err)
	a.end()

	a.running = start(t, dir, nil)
	a.clients()
	if after := a.Env(); after != before {
		t.Errorf("Env is %+v, was %+v", after, before)
	}
	if got, err := a.invoke("iris", "env COLOUR"); got != "blue" { // waits until it is up again
		t.Errorf("%q %v", got, err)
	}
	if _, err := a.iam.GetRole(t.Context(), &iam.GetRoleInput{RoleName: aws.String("copal-iris")}); err != nil {
		t.Error(err)
	}
}

// A killed platform ends nothing in order: what it left is what another finds.
func TestKilledInTransition(t *testing.T) {
	f := func(status string, check func(a *account)) {
		t.Helper()
		a := newAccount(t, nil)
		dir := a.cfg.StateDir
		a.deploy("iris", true, map[string]string{"COLOUR": "blue"})
		a.must(a.model("second", map[string]string{"COLOUR": "green"}))
		a.must(a.config("second", "second", true))
		a.end()

		d, err := state.Open(dir)
		a.must(err)
		endpoints, err := state.OpenTable[endpoint](d, "endpoints")
		a.must(err)
		e, _ := endpoints.Get("iris")
		models, err := state.OpenTable[model](d, "models")
		a.must(err)
		pending := *e.Active
		pending.Config, pending.Model, _ = "second", model{}, false
		pending.Model, _ = models.Get("second")
		e.Status, e.Pending = status, &pending
		if status == stateCreating {
			e.Active = nil
		}
		a.must(endpoints.Put("iris", e))
		a.must(d.Close())

		a.running = start(t, dir, nil)
		a.clients()
		check(a)
	}
	green := func(a *account) {
		a.settled("iris")
		if got, err := a.invoke("iris", "env COLOUR"); got != "green" {
			t.Errorf("%q %v", got, err)
		}
	}
	f(stateCreating, green)
	f(stateUpdating, green)
	f(stateRollingBack, green)
	f(stateDeleting, func(a *account) { a.gone("iris") })
}

func TestOneProcessPerFolder(t *testing.T) {
	dir := t.TempDir()
	if _, err := ReadEnv(dir); !errors.Is(err, ErrNotRunning) || !strings.Contains(err.Error(), "no local platform is running on "+dir+"; start it with `copal local`") {
		t.Errorf("before: %v", err)
	}
	r := start(t, dir, nil)
	for {
		if _, err := os.Stat(filepath.Join(dir, envFile)); err == nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	got, err := ReadEnv(dir)
	if err != nil || got != r.Env() {
		t.Errorf("ReadEnv: %+v %v", got, err)
	}
	for i, line := range strings.Split(strings.TrimSuffix(got.Exports(), "\n"), "\n") {
		name := []string{"AWS_ENDPOINT_URL=http://127.0.0.1:", "AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1", "AWS_ACCESS_KEY_ID=AKIA", "AWS_SECRET_ACCESS_KEY="}[i]
		if !strings.HasPrefix(line, "export "+name) {
			t.Errorf("line %q", line)
		}
	}
	if _, err := Open(Config{StateDir: dir, Runner: &fakeRunner{}}); !errors.Is(err, state.ErrInUse) {
		t.Errorf("second process: %v", err)
	}
	data, err := os.ReadFile(filepath.Join(dir, envFile))
	if err != nil {
		t.Fatal(err)
	}
	r.end()
	// A killed platform leaves its file behind, but not its lock.
	if err := os.WriteFile(filepath.Join(dir, envFile), data, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadEnv(dir); !errors.Is(err, ErrNotRunning) {
		t.Errorf("stale file: %v", err)
	}
}

func TestListenRefusesOthers(t *testing.T) {
	p, err := Open(Config{StateDir: t.TempDir(), Runner: &fakeRunner{}, Addr: "0.0.0.0:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	_, err = p.Listen()
	wantError(t, err, "not a loopback address")
}

func TestFaults(t *testing.T) {
	faults := &Faults{}
	a := newAccount(t, func(c *Config) { c.Faults = faults })
	faults.Reset()
	f := func(kind FaultKind, done bool, parts ...string) {
		t.Helper()
		name := "role-" + string(kind)
		faults.Reset()
		faults.FailCall("iam:CreateRole", 2, kind)
		create := func(name string) error {
			_, err := a.iam.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: aws.String(trust)})
			return err
		}
		a.must(create(name + "-1"))
		wantError(t, create(name+"-2"), parts...)
		a.must(create(name + "-3"))
		_, err := a.iam.GetRole(t.Context(), &iam.GetRoleInput{RoleName: aws.String(name + "-2")})
		if (err == nil) != done {
			t.Errorf("%s: role made: %v, want %v", kind, err == nil, done)
		}
	}
	f(Throttle, false, "ThrottlingException", "Rate exceeded")
	f(ServerFail, false, "500", "InternalFailure")
	f(Denied, false, "403", "AccessDenied", "is not authorized to perform: iam:CreateRole")
	f(LostCall, false, "EOF")
	f(LostAnswer, true, "EOF")
	if got := strings.Join(faults.Calls(), " "); got != "iam:CreateRole iam:CreateRole iam:CreateRole iam:GetRole" {
		t.Errorf("calls: %s", got)
	}
}

func TestWrongKeys(t *testing.T) {
	r := start(t, t.TempDir(), nil)
	f := func(id, secret string, parts ...string) {
		t.Helper()
		cfg := r.aws()
		cfg.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: id, SecretAccessKey: secret}, nil
		})
		_, err := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
		wantError(t, err, parts...)
	}
	e := r.Env()
	f(e.AccessKeyID, "wrong", "403", "SignatureDoesNotMatch")
	f("AKIAUNKNOWN", e.SecretAccessKey, "403", "InvalidClientTokenId")
	_, err := sagemaker.NewFromConfig(r.aws(), func(o *sagemaker.Options) {
		o.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIAUNKNOWN", SecretAccessKey: "x"}, nil
		})
	}).ListModels(t.Context(), &sagemaker.ListModelsInput{})
	wantError(t, err, "UnrecognizedClientException")
}
