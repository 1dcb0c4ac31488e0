package aws

import (
	"context"
	"net/http"
	"time"

	"github.com/copal-ml/copal/builder/deploy"
	"github.com/copal-ml/copal/builder/progress"
)

// A Config says which account and how to reach it. Its zero value is what the
// AWS CLI would use: environment, shared configuration, instance role.
type Config struct {
	Region  string // "" for AWS_REGION or the profile's
	Profile string // "" for AWS_PROFILE or the default

	// Endpoint is the address of a platform that stands in for AWS, such as the
	// local one: "http://127.0.0.1:4566". "" for AWS_ENDPOINT_URL, else AWS.
	Endpoint string
	// Keys for Endpoint; "" for the default chain.
	AccessKeyID, SecretAccessKey string

	HTTP  *http.Client // nil for the SDK's
	Poll  Poll         // zero: 250 ms growing to 10 s
	Clock Clock        // nil for the real one
}

// Poll says how often a state is read while it changes: after First, then at
// intervals that grow by half to Max.
type Poll struct{ First, Max time.Duration }

// A Clock tells the time and waits.
type Clock interface {
	Now() time.Time
	Sleep(ctx context.Context, d time.Duration) error // ctx.Err() if that comes first
}

// An Identity is who the credentials belong to.
type Identity struct {
	Account   string `json:"account"` // 12 digits
	ARN       string `json:"arn"`
	Partition string `json:"partition"` // "aws", "aws-cn", "aws-us-gov"
}

// A Login opens the account's image registry.
type Login struct {
	Registry string // host, perhaps with port: "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
	Insecure bool   // plain http
	Username string
	Password string
}

// Open resolves region and credentials. It makes no AWS call except those that
// getting credentials needs. A missing region and missing or expired credentials
// are a *Problem that says what to set.
func Open(ctx context.Context, c Config) (*Account, error) { panic("not built yet") }

// An Account is an AWS account in one region, or a platform that speaks as one.
// Its methods may be called concurrently.
type Account struct {
	Region string
}

// Identity asks STS whose credentials these are; once per Account.
func (a *Account) Identity(ctx context.Context) (Identity, error) { panic("not built yet") }

// RegistryLogin gets a token for the account's ECR registry; it is good for 12
// hours on AWS.
func (a *Account) RegistryLogin(ctx context.Context) (Login, error) { panic("not built yet") }

// Validate checks what can be checked without a network: names, limits, and
// whether image and mode fit each other. The error joins one *Problem per
// finding.
func Validate(s Spec) error { panic("not built yet") }

// PlanOnly validates, reads the account and returns what Deploy would do. It
// changes nothing.
func (a *Account) PlanOnly(ctx context.Context, s Spec) (*deploy.Plan, error) {
	panic("not built yet")
}

// Deploy brings the endpoint to the wanted state and proves it with a request.
// It may be interrupted anywhere (the error is then *StillRunning) and run again.
func (a *Account) Deploy(ctx context.Context, s Spec, p progress.Func) (Result, error) {
	panic("not built yet")
}

// Status reads the state of an endpoint, Copal's or not.
func (a *Account) Status(ctx context.Context, name string) (Status, error) { panic("not built yet") }

// List returns Copal's endpoints in this region, by name.
func (a *Account) List(ctx context.Context) ([]Summary, error) { panic("not built yet") }

// Logs emits what the endpoint's containers wrote, oldest first. With
// LogOptions.Follow it returns ctx.Err() when the context ends.
func (a *Account) Logs(ctx context.Context, name string, o LogOptions, emit func(LogLine) error) error {
	panic("not built yet")
}

// Invoke sends one request. The model's own error text comes back as a
// *ModelError; accept "" leaves the choice to the model.
func (a *Account) Invoke(ctx context.Context, name, contentType, accept string, body []byte) (Answer, error) {
	panic("not built yet")
}

// Destroy deletes everything that Copal's tags claim for the endpoint, in the
// safe order, waits until it is gone and lists again to prove it. It never
// touches what is not tagged. An endpoint that is not there is no error: what
// is left of it is cleaned up, and the report says so.
func (a *Account) Destroy(ctx context.Context, name string, p progress.Func) (Report, error) {
	panic("not built yet")
}
