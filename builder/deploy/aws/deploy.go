// Package aws brings SageMaker endpoints to a wanted state and takes them away
// again. It knows an image as a reference, a digest and a manifest, and it does
// not know whether it talks to AWS or to the local platform.
//
// What it is used for, in the order of an endpoint's life:
//
//	Validate(spec)                           cheap, no network
//	Open(ctx, Config{…}) (*Account, error)   region and credentials
//	account.PlanOnly(ctx, spec)              reads the account, changes nothing
//	account.Deploy(ctx, spec, p)             plan, apply, wait, smoke test
//	account.Invoke / Status / List / Logs
//	account.Destroy(ctx, name, p)            and proof that nothing is left
//
// State lives in the account and nowhere else: an endpoint is found by its name,
// all else by the tags TagManaged and TagEndpoint. Models and endpoint
// configurations are immutable in SageMaker, so their names end in a hash of
// what they are. Every call may be interrupted and run again.
//
// Errors that a caller tells apart with errors.As: *Problem (any refusal, with
// its next step), *Denied, *Quota, *StillRunning, *SmokeFailed. See errors.go.
package aws

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/copal-ml/copal/builder/deploy"
	"github.com/copal-ml/copal/builder/progress"
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/contract"
)

// Tags on everything that Copal makes. A resource without the first two is not
// Copal's and is never changed or deleted.
const (
	TagManaged  = "copal:managed"  // "true"
	TagEndpoint = "copal:endpoint" // the endpoint it was made for

	TagMethod = "copal:method"       // the method that /invocations answers with; on models and endpoints, as all below
	TagModel  = "copal:model"        // file name of the model
	TagClass  = "copal:class"        // "LogisticRegression"
	TagSHA256 = "copal:model-sha256" // of the model file
	TagDigest = "copal:image-digest"

	// TagTested names, on an endpoint, the configuration that last passed the
	// smoke test; a deploy that was interrupted before it is taken up there.
	TagTested = "copal:tested"
)

// A Spec is a wanted endpoint.
type Spec struct {
	Name  string // of the endpoint
	Image Image
	Mode  Mode // Serverless or RealTime

	Method    models.Method     // default method; "" for the manifest's
	RoleARN   string            // execution role to use; "" to make one with the least privilege
	ModelFile string            // path of the model on this machine, if the image does not embed it
	Tags      map[string]string // the user's own, on everything that is made

	// Smoke is the JSON body of the test request after the endpoint is in
	// service; nil for the rows that the image's manifest holds, or else one
	// synthetic row made from its signature.
	Smoke   []byte
	NoSmoke bool

	// Replace allows a change that SageMaker cannot make in place, from
	// real-time to serverless, by deleting the endpoint and making it anew: it
	// does not answer meanwhile. Without it such a change is refused.
	Replace bool
}

// Mode is how an endpoint computes: a Serverless or a RealTime value.
type Mode interface {
	// String is the mode in the user's words: "serverless, 2048 MB, up to 5
	// requests at once", "real-time, 1 × ml.m5.large".
	String() string
	kind() string                 // "serverless", "real-time"
	resolve(platform string) Mode // with its defaults filled in
	variant(model string) types.ProductionVariant
	check(Spec) error
}

// Serverless runs an instance per concurrent request, billed by use.
type Serverless struct {
	MemoryMB       int // 1024, 2048, … 6144; 0 for DefaultMemoryMB
	MaxConcurrency int // 1 to 200; 0 for DefaultMaxConcurrency
}

// RealTime runs a fixed number of instances, billed by the hour.
type RealTime struct {
	InstanceType string // "ml.m5.large"; "" for DefaultInstanceType of the image's platform
	Count        int    // 0 for 1
}

// Defaults of the modes.
const (
	DefaultMemoryMB       = 2048
	DefaultMaxConcurrency = 5
)

// An Image is the image to deploy: in a registry already (Ref), or to be pushed
// into the endpoint's own repository (Push). If both are given, Ref wins.
type Image struct {
	Ref       string // "123456789012.dkr.ecr.eu-west-1.amazonaws.com/models@sha256:…"
	Digest    string // "sha256:…" of the manifest, always
	Size      int64  // bytes of all layers, compressed
	Platform  string // "linux/amd64"
	MediaType string // of the manifest
	Manifest  contract.Manifest

	// Push uploads the image to repository ("host/copal/iris", no tag) under
	// the tag Image.Tag and returns the reference by digest. It must be safe to
	// repeat. Credentials come from Account.RegistryLogin.
	Push func(ctx context.Context, repository string, p progress.Func) (ref string, err error)
}

// Tag is the tag under which the image is pushed. It depends on the digest
// alone, since tags in repositories that Copal makes are immutable.
func (i Image) Tag() string {
	hex := strings.TrimPrefix(i.Digest, "sha256:")
	return "copal-" + hex[:min(len(hex), 12)]
}

// A Result is what Deploy has brought about.
type Result struct {
	Endpoint      string        `json:"endpoint"`
	ARN           string        `json:"arn"`
	Account       string        `json:"account"`
	Region        string        `json:"region"`
	Mode          string        `json:"mode"` // "serverless", "real-time"
	Image         string        `json:"image"`
	Configuration string        `json:"configuration"`
	Model         string        `json:"model"`
	Method        string        `json:"method"`
	Changed       bool          `json:"changed"`
	Plan          *deploy.Plan  `json:"plan"`
	Smoke         *Answer       `json:"smoke,omitempty"` // nil when no test request was sent
	Elapsed       time.Duration `json:"elapsed_ns"`
}

// A Status is what the account says of one endpoint.
type Status struct {
	Name          string            `json:"name"`
	ARN           string            `json:"arn"`
	State         string            `json:"state"` // SageMaker's word: "InService"
	Mode          string            `json:"mode"`  // "serverless", "real-time"
	Detail        string            `json:"detail"`
	FailureReason string            `json:"failure_reason,omitempty"`
	Configuration string            `json:"configuration"`
	Model         string            `json:"model"`
	Image         string            `json:"image"`
	Digest        string            `json:"digest"`
	ModelFile     string            `json:"model_file,omitempty"`
	ModelSHA256   string            `json:"model_sha256,omitempty"`
	Class         string            `json:"class,omitempty"`
	Method        string            `json:"method,omitempty"`
	RoleARN       string            `json:"role_arn"`
	ModelData     string            `json:"model_data,omitempty"` // s3:// address of model.tar.gz
	Variants      []Variant         `json:"variants"`
	Created       time.Time         `json:"created"`
	Updated       time.Time         `json:"updated"`
	Tags          map[string]string `json:"tags"`
	Managed       bool              `json:"managed"` // carries Copal's tags
}

// A Variant is one production variant of an endpoint.
type Variant struct {
	Name         string  `json:"name"`
	State        string  `json:"state,omitempty"` // while it changes: "Creating", "Baking"
	InstanceType string  `json:"instance_type,omitempty"`
	Instances    int     `json:"instances,omitempty"`
	Wanted       int     `json:"wanted_instances,omitempty"`
	MemoryMB     int     `json:"memory_mb,omitempty"`
	Concurrency  int     `json:"max_concurrency,omitempty"`
	Weight       float64 `json:"weight"`
}

// A Summary is one line of List.
type Summary struct {
	Name    string    `json:"name"`
	State   string    `json:"state"`
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
	Class   string    `json:"class,omitempty"`
	Method  string    `json:"method,omitempty"`
	Digest  string    `json:"digest,omitempty"`
}

// LogOptions choose log lines.
type LogOptions struct {
	Since  time.Time // zero: an hour ago
	Follow bool      // go on until the context ends
	Limit  int       // only the last so many lines, of those there at the start; 0 for all
}

// A LogLine is one line that a container wrote.
type LogLine struct {
	Time   time.Time `json:"time"`
	Stream string    `json:"stream"` // "AllTraffic/i-0abc", without the group
	Text   string    `json:"text"`
}

// An Answer is what an endpoint answered.
type Answer struct {
	ContentType string        `json:"content_type"`
	Body        []byte        `json:"-"`
	Variant     string        `json:"variant"`
	Elapsed     time.Duration `json:"elapsed_ns"`
	// Warning is set when the request came close to a limit, or was sent over
	// the limit that the documentation states.
	Warning string `json:"warning,omitempty"`
}

// A Report is what Destroy did.
type Report struct {
	Name    string      `json:"name"`
	Found   bool        `json:"found"`   // the endpoint itself was there
	Deleted []deploy.ID `json:"deleted"` // in the order of deletion
	Left    []deploy.ID `json:"left"`    // what the listing at the end still shows; empty is the proof
	Notes   []string    `json:"notes,omitempty"`
}
