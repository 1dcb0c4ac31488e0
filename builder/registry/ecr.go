package registry

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-containerregistry/pkg/authn"
)

// ecrHost matches private ECR registries: also FIPS, China, and dual stack
// (https://docs.aws.amazon.com/general/latest/gr/ecr.html).
var ecrHost = regexp.MustCompile(`^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn)$`)

// ecrRegion is the region of an ECR host.
func ecrRegion(host string) (region string, ok bool) {
	m := ecrHost.FindStringSubmatch(host)
	if m == nil {
		return "", false
	}
	return m[2], true
}

// ECRTokens is the part of the ECR API that gives credentials.
type ECRTokens interface {
	GetAuthorizationToken(context.Context, *ecr.GetAuthorizationTokenInput, ...func(*ecr.Options)) (*ecr.GetAuthorizationTokenOutput, error)
}

// ECRKeychain gives credentials for ECR registries from AWS credentials, in the
// region that the registry's host names. It knows nothing of other registries.
type ECRKeychain struct {
	Client ECRTokens
	// Local says that the client talks to an endpoint on this machine, as the
	// local platform: registries on loopback are then asked for, too.
	Local bool
}

var _ authn.ContextKeychain = ECRKeychain{}

// Resolve implements authn.Keychain.
func (k ECRKeychain) Resolve(r authn.Resource) (authn.Authenticator, error) {
	return k.ResolveContext(context.Background(), r)
}

// ResolveContext implements authn.ContextKeychain.
func (k ECRKeychain) ResolveContext(ctx context.Context, r authn.Resource) (authn.Authenticator, error) {
	host := r.RegistryStr()
	region, isECR := ecrRegion(host)
	if !isECR && !(k.Local && isLoopback(host)) {
		return authn.Anonymous, nil
	}
	out, err := k.Client.GetAuthorizationToken(ctx, &ecr.GetAuthorizationTokenInput{}, func(o *ecr.Options) {
		if isECR {
			o.Region = region
		}
	})
	if err != nil {
		return nil, fmt.Errorf("ECR token: %w", err)
	}
	for _, d := range out.AuthorizationData {
		if d.AuthorizationToken == nil {
			continue
		}
		// ECR names one endpoint, of the caller's own account; the token is
		// valid for every registry of the region that the caller may use.
		if isECR || d.ProxyEndpoint != nil && sameHost(*d.ProxyEndpoint, host) {
			return basicToken(*d.AuthorizationToken)
		}
	}
	return authn.Anonymous, nil
}

// basicToken reads base64 of "AWS:PASSWORD".
func basicToken(token string) (authn.Authenticator, error) {
	b, err := base64.StdEncoding.DecodeString(token)
	user, password, ok := strings.Cut(string(b), ":")
	if err != nil || !ok {
		return nil, errors.New("ECR token: it is not base64 of USER:PASSWORD")
	}
	return authn.FromConfig(authn.AuthConfig{Username: user, Password: password}), nil
}

// sameHost reports whether the endpoint URL is at host.
func sameHost(endpoint, host string) bool {
	u, err := url.Parse(endpoint)
	return err == nil && strings.EqualFold(u.Host, host)
}

// ECRRepositories is the part of the ECR API that makes repositories.
type ECRRepositories interface {
	DescribeRepositories(context.Context, *ecr.DescribeRepositoriesInput, ...func(*ecr.Options)) (*ecr.DescribeRepositoriesOutput, error)
	CreateRepository(context.Context, *ecr.CreateRepositoryInput, ...func(*ecr.Options)) (*ecr.CreateRepositoryOutput, error)
}

// TagManaged marks what Copal made in an account.
const TagManaged = "copal:managed"

// EnsureRepository makes sure that the ECR repository exists and returns its
// URI, "123456789012.dkr.ecr.eu-west-1.amazonaws.com/iris". A repository that
// exists is left as it is. A new one carries the tag copal:managed=true, and its
// tags cannot be moved, but for latest.
func EnsureRepository(ctx context.Context, c ECRRepositories, repository string) (uri string, created bool, err error) {
	uri, err = describe(ctx, c, repository)
	var missing *types.RepositoryNotFoundException
	if err == nil || !errors.As(err, &missing) {
		return uri, false, err
	}
	key, value, filter := TagManaged, "true", "latest"
	out, err := c.CreateRepository(ctx, &ecr.CreateRepositoryInput{
		RepositoryName:     &repository,
		ImageTagMutability: types.ImageTagMutabilityImmutableWithExclusion,
		ImageTagMutabilityExclusionFilters: []types.ImageTagMutabilityExclusionFilter{
			{Filter: &filter, FilterType: types.ImageTagMutabilityExclusionFilterTypeWildcard},
		},
		Tags: []types.Tag{{Key: &key, Value: &value}},
	})
	var exists *types.RepositoryAlreadyExistsException
	if errors.As(err, &exists) { // somebody was faster
		uri, err = describe(ctx, c, repository)
		return uri, false, err
	}
	if err != nil {
		return "", false, fmt.Errorf("create ECR repository %s: %w", repository, err)
	}
	if out.Repository == nil || out.Repository.RepositoryUri == nil {
		return "", true, fmt.Errorf("create ECR repository %s: the answer has no URI", repository)
	}
	return *out.Repository.RepositoryUri, true, nil
}

func describe(ctx context.Context, c ECRRepositories, repository string) (string, error) {
	out, err := c.DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{RepositoryNames: []string{repository}})
	if err != nil {
		return "", fmt.Errorf("ECR repository %s: %w", repository, err)
	}
	if len(out.Repositories) != 1 || out.Repositories[0].RepositoryUri == nil {
		return "", fmt.Errorf("ECR repository %s: the answer has no URI", repository)
	}
	return *out.Repositories[0].RepositoryUri, nil
}
