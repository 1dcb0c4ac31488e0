package aws

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
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

	tune func(*sdk.Config) // of tests: no patience between attempts
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

// An Account is an AWS account in one region, or a platform that speaks as one.
// Its methods may be called concurrently.
type Account struct {
	Region   string
	Endpoint string // of the platform that stands in for AWS; "" for AWS

	sagemaker *sagemaker.Client
	runtime   *sagemakerruntime.Client
	ecr       *ecr.Client
	iam       *iam.Client
	s3        *s3.Client
	sts       *sts.Client
	logs      *cloudwatchlogs.Client
	poll      Poll
	clock     Clock

	mu       sync.Mutex
	identity Identity // once it is known
}

// Open resolves region and credentials. It makes no AWS call except those that
// getting credentials needs. A missing region and missing or expired credentials
// are a *Problem that says what to set.
func Open(ctx context.Context, c Config) (*Account, error) {
	cfg, err := config.LoadDefaultConfig(ctx, c.options()...)
	if err != nil {
		return nil, &Problem{What: "the AWS configuration cannot be read", Why: err.Error(),
			Next: "see ~/.aws/config and AWS_PROFILE; `aws configure list-profiles` shows the profiles there are", Err: err}
	}
	if c.HTTP != nil { // not an option of the load: with AWS_CA_BUNDLE set that takes no other type than its own
		cfg.HTTPClient = c.HTTP
	}
	if c.tune != nil {
		c.tune(&cfg)
	}
	if cfg.Region == "" {
		return nil, &Problem{What: "no AWS region is set",
			Next: "set AWS_REGION, for example `export AWS_REGION=eu-west-1`, or give --region; for the local platform: eval \"$(copal local env)\""}
	}
	if err := checkCredentials(ctx, cfg); err != nil {
		return nil, err
	}
	a := &Account{Region: cfg.Region, Endpoint: sdk.ToString(cfg.BaseEndpoint), poll: c.Poll.withDefaults(), clock: c.Clock}
	if a.clock == nil {
		a.clock = wallClock{}
	}
	a.connect(cfg)
	return a, nil
}

// options translate c for the SDK. The retryer slows down by itself when AWS
// throttles; checksums are those that S3 requires, since the SDK's own make it
// log about answers without one; nothing is logged to stderr.
func (c Config) options() []func(*config.LoadOptions) error {
	o := []func(*config.LoadOptions) error{
		config.WithLogger(logging.Nop{}),
		config.WithRequestChecksumCalculation(sdk.RequestChecksumCalculationWhenRequired),
		config.WithResponseChecksumValidation(sdk.ResponseChecksumValidationWhenRequired),
		config.WithRetryer(func() sdk.Retryer {
			return retry.NewAdaptiveMode(func(o *retry.AdaptiveModeOptions) {
				o.StandardOptions = append(o.StandardOptions, func(o *retry.StandardOptions) { o.MaxAttempts = 6 })
			})
		}),
	}
	if c.Region != "" {
		o = append(o, config.WithRegion(c.Region))
	}
	if c.Profile != "" {
		o = append(o, config.WithSharedConfigProfile(c.Profile))
	}
	if c.Endpoint != "" {
		o = append(o, config.WithBaseEndpoint(c.Endpoint))
	}
	if c.AccessKeyID != "" {
		o = append(o, config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(c.AccessKeyID, c.SecretAccessKey, "")))
	}
	return o
}

func checkCredentials(ctx context.Context, cfg sdk.Config) error {
	next := "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; for the local platform: eval \"$(copal local env)\""
	if cfg.Credentials == nil {
		return &Problem{What: "there are no AWS credentials", Next: next}
	}
	_, err := cfg.Credentials.Retrieve(ctx)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case strings.Contains(err.Error(), "SSO") || strings.Contains(err.Error(), "sso"):
		return &Problem{What: "the AWS sign-in has expired", Why: err.Error(), Next: "run `aws sso login` (with --profile, if you use one)", Err: err}
	}
	return &Problem{What: "there are no AWS credentials", Why: err.Error(), Next: next, Err: err}
}

func (a *Account) connect(cfg sdk.Config) {
	a.sagemaker = sagemaker.NewFromConfig(cfg)
	a.runtime = sagemakerruntime.NewFromConfig(cfg)
	a.ecr = ecr.NewFromConfig(cfg)
	a.iam = iam.NewFromConfig(cfg)
	a.sts = sts.NewFromConfig(cfg)
	a.logs = cloudwatchlogs.NewFromConfig(cfg)
	a.s3 = s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.UsePathStyle = a.Endpoint != "" // bucket.127.0.0.1 is no host
	})
}

// Identity asks STS whose credentials these are; once per Account.
func (a *Account) Identity(ctx context.Context) (Identity, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.identity.Account != "" {
		return a.identity, nil
	}
	out, err := a.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return Identity{}, explain("ask whose credentials these are", err)
	}
	parsed, err := arn.Parse(sdk.ToString(out.Arn))
	if err != nil {
		return Identity{}, fmt.Errorf("identity %q: %w", sdk.ToString(out.Arn), err)
	}
	a.identity = Identity{Account: sdk.ToString(out.Account), ARN: sdk.ToString(out.Arn), Partition: parsed.Partition}
	return a.identity, nil
}

// RegistryLogin gets a token for the account's ECR registry; it is good for 12
// hours on AWS.
func (a *Account) RegistryLogin(ctx context.Context) (Login, error) {
	out, err := a.ecr.GetAuthorizationToken(ctx, &ecr.GetAuthorizationTokenInput{})
	if err != nil {
		return Login{}, explain("log in to the image registry", err)
	}
	if len(out.AuthorizationData) == 0 {
		return Login{}, &Problem{What: "ECR gave no authorization token", Next: "run the same command again"}
	}
	d := out.AuthorizationData[0]
	token, err := base64.StdEncoding.DecodeString(sdk.ToString(d.AuthorizationToken))
	if err != nil {
		return Login{}, fmt.Errorf("ECR authorization token: %w", err)
	}
	host, err := url.Parse(sdk.ToString(d.ProxyEndpoint))
	if err != nil {
		return Login{}, fmt.Errorf("ECR registry address: %w", err)
	}
	user, password, ok := strings.Cut(string(token), ":")
	if !ok {
		return Login{}, errors.New("ECR authorization token has not the form user:password")
	}
	return Login{Registry: host.Host, Insecure: host.Scheme == "http", Username: user, Password: password}, nil
}

// names are what depends on account, region and endpoint name.
type names struct {
	Identity
	region   string
	endpoint string
}

func (a *Account) names(ctx context.Context, endpoint string) (names, error) {
	id, err := a.Identity(ctx)
	return names{id, a.Region, endpoint}, err
}

// arn names a resource of a service in this account and region.
func (n names) arn(service, resource string) string {
	return arn.ARN{Partition: n.Partition, Service: service, Region: n.region, AccountID: n.Account, Resource: resource}.String()
}

// sagemakerARN is the ARN of a SageMaker resource, in which names are in lower
// case.
func (n names) sagemakerARN(kind, name string) string {
	return n.arn("sagemaker", kind+"/"+strings.ToLower(name))
}

func (n names) roleARN() string {
	return arn.ARN{Partition: n.Partition, Service: "iam", AccountID: n.Account, Resource: "role/" + roleName(n.endpoint, n.region)}.String()
}

func (n names) bucket() string { return bucketName(n.Account, n.region) }

// Poll says how often a state is read while it changes: after First, then at
// intervals that grow by half to Max.
type Poll struct{ First, Max time.Duration }

func (p Poll) withDefaults() Poll {
	if p.First == 0 {
		p.First = 250 * time.Millisecond
	}
	if p.Max == 0 {
		p.Max = max(p.First, 10*time.Second)
	}
	return p
}
