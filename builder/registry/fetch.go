package registry

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// Fetch opens an image in a registry; its layers are read when they are asked
// for, while ctx lives. From an index the image for platform is taken. The
// errors are *Error.
func (c *Client) Fetch(ctx context.Context, ref name.Reference, platform string) (v1.Image, error) {
	repo := ref.Context()
	what := fmt.Sprintf("pull %s:%s from %s", repo.RepositoryStr(), ref.Identifier(), repo.RegistryStr())
	img, err := c.fetch(ctx, ref, platform)
	if err != nil {
		return nil, explain(what, repo, err)
	}
	return img, nil
}

func (c *Client) fetch(ctx context.Context, ref name.Reference, platform string) (v1.Image, error) {
	p, err := v1.ParsePlatform(platform)
	if err != nil {
		return nil, fmt.Errorf("platform %q: %w", platform, err)
	}
	auth, err := authn.Resolve(ctx, c.o.Keychain, ref.Context())
	if err != nil {
		return nil, fmt.Errorf("credentials for %s: %w", ref.Context().RegistryStr(), err)
	}
	desc, err := remote.Get(ref, remote.WithContext(ctx), remote.WithAuth(auth), remote.WithTransport(c.o.Transport), remote.WithPlatform(*p),
		remote.WithRetryBackoff(remote.Backoff{Duration: c.o.Backoff, Factor: 2, Steps: c.o.Attempts}))
	if err != nil {
		return nil, err
	}
	if !desc.MediaType.IsImage() && !desc.MediaType.IsIndex() {
		return nil, errors.New("it is no container image but " + strings.TrimSpace(string(desc.MediaType)))
	}
	return desc.Image()
}
