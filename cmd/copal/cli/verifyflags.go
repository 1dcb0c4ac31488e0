package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/copal-ml/copal/cmd/copal/verify"
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/codec"
	"github.com/copal-ml/copal/runtime/contract"
)

// verifyFlags say what to compare a model with, on every command that does.
type verifyFlags struct {
	data, expect string
	tolerance    float64 // negative for the default
	header       string
	smokeRows    int
}

// register adds the flags that all the commands share.
func (f *verifyFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.expect, "expect", "", "`FILE` of the answers that Python gave to these rows")
	flags.Float64Var(&f.tolerance, "tolerance", -1, "the `difference` that two numbers may have: absolute up to 1, relative above; default: 1e-9, 1e-6 for answers in float32")
	flags.StringVar(&f.header, "header", "auto", "whether a CSV file of rows has a `header`: auto, present or absent")
	flags.Lookup("tolerance").DefValue = "0" // none to show: the text has it
	must(cmd.RegisterFlagCompletionFunc("header", choices("auto", "present", "absent")))
}

// registerBuild adds them to a command that makes an image.
func (f *verifyFlags) registerBuild(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.data, "verify", "", "first compare the model's answers to the rows in `FILE` with those of --expect")
	f.register(cmd)
	flags.IntVar(&f.smokeRows, "smoke-rows", 3, "with --verify, the `number` of rows to store in the image as the test of its endpoints; 0 for none")
}

// options checks the flags and resolves what they mean. The flag that names the
// rows is --data or --verify.
func (f *verifyFlags) options(flag string, changed func(name string) bool) (verify.Options, error) {
	o := verify.Options{Data: f.data, Expect: f.expect, Tolerance: -1, Show: 10, SmokeRows: f.smokeRows}
	switch {
	case f.data == "" && f.expect == "":
		return o, usagef("for example: "+flag+" X.csv --expect y.csv", "two files are to be given: %s with the rows, --expect with the answers", flag)
	case f.data == "":
		return o, usagef("for example: "+flag+" X.csv --expect y.csv", "--expect needs the rows that were asked: %s", flag)
	case f.expect == "":
		return o, usagef("for example: "+flag+" "+f.data+" --expect y.csv", "%s needs the answers to compare with: --expect", flag)
	case f.data == "-" && f.expect == "-":
		return o, usagef("give one of them as a file", "%s and --expect cannot both be standard input", flag)
	case f.smokeRows < 0 || f.smokeRows > 100:
		return o, usagef("for example: --smoke-rows 3", "--smoke-rows %d is not between 0 and 100", f.smokeRows)
	}
	if changed("tolerance") {
		if !(f.tolerance >= 0 && f.tolerance <= 1e300) {
			return o, usagef("for example: --tolerance 1e-6; 0 wants every bit", "--tolerance %v is not a number from 0 up", f.tolerance)
		}
		o.Tolerance = f.tolerance
	}
	headers := map[string]codec.Header{"auto": codec.HeaderAuto, "present": codec.HeaderPresent, "absent": codec.HeaderAbsent}
	var known bool
	if o.Header, known = headers[f.header]; !known {
		return o, oneOf("--header", f.header, "auto", "present", "absent")
	}
	return o, nil
}

// A judgement is builder.Spec.Verify.
type judgement = func(*models.Model, models.Method) (*contract.Smoke, error)

// duringBuild is the judgement that a build waits for; nil if none is wanted.
func (f *verifyFlags) duringBuild(a *app, cmd *cobra.Command) (judgement, error) {
	if f.data == "" {
		for _, name := range []string{"expect", "tolerance", "header", "smoke-rows"} {
			if cmd.Flags().Changed(name) {
				return nil, usagef("for example: --verify X.csv --expect y.csv", "--%s belongs to --verify", name)
			}
		}
		return nil, nil
	}
	o, err := f.options("--verify", cmd.Flags().Changed)
	if err != nil {
		return nil, err
	}
	return func(m *models.Model, method models.Method) (*contract.Smoke, error) {
		o.Method, o.Stdin = method, a.In
		r, err := verify.Run(m, o)
		if err != nil {
			return nil, err
		}
		for note := range strings.Lines(r.Note) {
			a.note("%s", strings.TrimSpace(note))
		}
		if !r.Equal {
			return nil, errors.Join(writeVerify(a.Err, r), notEqual(r, o))
		}
		a.note("Verified %s of %s: %s.", plural(r.Rows, "row"), o.Data, closeness(r))
		if r.Smoke != nil {
			a.note("%s of %s and the expected answers are stored in the image as the test of its endpoints (--smoke-rows 0 stores none).", plural(r.SmokeRows, "row"), o.Data)
		}
		return r.Smoke, nil
	}, nil
}

// notEqual is the failure of a comparison whose report has been printed.
func notEqual(r *verify.Report, o verify.Options) error {
	return failf(wayToEqual(r, o), "the model's answers are not those of %s: %d of %s differ%s",
		o.Expect, r.DifferentRows, plural(r.Rows, "row"), strings.TrimPrefix(beyond(r), ","))
}
