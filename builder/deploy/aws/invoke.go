package aws

import (
	"context"
	"errors"
	"fmt"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime/types"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/contract"
)

// Invoke sends one request. The model's own error text comes back as a
// *ModelError; accept "" leaves the choice to the model.
func (a *Account) Invoke(ctx context.Context, name, contentType, accept string, body []byte) (Answer, error) {
	return a.InvokeMethod(ctx, name, "", contentType, accept, body)
}

// InvokeMethod is Invoke with the method that is to answer; "" is the
// deployment's. It goes in a header that SageMaker passes on unread.
func (a *Account) InvokeMethod(ctx context.Context, name string, method models.Method, contentType, accept string, body []byte) (Answer, error) {
	if len(body) > contract.RealTimePayload {
		return Answer{}, &Problem{What: fmt.Sprintf("the request has %d bytes and endpoints take %d", len(body), contract.RealTimePayload),
			Next: "send the rows in several requests"}
	}
	if body == nil {
		body = []byte{} // the SDK takes nil for forgotten
	}
	in := &sagemakerruntime.InvokeEndpointInput{EndpointName: &name, Body: body}
	if contentType != "" {
		in.ContentType = &contentType
	}
	if accept != "" {
		in.Accept = &accept
	}
	if method != "" {
		in.CustomAttributes = sdk.String("method=" + string(method)) // see contract.HeaderAttributes
	}
	start := a.clock.Now()
	out, err := a.runtime.InvokeEndpoint(ctx, in)
	if err != nil {
		return Answer{}, a.explainInvoke(name, len(body), err)
	}
	return Answer{
		ContentType: sdk.ToString(out.ContentType), Body: out.Body, Variant: sdk.ToString(out.InvokedProductionVariant),
		Elapsed: a.clock.Now().Sub(start), Warning: payloadWarning(len(body), len(out.Body)),
	}, nil
}

// payloadWarning warns of sizes that go through here and not everywhere. 4 MB:
// https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-invoke.html;
// 6 MiB: BodyBlob in the API model of SageMaker Runtime.
func payloadWarning(request, response int) string {
	const modelled = 6 << 20
	switch n := max(request, response); {
	case n > modelled:
		return fmt.Sprintf("%s in one request or answer: AWS documents 25 MB for real-time endpoints, but its API model still says 6 MiB; serverless ones take 4 MiB", sizeText(int64(n)))
	case n > contract.ServerlessPayload:
		return fmt.Sprintf("%s in one request or answer: a serverless endpoint would refuse it (4 MiB)", sizeText(int64(n)))
	}
	return ""
}

// unknownEndpoint tells the runtime's words for an endpoint that is not there:
// "Endpoint iris of account 123456789012 not found."
func unknownEndpoint(err error) bool {
	return is(err, "ValidationError", "not found") || is(err, validation, "not found")
}

func (a *Account) explainInvoke(name string, size int, err error) error {
	var model *types.ModelError
	switch {
	case errors.As(err, &model):
		m := &ModelError{Status: int(sdk.ToInt32(model.OriginalStatusCode)), Message: sdk.ToString(model.OriginalMessage),
			Logs: sdk.ToString(model.LogStreamArn), Err: err}
		if m.Message == "" {
			m.Message = sdk.ToString(model.Message)
		}
		return m
	case unknownEndpoint(err):
		return &Problem{What: fmt.Sprintf("there is no endpoint %s in %s", name, a.Region),
			Next: "`copal status` lists the endpoints; names are told apart by case here; or is AWS_REGION another one?", Err: err}
	case isCode(err, "ModelNotReadyException"):
		return &Problem{What: fmt.Sprintf("endpoint %s is starting a container for this request and is not ready", name), Next: "ask again in some seconds", Err: err}
	case isCode(err, "ThrottlingException"):
		return &Problem{What: fmt.Sprintf("endpoint %s has all the requests that it may take at once", name),
			Next: "ask again, or deploy it with a higher --max-concurrency", Err: err}
	case isCode(err, "ServiceUnavailable", "ServiceUnavailableException"):
		return &Problem{What: fmt.Sprintf("endpoint %s is not available at the moment", name), Next: "see `copal status " + name + "`, then ask again", Err: err}
	case tooLarge(err):
		return &Problem{What: fmt.Sprintf("the request of %s is too large for endpoint %s", sizeText(int64(size)), name),
			Why: "serverless endpoints take 4 MiB, real-time ones 25 MB", Next: "send the rows in several requests", Err: err}
	}
	return explain("invoke endpoint "+name, err)
}

func tooLarge(err error) bool {
	text := err.Error()
	return strings.Contains(text, "content length exceeded") || strings.Contains(text, "StatusCode: 413")
}
