package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/copal-ml/copal/cmd/copal/verify"
	"github.com/copal-ml/copal/models/formats"
)

type verifyOptions struct {
	verifyFlags
	model  string
	method string
}

// A verifyResult is what `copal verify --json` prints, also when the answers
// differ.
type verifyResult struct {
	Model  string `json:"model"`
	Data   string `json:"data"`
	Expect string `json:"expect"`
	*verify.Report
}

const verifyLong = `Verify asks a model the rows of one file, as its endpoint would, and compares each answer
with what your own Python wrote into another. Write both where the model was trained:

  pd.DataFrame(X).to_csv("X.csv", index=False)
  pd.DataFrame(model.predict(X)).to_csv("y.csv", index=False)

or predict_proba(X), with --method predict_proba; np.save and json.dump do as well.

Files are CSV, JSON, JSON Lines or .npy, told by name and content, also with gzip; - is
standard input. They are streamed, but for JSON documents. A header may have the columns
of the model in any order, and the answers' columns under the names of the classes.

Numbers g and e are equal if |g - e| <= tolerance * max(1, |e|); NaN equals NaN. The default
is far above what sums in another order and texts of numbers cost, and far below what
matters; 0 wants every bit. Labels and truth values are equal if they mean the same: "1",
1 and 1.0, True and true. Rows and columns count from 0.

It ends with 0 if all rows are equal within the tolerance, with 1 if some are not or a file
cannot be compared (--json tells which: "equal" or "error"), with 2 for a wrong command
line and with 3 if the model is not supported.`

func newVerify(a *app) *cobra.Command {
	var o verifyOptions
	cmd := &cobra.Command{
		Use:   "verify MODEL --data FILE --expect FILE",
		Short: "Compare a model's answers with those of your own Python",
		Long:  verifyLong,
		Example: `  copal verify model.pkl --data X.csv --expect y.csv
  copal verify model.pkl --data X.npy --expect proba.npy --method predict_proba
  zcat X.csv.gz | copal verify model.pkl --data - --expect y.csv --tolerance 1e-6
  copal build --embed model.pkl --verify X.csv --expect y.csv    # before the image is made`,
		Args:              exactly("MODEL"),
		ValidArgsFunction: completeModel,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.model = args[0]
			options, err := o.options("--data", cmd.Flags().Changed)
			if err != nil {
				return err
			}
			return a.verify(cmd.Context(), o, options)
		},
	}
	cmd.Flags().StringVar(&o.data, "data", "", "`FILE` of the rows; - for standard input")
	o.register(cmd)
	cmd.Flags().StringVar(&o.method, "method", "", "`method` to compare, such as predict_proba; default: the model's first")
	must(cmd.RegisterFlagCompletionFunc("method", choices(methodNames...)))
	return cmd
}

func (a *app) verify(ctx context.Context, o verifyOptions, options verify.Options) error {
	m, err := formats.OpenFile(o.model)
	if err != nil {
		return err
	}
	if options.Method, err = methodOf(m.Signature(), o.method); err != nil {
		return err
	}
	options.Stdin = a.In
	r, err := verify.Run(m, options)
	if err != nil {
		return err
	}
	for note := range strings.Lines(r.Note) {
		a.note("%s", strings.TrimSpace(note))
	}
	if a.json {
		err = a.printJSON(verifyResult{o.model, o.data, o.expect, r})
	} else {
		err = writeVerify(a.Out, r)
	}
	if err != nil || r.Equal {
		return err
	}
	return &printed{notEqual(r, options)}
}

// writeVerify prints the verdict in one line, then the largest differences and
// the first values that are beyond the tolerance.
func writeVerify(out io.Writer, r *verify.Report) error {
	fmt.Fprintf(out, "%s\n", verdict(r))
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if d := r.LargestAbsolute; d != nil {
		fmt.Fprintf(w, "largest difference\t%s\t%s\n", number(d.Absolute), at(d))
	}
	if d := r.LargestRelative; d != nil {
		fmt.Fprintf(w, "largest relative\t%s\t%s\n", number(d.Relative), at(d))
	}
	if len(r.Differences) > 0 {
		fmt.Fprintf(w, "\nROW\tCOLUMN\tCOPAL\tEXPECTED%s\n", tabbed(r.LargestAbsolute != nil, "DIFFERENCE"))
	}
	for _, d := range r.Differences {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s%s\n", d.Row, column(&d), cell(d.Got), cell(d.Expected), tabbed(d.Absolute != nil, number(d.Absolute)))
	}
	if more := r.DifferentValues - len(r.Differences); more > 0 {
		fmt.Fprintf(w, "… and %d more\n", more)
	}
	return w.Flush()
}

func tabbed(show bool, s string) string {
	if !show {
		return ""
	}
	return "\t" + s
}

func verdict(r *verify.Report) string {
	if r.Equal {
		return fmt.Sprintf("equal: %s of %s, %s", plural(r.Rows, "row"), r.Method, closeness(r))
	}
	return fmt.Sprintf("DIFFERENT: %d of %s of %s%s", r.DifferentRows, plural(r.Rows, "row"), r.Method, beyond(r))
}

// beyond says what differing numbers are beyond; labels have no tolerance.
func beyond(r *verify.Report) string {
	if r.LargestAbsolute == nil {
		return ""
	}
	return fmt.Sprintf(", by more than the tolerance %g", r.Tolerance)
}

// closeness says in words how equal answers are.
func closeness(r *verify.Report) string {
	if r.Identical {
		return "every value the same bit for bit"
	}
	return fmt.Sprintf("every value within the tolerance %g", r.Tolerance)
}

func at(d *verify.Difference) string {
	return fmt.Sprintf("row %d, column %s: %s here, %s expected", d.Row, column(d), d.Got, d.Expected)
}

func column(d *verify.Difference) string {
	if d.Name != "" {
		return d.Name
	}
	return strconv.Itoa(d.Column)
}

// cell keeps a text on its line of the table.
func cell(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	if s == "" || !strconv.CanBackquote(s) {
		return strconv.Quote(s)
	}
	return s
}

func number(f *float64) string {
	if f == nil {
		return ""
	}
	return strconv.FormatFloat(*f, 'g', 3, 64)
}

// wayToEqual is the next step for answers that differ.
func wayToEqual(r *verify.Report, o verify.Options) string {
	switch {
	case r.RoundedTo >= 0:
		return fmt.Sprintf("the numbers in %s seem to be rounded to %s; write them in full, or allow for it with --tolerance %.1e",
			o.Expect, plural(r.RoundedTo, "decimal"), 0.501*math.Pow(10, -float64(r.RoundedTo)))
	case r.OnlyNumbers && *r.LargestAbsolute.Absolute <= verify.Tolerance64:
		return fmt.Sprintf("floats that are summed in another order differ by as little; the default tolerance is %g", verify.Tolerance64)
	case r.DifferentRows == r.Rows:
		return "every row differs: are both files from the same rows in the same order, by this model and this method (" + string(r.Method) + ")?"
	}
	return "if both files are of this model and the same rows, Copal computes it wrongly: please report it"
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// explainVerify knows the errors of comparing.
func explainVerify(err error) *failure {
	var input *verify.InputError
	var lengths *verify.RowsError
	switch {
	case errors.As(err, &lengths):
		return &failure{ExitFailure, err, hintList(lengths.Hint())}
	case errors.As(err, &input):
		return &failure{ExitFailure, err, hintList(input.Hint)}
	}
	return nil
}
