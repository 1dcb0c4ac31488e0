package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	ggcr "github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"github.com/copal-ml/copal/builder/image"
	"github.com/copal-ml/copal/builder/layer"
	"github.com/copal-ml/copal/builder/progress"
)

const big = 6 << 20

func noise(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{2}).Read(b)
	return b
}

func TestPush(t *testing.T) {
	fake, repo := newFake(t)
	img := testImage(t, big)
	got, err := client(nil).Push(context.Background(), repo.Tag("v1"), img, nil)
	if err != nil {
		t.Fatal(err)
	}
	digest, _ := img.Digest()
	if got.DigestStr() != digest.String() || fake.tags["v1"] != digest.String() {
		t.Errorf("pushed %s as %s, want %s", fake.tags["v1"], got, digest)
	}
	for _, h := range hashes(t, img) {
		if fake.blobs[h.String()] == nil {
			t.Errorf("%s is not there", h)
		}
	}
	steps := fake.steps()
	if steps["PATCH"] != 1 || steps["POST"] != 3 || steps["PUT"] != 3 {
		t.Errorf("steps %v; want one PATCH, for the big layer", steps)
	}

	// The same again, under another tag: the manifest is all that travels.
	if _, err := client(nil).Push(context.Background(), repo.Tag("v2"), img, nil); err != nil {
		t.Fatal(err)
	}
	if steps := fake.steps(); steps["POST"] != 0 || steps["PUT manifests"] != 1 {
		t.Errorf("second push: steps %v", steps)
	}
}

func hashes(t *testing.T, img v1.Image) []v1.Hash {
	t.Helper()
	m, err := img.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	out := []v1.Hash{m.Config.Digest}
	for _, l := range m.Layers {
		out = append(out, l.Digest)
	}
	return out
}

// TestRoundTrips injects latency and counts how often it was paid in sequence.
func TestRoundTrips(t *testing.T) {
	fake, repo := newFake(t)
	img := testImage(t, 1000)
	fake.latency = 100 * time.Millisecond
	start := time.Now()
	if _, err := client(nil).Push(context.Background(), repo.Tag("v1"), img, nil); err != nil {
		t.Fatal(err)
	}
	if trips := int(time.Since(start) / fake.latency); trips > 4 {
		t.Errorf("a small image took %d round trips, want 4", trips)
	}
}

// TestFaults injects one fault at each step: either the push ends right, or it
// says why in the registry's words.
func TestFaults(t *testing.T) {
	img := testImage(t, big)
	busy := fault{status: 429, body: `{"errors":[{"code":"TOOMANYREQUESTS","message":"Rate exceeded"}]}`, after: "0"}
	down := fault{status: 503, body: "upstream gone"}
	cut := fault{cut: 1 << 20}
	ok := func(step string, faults ...fault) {
		t.Helper()
		fake, repo := newFake(t)
		fake.faults[step] = faults
		if _, err := client(nil).Push(context.Background(), repo.Tag("v1"), img, nil); err != nil {
			t.Errorf("%s with %+v: %v", step, faults, err)
			return
		}
		if len(fake.faults[step]) > 0 {
			t.Errorf("%s was not asked", step)
		}
		for _, h := range hashes(t, img) {
			if fake.blobs[h.String()] == nil {
				t.Errorf("%s with %+v: %s is not there", step, faults, h)
			}
		}
	}
	bad := func(step string, f fault, kind Kind, want ...string) {
		t.Helper()
		fake, repo := newFake(t)
		fake.faults[step] = []fault{f, f, f, f, f, f, f, f, f}
		_, err := client(nil).Push(context.Background(), repo.Tag("v1"), img, nil)
		var e *Error
		if !errors.As(err, &e) || e.Kind != kind {
			t.Errorf("%s with %+v: error %v of kind %v, want kind %d", step, f, err, e, kind)
			return
		}
		for _, w := range want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s with %+v: error\n%v\nlacks %q", step, f, err, w)
			}
		}
		if len(fake.tags) > 0 {
			t.Errorf("%s with %+v: the tag was set", step, f)
		}
	}
	for _, step := range []string{"HEAD blobs", "HEAD manifests", "POST", "PATCH", "PUT", "PUT manifests"} {
		ok(step, busy)
		ok(step, down, busy)
		ok(step, cut)
		bad(step, busy, Failure, "push iris:v1 to 127.0.0.1:", "after 3 attempts", "429")
	}
	ok("HEAD blobs", fault{status: 403}, fault{status: 403}, fault{status: 403}) // not allowed to look is no reason not to push
	const denied = `{"errors":[{"code":"DENIED","message":"User: arn:aws:iam::1:user/x is not authorized to perform: ecr:InitiateLayerUpload"}]}`
	for _, step := range []string{"POST", "PATCH", "PUT", "PUT manifests"} {
		bad(step, fault{status: 403, body: denied}, Denied, "is not authorized to perform: ecr:InitiateLayerUpload", "docker login")
		bad(step, fault{status: 401}, Denied)
		bad(step, fault{status: 400, body: `{"errors":[{"code":"SIZE_INVALID","message":"too large"}]}`}, Failure, "too large")
	}
	bad("POST", fault{status: 404, body: `{"errors":[{"code":"NAME_UNKNOWN","message":"The repository with name 'iris' does not exist in the registry with id '1'"}]}`}, NoRepository, "does not exist in the registry with id", "create the repository iris")
	bad("POST", fault{}, Failure, "closed the connection each time", "EOF", "create the repository iris")
	bad("PATCH", cut, Failure, "model layer: after 3 attempts", "closed the connection")
	bad("POST", fault{status: 500, body: strings.Repeat("x", 1<<20)}, Failure, "POST: 500 Internal Server Error: xxx")
}

func TestImmutableTag(t *testing.T) {
	_, repo := newFake(t)
	push := func(n int) error {
		_, err := client(nil).Push(context.Background(), repo.Tag("v1"), testImage(t, n), nil)
		return err
	}
	if err := push(10); err != nil {
		t.Fatal(err)
	}
	if err := push(10); err != nil {
		t.Errorf("the same image again: %v", err)
	}
	var e *Error
	if err := push(11); !errors.As(err, &e) || e.Kind != Immutable || !strings.Contains(err.Error(), "choose another tag") {
		t.Errorf("another image: %v", err)
	}
}

func TestMissingRepository(t *testing.T) {
	_, repo := newFake(t)
	other, _ := name.NewRepository(repo.RegistryStr() + "/other")
	_, err := client(nil).Push(context.Background(), other.Tag("v1"), testImage(t, 10), nil)
	if err == nil || !strings.Contains(err.Error(), "create the repository other in 127.0.0.1:") {
		t.Errorf("error %v", err)
	}
}

// keychain knows one password for every registry.
type keychain struct{ user, password string }

func (k keychain) Resolve(authn.Resource) (authn.Authenticator, error) {
	return authn.FromConfig(authn.AuthConfig{Username: k.user, Password: k.password}), nil
}

func TestCredentials(t *testing.T) {
	fake, repo := newFake(t)
	fake.password = "secret"
	img := testImage(t, 10)
	if _, err := client(keychain{"AWS", "secret"}).Push(context.Background(), repo.Tag("v1"), img, nil); err != nil {
		t.Fatal(err)
	}
	if steps := fake.steps(); steps["GET "] != 0 {
		t.Errorf("a ping was sent although credentials were known: %v", steps)
	}
	var e *Error
	if _, err := client(nil).Push(context.Background(), repo.Tag("v2"), img, nil); !errors.As(err, &e) || e.Kind != Denied {
		t.Errorf("without credentials: %v", err)
	}
}

// TestTokenExchange: a registry that answers 401 with a Bearer challenge gets a
// token, once, and again when it has expired in the middle.
func TestTokenExchange(t *testing.T) {
	fake, _ := newFake(t)
	var tokens, refused atomic.Int32
	var srv *httptest.Server
	srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			if _, password, _ := r.BasicAuth(); password != "secret" {
				fail(w, 401, "UNAUTHORIZED", "wrong password")
				return
			}
			fmt.Fprintf(w, `{"token":"t%d"}`, tokens.Add(1))
			return
		}
		valid := "Bearer t1"
		if strings.Contains(r.URL.Path, "/manifests/") && r.Method == "PUT" {
			valid = "Bearer t2" // t1 has expired by now
		}
		if r.Header.Get("Authorization") != valid {
			refused.Add(1)
			w.Header().Set("WWW-Authenticate", `Bearer realm="`+srv.URL+`/token",service="fake",scope="repository:iris:pull,push"`)
			fail(w, 401, "UNAUTHORIZED", "authentication required")
			return
		}
		fake.ServeHTTP(w, r)
	}))
	defer srv.Close()
	ref, err := ParseReference(strings.TrimPrefix(srv.URL, "http://")+"/iris:v1", false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client(keychain{"me", "secret"}).Push(context.Background(), ref, testImage(t, 10), nil); err != nil {
		t.Fatal(err)
	}
	if tokens.Load() != 2 {
		t.Errorf("%d tokens were asked for, want 2", tokens.Load())
	}
	var e *Error
	_, err = client(keychain{"me", "wrong"}).Push(context.Background(), ref, testImage(t, 11), nil)
	if !errors.As(err, &e) || e.Kind != Denied || !strings.Contains(err.Error(), "wrong password") {
		t.Errorf("wrong password: %v", err)
	}
}

// TestSourceFails: a model that changed is not the registry's fault, and is not
// tried again.
func TestSourceFails(t *testing.T) {
	fake, repo := newFake(t)
	path := t.TempDir() + "/model"
	if err := os.WriteFile(path, noise(9<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := layer.New(context.Background(), []layer.File{{Path: "/model", Mode: 0o644, Size: 9 << 20, Open: func() (layer.Content, error) { return os.Open(path) }}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	img, err := mutate.AppendLayers(testImage(t, 10), l)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 7<<20); err != nil {
		t.Fatal(err)
	}
	_, err = client(nil).Push(context.Background(), repo.Tag("v1"), img, nil)
	if err == nil || !strings.Contains(err.Error(), "/model changed while it was being read") {
		t.Errorf("error %v", err)
	}
	if n := fake.steps()["PATCH"]; n > 1 {
		t.Errorf("%d attempts", n)
	}
}

func TestCancel(t *testing.T) {
	_, repo := newFake(t)
	ctx, cancel := context.WithCancel(context.Background())
	_, err := client(nil).Push(ctx, repo.Tag("v1"), testImage(t, big), func(e progress.Event) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// TestProgress: bytes that had to be sent twice are counted once.
func TestProgress(t *testing.T) {
	fake, repo := newFake(t)
	fake.faults["PATCH"] = []fault{{cut: 1 << 20}}
	var mu sync.Mutex
	var notes []string
	last := map[string]progress.Event{}
	img := testImage(t, big)
	_, err := client(nil).Push(context.Background(), repo.Tag("v1"), img, func(e progress.Event) {
		mu.Lock()
		defer mu.Unlock()
		if last[e.ID] = e; e.Kind == progress.Note {
			notes = append(notes, e.Text)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(notes) != 1 || !strings.HasPrefix(notes[0], "model layer: ") || !strings.HasSuffix(notes[0], "trying again in 1ms") {
		t.Errorf("notes %q", notes)
	}
	for _, h := range hashes(t, img) {
		if e := last["push "+h.String()]; e.Kind != progress.Done || e.Complete != e.Total || e.Total == 0 {
			t.Errorf("%s ended with %+v", h, e)
		}
	}
}

// TestAgainstOther pushes to and pulls from go-containerregistry's registry.
func TestAgainstOther(t *testing.T) {
	srv := httptest.NewServer(ggcr.New(ggcr.Logger(log.New(io.Discard, "", 0))))
	defer srv.Close()
	host := strings.TrimPrefix(srv.URL, "http://")
	ref, err := ParseReference(host+"/team/iris:v1", false)
	if err != nil {
		t.Fatal(err)
	}
	img := testImage(t, big)
	pushed, err := client(nil).Push(context.Background(), ref, img, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []name.Reference{ref, pushed} {
		got, err := client(nil).Fetch(context.Background(), r, "linux/amd64")
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(validate.Image(got), image.Lint(got)); err != nil {
			t.Error(err)
		}
	}
	var e *Error
	_, err = client(nil).Fetch(context.Background(), ref.Context().Tag("v9"), "linux/amd64")
	if !errors.As(err, &e) || e.Kind != NoImage || !strings.Contains(err.Error(), "pull team/iris:v9 from "+host) {
		t.Errorf("no such tag: %v", err)
	}
	_, err = client(nil).Fetch(context.Background(), ref.Context().Registry.Repo("none").Tag("v1"), "linux/amd64")
	if !errors.As(err, &e) || e.Kind != NoRepository {
		t.Errorf("no such repository: %v", err)
	}
	srv.Close()
	if _, err = client(nil).Push(context.Background(), ref, img, nil); err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("no registry: %v", err)
	}
}

func TestParseReference(t *testing.T) {
	f := func(s, scheme, wantErr string) {
		t.Helper()
		ref, err := ParseReference(s, false)
		if err != nil || wantErr != "" {
			if err == nil || wantErr == "" || !strings.Contains(err.Error(), wantErr) {
				t.Errorf("%s: error %v, want %q", s, err, wantErr)
			}
			return
		}
		if got := ref.Context().Registry.Scheme(); got != scheme {
			t.Errorf("%s: scheme %s, want %s", s, got, scheme)
		}
	}
	f("iris:v1", "", "names no registry")
	f("team/iris:v1", "", "names no registry")
	f("127.0.0.1:5000/iris:v1", "http", "")
	f("localhost/iris", "http", "")
	f("[::1]:5000/iris", "http", "")
	f("123456789012.dkr.ecr.eu-west-1.amazonaws.com/iris:v1", "https", "")
	f("registry.example/Iris:v1", "", "Iris")
}

func TestPlainHTTPIsRefused(t *testing.T) {
	ref, err := ParseReference("10.0.0.1:5000/iris:v1", true)
	if err != nil {
		t.Fatal(err)
	}
	_, err = client(nil).Fetch(context.Background(), ref, "linux/amd64")
	if err == nil || !strings.Contains(err.Error(), "plain HTTP") {
		t.Errorf("error %v", err)
	}
}
