package local

import (
	"encoding/json"
	"fmt"
	"regexp"
	"time"

	"github.com/copal-ml/copal/builder/local/wire"
)

// An endpointConfig is a SageMaker endpoint configuration. It does not change.
type endpointConfig struct {
	Name     string    `json:"name"`
	Arn      string    `json:"arn"`
	Created  time.Time `json:"created"`
	Variants []variant `json:"variants"`
	KmsKey   string    `json:"kmsKey,omitempty"`
	Isolated bool      `json:"isolated,omitempty"`
}

// A variant is SageMaker's ProductionVariant.
type variant struct {
	VariantName                                 string
	ModelName                                   string            `json:",omitempty"`
	InitialInstanceCount                        *int              `json:",omitempty"`
	InstanceType                                string            `json:",omitempty"`
	InitialVariantWeight                        *float64          `json:",omitempty"`
	ServerlessConfig                            *serverlessConfig `json:",omitempty"`
	VolumeSizeInGB                              *int              `json:",omitempty"`
	ModelDataDownloadTimeoutInSeconds           *int              `json:",omitempty"`
	ContainerStartupHealthCheckTimeoutInSeconds *int              `json:",omitempty"`
	EnableSSMAccess                             *bool             `json:",omitempty"`
	RoutingConfig                               *routingConfig    `json:",omitempty"`
	InferenceAmiVersion                         string            `json:",omitempty"`
	VariantInstanceProvisionTimeoutInSeconds    *int              `json:",omitempty"`
	InstancePools                               json.RawMessage   `json:",omitempty"`
	AcceleratorType                             json.RawMessage   `json:",omitempty"`
	CoreDumpConfig                              json.RawMessage   `json:",omitempty"`
	ManagedInstanceScaling                      json.RawMessage   `json:",omitempty"`
	CapacityReservationConfig                   json.RawMessage   `json:",omitempty"`
}

type serverlessConfig struct {
	MemorySizeInMB         *int
	MaxConcurrency         *int
	ProvisionedConcurrency *int `json:",omitempty"`
}

type routingConfig struct{ RoutingStrategy string }

type createEndpointConfigIn struct {
	EndpointConfigName       string
	ProductionVariants       []variant
	Tags                     []wire.Tag
	KmsKeyID                 string `json:"KmsKeyId"`
	EnableNetworkIsolation   bool
	DataCaptureConfig        json.RawMessage
	AsyncInferenceConfig     json.RawMessage
	ExplainerConfig          json.RawMessage
	ShadowProductionVariants json.RawMessage
	ExecutionRoleArn         string
	VpcConfig                json.RawMessage
	MetricsConfig            json.RawMessage
}

type createEndpointConfigOut struct{ EndpointConfigArn string }

func (p *Platform) createEndpointConfig(c *call, in *createEndpointConfigIn) (*createEndpointConfigOut, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	arn := sagemakerARN(c.region, "endpoint-config", in.EndpointConfigName)
	if _, ok := p.configs.Get(in.EndpointConfigName); ok {
		return nil, alreadyExists("endpoint configuration", arn)
	}
	v := &in.ProductionVariants[0]
	if v.InitialVariantWeight == nil {
		weight := 1.0 // the default (ProductionVariant, API reference)
		v.InitialVariantWeight = &weight
	}
	m, ok := p.models.Get(v.ModelName)
	if !ok {
		return nil, couldNotFind("model", sagemakerARN(c.region, "model", v.ModelName))
	}
	if v.ServerlessConfig != nil && (m.Isolated || in.EnableNetworkIsolation) {
		return nil, wire.Errorf("ValidationException", "Network isolation is not supported for serverless endpoints: model \"%s\" has EnableNetworkIsolation.", m.Arn)
	}
	cfg := endpointConfig{in.EndpointConfigName, arn, c.now, in.ProductionVariants, in.KmsKeyID, in.EnableNetworkIsolation}
	if err := p.tags.Put(arn, in.Tags); err != nil {
		return nil, err
	}
	return &createEndpointConfigOut{arn}, p.configs.Put(cfg.Name, cfg)
}

func (in *createEndpointConfigIn) check() error {
	var v violations
	v.name("endpointConfigName", in.EndpointConfigName, namePattern)
	v.tags("tags", in.Tags)
	if len(in.ProductionVariants) == 0 {
		v.required("productionVariants", false)
	}
	for i := range in.ProductionVariants {
		in.ProductionVariants[i].check(&v, fmt.Sprintf("productionVariants.%d.member.", i+1))
	}
	if err := v.err(); err != nil {
		return err
	}
	if err := unsupported("CreateEndpointConfig", map[string]bool{
		"DataCaptureConfig": in.DataCaptureConfig != nil, "AsyncInferenceConfig": in.AsyncInferenceConfig != nil,
		"ExplainerConfig": in.ExplainerConfig != nil, "ShadowProductionVariants": in.ShadowProductionVariants != nil,
		"ExecutionRoleArn": in.ExecutionRoleArn != "", "VpcConfig": in.VpcConfig != nil, "MetricsConfig": in.MetricsConfig != nil,
		"ProductionVariants[1]": len(in.ProductionVariants) > 1,
	}); err != nil {
		return err
	}
	d := in.ProductionVariants[0]
	return unsupported("CreateEndpointConfig.ProductionVariants[0]", map[string]bool{
		"InstancePools": d.InstancePools != nil, "AcceleratorType": d.AcceleratorType != nil, "CoreDumpConfig": d.CoreDumpConfig != nil,
		"ManagedInstanceScaling": d.ManagedInstanceScaling != nil, "CapacityReservationConfig": d.CapacityReservationConfig != nil,
		"ModelName is empty (inference components)": d.ModelName == "",
	})
}

// instanceType has the form of a hosting instance type; the list itself has 271
// names and grows by the month.
var instanceType = regexp.MustCompile(`^ml\.[a-z][a-z0-9-]*\.(medium|x?large|\d+xlarge|metal)$`)

func (d *variant) check(v *violations, at string) {
	v.name(at+"variantName", d.VariantName, namePattern)
	if d.ModelName != "" {
		v.name(at+"modelName", d.ModelName, modelPattern)
	}
	v.number(at+"volumeSizeInGB", d.VolumeSizeInGB, 1, 512)
	v.number(at+"modelDataDownloadTimeoutInSeconds", d.ModelDataDownloadTimeoutInSeconds, 60, 3600)
	v.number(at+"containerStartupHealthCheckTimeoutInSeconds", d.ContainerStartupHealthCheckTimeoutInSeconds, 60, 3600)
	v.number(at+"variantInstanceProvisionTimeoutInSeconds", d.VariantInstanceProvisionTimeoutInSeconds, 300, 3600)
	if d.RoutingConfig != nil {
		v.enum(at+"routingConfig.routingStrategy", d.RoutingConfig.RoutingStrategy, "LEAST_OUTSTANDING_REQUESTS", "RANDOM")
	}
	if d.InitialVariantWeight != nil && *d.InitialVariantWeight < 0 {
		v.add(fmt.Sprintf("'%g'", *d.InitialVariantWeight), at+"initialVariantWeight", "Member must have value greater than or equal to 0")
	}
	if d.ServerlessConfig != nil {
		d.checkServerless(v, at)
		return
	}
	if v.required(at+"instanceType", d.InstanceType != "") {
		v.pattern(at+"instanceType", d.InstanceType, instanceType)
	}
	if v.required(at+"initialInstanceCount", d.InitialInstanceCount != nil) {
		v.number(at+"initialInstanceCount", d.InitialInstanceCount, 1, 1<<30)
	}
}

func (d *variant) checkServerless(v *violations, at string) {
	s := d.ServerlessConfig
	if d.InstanceType != "" || d.InitialInstanceCount != nil || d.VolumeSizeInGB != nil {
		v.add("'"+d.InstanceType+"'", at+"serverlessConfig", "InstanceType, InitialInstanceCount and VolumeSizeInGB must not be set with ServerlessConfig")
	}
	if v.required(at+"serverlessConfig.memorySizeInMB", s.MemorySizeInMB != nil) {
		if m := *s.MemorySizeInMB; m%1024 != 0 || m < 1024 || m > 6144 {
			v.add(fmt.Sprintf("'%d'", m), at+"serverlessConfig.memorySizeInMB", "Member must satisfy enum value set: [1024, 2048, 3072, 4096, 5120, 6144]")
		}
	}
	if v.required(at+"serverlessConfig.maxConcurrency", s.MaxConcurrency != nil) {
		v.number(at+"serverlessConfig.maxConcurrency", s.MaxConcurrency, 1, 200)
		v.number(at+"serverlessConfig.provisionedConcurrency", s.ProvisionedConcurrency, 1, min(200, max(1, *s.MaxConcurrency)))
	}
}

type configNameIn struct{ EndpointConfigName string }

type describeEndpointConfigOut struct {
	EndpointConfigName     string
	EndpointConfigArn      string
	ProductionVariants     []variant
	KmsKeyID               string `json:"KmsKeyId,omitempty"`
	CreationTime           wire.Time
	EnableNetworkIsolation bool
}

func (p *Platform) configOf(c *call, name string) (endpointConfig, error) {
	var v violations
	v.name("endpointConfigName", name, namePattern)
	if err := v.err(); err != nil {
		return endpointConfig{}, err
	}
	cfg, ok := p.configs.Get(name)
	if !ok {
		return cfg, couldNotFind("endpoint configuration", sagemakerARN(c.region, "endpoint-config", name))
	}
	return cfg, nil
}

func (p *Platform) describeEndpointConfig(c *call, in *configNameIn) (*describeEndpointConfigOut, error) {
	cfg, err := p.configOf(c, in.EndpointConfigName)
	return &describeEndpointConfigOut{cfg.Name, cfg.Arn, cfg.Variants, cfg.KmsKey, wire.Time(cfg.Created), cfg.Isolated}, err
}

func (p *Platform) deleteEndpointConfig(c *call, in *configNameIn) (*emptyOut, error) {
	cfg, err := p.configOf(c, in.EndpointConfigName)
	if err != nil {
		return nil, err
	}
	if err := p.tags.Delete(cfg.Arn); err != nil {
		return nil, err
	}
	return nil, p.configs.Delete(cfg.Name)
}

type configSummary struct {
	EndpointConfigName string
	EndpointConfigArn  string
	CreationTime       wire.Time
}

type listEndpointConfigsOut struct {
	EndpointConfigs []configSummary
	NextToken       string `json:",omitempty"`
}

func (p *Platform) listEndpointConfigs(_ *call, in *listIn) (*listEndpointConfigsOut, error) {
	var all []listed
	for _, name := range p.configs.Keys() {
		cfg, _ := p.configs.Get(name)
		all = append(all, listed{name: cfg.Name, arn: cfg.Arn, created: cfg.Created, modified: cfg.Created})
	}
	all, next, err := in.list(all, "Name", "CreationTime")
	out := &listEndpointConfigsOut{EndpointConfigs: []configSummary{}, NextToken: next}
	for _, l := range all {
		out.EndpointConfigs = append(out.EndpointConfigs, configSummary{l.name, l.arn, wire.Time(l.created)})
	}
	return out, err
}
