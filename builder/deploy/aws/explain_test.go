package aws

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/aws/smithy-go"
)

func apiError(code, message string) error {
	return &smithy.OperationError{ServiceID: "SageMaker", OperationName: "CreateModel", Err: &smithy.GenericAPIError{Code: code, Message: message}}
}

// Which class of error a text becomes decides the exit code.
func TestExplain(t *testing.T) {
	f := func(code, message, class, want string) {
		t.Helper()
		err := explain("make it", apiError(code, message))
		if got := strings.TrimPrefix(fmt.Sprintf("%T", err), "*aws."); got != class {
			t.Errorf("%s %q is a %s, want %s", code, message, got, class)
		}
		if !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "cannot make it") {
			t.Errorf("%s %q explained as %q, want %q in it", code, message, err, want)
		}
		if !strings.Contains(err.Error(), "\n") {
			t.Errorf("%q has no next step", err)
		}
		var api smithy.APIError
		if !errors.As(err, &api) {
			t.Errorf("the cause of %q is lost", err)
		}
	}
	f("AccessDeniedException", "User: arn:aws:iam::1:user/a is not authorized to perform: sagemaker:CreateModel on resource: arn:x", "Denied", "may not sagemaker:CreateModel on arn:x")
	f("AccessDenied", "Access Denied", "Denied", `"sagemaker:CreateModel"`)
	f("ValidationException", "User is not authorized to perform: iam:PassRole on resource: arn:r", "Denied", `"iam:PassedToService": "sagemaker.amazonaws.com"`)
	f("ResourceLimitExceeded", "The account-level service limit 'ml.m5.large for endpoint usage' is 0 Instances", "Quota", "servicequotas")
	f("LimitExceeded", "Cannot exceed quota for RolesPerAccount: 1000", "Quota", "RolesPerAccount")
	f("ExpiredTokenException", "The security token included in the request is expired", "Problem", "aws sso login")
	f("InvalidSignatureException", "Signature expired", "Problem", "copal local env")
	f("ThrottlingException", "Rate exceeded", "Problem", "throttles")
	f("ValidationException", "Unsupported manifest media type application/vnd.oci.image.manifest.v1+json for image x. Ensure that valid manifest media type is used for specified image.", "Problem", "--provenance=false")
	f("ValidationException", "Requested image x@sha256:1 not found.", "Problem", "deploy again to push it")
	f("ValidationException", "Could not assume role arn:aws:iam::1:role/r. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' to assume the role.", "Problem", "leave --role away")
	f("ValidationException", "The role 'arn' does not have BatchGetImage permission for the image: 'x'.", "Problem", "repository policy")
	f("ValidationException", "Using non-ECR image \"x\" without Vpc repository access mode is not supported.", "Problem", "copal push")
	f("ValidationException", "Image size 12704675783 is greater than supported size 10737418240", "Problem", "--realtime")
	f("ValidationException", "Cannot update in-progress endpoint \"arn\".", "Problem", "being changed by someone else")
	f("ValidationException", "Something new", "Problem", "run the same command again")
}

func TestExplainPasses(t *testing.T) {
	if explain("x", nil) != nil {
		t.Error("nil is an error")
	}
	for _, err := range []error{context.Canceled, &Problem{What: "mine"}, &SmokeFailed{Err: context.Canceled}} {
		if got := explain("x", err); !errors.Is(got, err) || got.Error() != err.Error() {
			t.Errorf("%v became %v", err, got)
		}
	}
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	if got := explain("make it", fmt.Errorf("request send failed: %w", refused)).Error(); !strings.Contains(got, "connection refused") || !strings.Contains(got, "AWS_ENDPOINT_URL") {
		t.Errorf("a refused connection is explained as %q", got)
	}
}

// The texts that decide what is absent must not be taken for one another.
func TestAbsentTexts(t *testing.T) {
	endpoint := apiError(validation, `Could not find endpoint "arn:aws:sagemaker:eu-west-1:1:endpoint/iris".`)
	config := apiError(validation, `Could not find endpoint configuration "arn:aws:sagemaker:eu-west-1:1:endpoint-config/iris".`)
	model := apiError(validation, `Could not find model "arn:aws:sagemaker:eu-west-1:1:model/iris".`)
	f := func(name string, absent func(error) bool, want error) {
		t.Helper()
		for _, err := range []error{endpoint, config, model, apiError("ResourceNotFound", "x"), errors.New("x"), nil} {
			if got := absent(err); got != (err == want) {
				t.Errorf("%s(%v) = %v", name, err, got)
			}
		}
	}
	f("absentEndpoint", absentEndpoint, endpoint)
	f("absentConfiguration", absentConfiguration, config)
	f("absentModel", absentModel, model)
}
