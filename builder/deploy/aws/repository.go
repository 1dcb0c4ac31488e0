package aws

import (
	"context"
	"errors"
	"fmt"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"github.com/copal-ml/copal/builder/deploy"
	"github.com/copal-ml/copal/builder/progress"
)

type repositoryAPI interface {
	DescribeRepositories(context.Context, *ecr.DescribeRepositoriesInput, ...func(*ecr.Options)) (*ecr.DescribeRepositoriesOutput, error)
	ListTagsForResource(context.Context, *ecr.ListTagsForResourceInput, ...func(*ecr.Options)) (*ecr.ListTagsForResourceOutput, error)
	CreateRepository(context.Context, *ecr.CreateRepositoryInput, ...func(*ecr.Options)) (*ecr.CreateRepositoryOutput, error)
	DeleteRepository(context.Context, *ecr.DeleteRepositoryInput, ...func(*ecr.Options)) (*ecr.DeleteRepositoryOutput, error)
}

// A repository is the ECR repository of one endpoint. Its tags are immutable,
// and say what they are of: see Image.Tag.
type repository struct {
	api      repositoryAPI
	poller   poller
	names    names
	name     string
	tags     map[string]string
	existing *types.Repository // once it is known
}

func (a *Account) repository(n names, tags map[string]string) *repository {
	return &repository{api: a.ecr, poller: a.poller(), names: n, name: repositoryName(n.endpoint), tags: tags}
}

func (r *repository) ID() deploy.ID      { return deploy.ID{Kind: "repository", Name: r.name} }
func (r *repository) Needs() []deploy.ID { return nil }

func (r *repository) arn() string { return r.names.arn("ecr", "repository/"+r.name) }

func (r *repository) Diff(ctx context.Context) (deploy.Change, error) {
	found, err := r.find(ctx)
	if err != nil || found {
		return deploy.Change{}, err
	}
	return deploy.Change{Action: deploy.Create}, nil
}

// find reads the repository, and fails if it is not ours.
func (r *repository) find(ctx context.Context) (bool, error) {
	out, err := r.api.DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{RepositoryNames: []string{r.name}})
	if isCode(err, "RepositoryNotFoundException") || err == nil && len(out.Repositories) == 0 {
		return false, nil
	}
	if err != nil {
		return false, explain("read repository "+r.name, err)
	}
	repo := out.Repositories[0]
	tags, err := r.api.ListTagsForResource(ctx, &ecr.ListTagsForResourceInput{ResourceArn: repo.RepositoryArn})
	if isCode(err, "RepositoryNotFoundException") {
		return false, nil
	}
	if err != nil {
		return false, explain("read the tags of repository "+r.name, err)
	}
	have := map[string]string{}
	for _, t := range tags.Tags {
		have[sdk.ToString(t.Key)] = sdk.ToString(t.Value)
	}
	if !claims(have, r.names.endpoint) {
		return false, notOurs(r.ID(), r.names.endpoint)
	}
	r.existing = &repo
	return true, nil
}

func (r *repository) Apply(ctx context.Context, _ deploy.Change, _ progress.Func) error {
	out, err := r.api.CreateRepository(ctx, &ecr.CreateRepositoryInput{
		RepositoryName:     &r.name,
		ImageTagMutability: types.ImageTagMutabilityImmutable,
		Tags:               tagList(r.tags, func(k, v *string) types.Tag { return types.Tag{Key: k, Value: v} }),
	})
	if isCode(err, "RepositoryAlreadyExistsException") { // an earlier attempt, whose answer was lost
		_, err := r.find(ctx)
		return err
	}
	if err != nil {
		return explain("make repository "+r.name, err)
	}
	r.existing = out.Repository
	return nil
}

// Delete removes the repository with all its images: what is in a repository
// that Copal made, Copal pushed.
func (r *repository) Delete(ctx context.Context, _ progress.Func) error {
	if found, err := r.find(ctx); err != nil || !found {
		return err
	}
	_, err := r.api.DeleteRepository(ctx, &ecr.DeleteRepositoryInput{RepositoryName: &r.name, Force: true})
	if err != nil && !isCode(err, "RepositoryNotFoundException") {
		return explain("delete repository "+r.name, err)
	}
	return r.poller.until(ctx, func() (bool, error) {
		found, err := r.find(ctx)
		return !found, err
	})
}

// uri is the address of the repository, which only the registry knows.
func (r *repository) uri(ctx context.Context) (string, error) {
	if r.existing == nil {
		if found, err := r.find(ctx); err != nil {
			return "", err
		} else if !found {
			return "", &Problem{What: fmt.Sprintf("repository %s is gone", r.name), Next: again}
		}
	}
	return sdk.ToString(r.existing.RepositoryUri), nil
}

// notOurs refuses a resource of our name that has not our tags.
func notOurs(id deploy.ID, endpoint string) error {
	return &Problem{What: fmt.Sprintf("%s exists and does not carry the tags %s=true and %s=%s", id, TagManaged, TagEndpoint, endpoint),
		Next: "choose another name for the endpoint, or delete it yourself if it is not used", Err: deploy.ErrNotOurs}
}

type imageAPI interface {
	DescribeImages(context.Context, *ecr.DescribeImagesInput, ...func(*ecr.Options)) (*ecr.DescribeImagesOutput, error)
}

// A pushedImage is the image in the endpoint's own repository.
type pushedImage struct {
	api        imageAPI
	poller     poller
	repository *repository
	image      Image
}

func (a *Account) pushedImage(r *repository, i Image) *pushedImage {
	return &pushedImage{api: a.ecr, poller: a.poller(), repository: r, image: i}
}

func (i *pushedImage) ID() deploy.ID {
	return deploy.ID{Kind: "image", Name: shortDigest(i.image.Digest)}
}
func (i *pushedImage) Needs() []deploy.ID { return []deploy.ID{i.repository.ID()} }

func (i *pushedImage) Diff(ctx context.Context) (deploy.Change, error) {
	found, err := describeImage(ctx, i.api, i.repository.name, "", i.image.Digest)
	if err != nil || found {
		return deploy.Change{}, err
	}
	c := deploy.Change{Action: deploy.Create, Fields: []deploy.Field{{Path: "to", New: i.repository.name}}}
	if i.image.Size > 0 {
		c.Fields = append(c.Fields, deploy.Field{Path: "size", New: sizeText(i.image.Size)})
	}
	return c, nil
}

func (i *pushedImage) Apply(ctx context.Context, _ deploy.Change, p progress.Func) error {
	uri, err := i.repository.uri(ctx)
	if err != nil {
		return err
	}
	ref, err := i.image.Push(ctx, uri, p)
	if err != nil {
		return fmt.Errorf("push to %s: %w", uri, err)
	}
	if !strings.HasSuffix(ref, "@"+i.image.Digest) {
		return &Problem{What: fmt.Sprintf("the registry has the image as %s and not as %s", ref, i.image.Digest), Next: again}
	}
	return i.poller.retry(ctx, func(err error) bool { return errors.Is(err, errNotYet) }, func() error {
		found, err := describeImage(ctx, i.api, i.repository.name, "", i.image.Digest)
		if err == nil && !found {
			err = &Problem{What: "the image was pushed and ECR does not list it", Next: again, Err: errNotYet}
		}
		return err
	})
}

// errNotYet marks what may well be there a moment later.
var errNotYet = errors.New("not yet visible")

// Delete leaves the image to the repository, which goes with all it holds.
func (i *pushedImage) Delete(context.Context, progress.Func) error { return nil }

// describeImage reports whether a repository has the image, and refuses one
// whose manifest SageMaker would refuse.
func describeImage(ctx context.Context, api imageAPI, repository, registry, digest string) (bool, error) {
	in := &ecr.DescribeImagesInput{RepositoryName: &repository, ImageIds: []types.ImageIdentifier{{ImageDigest: &digest}}}
	if registry != "" {
		in.RegistryId = &registry
	}
	out, err := api.DescribeImages(ctx, in)
	if isCode(err, "ImageNotFoundException", "RepositoryNotFoundException") || err == nil && len(out.ImageDetails) == 0 {
		return false, nil
	}
	if err != nil {
		return false, explain("look for the image in "+repository, err)
	}
	d := out.ImageDetails[0]
	if d.ImageStatus == types.ImageStatusArchived {
		return false, &Problem{What: fmt.Sprintf("image %s is archived in ECR and cannot be pulled", shortDigest(digest)), Next: "restore it in ECR, or push it again under another digest"}
	}
	return true, checkMediaType(sdk.ToString(d.ImageManifestMediaType))
}

// A givenImage is an image that somebody else pushed: it is looked at and never
// changed.
type givenImage struct {
	api      imageAPI
	names    names
	endpoint string // of the platform that stands in for AWS; its registry is on the same host
	ref      reference
}

func (a *Account) givenImage(n names, i Image) (*givenImage, error) {
	ref, err := parseReference(i.Ref)
	if err != nil {
		return nil, err
	}
	ref.digest = i.Digest
	return &givenImage{api: a.ecr, names: n, endpoint: a.Endpoint, ref: ref}, nil
}

func (i *givenImage) ID() deploy.ID      { return deploy.ID{Kind: "image", Name: shortDigest(i.ref.digest)} }
func (i *givenImage) Needs() []deploy.ID { return nil }

// registry tells the account whose registry the reference is of.
func (i *givenImage) registry() (account, region string, ok bool) {
	if m := ecrHost.FindStringSubmatch(i.ref.host); m != nil {
		return m[1], m[2], true
	}
	host := strings.TrimPrefix(strings.TrimPrefix(i.endpoint, "http://"), "https://")
	return i.names.Account, i.names.region, host != "" && sameHost(i.ref.host, host)
}

// repositoryARN is what the execution role must be allowed to pull from.
func (i *givenImage) repositoryARN() string {
	account, region, _ := i.registry()
	n := i.names
	n.Account, n.region = account, region
	return n.arn("ecr", "repository/"+i.ref.repository)
}

func (i *givenImage) Diff(ctx context.Context) (deploy.Change, error) {
	account, region, ok := i.registry()
	switch {
	case !ok:
		return deploy.Change{}, &Problem{What: fmt.Sprintf("image %s is not in ECR", i.ref), Why: "SageMaker pulls from ECR only (other registries need a VPC)",
			Next: "push it to ECR: copal push"}
	case region != i.names.region:
		return deploy.Change{}, &Problem{What: fmt.Sprintf("the image is in %s and the endpoint in %s", region, i.names.region),
			Why: "SageMaker pulls from its own region only", Next: "push it there, or set AWS_REGION=" + region}
	case account != i.names.Account: // its owner's policy decides; CreateModel says if not
		return deploy.Change{}, nil
	}
	found, err := describeImage(ctx, i.api, i.ref.repository, account, i.ref.digest)
	if err == nil && !found {
		err = &Problem{What: fmt.Sprintf("there is no image %s", i.ref), Next: "push it first, or deploy the model file instead: then Copal pushes"}
	}
	return deploy.Change{}, err
}

func (i *givenImage) Apply(context.Context, deploy.Change, progress.Func) error { return nil }
func (i *givenImage) Delete(context.Context, progress.Func) error               { return nil }

// sameHost compares two hosts with ports; all names of the loopback are one.
func sameHost(a, b string) bool {
	loopback := strings.NewReplacer("localhost", "127.0.0.1", "[::1]", "127.0.0.1")
	a, b = loopback.Replace(a), loopback.Replace(strings.TrimSuffix(b, "/"))
	return a == b
}

// shortDigest is enough of a digest for people.
func shortDigest(d string) string { return d[:min(len(d), len("sha256:")+12)] }

// sizeText is a number of bytes for people.
func sizeText(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", n)
}
