package local

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/copal-ml/copal/builder/local/policy"
	"github.com/copal-ml/copal/builder/local/wire"
)

var repositoryPattern = regexp.MustCompile(`^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$`)

// A repository is an ECR repository.
type repository struct {
	Name       string           `json:"name"`
	Region     string           `json:"region"`
	Created    time.Time        `json:"created"`
	Mutability string           `json:"mutability"`
	Exclusions []tagExclusion   `json:"exclusions,omitempty"`
	Encryption ecrEncryption    `json:"encryption"`
	Scan       ecrScanOnPush    `json:"scan"`
	Lifecycle  string           `json:"lifecycle,omitempty"`
	Tags       []wire.Tag       `json:"tags,omitempty"`
	Layers     map[string]int64 `json:"layers,omitempty"` // size by digest
	Images     []image          `json:"images,omitempty"`
}

// An image is a manifest in a repository, with its tags.
type image struct {
	Digest    string    `json:"digest"`
	MediaType string    `json:"mediaType"`
	Artifact  string    `json:"artifact,omitempty"` // media type of the configuration
	Tags      []string  `json:"tags,omitempty"`
	Size      int64     `json:"size"` // of manifest-listed blobs
	Pushed    time.Time `json:"pushed"`
	Layers    []string  `json:"layers,omitempty"`   // digests, the configuration's too
	Children  []string  `json:"children,omitempty"` // manifests of an index
	Subject   string    `json:"subject,omitempty"`
}

type tagExclusion struct {
	FilterType string `json:"filterType"`
	Filter     string `json:"filter"`
}

type ecrEncryption struct {
	EncryptionType string `json:"encryptionType"`
	KmsKey         string `json:"kmsKey,omitempty"`
}

type ecrScanOnPush struct {
	ScanOnPush bool `json:"scanOnPush"`
}

func repositoryARN(region, name string) string {
	return "arn:aws:ecr:" + region + ":" + AccountID + ":repository/" + name
}

func (p *Platform) ecrOps() map[string]jsonOperation {
	return map[string]jsonOperation{
		"CreateRepository":            jsonOp(p.createRepository),
		"DescribeRepositories":        jsonOp(p.describeRepositories),
		"DeleteRepository":            jsonOp(p.deleteRepository),
		"GetAuthorizationToken":       jsonOp(p.getAuthorizationToken),
		"DescribeImages":              jsonOp(p.describeImages),
		"ListImages":                  jsonOp(p.listImages),
		"BatchGetImage":               jsonOp(p.batchGetImage),
		"BatchCheckLayerAvailability": jsonOp(p.batchCheckLayerAvailability),
		"BatchDeleteImage":            jsonOp(p.batchDeleteImage),
		"PutLifecyclePolicy":          jsonOp(p.putLifecyclePolicy),
		"TagResource":                 jsonOp(p.tagRepository),
		"ListTagsForResource":         jsonOp(p.listTagsForRepository),
	}
}

type repositoryOut struct {
	RepositoryArn                      string         `json:"repositoryArn"`
	RegistryID                         string         `json:"registryId"`
	RepositoryName                     string         `json:"repositoryName"`
	RepositoryURI                      string         `json:"repositoryUri"`
	CreatedAt                          wire.Time      `json:"createdAt"`
	ImageTagMutability                 string         `json:"imageTagMutability"`
	ImageTagMutabilityExclusionFilters []tagExclusion `json:"imageTagMutabilityExclusionFilters,omitempty"`
	ImageScanningConfiguration         ecrScanOnPush  `json:"imageScanningConfiguration"`
	EncryptionConfiguration            ecrEncryption  `json:"encryptionConfiguration"`
}

func (p *Platform) repositoryOut(r repository) repositoryOut {
	return repositoryOut{
		RepositoryArn: repositoryARN(r.Region, r.Name), RegistryID: AccountID, RepositoryName: r.Name,
		RepositoryURI: p.addr + "/" + r.Name, CreatedAt: wire.Time(r.Created),
		ImageTagMutability: r.Mutability, ImageTagMutabilityExclusionFilters: r.Exclusions,
		ImageScanningConfiguration: r.Scan, EncryptionConfiguration: r.Encryption,
	}
}

func ecrInvalid(format string, args ...any) error {
	return wire.Errorf("InvalidParameterException", "Invalid parameter at '"+format, args...)
}

type createRepositoryIn struct {
	RegistryID                         string         `json:"registryId"`
	RepositoryName                     string         `json:"repositoryName"`
	Tags                               []wire.Tag     `json:"tags"`
	ImageTagMutability                 string         `json:"imageTagMutability"`
	ImageTagMutabilityExclusionFilters []tagExclusion `json:"imageTagMutabilityExclusionFilters"`
	ImageScanningConfiguration         ecrScanOnPush  `json:"imageScanningConfiguration"`
	EncryptionConfiguration            *ecrEncryption `json:"encryptionConfiguration"`
}

type createRepositoryOut struct {
	Repository repositoryOut `json:"repository"`
}

func (p *Platform) createRepository(c *call, in *createRepositoryIn) (*createRepositoryOut, error) {
	if err := checkRegistryID(in.RegistryID); err != nil {
		return nil, err
	}
	if n := len(in.RepositoryName); n < 2 || n > 256 || !repositoryPattern.MatchString(in.RepositoryName) {
		return nil, ecrInvalid("repositoryName' failed to satisfy constraint: 'must satisfy regular expression '%s''", strings.Trim(repositoryPattern.String(), "^$"))
	}
	r := repository{
		Name: in.RepositoryName, Region: c.region, Created: c.now, Mutability: in.ImageTagMutability,
		Exclusions: in.ImageTagMutabilityExclusionFilters, Scan: in.ImageScanningConfiguration,
		Encryption: ecrEncryption{EncryptionType: "AES256"}, Tags: in.Tags,
	}
	if err := checkRepository(&r, in.EncryptionConfiguration); err != nil {
		return nil, err
	}
	if _, ok := p.repositories.Get(r.Name); ok {
		return nil, wire.Errorf("RepositoryAlreadyExistsException", "The repository with name '%s' already exists in the registry with id '%s'", r.Name, AccountID)
	}
	return &createRepositoryOut{p.repositoryOut(r)}, p.repositories.Put(r.Name, r)
}

func checkRepository(r *repository, encryption *ecrEncryption) error {
	switch r.Mutability {
	case "":
		r.Mutability = "MUTABLE"
	case "MUTABLE", "IMMUTABLE":
	case "IMMUTABLE_WITH_EXCLUSION", "MUTABLE_WITH_EXCLUSION":
		if n := len(r.Exclusions); n < 1 || n > 5 {
			return ecrInvalid("imageTagMutabilityExclusionFilters' failed to satisfy constraint: '1 to 5 filters with %s'", r.Mutability)
		}
	default:
		return ecrInvalid("imageTagMutability' failed to satisfy constraint: 'Member must satisfy enum value set: [MUTABLE, IMMUTABLE, IMMUTABLE_WITH_EXCLUSION, MUTABLE_WITH_EXCLUSION]'")
	}
	if encryption != nil {
		if !slices.Contains([]string{"AES256", "KMS"}, encryption.EncryptionType) {
			return ecrInvalid("encryptionConfiguration.encryptionType' failed to satisfy constraint: 'Member must satisfy enum value set: [AES256, KMS]'")
		}
		r.Encryption = *encryption
	}
	if len(r.Tags) > 50 {
		return wire.Errorf("TooManyTagsException", "The list of tags on the repository is over the limit. The maximum number of tags that can be applied to a repository is 50.")
	}
	return nil
}

func checkRegistryID(id string) error {
	if id != "" && id != AccountID {
		return wire.Errorf("RepositoryNotFoundException", "The local platform has one registry, %s, not '%s'", AccountID, id)
	}
	return nil
}

func (p *Platform) repository(registryID, name string) (repository, error) {
	if err := checkRegistryID(registryID); err != nil {
		return repository{}, err
	}
	r, ok := p.repositories.Get(name)
	if !ok {
		return r, wire.Errorf("RepositoryNotFoundException", "The repository with name '%s' does not exist in the registry with id '%s'", name, AccountID)
	}
	return r, nil
}

type describeRepositoriesIn struct {
	RegistryID      string   `json:"registryId"`
	RepositoryNames []string `json:"repositoryNames"`
	NextToken       string   `json:"nextToken"`
	MaxResults      int      `json:"maxResults"`
}

type describeRepositoriesOut struct {
	Repositories []repositoryOut `json:"repositories"`
	NextToken    string          `json:"nextToken,omitempty"`
}

func (p *Platform) describeRepositories(_ *call, in *describeRepositoriesIn) (*describeRepositoriesOut, error) {
	names := in.RepositoryNames
	if len(names) == 0 {
		names = p.repositories.Keys()
	}
	var list []repository
	for _, name := range names {
		r, err := p.repository(in.RegistryID, name)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	list, next, err := page(list, func(r repository) string { return r.Name }, false, in.NextToken, pageSize(in.MaxResults, 100, 1000))
	if err != nil {
		return nil, ecrInvalid("nextToken' failed to satisfy constraint: '%v'", err)
	}
	out := &describeRepositoriesOut{Repositories: []repositoryOut{}, NextToken: next}
	for _, r := range list {
		out.Repositories = append(out.Repositories, p.repositoryOut(r))
	}
	return out, nil
}

func pageSize(asked, standard, most int) int {
	if asked <= 0 {
		return standard
	}
	return min(asked, most)
}

type deleteRepositoryIn struct {
	RegistryID     string `json:"registryId"`
	RepositoryName string `json:"repositoryName"`
	Force          bool   `json:"force"`
}

func (p *Platform) deleteRepository(_ *call, in *deleteRepositoryIn) (*createRepositoryOut, error) {
	r, err := p.repository(in.RegistryID, in.RepositoryName)
	if err != nil {
		return nil, err
	}
	if len(r.Images) > 0 && !in.Force {
		return nil, wire.Errorf("RepositoryNotEmptyException", "The repository with name '%s' in registry with id '%s' cannot be deleted because it still contains images", r.Name, AccountID)
	}
	if err := p.repositories.Delete(r.Name); err != nil {
		return nil, err
	}
	return &createRepositoryOut{p.repositoryOut(r)}, p.collect(blobsOf(r))
}

type getAuthorizationTokenIn struct {
	RegistryIDs []string `json:"registryIds"`
}

type authorizationData struct {
	AuthorizationToken string    `json:"authorizationToken"`
	ExpiresAt          wire.Time `json:"expiresAt"`
	ProxyEndpoint      string    `json:"proxyEndpoint"`
}

type getAuthorizationTokenOut struct {
	AuthorizationData []authorizationData `json:"authorizationData"`
}

// tokenLife is how long a registry password holds (ECR User Guide, "Private
// registry authentication").
const tokenLife = 12 * time.Hour

func (p *Platform) getAuthorizationToken(c *call, _ *getAuthorizationTokenIn) (*getAuthorizationTokenOut, error) {
	expires := c.now.Add(tokenLife)
	token := base64.StdEncoding.EncodeToString([]byte("AWS:" + p.registryPassword(expires)))
	return &getAuthorizationTokenOut{[]authorizationData{{token, wire.Time(expires), "http://" + p.addr}}}, nil
}

type putLifecyclePolicyIn struct {
	RegistryID          string `json:"registryId"`
	RepositoryName      string `json:"repositoryName"`
	LifecyclePolicyText string `json:"lifecyclePolicyText"`
}

type putLifecyclePolicyOut struct {
	RegistryID          string `json:"registryId"`
	RepositoryName      string `json:"repositoryName"`
	LifecyclePolicyText string `json:"lifecyclePolicyText"`
}

// putLifecyclePolicy keeps the policy; the local platform expires nothing.
func (p *Platform) putLifecyclePolicy(_ *call, in *putLifecyclePolicyIn) (*putLifecyclePolicyOut, error) {
	r, err := p.repository(in.RegistryID, in.RepositoryName)
	if err != nil {
		return nil, err
	}
	if n := len(in.LifecyclePolicyText); n < 100 || n > 30720 {
		return nil, ecrInvalid("lifecyclePolicyText' failed to satisfy constraint: 'Member must have length between 100 and 30720'")
	}
	r.Lifecycle = in.LifecyclePolicyText
	return &putLifecyclePolicyOut{AccountID, r.Name, r.Lifecycle}, p.repositories.Put(r.Name, r)
}

type tagRepositoryIn struct {
	ResourceArn string     `json:"resourceArn"`
	Tags        []wire.Tag `json:"tags"`
}

type emptyOut struct{}

func (p *Platform) repositoryByARN(arn string) (repository, error) {
	_, name, ok := strings.Cut(arn, ":repository/")
	if !ok {
		return repository{}, ecrInvalid("resourceArn' failed to satisfy constraint: 'Invalid ARN'")
	}
	return p.repository("", name)
}

func (p *Platform) tagRepository(_ *call, in *tagRepositoryIn) (*emptyOut, error) {
	r, err := p.repositoryByARN(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	r.Tags = mergeTags(r.Tags, in.Tags)
	if len(r.Tags) > 50 {
		return nil, wire.Errorf("TooManyTagsException", "The list of tags on the repository is over the limit of 50.")
	}
	return &emptyOut{}, p.repositories.Put(r.Name, r)
}

type listTagsForRepositoryIn struct {
	ResourceArn string `json:"resourceArn"`
}

type listTagsForRepositoryOut struct {
	Tags []wire.Tag `json:"tags"`
}

func (p *Platform) listTagsForRepository(_ *call, in *listTagsForRepositoryIn) (*listTagsForRepositoryOut, error) {
	r, err := p.repositoryByARN(in.ResourceArn)
	return &listTagsForRepositoryOut{append([]wire.Tag{}, r.Tags...)}, err
}

// mayRetag tells whether an existing tag may point to another image.
func (r *repository) mayRetag(tag string) bool {
	excluded := slices.ContainsFunc(r.Exclusions, func(f tagExclusion) bool { return policy.Glob(f.Filter, tag) })
	switch r.Mutability {
	case "IMMUTABLE":
		return false
	case "IMMUTABLE_WITH_EXCLUSION":
		return excluded
	case "MUTABLE_WITH_EXCLUSION":
		return !excluded
	}
	return true
}

func (r *repository) find(id imageID) *image {
	i := slices.IndexFunc(r.Images, func(m image) bool {
		return (id.ImageDigest == "" || m.Digest == id.ImageDigest) && (id.ImageTag == "" || slices.Contains(m.Tags, id.ImageTag))
	})
	if i < 0 || id == (imageID{}) {
		return nil
	}
	return &r.Images[i]
}

func (id imageID) String() string {
	return fmt.Sprintf("{imageDigest:'%s', imageTag:'%s'}", orNull(id.ImageDigest), orNull(id.ImageTag))
}

func orNull(s string) string {
	if s == "" {
		return "null"
	}
	return s
}
