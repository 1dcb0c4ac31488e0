package registry

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/copal-ml/copal/builder/image"
	"github.com/copal-ml/copal/builder/progress"
)

// Bounds on requests at a time. More uploads than a few break some clients at
// ECR (dotnet/sdk-container-builds#279).
const (
	parallelChecks  = 8
	parallelUploads = 3
)

// Push uploads what the registry does not have of img and tags it. A blob or an
// image that is there already costs one request. The errors are *Error.
//
// A small image takes four round trips: all HEADs, all POSTs, all PUTs, and the
// manifest.
func (c *Client) Push(ctx context.Context, ref name.Reference, img v1.Image, p progress.Func) (name.Digest, error) {
	repo := ref.Context()
	what := fmt.Sprintf("push %s:%s to %s", repo.RepositoryStr(), ref.Identifier(), repo.RegistryStr())
	digest, err := c.push(ctx, ref, img, p)
	if err != nil {
		return name.Digest{}, explain(what, repo, err)
	}
	return repo.Digest(digest.String()), nil
}

func (c *Client) push(ctx context.Context, ref name.Reference, img v1.Image, p progress.Func) (v1.Hash, error) {
	blobs, manifest, err := parts(img)
	if err != nil {
		return v1.Hash{}, err
	}
	if d, ok := ref.(name.Digest); ok && d.DigestStr() != manifest.digest.String() {
		return v1.Hash{}, fmt.Errorf("the image's digest is %s", manifest.digest)
	}
	s, err := c.session(ctx, ref.Context(), p)
	if err != nil {
		return v1.Hash{}, err
	}
	have, err := s.ask(ctx, blobs, ref.Identifier(), manifest.digest)
	if err != nil {
		return v1.Hash{}, err
	}
	if have.tagged {
		p.Send(progress.Event{Kind: progress.Note, Text: ref.String() + " is there already"})
		return manifest.digest, nil
	}
	if !have.image {
		if err := s.uploadAll(ctx, have.missing); err != nil {
			return v1.Hash{}, err
		}
	}
	meter := progress.NewMeter(p, "push manifest", "Pushing the manifest", 0)
	if err := c.retry(ctx, p, "manifest", func() error { return s.putManifest(ctx, ref.Identifier(), manifest) }); err != nil {
		return v1.Hash{}, meter.Fail(fmt.Errorf("manifest: %w", err))
	}
	meter.Done("Pushed " + ref.Context().Digest(manifest.digest.String()).String())
	return manifest.digest, nil
}

// A blob is a layer or the configuration.
type blob struct {
	v1.Descriptor
	open  func() (io.ReadCloser, error)
	holds string // "model layer"
}

type manifest struct {
	raw    []byte
	digest v1.Hash
	typ    types.MediaType
}

// parts takes img apart; equal blobs appear once.
func parts(img v1.Image) ([]blob, manifest, error) {
	m, err := img.Manifest()
	if err != nil {
		return nil, manifest{}, err
	}
	layers, err := img.Layers()
	if err != nil {
		return nil, manifest{}, err
	}
	config, err := partial.ConfigLayer(img)
	if err != nil {
		return nil, manifest{}, err
	}
	var out manifest
	if out.raw, err = img.RawManifest(); err != nil {
		return nil, manifest{}, err
	}
	if out.digest, err = img.Digest(); err != nil {
		return nil, manifest{}, err
	}
	if out.typ, err = img.MediaType(); err != nil {
		return nil, manifest{}, err
	}
	blobs := []blob{{m.Config, config.Compressed, "configuration"}}
	seen := map[v1.Hash]bool{m.Config.Digest: true}
	for i, holds := range image.LayerNames(img) {
		if d := m.Layers[i]; !seen[d.Digest] {
			seen[d.Digest] = true
			blobs = append(blobs, blob{d, layers[i].Compressed, holds + " layer"})
		}
	}
	return blobs, out, nil
}

// A session is a push to one repository.
type session struct {
	c    *Client
	repo name.Repository
	base url.URL // of the repository: https://host/v2/repo/
	http *http.Client
	p    progress.Func
}

func (c *Client) session(ctx context.Context, repo name.Repository, p progress.Func) (*session, error) {
	auth, err := authn.Resolve(ctx, c.o.Keychain, repo)
	if err != nil {
		return nil, fmt.Errorf("credentials for %s: %w", repo.RegistryStr(), err)
	}
	scheme := "https"
	if _, isECR := ecrRegion(repo.RegistryStr()); isLoopback(repo.RegistryStr()) || c.o.Insecure && !isECR {
		scheme = "http"
	}
	return &session{
		c:    c,
		repo: repo,
		base: url.URL{Scheme: scheme, Host: repo.RegistryStr(), Path: "/v2/" + repo.RepositoryStr() + "/"},
		http: &http.Client{Transport: &authTransport{inner: c.o.Transport, repo: repo, auth: auth}},
		p:    p,
	}, nil
}

// A stock is what a registry has of an image.
type stock struct {
	missing []blob
	image   bool // the very manifest is there
	tagged  bool // and the tag is on it; ECR refuses to set an immutable tag again
}

// ask asks for everything at once.
func (s *session) ask(ctx context.Context, blobs []blob, identifier string, digest v1.Hash) (stock, error) {
	var out stock
	has := make([]bool, len(blobs))
	err := parallel(ctx, len(blobs)+2, parallelChecks, func(ctx context.Context, i int) (err error) {
		switch i {
		case len(blobs):
			out.image, _, err = s.has(ctx, "manifests/"+digest.String())
		case len(blobs) + 1:
			var found bool
			var at string
			found, at, err = s.has(ctx, "manifests/"+identifier)
			out.tagged = found && at == digest.String()
		default:
			has[i], _, err = s.has(ctx, "blobs/"+blobs[i].Digest.String())
		}
		return err
	})
	for i, b := range blobs {
		if !has[i] {
			out.missing = append(out.missing, b)
		}
	}
	return out, err
}

// has asks whether path exists, and under which digest. An answer that forbids
// to know is "no": it has no words, and the upload that follows gets the
// registry's.
func (s *session) has(ctx context.Context, path string) (found bool, digest string, err error) {
	err = s.c.retry(ctx, s.p, "asking for "+path, func() error {
		req, err := http.NewRequestWithContext(ctx, http.MethodHead, s.base.String()+path, nil)
		if err != nil {
			return err
		}
		req.Header.Set("Accept", string(types.DockerManifestSchema2)+", "+string(types.OCIManifestSchema1))
		resp, err := s.http.Do(req)
		if err != nil {
			return err
		}
		found, digest = resp.StatusCode == http.StatusOK, resp.Header.Get("Docker-Content-Digest")
		err = check(resp, http.StatusOK, http.StatusNotFound)
		if err != nil && !temporary(err) {
			return nil
		}
		return err
	})
	return found, digest, err
}

func (s *session) uploadAll(ctx context.Context, blobs []blob) error {
	return parallel(ctx, len(blobs), parallelUploads, func(ctx context.Context, i int) error {
		b := blobs[i]
		meter := progress.NewMeter(s.p, "push "+b.Digest.String(), "Pushing "+b.holds, b.Size)
		err := s.c.retry(ctx, s.p, b.holds, func() error { return s.upload(ctx, b, meter) })
		if err != nil {
			return meter.Fail(fmt.Errorf("%s: %w", b.holds, err))
		}
		meter.Done("Pushed " + b.holds)
		return nil
	})
}

// putManifest writes the manifest under a tag or its digest.
func (s *session) putManifest(ctx context.Context, identifier string, m manifest) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, s.base.String()+"manifests/"+identifier, bytes.NewReader(m.raw))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", string(m.typ))
	resp, err := s.http.Do(req)
	if err != nil {
		return err
	}
	got := resp.Header.Get("Docker-Content-Digest")
	if err := check(resp, http.StatusOK, http.StatusCreated, http.StatusAccepted); err != nil {
		return err
	}
	if got != "" && got != m.digest.String() {
		return fmt.Errorf("the registry stored %s, not %s", got, m.digest)
	}
	return nil
}

// parallel calls f(0) … f(n-1), at most limit at a time, and returns the first
// error after all have ended.
func parallel(ctx context.Context, n, limit int, f func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	free := make(chan struct{}, limit)
	var wg sync.WaitGroup
	for i := range n {
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			if ctx.Err() != nil {
				return
			}
			if err := f(ctx, i); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	if ctx.Err() == nil {
		return nil
	}
	return context.Cause(ctx)
}
