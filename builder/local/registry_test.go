package local

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

func TestPushAndPull(t *testing.T) {
	a := newAccount(t, nil)
	ref, err := name.ParseReference(a.image)
	a.must(err)
	img, err := remote.Image(ref, a.auth())
	a.must(err)
	a.must(validate.Image(img))
	tags, err := remote.List(ref.Context(), a.auth())
	a.must(err)
	if len(tags) != 1 || tags[0] != "v1" {
		t.Errorf("tags %v", tags)
	}
	out, err := a.ecr.DescribeImages(t.Context(), &ecr.DescribeImagesInput{RepositoryName: aws.String("iris"), ImageIds: []types.ImageIdentifier{{ImageTag: aws.String("v1")}}})
	a.must(err)
	digest, err := img.Digest()
	a.must(err)
	if d := out.ImageDetails[0]; *d.ImageDigest != digest.String() || *d.ImageManifestMediaType != "application/vnd.docker.distribution.manifest.v2+json" {
		t.Errorf("%+v", d)
	}
	got, err := a.ecr.BatchGetImage(t.Context(), &ecr.BatchGetImageInput{RepositoryName: aws.String("iris"), ImageIds: []types.ImageIdentifier{{ImageTag: aws.String("v1")}, {ImageTag: aws.String("v2")}}})
	a.must(err)
	raw, err := img.RawManifest()
	a.must(err)
	if *got.Images[0].ImageManifest != string(raw) || got.Failures[0].FailureCode != types.ImageFailureCodeImageNotFound {
		t.Errorf("%+v", got)
	}
	// What the Runner gets is what was pushed.
	a.mu.Lock()
	repo, _ := a.repositories.Get("iris")
	stored, err := a.openImage(repo.Images[0])
	a.mu.Unlock()
	a.must(err)
	a.must(validate.Image(stored))
}

func TestRegistryRefuses(t *testing.T) {
	a := newAccount(t, nil)
	push := func(repository string, option remote.Option) error {
		img, err := random.Image(100, 1)
		a.must(err)
		ref, err := name.ParseReference(a.addr + "/" + repository + ":v1")
		a.must(err)
		return remote.Write(ref, img, option)
	}
	wantError(t, push("iris", remote.WithAuth(authn.Anonymous)), "401")
	wantError(t, push("iris", remote.WithAuth(&authn.Basic{Username: "AWS", Password: "1.abc"})), "401")
	expired := &authn.Basic{Username: "AWS", Password: a.registryPassword(time.Now().Add(-time.Second))}
	wantError(t, push("iris", remote.WithAuth(expired)), "403")
	wantError(t, push("rose", a.auth()), "NAME_UNKNOWN", "The repository with name 'rose' does not exist in the registry with id '123456789012'")
	_, err := a.ecr.CreateRepository(t.Context(), &ecr.CreateRepositoryInput{RepositoryName: aws.String("fixed"), ImageTagMutability: types.ImageTagMutabilityImmutable})
	a.must(err)
	a.must(push("fixed", a.auth()))
	wantError(t, push("fixed", a.auth()), "TAG_INVALID", "cannot be overwritten because the repository is immutable")
}

// registryClient speaks the protocol by hand.
type registryClient struct {
	*account
	t *testing.T
}

func (c registryClient) do(method, url string, body []byte, headers ...string) *http.Response {
	c.t.Helper()
	if strings.HasPrefix(url, "/") {
		url = "http://" + c.addr + url
	}
	req, err := http.NewRequest(method, url, bytes.NewReader(body))
	c.must(err)
	req.SetBasicAuth("AWS", c.registryPassword(time.Now().Add(time.Hour)))
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	c.must(err)
	data, err := io.ReadAll(res.Body)
	c.must(err)
	res.Body.Close()
	res.Body = io.NopCloser(bytes.NewReader(data))
	return res
}

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func TestUploads(t *testing.T) {
	c := registryClient{newAccount(t, nil), t}
	part := bytes.Repeat([]byte("0123456789abcdef"), leastPart/16)
	want := func(res *http.Response, status int) *http.Response {
		t.Helper()
		if res.StatusCode != status {
			body, _ := io.ReadAll(res.Body)
			t.Fatalf("status %d, want %d: %s", res.StatusCode, status, body)
		}
		return res
	}
	begin := func() string {
		return want(c.do("POST", "/v2/iris/blobs/uploads/", nil), http.StatusAccepted).Header.Get("Location")
	}
	// In one request, or two.
	want(c.do("POST", "/v2/iris/blobs/uploads/?digest="+digestOf([]byte("one")), []byte("one")), http.StatusCreated)
	want(c.do("PUT", begin()+"?digest="+digestOf([]byte("two")), []byte("two")), http.StatusCreated)
	// In parts: 201 instead of 202, and a Range that stays at the first part, as ECR answers.
	at := begin()
	res := want(c.do("PATCH", at, part, "Content-Range", fmt.Sprintf("0-%d", len(part)-1)), http.StatusCreated)
	res = want(c.do("PATCH", res.Header.Get("Location"), part, "Content-Range", fmt.Sprintf("%d-%d", len(part), 2*len(part)-1)), http.StatusCreated)
	if got := res.Header.Get("Range"); got != fmt.Sprintf("0-%d", len(part)-1) {
		t.Errorf("Range %q", got)
	}
	want(c.do("PATCH", at, part, "Content-Range", "0-9"), http.StatusRequestedRangeNotSatisfiable)
	whole := bytes.Join([][]byte{part, part, []byte("end")}, nil)
	want(c.do("PUT", at+"?digest="+digestOf(whole), []byte("end")), http.StatusCreated)
	res = want(c.do("GET", "/v2/iris/blobs/"+digestOf(whole), nil, "Range", "bytes=5-8"), http.StatusPartialContent)
	if body, _ := io.ReadAll(res.Body); string(body) != "5678" {
		t.Errorf("range: %q", body)
	}
	// A small part must be the last.
	at = begin()
	want(c.do("PATCH", at, []byte("small")), http.StatusCreated)
	want(c.do("PATCH", at, []byte("more")), http.StatusInternalServerError)
	want(c.do("DELETE", at, nil), http.StatusNoContent)
	want(c.do("PATCH", at, []byte("x")), http.StatusNotFound)
	// A wrong digest ends the upload.
	at = begin()
	want(c.do("PUT", at+"?digest="+digestOf([]byte("other")), []byte("this")), http.StatusBadRequest)
	want(c.do("HEAD", "/v2/iris/blobs/"+digestOf([]byte("other")), nil), http.StatusNotFound)
	want(c.do("PUT", begin()+"?digest=md5:00", []byte("this")), http.StatusBadRequest)
	// Manifests.
	manifest := []byte(`{"schemaVersion":2,"mediaType":"a/b","config":{"digest":"` + digestOf([]byte("one")) + `"},"layers":[]}`)
	want(c.do("PUT", "/v2/iris/manifests/x", manifest, "Content-Type", "a/c"), http.StatusBadRequest)
	want(c.do("PUT", "/v2/iris/manifests/x", manifest, "Content-Type", "a/b"), http.StatusCreated)
	want(c.do("PUT", "/v2/iris/manifests/"+digestOf(nil), manifest, "Content-Type", "a/b"), http.StatusBadRequest)
	want(c.do("PUT", "/v2/iris/manifests/x", bytes.ReplaceAll(manifest, []byte(digestOf([]byte("one"))), []byte(digestOf([]byte("none")))), "Content-Type", "a/b"), http.StatusNotFound)
	want(c.do("GET", "/v2/iris/manifests/"+digestOf(manifest), nil), http.StatusOK)
	want(c.do("GET", "/v2/", nil), http.StatusOK)
	want(c.do("GET", "/v2/../etc/passwd/manifests/x", nil), http.StatusNotFound)
	if left, _ := os.ReadDir(c.dir.Path("tmp")); len(left) > 1 { // the upload that failed for its digest's form
		t.Errorf("%d files left in tmp", len(left))
	}
}

func TestBlobsAreCollected(t *testing.T) {
	a := newAccount(t, nil)
	blobs := func() int {
		entries, err := os.ReadDir(a.dir.Path("blobs"))
		a.must(err)
		return len(entries)
	}
	if n := blobs(); n != 4 { // manifest, configuration, two layers
		t.Errorf("%d blobs", n)
	}
	other := a.push(a.addr + "/iris:v2")
	_, digest, _ := strings.Cut(other, "@")
	out, err := a.ecr.BatchDeleteImage(t.Context(), &ecr.BatchDeleteImageInput{RepositoryName: aws.String("iris"), ImageIds: []types.ImageIdentifier{{ImageDigest: &digest}, {ImageTag: aws.String("v9")}}})
	a.must(err)
	if len(out.ImageIds) != 1 || len(out.Failures) != 1 || blobs() != 4 {
		t.Errorf("%+v, %d blobs", out, blobs())
	}
	_, err = a.ecr.DeleteRepository(t.Context(), &ecr.DeleteRepositoryInput{RepositoryName: aws.String("iris")})
	wantError(t, err, "RepositoryNotEmptyException")
	_, err = a.ecr.DeleteRepository(t.Context(), &ecr.DeleteRepositoryInput{RepositoryName: aws.String("iris"), Force: true})
	a.must(err)
	if n := blobs(); n != 0 {
		t.Errorf("%d blobs left", n)
	}
}

func TestECR(t *testing.T) {
	a := newAccount(t, nil)
	_, err := a.ecr.CreateRepository(t.Context(), &ecr.CreateRepositoryInput{RepositoryName: aws.String("iris")})
	wantError(t, err, "RepositoryAlreadyExistsException", "The repository with name 'iris' already exists in the registry with id '123456789012'")
	_, err = a.ecr.CreateRepository(t.Context(), &ecr.CreateRepositoryInput{RepositoryName: aws.String("Iris")})
	wantError(t, err, "InvalidParameterException", "repositoryName")
	_, err = a.ecr.DescribeRepositories(t.Context(), &ecr.DescribeRepositoriesInput{RepositoryNames: []string{"rose"}})
	wantError(t, err, "RepositoryNotFoundException")
	_, err = a.ecr.PutLifecyclePolicy(t.Context(), &ecr.PutLifecyclePolicyInput{RepositoryName: aws.String("iris"), LifecyclePolicyText: aws.String("{}")})
	wantError(t, err, "InvalidParameterException")
	arn := aws.String("arn:aws:ecr:us-east-1:123456789012:repository/iris")
	_, err = a.ecr.TagResource(t.Context(), &ecr.TagResourceInput{ResourceArn: arn, Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("b")}}})
	a.must(err)
	tags, err := a.ecr.ListTagsForResource(t.Context(), &ecr.ListTagsForResourceInput{ResourceArn: arn})
	a.must(err)
	if len(tags.Tags) != 1 || *tags.Tags[0].Value != "b" {
		t.Errorf("%+v", tags.Tags)
	}
	img, err := random.Image(10, 1)
	a.must(err)
	layers, err := img.Layers()
	a.must(err)
	var h v1.Hash
	h, err = layers[0].Digest()
	a.must(err)
	out, err := a.ecr.BatchCheckLayerAvailability(t.Context(), &ecr.BatchCheckLayerAvailabilityInput{RepositoryName: aws.String("iris"), LayerDigests: []string{h.String(), "nonsense"}})
	a.must(err)
	if out.Layers[0].LayerAvailability != types.LayerAvailabilityUnavailable || len(out.Failures) != 1 {
		t.Errorf("%+v", out)
	}
}
