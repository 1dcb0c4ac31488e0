package aws

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/copal-ml/copal/builder/local"
	"github.com/copal-ml/copal/builder/progress"
	"github.com/copal-ml/copal/runtime/contract"
)

// A platform is the local platform with containers that run in this process.
type platform struct {
	*local.Platform
	t      *testing.T
	faults *local.Faults
}

// startPlatform serves one on a loopback port until the test ends.
func startPlatform(t *testing.T, delays local.Delays) *platform {
	t.Helper()
	p := &platform{t: t, faults: &local.Faults{}}
	delays.Ping = time.Millisecond
	if delays.Start == 0 {
		delays.Start = 10 * time.Second
	}
	var err error
	p.Platform, err = local.Open(local.Config{StateDir: t.TempDir(), Runner: runner{}, Region: "eu-west-1", Delays: delays, Faults: p.faults, Log: platformLog()})
	if err != nil {
		t.Fatal(err)
	}
	ln, err := p.Listen()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Serve(ctx, ln) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the platform ended with %v", err)
		}
	})
	return p
}

func platformLog() io.Writer {
	if testing.Verbose() {
		return os.Stderr
	}
	return io.Discard
}

// open gives an account on the platform. attempts is how often the SDK tries a
// call; hook, if not nil, sees each of its requests.
func (p *platform) open(attempts int, hook func(*http.Request)) *Account {
	p.t.Helper()
	env := p.Env()
	pool := http.DefaultTransport.(*http.Transport).Clone()
	p.t.Cleanup(pool.CloseIdleConnections) // the platform would wait for them
	transport := http.RoundTripper(pool)
	if hook != nil {
		transport = hooked{transport, hook}
	}
	a, err := Open(p.t.Context(), Config{
		Region: env.Region, Endpoint: env.Endpoint, AccessKeyID: env.AccessKeyID, SecretAccessKey: env.SecretAccessKey,
		HTTP: &http.Client{Transport: transport}, Poll: Poll{time.Millisecond, 5 * time.Millisecond},
		tune: func(c *sdk.Config) {
			c.Retryer = func() sdk.Retryer {
				return retry.NewStandard(func(o *retry.StandardOptions) {
					o.MaxAttempts = attempts
					o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return time.Millisecond, nil })
				})
			}
		},
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return a
}

type hooked struct {
	http.RoundTripper
	hook func(*http.Request)
}

func (h hooked) RoundTrip(r *http.Request) (*http.Response, error) {
	h.hook(r)
	return h.RoundTripper.RoundTrip(r)
}

// inventory lists everything in the platform's account.
func (p *platform) inventory(a *Account) (all []string) {
	p.t.Helper()
	ctx := p.t.Context()
	add := func(kind string, name *string) { all = append(all, kind+" "+*name) }
	endpoints, err1 := a.sagemaker.ListEndpoints(ctx, &sagemaker.ListEndpointsInput{})
	configs, err2 := a.sagemaker.ListEndpointConfigs(ctx, &sagemaker.ListEndpointConfigsInput{})
	models, err3 := a.sagemaker.ListModels(ctx, &sagemaker.ListModelsInput{})
	repos, err4 := a.ecr.DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{})
	roles, err5 := a.iam.ListRoles(ctx, &iam.ListRolesInput{})
	buckets, err6 := a.s3.ListBuckets(ctx, &s3.ListBucketsInput{})
	groups, err7 := a.logs.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{})
	if err := errors.Join(err1, err2, err3, err4, err5, err6, err7); err != nil {
		p.t.Fatal(err)
	}
	for _, e := range endpoints.Endpoints {
		add("endpoint", e.EndpointName)
	}
	for _, c := range configs.EndpointConfigs {
		add("configuration", c.EndpointConfigName)
	}
	for _, m := range models.Models {
		add("model", m.ModelName)
	}
	for _, r := range repos.Repositories {
		add("repository", r.RepositoryName)
	}
	for _, r := range roles.Roles {
		add("role", r.RoleName)
	}
	for _, b := range buckets.Buckets {
		add("bucket", b.Name)
	}
	for _, g := range groups.LogGroups {
		add("log group", g.LogGroupName)
	}
	return all
}

// behaviour is the image label that says how its container behaves: "" well;
// "sick" never answers /ping well; "mute" fails every request.
const behaviour = "behaviour"

// testImage makes a small image and how to push it. The version makes another
// digest; a is whose registry it goes to, and is asked when it goes.
func testImage(t *testing.T, version, behave string, embedded bool) (Image, v1.Image) {
	t.Helper()
	img, err := mutate.AppendLayers(mutate.MediaType(empty.Image, types.DockerManifestSchema2),
		static.NewLayer([]byte("a layer that nobody unpacks"), types.DockerLayer))
	if err != nil {
		t.Fatal(err)
	}
	img, err = mutate.ConfigFile(img, &v1.ConfigFile{OS: "linux", Architecture: "amd64", RootFS: v1.RootFS{Type: "layers", DiffIDs: []v1.Hash{{Algorithm: "sha256", Hex: strings.Repeat("12", 32)}}},
		Config: v1.Config{Labels: map[string]string{behaviour: behave, "version": version}, Entrypoint: []string{contract.ServerPath}}})
	if err != nil {
		t.Fatal(err)
	}
	img = mutate.ConfigMediaType(img, types.DockerConfigJSON)
	digest, err := img.Digest()
	if err != nil {
		t.Fatal(err)
	}
	i := goodSpec().Image
	i.Digest, i.Size, i.Push, i.Manifest.Model.Embedded = digest.String(), 1000, nil, embedded
	return i, img
}

// spec is a wanted endpoint of the account a.
func (p *platform) spec(a *Account, m Mode, version, behave string) Spec {
	s := goodSpec()
	s.Mode = m
	var img v1.Image
	s.Image, img = testImage(p.t, version, behave, true)
	s.Image.Push = pushWith(a, img, s.Image.Tag())
	return s
}

func pushWith(a *Account, img v1.Image, tag string) func(context.Context, string, progress.Func) (string, error) {
	return func(ctx context.Context, repository string, _ progress.Func) (string, error) {
		login, err := a.RegistryLogin(ctx)
		if err != nil {
			return "", err
		}
		ref, err := name.ParseReference(repository + ":" + tag)
		if err != nil {
			return "", err
		}
		digest, err := img.Digest()
		if err != nil {
			return "", err
		}
		once := remote.WithRetryBackoff(remote.Backoff{Duration: time.Millisecond, Steps: 1})
		auth := remote.WithAuth(&authn.Basic{Username: login.Username, Password: login.Password})
		digested := ref.Context().Digest(digest.String())
		if _, err := remote.Head(digested, auth, once, remote.WithContext(ctx)); err == nil { // a push that was interrupted at its end
			return digested.String(), nil
		}
		return digested.String(), remote.Write(ref, img, auth, once, remote.WithContext(ctx))
	}
}

// runner starts containers as goroutines of this process.
type runner struct{}

func (runner) Describe() string { return "in this process, for tests" }

func (runner) Start(_ context.Context, c local.Container) (local.Instance, error) {
	config, err := c.Image.ConfigFile()
	if err != nil {
		return nil, err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	i := &instance{container: c, behave: config.Config.Labels[behaviour], listener: ln, done: make(chan struct{})}
	c.Log("serving version " + config.Config.Labels["version"])
	i.server = &http.Server{Handler: i}
	go i.server.Serve(ln) //nolint:errcheck // ends with Stop
	return i, nil
}

type instance struct {
	container local.Container
	behave    string
	listener  net.Listener
	server    *http.Server
	once      sync.Once
	done      chan struct{}
}

func (i *instance) Dial(ctx context.Context) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "tcp", i.listener.Addr().String())
}
func (i *instance) Done() <-chan struct{} { return i.done }
func (i *instance) Err() error            { return nil }
func (i *instance) Stop(context.Context) error {
	i.once.Do(func() { close(i.done) })
	return i.server.Close()
}

func (i *instance) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == contract.PingPath && i.behave == "sick":
		w.WriteHeader(http.StatusServiceUnavailable)
	case r.URL.Path == contract.PingPath:
	case i.behave == "mute":
		i.container.Log("panic in predict")
		http.Error(w, `{"error":"the model is broken"}`, http.StatusInternalServerError)
	default:
		body, _ := io.ReadAll(r.Body)
		if strings.Contains(string(body), "bad") {
			http.Error(w, `{"error":"expected 4 features, got 3"}`, http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"predictions":[0],"method":%q}`, i.container.Env[contract.EnvMethod])
	}
}

// mounted is a spec whose model goes to S3.
func (p *platform) mounted(a *Account, version string) Spec {
	p.t.Helper()
	file := p.t.TempDir() + "/model.pkl"
	content := []byte("a model of version " + version)
	if err := os.WriteFile(file, content, 0o600); err != nil {
		p.t.Fatal(err)
	}
	s := p.spec(a, RealTime{}, version, "")
	img := s.Image
	s.Image, _ = testImage(p.t, version, "", false)
	s.Image.Push = img.Push
	s.ModelFile = file
	s.Image.Manifest.Model.Size = int64(len(content))
	s.Image.Manifest.Model.SHA256 = sha256Hex(content)
	return s
}

// only reports whether all is exactly one of each kind given.
func only(all []string, kinds ...string) bool {
	if len(all) != len(kinds) {
		return false
	}
	for i, k := range kinds {
		if !strings.HasPrefix(all[i], k+" ") {
			return false
		}
	}
	return true
}

var serving = []string{"endpoint", "configuration", "model", "repository", "role", "log group"}
