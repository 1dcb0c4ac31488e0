package local

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/copal-ml/copal/builder/local/wire"
)

// States of an endpoint.
const (
	stateCreating    = "Creating"
	stateUpdating    = "Updating"
	stateRollingBack = "RollingBack"
	stateInService   = "InService"
	stateDeleting    = "Deleting"
	stateFailed      = "Failed"
)

// An endpoint is a SageMaker endpoint.
type endpoint struct {
	Name       string          `json:"name"`
	Arn        string          `json:"arn"`
	Region     string          `json:"region"`
	Status     string          `json:"status"`
	Failure    string          `json:"failure,omitempty"`
	Created    time.Time       `json:"created"`
	Modified   time.Time       `json:"modified"`
	Active     *release        `json:"active,omitempty"`  // what serves
	Pending    *release        `json:"pending,omitempty"` // what is being brought up
	Deployment json.RawMessage `json:"deployment,omitempty"`
}

// A release is an endpoint configuration with all that it named at that time:
// configuration and model may be deleted while the endpoint serves.
type release struct {
	Config   string    `json:"config"`
	Variant  variant   `json:"variant"`
	Model    model     `json:"model"`
	Resolved string    `json:"resolved"` // image by digest
	Since    time.Time `json:"since"`
}

func (r *release) serverless() bool { return r.Variant.ServerlessConfig != nil }

func (e endpoint) inProgress() bool {
	return slices.Contains([]string{stateCreating, stateUpdating, stateRollingBack, stateDeleting}, e.Status)
}

// Endpoint names are one name in whatever case (CreateEndpoint, API reference).
func (p *Platform) findEndpoint(name string) (endpoint, bool) {
	return p.endpoints.Get(strings.ToLower(name))
}

func (p *Platform) putEndpoint(e endpoint) error {
	return p.endpoints.Put(strings.ToLower(e.Name), e)
}

type createEndpointIn struct {
	EndpointName       string
	EndpointConfigName string
	DeploymentConfig   json.RawMessage
	Tags               []wire.Tag
}

type endpointArnOut struct{ EndpointArn string }

func (p *Platform) createEndpoint(c *call, in *createEndpointIn) (*endpointArnOut, error) {
	var v violations
	v.name("endpointName", in.EndpointName, namePattern)
	v.name("endpointConfigName", in.EndpointConfigName, namePattern)
	v.tags("tags", in.Tags)
	if err := v.err(); err != nil {
		return nil, err
	}
	arn := sagemakerARN(c.region, "endpoint", in.EndpointName)
	if _, ok := p.findEndpoint(in.EndpointName); ok {
		return nil, alreadyExists("endpoint", arn)
	}
	pending, err := p.newRelease(c, in.EndpointConfigName)
	if err != nil {
		return nil, err
	}
	e := endpoint{
		Name: in.EndpointName, Arn: arn, Region: c.region, Status: stateCreating,
		Created: c.now, Modified: c.now, Pending: pending, Deployment: in.DeploymentConfig,
	}
	if err := p.tags.Put(arn, in.Tags); err != nil {
		return nil, err
	}
	if err := p.putEndpoint(e); err != nil {
		return nil, err
	}
	p.background(func() { p.bringUp(e) })
	return &endpointArnOut{arn}, nil
}

// newRelease resolves a configuration. What cannot be resolved any more fails
// later, as the endpoint's FailureReason.
func (p *Platform) newRelease(c *call, config string) (*release, error) {
	cfg, err := p.configOf(c, config)
	if err != nil {
		return nil, err
	}
	v := cfg.Variants[0]
	m, ok := p.models.Get(v.ModelName)
	if !ok {
		return nil, couldNotFind("model", sagemakerARN(c.region, "model", v.ModelName))
	}
	r := &release{Config: cfg.Name, Variant: v, Model: m, Since: c.now}
	if repo, img, err := p.resolveImage(m.Container.Image); err == nil {
		r.Resolved = p.addr + "/" + repo.Name + "@" + img.Digest
	}
	return r, nil
}

type updateEndpointIn struct {
	EndpointName                     string
	EndpointConfigName               string
	RetainAllVariantProperties       bool
	ExcludeRetainedVariantProperties json.RawMessage
	DeploymentConfig                 json.RawMessage
	RetainDeploymentConfig           bool
}

func (p *Platform) updateEndpoint(c *call, in *updateEndpointIn) (*endpointArnOut, error) {
	var v violations
	v.name("endpointName", in.EndpointName, namePattern)
	v.name("endpointConfigName", in.EndpointConfigName, namePattern)
	if err := v.err(); err != nil {
		return nil, err
	}
	e, err := p.endpointOf(c, in.EndpointName)
	if err != nil {
		return nil, err
	}
	if e.inProgress() {
		return nil, inProgress(e)
	}
	if e.Status != stateInService {
		return nil, wire.Errorf("ValidationException", "Cannot update endpoint \"%s\" in status %s: it can only be deleted.", e.Arn, e.Status)
	}
	pending, err := p.newRelease(c, in.EndpointConfigName)
	if err != nil {
		return nil, err
	}
	if pending.serverless() && !e.Active.serverless() {
		return nil, wire.Errorf("ValidationException", "Cannot update endpoint \"%s\" from instance-based to serverless; delete it and create it again.", e.Arn)
	}
	e.Status, e.Failure, e.Pending, e.Modified = stateUpdating, "", pending, c.now
	if !in.RetainDeploymentConfig || in.DeploymentConfig != nil {
		e.Deployment = in.DeploymentConfig
	}
	if err := p.putEndpoint(e); err != nil {
		return nil, err
	}
	p.background(func() { p.replace(e) })
	return &endpointArnOut{e.Arn}, nil
}

func inProgress(e endpoint) error {
	return wire.Errorf("ValidationException", "Cannot update in-progress endpoint \"%s\".", e.Arn)
}

type endpointNameIn struct{ EndpointName string }

func (p *Platform) endpointOf(c *call, name string) (endpoint, error) {
	var v violations
	v.name("endpointName", name, namePattern)
	if err := v.err(); err != nil {
		return endpoint{}, err
	}
	e, ok := p.findEndpoint(name)
	if !ok {
		return e, couldNotFind("endpoint", sagemakerARN(c.region, "endpoint", name))
	}
	return e, nil
}

// deleteEndpoint refuses an endpoint that is being made or changed, as AWS does.
func (p *Platform) deleteEndpoint(c *call, in *endpointNameIn) (*emptyOut, error) {
	e, err := p.endpointOf(c, in.EndpointName)
	if err != nil {
		return nil, err
	}
	if e.inProgress() {
		return nil, inProgress(e)
	}
	e.Status, e.Modified = stateDeleting, c.now
	if err := p.putEndpoint(e); err != nil {
		return nil, err
	}
	p.background(func() { p.tearDown(e) })
	return nil, nil
}

type deployedImage struct {
	SpecifiedImage string
	ResolvedImage  string
	ResolutionTime wire.Time
}

type variantStatus struct {
	Status    string
	StartTime wire.Time
}

type variantSummary struct {
	VariantName             string
	DeployedImages          []deployedImage   `json:",omitempty"`
	CurrentWeight           *float64          `json:",omitempty"`
	DesiredWeight           *float64          `json:",omitempty"`
	CurrentInstanceCount    *int              `json:",omitempty"`
	DesiredInstanceCount    *int              `json:",omitempty"`
	InstanceType            string            `json:",omitempty"` // of pending variants only
	VariantStatus           []variantStatus   `json:",omitempty"`
	CurrentServerlessConfig *serverlessConfig `json:",omitempty"`
	DesiredServerlessConfig *serverlessConfig `json:",omitempty"`
	RoutingConfig           *routingConfig    `json:",omitempty"`
}

type pendingDeployment struct {
	EndpointConfigName string
	ProductionVariants []variantSummary
	StartTime          wire.Time
}

type describeEndpointOut struct {
	EndpointName             string
	EndpointArn              string
	EndpointConfigName       string           `json:",omitempty"`
	ProductionVariants       []variantSummary `json:",omitempty"`
	EndpointStatus           string
	FailureReason            string `json:",omitempty"`
	CreationTime             wire.Time
	LastModifiedTime         wire.Time
	LastDeploymentConfig     json.RawMessage    `json:",omitempty"`
	PendingDeploymentSummary *pendingDeployment `json:",omitempty"`
}

func (p *Platform) describeEndpoint(c *call, in *endpointNameIn) (*describeEndpointOut, error) {
	e, err := p.endpointOf(c, in.EndpointName)
	if err != nil {
		return nil, err
	}
	out := &describeEndpointOut{
		EndpointName: e.Name, EndpointArn: e.Arn, EndpointStatus: e.Status, FailureReason: e.Failure,
		CreationTime: wire.Time(e.Created), LastModifiedTime: wire.Time(e.Modified), LastDeploymentConfig: e.Deployment,
	}
	if r := e.Active; r != nil {
		out.EndpointConfigName = r.Config
		s := r.summary()
		s.CurrentInstanceCount, s.CurrentServerlessConfig, s.CurrentWeight = r.Variant.InitialInstanceCount, r.Variant.ServerlessConfig, r.Variant.InitialVariantWeight
		out.ProductionVariants = []variantSummary{s}
	}
	if r := e.Pending; r != nil && e.inProgress() {
		s := r.summary()
		s.InstanceType = r.Variant.InstanceType
		s.VariantStatus = []variantStatus{{stateCreating, wire.Time(r.Since)}}
		out.PendingDeploymentSummary = &pendingDeployment{r.Config, []variantSummary{s}, wire.Time(r.Since)}
	}
	if out.EndpointConfigName == "" && e.Pending != nil { // being created, or failed at it
		out.EndpointConfigName = e.Pending.Config
	}
	return out, nil
}

func (r *release) summary() variantSummary {
	s := variantSummary{
		VariantName: r.Variant.VariantName, DesiredWeight: r.Variant.InitialVariantWeight, RoutingConfig: r.Variant.RoutingConfig,
		DesiredInstanceCount: r.Variant.InitialInstanceCount, DesiredServerlessConfig: r.Variant.ServerlessConfig,
	}
	if r.Resolved != "" {
		s.DeployedImages = []deployedImage{{r.Model.Container.Image, r.Resolved, wire.Time(r.Since)}}
	}
	return s
}

type endpointSummary struct {
	EndpointName     string
	EndpointArn      string
	CreationTime     wire.Time
	LastModifiedTime wire.Time
	EndpointStatus   string
}

type listEndpointsOut struct {
	Endpoints []endpointSummary
	NextToken string `json:",omitempty"`
}

func (p *Platform) listEndpoints(_ *call, in *listIn) (*listEndpointsOut, error) {
	var all []listed
	for _, name := range p.endpoints.Keys() {
		e, _ := p.endpoints.Get(name)
		all = append(all, listed{e.Name, e.Arn, e.Status, e.Created, e.Modified})
	}
	all, next, err := in.list(all, "Name", "CreationTime", "Status")
	out := &listEndpointsOut{Endpoints: []endpointSummary{}, NextToken: next}
	for _, l := range all {
		out.Endpoints = append(out.Endpoints, endpointSummary{l.name, l.arn, wire.Time(l.created), wire.Time(l.modified), l.status})
	}
	return out, err
}
