package aws

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"

	sdk "github.com/aws/aws-sdk-go-v2/aws"

	"github.com/copal-ml/copal/builder/progress"
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/contract"
)

// A smoke is the test request of a deployment.
type smoke struct {
	body   []byte
	stored *contract.Smoke // that knows the answer; nil if any will do
	madeUp bool
}

// smokeOf is the request that the user gave; or else what the image holds, with
// the answers; or else a made-up row.
func smokeOf(s Spec) smoke {
	switch stored := s.Image.Manifest.Smoke; {
	case s.Smoke != nil:
		return smoke{body: s.Smoke}
	case stored != nil:
		return smoke{body: stored.Request, stored: stored}
	}
	return smoke{body: SmokeRequest(s.Image.Manifest.Signature), madeUp: true}
}

// passed says of an answer that it was right, or that it was one.
func (t smoke) passed(endpoint string, answer Answer) string {
	took := answer.Elapsed.Round(time.Millisecond)
	if t.stored != nil {
		return fmt.Sprintf("Endpoint %s answered the rows stored in its image as expected, in %s: %s", endpoint, took, oneLine(answer.Body, 80))
	}
	return fmt.Sprintf("Endpoint %s answered the test request in %s: %s", endpoint, took, oneLine(answer.Body, 80))
}

// SmokeRequest is the JSON body of one synthetic row of the signature: zeros,
// false and empty strings. Such a row is no sensible question, but every model
// that works has an answer to it, or knows why not (refusesMadeUpText).
func SmokeRequest(s *models.Signature) []byte {
	var body any
	if len(s.Inputs) == 1 && s.Inputs[0].Width > 0 {
		body = map[string]any{"features": [][]any{row(s.Inputs[0])}}
	} else {
		named := map[string]any{}
		for _, p := range s.Inputs {
			named[p.Name] = row(p)[0]
		}
		body = map[string]any{"instances": []any{named}}
	}
	b, err := json.Marshal(body)
	if err != nil {
		panic("aws: smoke request: " + err.Error()) // only plain data inside
	}
	return b
}

func row(p models.Port) []any {
	var zero any
	switch p.DType {
	case models.Float32, models.Float64:
		zero = 0.0
	case models.Int64:
		zero = 0
	case models.Bool:
		zero = false
	case models.String:
		zero = ""
	}
	values := make([]any, max(p.Width, 1))
	for i := range values {
		values[i] = zero
	}
	return values
}

// smokeTest sends the request until the endpoint answers it, or refuses it for a
// reason that will not pass: an endpoint that is just in service may still say
// that its model is not ready. An answer that is known is compared.
func (a *Account) smokeTest(ctx context.Context, name string, test smoke) (Answer, error) {
	var answer Answer
	err := a.poller().retry(ctx, notReady, func() (err error) {
		answer, err = a.Invoke(ctx, name, "application/json", "application/json", test.body)
		return err
	})
	if err != nil || test.stored == nil {
		return answer, err
	}
	if err := test.stored.Compare(answer.Body); err != nil {
		return answer, &WrongAnswer{err}
	}
	return answer, nil
}

// refusesMadeUpText reports whether err is the model's own word against a row
// whose text it does not know, as an encoder with handle_unknown='error' has.
// Rows of numbers alone have an answer from every model that works.
func refusesMadeUpText(s *models.Signature, err error) bool {
	var refused *ModelError
	if !errors.As(err, &refused) || refused.Status != 400 {
		return false
	}
	for _, p := range s.Inputs {
		if p.DType == models.String {
			return true
		}
	}
	return false
}

// notReady tells the runtime's errors that pass by themselves: a model that is
// still loading, a cold start, a fleet that is not known everywhere yet.
func notReady(err error) bool {
	return isCode(err, "ModelNotReadyException", "ServiceUnavailable", "ServiceUnavailableException",
		"InternalDependencyException", "ThrottlingException") || unknownEndpoint(err)
}

// test sends the test request. If it fails on an endpoint that worked before,
// the endpoint goes back to the configuration on which it did.
func (e *endpoint) test(ctx context.Context, before found, p progress.Func) error {
	if e.smoke == nil {
		return nil
	}
	cause := e.smoke(ctx, p)
	if cause == nil || ctx.Err() != nil {
		return cause
	}
	failed := &SmokeFailed{Name: e.name, On: e.wanted, Err: cause}
	if lines := e.tail(ctx, 20); lines != "" {
		failed.Logs = "The container's last lines:\n" + lines
	}
	old, why, err := e.previous(ctx, before)
	if err != nil {
		return errors.Join(failed, err)
	}
	if old == "" {
		failed.Why = why
		return failed
	}
	p.Send(progress.Event{Kind: progress.Warning, ID: e.ID().String(),
		Text: fmt.Sprintf("Endpoint %s did not answer the test request: back to configuration %s", e.name, old)})
	now, err := e.describe(ctx)
	if err == nil {
		err = e.update(ctx, old, now, p)
	}
	if err != nil {
		failed.Why = fmt.Sprintf("It could not go back to configuration %s: %v", old, err)
		return failed
	}
	failed.RolledBack, failed.On = true, old
	return failed
}

// previous is the configuration to go back to: the last one that passed the
// test, or else the one that the endpoint was on. "" and the reason if there is
// none, or SageMaker would refuse it.
func (e *endpoint) previous(ctx context.Context, before found) (name, why string, err error) {
	if before.absent() || before.dead() {
		return "", fmt.Sprintf("The endpoint is new and stays as it is, to be looked at. `copal logs %s` has the container's log; `copal destroy %s` removes it.", e.name, e.name), nil
	}
	why = "There is no earlier configuration to go back to."
	for _, candidate := range []string{before.tags[TagTested], before.config()} {
		if candidate == "" || candidate == e.wanted {
			continue
		}
		out, err := e.api.DescribeEndpointConfig(ctx, &sagemaker.DescribeEndpointConfigInput{EndpointConfigName: &candidate})
		if absentConfiguration(err) || err == nil && len(out.ProductionVariants) == 0 {
			continue
		}
		if err != nil {
			return "", "", explain("read endpoint configuration "+candidate, err)
		}
		if variantKind(out.ProductionVariants[0]) == serverlessKind && variantKind(e.variant) == realTimeKind {
			why = fmt.Sprintf("It was serverless before, and SageMaker does not go back from real-time: deploy again what it was (configuration %s) after `copal destroy %s`.", candidate, e.name)
			continue
		}
		return sdk.ToString(out.EndpointConfigName), "", nil
	}
	return "", why, nil
}

// oneLine shortens an answer for a message.
func oneLine(b []byte, n int) string {
	s := strings.Join(strings.Fields(string(b)), " ")
	if len(s) > n {
		s = strings.ToValidUTF8(s[:n], "") + "…"
	}
	return s
}
