package local

import (
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/copal-ml/copal/builder/local/wire"
)

// A model is a SageMaker model.
type model struct {
	Name      string       `json:"name"`
	Arn       string       `json:"arn"`
	Region    string       `json:"region"`
	Created   time.Time    `json:"created"`
	Role      string       `json:"role"`
	Container containerDef `json:"container"`
	Isolated  bool         `json:"isolated"`
}

// A containerDef is SageMaker's ContainerDefinition.
type containerDef struct {
	ContainerHostname          string            `json:",omitempty"`
	Image                      string            `json:",omitempty"`
	ImageConfig                *imageConfig      `json:",omitempty"`
	Mode                       string            `json:",omitempty"`
	ModelDataUrl               string            `json:",omitempty"` //nolint:revive // the member's name
	ModelDataSource            json.RawMessage   `json:",omitempty"`
	AdditionalModelDataSources json.RawMessage   `json:",omitempty"`
	Environment                map[string]string `json:",omitempty"`
	ModelPackageName           string            `json:",omitempty"`
	InferenceSpecificationName string            `json:",omitempty"`
	MultiModelConfig           json.RawMessage   `json:",omitempty"`
}

type imageConfig struct {
	RepositoryAccessMode string
	RepositoryAuthConfig json.RawMessage `json:",omitempty"`
}

type createModelIn struct {
	ModelName                string
	PrimaryContainer         *containerDef
	Containers               []containerDef
	InferenceExecutionConfig json.RawMessage
	ExecutionRoleArn         string
	Tags                     []wire.Tag
	VpcConfig                json.RawMessage
	EnableNetworkIsolation   bool
}

type createModelOut struct{ ModelArn string }

func (p *Platform) createModel(c *call, in *createModelIn) (*createModelOut, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	arn := sagemakerARN(c.region, "model", in.ModelName)
	if _, ok := p.models.Get(in.ModelName); ok {
		return nil, alreadyExists("model", arn)
	}
	m := model{
		Name: in.ModelName, Arn: arn, Region: c.region, Created: c.now,
		Role: in.ExecutionRoleArn, Container: *in.PrimaryContainer, Isolated: in.EnableNetworkIsolation,
	}
	if m.Container.Mode == "" {
		m.Container.Mode = "SingleModel"
	}
	if err := p.checkModel(c, m); err != nil {
		return nil, err
	}
	if err := p.tags.Put(arn, in.Tags); err != nil {
		return nil, err
	}
	return &createModelOut{arn}, p.models.Put(m.Name, m)
}

func (in *createModelIn) check() error {
	if len(in.Containers) == 1 && in.PrimaryContainer == nil {
		in.PrimaryContainer, in.Containers = &in.Containers[0], nil
	}
	var v violations
	v.name("modelName", in.ModelName, modelPattern)
	if v.required("executionRoleArn", in.ExecutionRoleArn != "") {
		v.length("executionRoleArn", in.ExecutionRoleArn, 20, 2048)
		v.pattern("executionRoleArn", in.ExecutionRoleArn, rolePattern)
	}
	v.tags("tags", in.Tags)
	if v.required("primaryContainer", in.PrimaryContainer != nil || len(in.Containers) > 0) && in.PrimaryContainer != nil {
		in.PrimaryContainer.check(&v)
	}
	if err := v.err(); err != nil {
		return err
	}
	if err := unsupported("CreateModel", map[string]bool{
		"Containers": len(in.Containers) > 0, "VpcConfig": in.VpcConfig != nil,
		"InferenceExecutionConfig": in.InferenceExecutionConfig != nil,
	}); err != nil {
		return err
	}
	d := in.PrimaryContainer
	return unsupported("CreateModel.PrimaryContainer", map[string]bool{
		"ModelDataSource": d.ModelDataSource != nil, "AdditionalModelDataSources": d.AdditionalModelDataSources != nil,
		"ModelPackageName": d.ModelPackageName != "", "InferenceSpecificationName": d.InferenceSpecificationName != "",
		"MultiModelConfig": d.MultiModelConfig != nil, "Mode=MultiModel": d.Mode == "MultiModel",
		"ImageConfig.RepositoryAccessMode=Vpc": d.ImageConfig != nil && d.ImageConfig.RepositoryAccessMode == "Vpc",
	})
}

// Limits of ContainerDefinition.Environment (SageMaker API reference).
const (
	maxEnvironment      = 100
	maxEnvironmentValue = 1024
	maxEnvironmentBytes = 32 << 10
)

func (d *containerDef) check(v *violations) {
	const at = "primaryContainer."
	if v.required(at+"image", d.Image != "") {
		v.length(at+"image", d.Image, 1, 255)
	}
	v.enum(at+"mode", d.Mode, "SingleModel", "MultiModel")
	if d.ContainerHostname != "" {
		v.name(at+"containerHostname", d.ContainerHostname, namePattern)
	}
	if d.ModelDataUrl != "" {
		v.length(at+"modelDataUrl", d.ModelDataUrl, 1, 1024)
		v.pattern(at+"modelDataUrl", d.ModelDataUrl, urlPattern)
	}
	if len(d.Environment) > maxEnvironment {
		v.add(fmt.Sprintf("'%d entries'", len(d.Environment)), at+"environment", "Member must have length less than or equal to 100")
	}
	total := 0
	for key, value := range d.Environment {
		total += len(key) + len(value)
		v.length(at+"environment."+key, key, 1, maxEnvironmentValue)
		v.pattern(at+"environment.key", key, envPattern)
		v.length(at+"environment."+key+".member", value, 0, maxEnvironmentValue)
	}
	if total > maxEnvironmentBytes {
		v.add(fmt.Sprintf("'%d bytes'", total), at+"environment", "Member must be at most 32 KB in all")
	}
}

// checkModel is what CreateModel looks up: role, image, model data.
func (p *Platform) checkModel(c *call, m model) error {
	if !p.assumable(m.Role, c.region, c.now) {
		return cannotAssume(m.Role)
	}
	repo, img, err := p.resolveImage(m.Container.Image)
	if err != nil {
		return err
	}
	if err := p.checkPull(m.Role, m.Container.Image, repo.Name, repo.Region); err != nil {
		return err
	}
	switch types.MediaType(img.MediaType) {
	case types.DockerManifestSchema2:
	case types.DockerManifestList: // documented for Graviton; there is no telling which to run
		return unsupportedManifest(img.MediaType, m.Container.Image)
	default:
		return unsupportedManifest(img.MediaType, m.Container.Image)
	}
	if m.Container.ModelDataUrl == "" {
		return nil
	}
	return p.checkModelData(m)
}

// unsupportedManifest: aws/amazon-sagemaker-feedback, issue 180.
func unsupportedManifest(mediaType, image string) error {
	return wire.Errorf("ValidationException", "Unsupported manifest media type %s for image %s. Ensure that valid manifest media type is used for specified image.", mediaType, image)
}

// resolveImage finds an image in the platform's registry.
func (p *Platform) resolveImage(uri string) (repository, image, error) {
	host, rest, _ := strings.Cut(uri, "/")
	if name, _, err := net.SplitHostPort(host); err != nil || !loopback(name) {
		return repository{}, image{}, wire.Errorf("ValidationException", "Using non-ECR image \"%s\" without Vpc repository access mode is not supported.", uri)
	}
	name, digest, _ := strings.Cut(rest, "@")
	name, tag, _ := strings.Cut(name, ":")
	if tag == "" && digest == "" {
		tag = "latest"
	}
	repo, ok := p.repositories.Get(name)
	if !ok {
		return repo, image{}, imageNotFound(uri)
	}
	id := imageID{ImageDigest: digest, ImageTag: tag}
	if digest != "" {
		id.ImageTag = "" // repo:tag@digest: the digest decides
	}
	img := repo.find(id)
	if img == nil {
		return repo, image{}, imageNotFound(uri)
	}
	return repo, *img, nil
}

// imageNotFound: aws-samples/easy-amazon-sagemaker-deployments, issue 4.
func imageNotFound(uri string) error {
	return wire.Errorf("ValidationException", "Requested image %s not found.", uri)
}

func (p *Platform) checkModelData(m model) error {
	url := m.Container.ModelDataUrl
	if !strings.HasPrefix(url, "s3://") {
		return wire.Errorf("ValidationException", "%s: the local platform reads model data from s3:// only", url)
	}
	bucket, key, _ := strings.Cut(strings.TrimPrefix(url, "s3://"), "/")
	if !strings.HasSuffix(key, ".tar.gz") {
		return wire.Errorf("ValidationException", "Unsupported extension in model data file \"%s\". The only supported extension is \".tar.gz\".", url)
	}
	if !p.roleAllows(m.Role, "s3:GetObject", "arn:aws:s3:::"+bucket+"/"+key) {
		return wire.Errorf("ValidationException", "Could not access model data at %s. Please ensure that the role \"%s\" exists and that its trust relationship policy allows the action \"sts:AssumeRole\" for the service principal \"sagemaker.amazonaws.com\". Also ensure that the role has \"s3:GetObject\" permissions and that the object is located in %s.", url, m.Role, m.Region)
	}
	if _, ok := p.objects.Get(objectKey(bucket, key)); !ok {
		return wire.Errorf("ValidationException", "Could not find model data at %s.", url)
	}
	return nil
}

type modelNameIn struct{ ModelName string }

type describeModelOut struct {
	ModelName              string
	PrimaryContainer       containerDef
	ExecutionRoleArn       string
	CreationTime           wire.Time
	ModelArn               string
	EnableNetworkIsolation bool
}

func (p *Platform) modelOf(c *call, name string) (model, error) {
	var v violations
	v.name("modelName", name, modelPattern)
	if err := v.err(); err != nil {
		return model{}, err
	}
	m, ok := p.models.Get(name)
	if !ok {
		return m, couldNotFind("model", sagemakerARN(c.region, "model", name))
	}
	return m, nil
}

func (p *Platform) describeModel(c *call, in *modelNameIn) (*describeModelOut, error) {
	m, err := p.modelOf(c, in.ModelName)
	return &describeModelOut{m.Name, m.Container, m.Role, wire.Time(m.Created), m.Arn, m.Isolated}, err
}

func (p *Platform) deleteModel(c *call, in *modelNameIn) (*emptyOut, error) {
	m, err := p.modelOf(c, in.ModelName)
	if err != nil {
		return nil, err
	}
	if err := p.tags.Delete(m.Arn); err != nil {
		return nil, err
	}
	return nil, p.models.Delete(m.Name)
}

type modelSummary struct {
	ModelName    string
	ModelArn     string
	CreationTime wire.Time
}

type listModelsOut struct {
	Models    []modelSummary
	NextToken string `json:",omitempty"`
}

func (p *Platform) listModels(_ *call, in *listIn) (*listModelsOut, error) {
	var all []listed
	for _, name := range p.models.Keys() {
		m, _ := p.models.Get(name)
		all = append(all, listed{name: m.Name, arn: m.Arn, created: m.Created, modified: m.Created})
	}
	all, next, err := in.list(all, "Name", "CreationTime")
	out := &listModelsOut{Models: []modelSummary{}, NextToken: next}
	for _, l := range all {
		out.Models = append(out.Models, modelSummary{l.name, l.arn, wire.Time(l.created)})
	}
	return out, err
}
