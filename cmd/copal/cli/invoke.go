package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/copal-ml/copal/builder/deploy/aws"
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/contract"
)

type invokeOptions struct {
	account             accountFlags
	name                string
	data                string // "" for standard input
	contentType, accept string
	method              string
}

// An invokeResult is what `copal invoke --json` prints.
type invokeResult struct {
	Endpoint    string `json:"endpoint"`
	Variant     string `json:"variant,omitempty"`
	ContentType string `json:"content_type"`
	Body        any    `json:"body"` // the answer itself if it is JSON, else its text
	ElapsedMS   int64  `json:"elapsed_ms"`
}

func newInvoke(a *app) *cobra.Command {
	var o invokeOptions
	cmd := &cobra.Command{
		Use:   "invoke NAME [--data TEXT|@FILE]",
		Short: "Ask an endpoint for predictions",
		Long: `Invoke sends one request to an endpoint and prints the answer as it came, and a newline.

The request is the text after --data, the file after --data @, or standard input.
Its media type is taken from the file's name or, for text, from how it begins: { or [
is JSON, anything else CSV. SageMaker takes at most 25 MB, 4 MB on serverless endpoints.`,
		Example: `  copal invoke iris --data '{"features": [[5.1, 3.5, 1.4, 0.2]]}'
  copal invoke iris --data '5.1,3.5,1.4,0.2' --accept text/csv
  copal invoke iris --data @rows.csv > predictions.json
  copal invoke iris --data '[[5.1, 3.5, 1.4, 0.2]]' --method predict_proba
  head -100 rows.csv | copal invoke iris --local`,
		Args: exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.name = args[0]
			return a.invoke(cmd.Context(), o)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.data, "data", "d", "", "the request: text, or @ and a file's name; default: standard input")
	flags.StringVar(&o.contentType, "content-type", "", "media `type` of the request; default: from the data")
	flags.StringVar(&o.accept, "accept", "", "media `type` of the answer; default: the model's choice")
	flags.StringVar(&o.method, "method", "", "`method` for this request, such as predict_proba; default: the deployment's")
	o.account.register(cmd)
	must(cmd.RegisterFlagCompletionFunc("content-type", choices(requestTypes...)))
	must(cmd.RegisterFlagCompletionFunc("accept", choices(mediaTypes...)))
	must(cmd.RegisterFlagCompletionFunc("method", choices(methodNames...)))
	return cmd
}

var (
	mediaTypes   = []string{"application/json", "text/csv"}
	requestTypes = append(mediaTypes[:len(mediaTypes):len(mediaTypes)], "text/libsvm")
)

func (a *app) invoke(ctx context.Context, o invokeOptions) error {
	if err := checkEndpointName("", o.name); err != nil {
		return err
	}
	body, err := a.requestBody(o.data)
	if err != nil {
		return err
	}
	if o.contentType == "" {
		o.contentType = mediaTypeOf(o.data, body)
	}
	account, err := o.account.open(ctx)
	if err != nil {
		return err
	}
	answer, err := account.InvokeMethod(ctx, o.name, models.Method(o.method), o.contentType, o.accept, body)
	if err != nil {
		return err
	}
	if answer.Warning != "" {
		a.warn("%s", answer.Warning)
	}
	return a.printAnswer(o.name, answer)
}

// requestBody reads what --data names, and no more than SageMaker takes.
func (a *app) requestBody(data string) ([]byte, error) {
	switch {
	case data == "" || data == "@-":
		if data == "" && isTerminal(a.In) {
			return nil, usagef(`give it with --data '{"features": [[…]]}', --data @FILE, or on standard input`, "copal invoke has no data to send")
		}
		return readRequest(a.In, "standard input")
	case strings.HasPrefix(data, "@"):
		f, err := os.Open(data[1:])
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return readRequest(f, data[1:])
	}
	if _, err := os.Stat(data); err == nil {
		a.warn("--data %s is sent as it stands; for the file of that name write --data @%s", data, data)
	}
	return []byte(data), checkSize(int64(len(data)), "the request")
}

func readRequest(r io.Reader, name string) ([]byte, error) {
	if f, ok := r.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			if err := checkSize(info.Size(), name); err != nil {
				return nil, err
			}
		}
	}
	body, err := io.ReadAll(io.LimitReader(r, contract.RealTimePayload+1))
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) {
			return nil, err
		}
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	if len(body) == 0 {
		return nil, failf("a request needs at least one row", "%s is empty", name)
	}
	return body, checkSize(int64(len(body)), name)
}

// checkSize refuses before sending what the platform would refuse after it, with
// a text that misleads (aws/sagemaker-python-sdk#4271).
func checkSize(n int64, name string) error {
	if n <= contract.RealTimePayload {
		return nil
	}
	return failf(fmt.Sprintf("send it in parts of at most %d MB (%d MB for a serverless endpoint)",
		contract.RealTimePayload>>20, contract.ServerlessPayload>>20),
		"%s has %s; SageMaker takes at most %d MB in one request", name, atLeast(n), contract.RealTimePayload>>20)
}

func atLeast(n int64) string {
	if n == contract.RealTimePayload+1 { // where reading stopped
		return fmt.Sprintf("more than %d MB", contract.RealTimePayload>>20)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}

// mediaTypeOf guesses the type of a request from its file's name, else from its
// first character.
func mediaTypeOf(data string, body []byte) string {
	if strings.HasPrefix(data, "@") {
		switch strings.ToLower(filepath.Ext(data)) {
		case ".json":
			return "application/json"
		case ".csv":
			return "text/csv"
		case ".libsvm", ".svmlight", ".svm":
			return "text/libsvm"
		}
	}
	switch first := bytes.TrimLeft(body, " \t\r\n"); {
	case len(first) == 0, first[0] == '{', first[0] == '[':
		return "application/json"
	}
	return "text/csv"
}

// printAnswer writes the body as it came. Text gets the newline that it may
// lack; other bytes stay what they are.
func (a *app) printAnswer(name string, answer aws.Answer) error {
	kind, _, _ := strings.Cut(answer.ContentType, ";")
	isJSON := strings.TrimSpace(kind) == "application/json" && json.Valid(answer.Body)
	if a.json {
		r := invokeResult{Endpoint: name, Variant: answer.Variant, ContentType: answer.ContentType,
			Body: string(answer.Body), ElapsedMS: answer.Elapsed.Milliseconds()}
		if isJSON {
			r.Body = json.RawMessage(answer.Body)
		}
		return a.printJSON(r)
	}
	if _, err := a.Out.Write(answer.Body); err != nil {
		return err
	}
	if (isJSON || strings.HasPrefix(kind, "text/")) && !bytes.HasSuffix(answer.Body, []byte("\n")) {
		_, err := io.WriteString(a.Out, "\n")
		return err
	}
	return nil
}
