package aws

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/smithy-go"
)

// again is the next step where nothing better is known: every command of ours
// may be repeated.
const again = "run the same command again: it goes on from what is there"

// is reports whether err is an AWS error with this code whose message contains
// text. SageMaker answers ValidationException to nearly everything, so the code
// alone says little.
func is(err error, code, text string) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == code && strings.Contains(api.ErrorMessage(), text)
}

// isCode reports whether err is an AWS error with one of the codes.
func isCode(err error, codes ...string) bool {
	var api smithy.APIError
	return errors.As(err, &api) && slices.Contains(codes, api.ErrorCode())
}

// Texts that SageMaker's ValidationException is told apart by. Sources: the
// Terraform provider (internal/service/sagemaker/find.go, model.go, endpoint.go),
// ACK's sagemaker-controller, amazon-sagemaker-operator-for-k8s
// (sagemaker_client.go).
const (
	validation = "ValidationException"

	noModel         = "Could not find model"
	noConfiguration = "Could not find endpoint configuration"
	noEndpoint      = `Could not find endpoint "` // without the quote it is a prefix of the line above
	alreadyExists   = "Cannot create already existing"
	inProgress      = "Cannot update in-progress endpoint"
	roleNotReady    = "Could not assume role"
	// The same, found out later: FailureReason of the endpoint.
	roleNotReadyLater = `allows the action "sts:AssumeRole" for the service principal "sagemaker.amazonaws.com"`
)

func absentModel(err error) bool { return is(err, validation, noModel) }

func absentConfiguration(err error) bool { return is(err, validation, noConfiguration) }

// absentEndpoint also takes the form with single quotes that some stand-ins use.
func absentEndpoint(err error) bool {
	return is(err, validation, noEndpoint) || is(err, validation, strings.Replace(noEndpoint, `"`, "'", 1))
}

// A cause is a text of AWS and what it means. It is looked for in error messages
// and in an endpoint's FailureReason.
type cause struct {
	texts []string // all of them occur
	quota bool     // a limit or a lack, no fault of the deployment
	what  string
	next  string
}

// causes, most specific first. Sources of the texts, beside those above:
// https://docs.aws.amazon.com/sagemaker/latest/dg/deploy-model-troubleshoot.html,
// aws/amazon-sagemaker-feedback#180 (manifest type), aws/deep-learning-containers#759
// (BatchGetImage), aws/sagemaker-python-sdk#4700 (repository access mode),
// aws-samples/easy-amazon-sagemaker-deployments#4 (image not found).
var causes = []cause{
	{texts: []string{"Unsupported manifest media type"}, what: "SageMaker takes Docker schema 2 images of one platform only, no OCI manifests and no indexes",
		next: "build the image with copal, whose default is the right one, or with docker buildx --provenance=false --sbom=false -o type=image,oci-mediatypes=false"},
	{texts: []string{"ping health check"}, what: "the container did not answer GET /ping with 200 in time",
		next: "read the container's log: copal logs NAME"},
	{texts: []string{"CannotStartContainerError"}, what: "the container did not start; SageMaker runs it with the argument serve",
		next: "see copal logs NAME; an image for another processor fails like this too (\"exec format error\")"},
	{texts: []string{"BatchGetImage permission"}, what: "the execution role may not pull the image",
		next: "leave --role away so that Copal makes a role that may, or allow the role ecr:BatchGetImage and ecr:GetDownloadUrlForLayer on the repository; an image in another account needs a repository policy too"},
	{texts: []string{"Requested image", "not found"}, what: "the image is not in the registry, or in another region",
		next: "deploy again to push it; an image of your own must be in ECR in the endpoint's region"},
	{texts: []string{"Please make sure all images"}, what: "the image is gone from the registry, or the execution role may not pull it",
		next: "deploy again to push it; keep images that endpoints use out of lifecycle policies"},
	{texts: []string{"ECR image", "is invalid"}, what: "SageMaker does not take the image reference", next: "name it by digest: repository@sha256:…"},
	{texts: []string{"without Vpc repository access mode"}, what: "the image is not in ECR", next: "push it to ECR first: copal push"},
	{texts: []string{roleNotReady}, what: "SageMaker cannot assume the execution role: it does not exist (check its path) or its trust policy does not allow sagemaker.amazonaws.com",
		next: "leave --role away so that Copal makes one, or correct the role's trust policy"},
	{texts: []string{roleNotReadyLater}, what: "SageMaker cannot assume the execution role",
		next: "leave --role away so that Copal makes one, or correct the role's trust policy"},
	{texts: []string{"Could not find model data"}, what: "model.tar.gz is not in S3 where the model says", next: again},
	{texts: []string{"Image size", "greater than supported size"}, what: "the image is too large for a serverless endpoint (10 GiB)", next: "deploy it --realtime"},
	{texts: []string{"InsufficientInstanceCapacity"}, quota: true, what: "AWS has no free instance of this type in the region at the moment",
		next: "try again later, or choose another --instance-type"},
	{texts: []string{"Unable to provision requested ML compute capacity"}, quota: true, what: "AWS has no free instance of this type in the region at the moment",
		next: "try again later, or choose another --instance-type"},
	{texts: []string{"account-level service limit"}, quota: true, what: "a quota of the account is used up; new accounts have 0 for many types, and an update needs room for the old and the new instances",
		next: "choose another --instance-type or --serverless, or ask for more: https://console.aws.amazon.com/servicequotas/home/services/sagemaker/quotas"},
	{texts: []string{inProgress}, what: "the endpoint is being changed by someone else at this moment", next: "wait until `copal status NAME` says InService, then run the same command again"},
	{texts: []string{"Request to service failed"}, what: "SageMaker had an internal error", next: again},
}

// findCause looks a text of AWS up.
func findCause(text string) (cause, bool) {
	for _, c := range causes {
		if !slices.ContainsFunc(c.texts, func(t string) bool { return !strings.Contains(text, t) }) {
			return c, true
		}
	}
	return cause{}, false
}

// report turns a text of AWS into an error: what was tried, the meaning, AWS's
// own words, the next step.
func report(doing, text, endpoint string, err error) error {
	c, ok := findCause(text)
	if !ok {
		return &Problem{What: "cannot " + doing, Why: "AWS says: " + text, Next: again, Err: err}
	}
	next := strings.ReplaceAll(c.next, "NAME", endpoint)
	why := c.what + "\nAWS says: " + text
	if c.quota {
		return &Quota{What: "cannot " + doing, Why: why, Next: next, Err: err}
	}
	return &Problem{What: "cannot " + doing, Why: why, Next: next, Err: err}
}

// explain turns an error of the SDK into one of ours. doing completes "cannot …".
// Errors that are ours already, and the end of the context, pass as they are.
func explain(doing string, err error) error {
	var api smithy.APIError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled), isOurs(err):
		return err
	case !errors.As(err, &api):
		return unreachable(doing, err)
	}
	code, message := api.ErrorCode(), api.ErrorMessage()
	switch {
	case deniedCode(code) || strings.Contains(message, "is not authorized to perform"):
		return denied(doing, message, err)
	case expiredCode(code):
		return &Problem{What: "cannot " + doing, Why: "AWS does not take the credentials: " + message,
			Next: "sign in again (`aws sso login`, or new AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN); " +
				"for the local platform: eval \"$(copal local env)\"", Err: err}
	case quotaCode(code):
		if _, ok := findCause(message); ok {
			return report(doing, message, "", err)
		}
		return &Quota{What: "cannot " + doing, Why: message,
			Next: "ask for more: https://console.aws.amazon.com/servicequotas/home", Err: err}
	case strings.Contains(code, "Throttl") || code == "TooManyRequestsException" || code == "SlowDown":
		return &Problem{What: "cannot " + doing, Why: "AWS throttles the account's requests and did so to the last attempt: " + message, Next: again, Err: err}
	case message == "":
		message = code
	}
	return report(doing, message, "NAME", err)
}

func isOurs(err error) bool {
	var (
		p *Problem
		d *Denied
		q *Quota
		s *StillRunning
		f *SmokeFailed
	)
	return errors.As(err, &p) || errors.As(err, &d) || errors.As(err, &q) || errors.As(err, &s) || errors.As(err, &f)
}

func deniedCode(code string) bool {
	return slices.Contains([]string{"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Forbidden", "AllAccessDisabled"}, code)
}

func expiredCode(code string) bool {
	return slices.Contains([]string{"ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId", "UnrecognizedClientException",
		"SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature", "InvalidAccessKeyId", "MissingAuthenticationToken"}, code)
}

func quotaCode(code string) bool {
	return slices.Contains([]string{"ResourceLimitExceeded", "LimitExceeded", "LimitExceededException", "TooManyBuckets"}, code)
}

// unreachable explains a request that brought no answer from the service.
func unreachable(doing string, err error) error {
	var network net.Error
	if errors.As(err, &network) || errors.Is(err, context.DeadlineExceeded) {
		return &Problem{What: "cannot " + doing, Why: "no answer: " + lastCause(err).Error(),
			Next: "check the network, the region and AWS_ENDPOINT_URL, then run the same command again", Err: err}
	}
	return &Problem{What: "cannot " + doing, Why: lastCause(err).Error(), Next: again, Err: err}
}

// lastCause is the innermost error: the SDK wraps it in its own state.
func lastCause(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}

// actionForm finds principal, action and resource in IAM's words: "User:
// arn:aws:iam::123456789012:user/ann is not authorized to perform: iam:PassRole
// on resource: arn:… because no identity-based policy allows the iam:PassRole action".
var actionForm = regexp.MustCompile(`(?:User: (\S+) )?is not authorized to perform: ([a-z0-9-]+:[A-Za-z]+)(?: on resource: (\S+))?`)

// denied names the action, and the policy statement that would allow it.
func denied(doing, message string, err error) error {
	d := &Denied{What: doing, Err: err}
	if m := actionForm.FindStringSubmatch(message); m != nil {
		d.Principal, d.Action, d.Resource = m[1], m[2], m[3]
	} else {
		d.Action = actionOf(err)
	}
	if d.Resource == "" {
		d.Resource = "*"
	}
	d.Statement = statementFor(d.Action, d.Resource)
	return d
}

// actionOf is the IAM action of the operation that failed; most are named after
// it (https://docs.aws.amazon.com/service-authorization/latest/reference/).
func actionOf(err error) string {
	var op *smithy.OperationError
	if !errors.As(err, &op) {
		return ""
	}
	prefix := map[string]string{"SageMaker": "sagemaker", "SageMaker Runtime": "sagemaker", "ECR": "ecr", "IAM": "iam",
		"S3": "s3", "STS": "sts", "CloudWatch Logs": "logs"}[op.Service()]
	if prefix == "" {
		return ""
	}
	action := op.Operation()
	if prefix == "s3" {
		switch action {
		case "HeadBucket", "ListObjectsV2":
			action = "ListBucket"
		case "HeadObject":
			action = "GetObject"
		case "DeleteObjects":
			action = "DeleteObject"
		}
	}
	return prefix + ":" + action
}

// statementFor is a policy statement that allows the action; PassRole only to
// SageMaker.
func statementFor(action, resource string) string {
	if action == "" {
		return ""
	}
	s := statement{Effect: "Allow", Action: []string{action}, Resource: []string{resource}}
	if action == "iam:PassRole" {
		s.Condition = map[string]map[string]string{"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
	}
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		panic(fmt.Sprintf("aws: statement: %v", err)) // only plain data inside
	}
	return string(b)
}
