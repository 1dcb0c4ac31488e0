package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/copal-ml/copal/builder/image"
	"github.com/copal-ml/copal/builder/layer"
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/contract"
)

// fakeECR is a registry with ECR's habits: 201 on PATCH, an upload that was cut
// cannot be continued, a missing repository closes the connection, tags do not
// move. Faults are injected by step.
type fakeECR struct {
	repo     string
	password string // of HTTP Basic; "" for none
	faults   map[string][]fault
	latency  time.Duration

	mu        sync.Mutex
	blobs     map[string][]byte
	manifests map[string][]byte
	tags      map[string]string
	uploads   map[string][]byte
	log       []string // steps in order
}

// A fault replaces one answer to a step such as "POST" or "PATCH".
type fault struct {
	status int    // answer so, …
	body   string // … with this body
	cut    int    // or read so many bytes of the body and cut the connection
	after  string // Retry-After
}

func newFake(t testing.TB) (*fakeECR, name.Repository) {
	t.Helper()
	f := &fakeECR{
		repo: "iris", faults: map[string][]fault{},
		blobs: map[string][]byte{}, manifests: map[string][]byte{}, tags: map[string]string{}, uploads: map[string][]byte{},
	}
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	repo, err := name.NewRepository(strings.TrimPrefix(srv.URL, "http://") + "/iris")
	if err != nil {
		t.Fatal(err)
	}
	return f, repo
}

func (f *fakeECR) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	time.Sleep(f.latency)
	step := r.Method
	if r.Method == "HEAD" || r.Method == "GET" || strings.Contains(r.URL.Path, "/manifests/") {
		kind, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v2/"+f.repo+"/"), "/")
		step += " " + kind
	}
	f.mu.Lock()
	f.log = append(f.log, step)
	var inject *fault
	if q := f.faults[step]; len(q) > 0 {
		inject, f.faults[step] = &q[0], q[1:]
	}
	f.mu.Unlock()
	switch {
	case inject != nil && inject.status == 0:
		io.CopyN(io.Discard, r.Body, int64(inject.cut))
		panic(http.ErrAbortHandler)
	case inject != nil:
		w.Header().Set("Retry-After", inject.after)
		w.WriteHeader(inject.status)
		io.WriteString(w, inject.body)
	case f.password != "" && r.Header.Get("Authorization") == "":
		w.Header().Set("WWW-Authenticate", `Basic realm="fake"`)
		fail(w, 401, "UNAUTHORIZED", "no credentials")
	case r.URL.Path == "/v2/":
	case !strings.HasPrefix(r.URL.Path, "/v2/"+f.repo+"/"):
		panic(http.ErrAbortHandler)
	default:
		f.serve(w, r, strings.TrimPrefix(r.URL.Path, "/v2/"+f.repo+"/"))
	}
}

func fail(w http.ResponseWriter, status int, code, message string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"errors":[{"code":%q,"message":%q}]}`, code, message)
}

func (f *fakeECR) serve(w http.ResponseWriter, r *http.Request, path string) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	sum := sha256.Sum256(body)
	digest := "sha256:" + hex.EncodeToString(sum[:])
	kind, rest, _ := strings.Cut(path, "/")
	switch {
	case r.Method == "HEAD" && kind == "blobs":
		found(w, f.blobs[rest] != nil)
	case r.Method == "HEAD":
		if d := f.tags[rest]; d != "" {
			rest = d
		}
		w.Header().Set("Docker-Content-Digest", rest)
		found(w, f.manifests[rest] != nil)
	case r.Method == "POST":
		id := fmt.Sprint(len(f.uploads))
		f.uploads[id] = []byte{}
		w.Header().Set("Location", "/v2/"+f.repo+"/blobs/uploads/"+id+"?state=x")
		w.WriteHeader(202)
	case r.Method == "PATCH" && r.ContentLength != int64(len(body)):
		fail(w, 411, "SIZE_INVALID", "chunked")
	case r.Method == "PATCH":
		id := strings.TrimPrefix(rest, "uploads/")
		if len(f.uploads[id]) > 0 {
			fail(w, 416, "BLOB_UPLOAD_INVALID", "First byte of the layer part is 0")
			return
		}
		f.uploads[id] = body
		w.Header().Set("Location", r.URL.RequestURI())
		w.WriteHeader(201)
	case r.Method == "PUT" && kind == "blobs":
		f.commit(w, r, append(f.uploads[strings.TrimPrefix(rest, "uploads/")], body...))
	default:
		f.putManifest(w, rest, digest, body)
	}
}

func found(w http.ResponseWriter, ok bool) {
	if !ok {
		w.WriteHeader(404)
	}
}

func (f *fakeECR) commit(w http.ResponseWriter, r *http.Request, data []byte) {
	sum := sha256.Sum256(data)
	want := r.URL.Query().Get("digest")
	if got := "sha256:" + hex.EncodeToString(sum[:]); got != want || r.URL.Query().Get("state") != "x" {
		fail(w, 400, "DIGEST_INVALID", got+" is not "+want)
		return
	}
	f.blobs[want] = data
	w.WriteHeader(201)
}

func (f *fakeECR) putManifest(w http.ResponseWriter, identifier, digest string, body []byte) {
	if !strings.HasPrefix(identifier, "sha256:") {
		if f.tags[identifier] != "" { // even for the same content
			fail(w, 400, "TAG_INVALID", "The image tag '"+identifier+"' already exists in the 'iris' repository and cannot be overwritten because the tag is immutable.")
			return
		}
		f.tags[identifier] = digest
	}
	f.manifests[digest] = body
	w.Header().Set("Docker-Content-Digest", digest)
	w.WriteHeader(201)
}

// steps is what was asked, and forgets it.
func (f *fakeECR) steps() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := map[string]int{}
	for _, s := range f.log {
		n[s]++
	}
	f.log = nil
	return n
}

// client is quick to try again.
func client(k authn.Keychain) *Client {
	if k == nil {
		k = authn.NewMultiKeychain()
	}
	return New(Options{Keychain: k, Attempts: 3, Backoff: time.Millisecond})
}

// testImage has a layer that goes by PUT and one of bigSize that goes by PATCH.
func testImage(t testing.TB, bigSize int) v1.Image {
	t.Helper()
	m := contract.Manifest{Version: 1, Signature: &models.Signature{}}
	var layers []image.Layer
	for _, holds := range []string{"model", "server"} {
		content := noise(map[string]int{"model": bigSize, "server": 10}[holds])
		l, err := layer.New(context.Background(), []layer.File{layer.Bytes("/"+holds, 0o644, content)}, nil)
		if err != nil {
			t.Fatal(err)
		}
		layers = append(layers, image.Layer{Layer: l, Holds: holds})
	}
	a, err := image.Assemble(layers, m, image.Config{Platform: "linux/amd64"})
	if err != nil {
		t.Fatal(err)
	}
	return a.Image
}
