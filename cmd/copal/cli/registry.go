package cli

import (
	"context"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/copal-ml/copal/builder/deploy/aws"
	"github.com/copal-ml/copal/builder/progress"
	"github.com/copal-ml/copal/builder/registry"
	"github.com/copal-ml/copal/builder/sink/store"
)

// registryClient pushes and pulls with the credentials of the AWS account for
// ECR, and with Docker's for every other registry.
func (a *app) registryClient(account func(context.Context) (*aws.Account, error), local bool) *registry.Client {
	return registry.New(registry.Options{Keychain: authn.NewMultiKeychain(
		registry.ECRKeychain{Client: tokens(account), Local: local},
		authn.DefaultKeychain,
	)})
}

// tokens opens the account when an ECR registry is met, and not before.
type tokens func(context.Context) (*aws.Account, error)

// GetAuthorizationToken implements registry.ECRTokens.
func (t tokens) GetAuthorizationToken(ctx context.Context, in *ecr.GetAuthorizationTokenInput, opts ...func(*ecr.Options)) (*ecr.GetAuthorizationTokenOutput, error) {
	account, err := t(ctx)
	if err != nil {
		return nil, err
	}
	out, err := account.ECR().GetAuthorizationToken(ctx, in, opts...)
	return out, aws.Explain("log in to the image registry", err)
}

// lazy opens the account of the flags at most once.
func (f *accountFlags) lazy() func(context.Context) (*aws.Account, error) {
	var once sync.Once
	var account *aws.Account
	var err error
	return func(ctx context.Context) (*aws.Account, error) {
		once.Do(func() { account, err = f.open(ctx) })
		return account, err
	}
}

// standsIn reports whether the flags or the environment name a platform on this
// machine: its registry is then ECR.
func (a *app) standsIn(f accountFlags) bool {
	return f.local || f.state != "" || a.Env("AWS_ENDPOINT_URL") != "" || a.Env("AWS_ENDPOINT_URL_ECR") != ""
}

// hasRegistry reports whether an image name begins with a host.
func hasRegistry(ref string) bool {
	host, _, ok := strings.Cut(ref, "/")
	return ok && (strings.ContainsAny(host, ".:") || host == "localhost")
}

// isECR reports whether an image is in a private registry of AWS, which is the
// only kind that SageMaker pulls from without further ado.
func isECR(ref string) bool {
	host, _, _ := strings.Cut(ref, "/")
	return strings.Contains(host, ".dkr.ecr") || strings.Contains(host, ".dkr-ecr")
}

// pushTarget is where an image goes: a name with a registry as it is, any other
// into the account's ECR, whose repository is made if there is none.
func (a *app) pushTarget(ctx context.Context, ref string, account func(context.Context) (*aws.Account, error)) (name.Reference, error) {
	if hasRegistry(ref) {
		return parseReference(ref)
	}
	full, err := store.Name(ref)
	if err != nil {
		return nil, usagef("an image is written NAME:TAG, as in iris:v1", "%w", err)
	}
	acc, err := account(ctx)
	if err != nil {
		return nil, err
	}
	repository, tag, _ := strings.Cut(full, ":")
	uri, created, err := registry.EnsureRepository(ctx, acc.ECR(), repository)
	if err != nil {
		return nil, aws.Explain("make the repository "+repository, err)
	}
	if created {
		a.note("Created the repository %s.", uri)
	}
	return parseReference(uri + ":" + tag)
}

// pushed finds a short name in the account's own registry, where pushTarget put
// it. It finds nothing where there is no account to ask.
func (a *app) pushed(ctx context.Context, short string, account func(context.Context) (*aws.Account, error)) (name.Reference, bool) {
	full, err := store.Name(short)
	if err != nil {
		return nil, false
	}
	acc, err := account(ctx)
	if err != nil {
		return nil, false
	}
	repository, tag, _ := strings.Cut(full, ":")
	out, err := acc.ECR().DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{RepositoryNames: []string{repository}})
	if err != nil || len(out.Repositories) == 0 || out.Repositories[0].RepositoryUri == nil {
		return nil, false
	}
	ref, err := registry.ParseReference(*out.Repositories[0].RepositoryUri+":"+tag, false)
	return ref, err == nil
}

func parseReference(ref string) (name.Reference, error) {
	parsed, err := registry.ParseReference(ref, false)
	if err != nil {
		return nil, usagef("", "%w", err)
	}
	return parsed, nil
}

// A registryPusher uploads images; *registry.Client is one.
type registryPusher interface {
	Push(ctx context.Context, ref name.Reference, img v1.Image, p progress.Func) (name.Digest, error)
}

// pushToRepository is aws.Image.Push for an image at hand.
func pushToRepository(client registryPusher, img v1.Image, tag string) func(context.Context, string, progress.Func) (string, error) {
	return func(ctx context.Context, repository string, show progress.Func) (string, error) {
		ref, err := registry.ParseReference(repository+":"+tag, false)
		if err != nil {
			return "", err
		}
		digest, err := client.Push(ctx, ref, img, show)
		return digest.String(), err
	}
}
