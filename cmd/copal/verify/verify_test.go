package verify_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/copal-ml/copal/cmd/copal/verify"
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/ndarray"
	"github.com/copal-ml/copal/runtime/codec"
)

// A stub is a model of two numbers a row, x and y.
type stub struct{ signature models.Signature }

func (s *stub) Signature() *models.Signature { return &s.signature }

// Predict answers: predict, the label of x; predict_proba, x and y themselves;
// transform, them as float32; decision_function, whether x is above y.
func (s *stub) Predict(dst, src *models.Frame, method models.Method) error {
	x := src.Columns[0].F64
	dst.Reset()
	dst.Rows = src.Rows
	for row := range src.Rows {
		if x[2*row] == 666 {
			return &models.DataError{Row: row, Column: 0, Text: "the number of the beast"}
		}
		if x[2*row] == 667 {
			panic("one more")
		}
	}
	switch method {
	case models.Predict:
		labels := dst.Add("", models.String, 0, src.Rows)
		for row := range src.Rows {
			labels.Str[row] = []string{"no", "yes"}[int(x[2*row])%2]
		}
	case models.PredictProba:
		copy(dst.Add("", models.Float64, 2, len(x)).F64, x)
	case models.Transform:
		out := dst.Add("", models.Float32, 2, len(x)).F32
		for i := range x {
			out[i] = float32(x[i])
		}
	case models.DecisionFunction:
		out := dst.Add("", models.Bool, 0, src.Rows).Bool
		for row := range src.Rows {
			out[row] = x[2*row] > x[2*row+1]
		}
	}
	return nil
}

func model() *stub {
	return &stub{models.Signature{
		Inputs: []models.Port{{Width: 2}}, Features: []string{"x", "y"}, Classes: []any{"no", "yes"},
		Methods: []models.MethodSignature{
			{Name: models.Predict, Outputs: []models.Port{{DType: models.String}}},
			{Name: models.PredictProba, Outputs: []models.Port{{DType: models.Float64, Width: 2}}},
			{Name: models.Transform, Outputs: []models.Port{{DType: models.Float32, Width: 2}}},
			{Name: models.DecisionFunction, Outputs: []models.Port{{DType: models.Bool}}},
		},
	}}
}

// write puts a file into a new folder and returns its path.
func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func run(t *testing.T, m models.Predictor, method models.Method, data, expect string, change ...func(*verify.Options)) (*verify.Report, error) {
	t.Helper()
	o := verify.Options{Data: data, Expect: expect, Method: method, Tolerance: -1, Show: 10}
	for _, c := range change {
		c(&o)
	}
	return verify.Run(m, o)
}

// verdict is a report in a line.
func verdict(r *verify.Report) string {
	s := fmt.Sprintf("%d rows", r.Rows)
	if r.Identical {
		return s + " identical"
	}
	if r.Equal {
		return s + " equal"
	}
	s += fmt.Sprintf(" %d different:", r.DifferentRows)
	for _, d := range r.Differences {
		s += fmt.Sprintf(" %d/%d%s %s≠%s", d.Row, d.Column, d.Name, d.Got, d.Expected)
	}
	return s
}

// Whatever way Python writes the expected answers.
func TestRunExpect(t *testing.T) {
	f := func(method models.Method, data, name, expect, want string) {
		t.Helper()
		r, err := run(t, model(), method, write(t, "X.csv", data), write(t, name, expect))
		if err != nil {
			t.Errorf("%s: %v", expect, err)
			return
		}
		if got := verdict(r); got != want {
			t.Errorf("%s:\n got %s\nwant %s", expect, got, want)
		}
	}
	const rows = "x,y\n1,0.5\n2,0.25\n3,0\n" // yes no yes
	labels := func(name, expect, want string) { t.Helper(); f(models.Predict, rows, name, expect, want) }
	labels("y.csv", "yes\nno\nyes\n", "3 rows identical")
	labels("y.csv", "label\r\nyes\r\n\"no\"\r\nyes", "3 rows identical")
	labels("y.csv", ",label\n0,yes\n1,no\n2,yes\n", "3 rows identical")           // with pandas' index
	labels("y.csv", "Unnamed: 0,0\n0,yes\n1,no\n2,yes\n", "3 rows identical")     // and read and written again
	labels("y.csv", "0\nyes\nno\nyes\n", "3 rows identical")                      // the name of a Series without one
	labels("y.csv", "yes\nyes\nyes\n", "3 rows 1 different: 1/0 no≠yes")          //
	labels("y.csv", "yes\nno\n\"\"\n", "3 rows 1 different: 2/0 yes≠(missing)")   //
	labels("y.json", `["yes", "no", "yes"]`, "3 rows identical")                  // json.dump(y.tolist(), f)
	labels("y.json", `{"predictions": ["yes", "no", "yes"]}`, "3 rows identical") // copal invoke's
	labels("y.json", `{"0":"yes","1":"no","2":"yes"}`, "3 rows identical")        // Series.to_json()
	labels("y.json", `[{"label":"yes"},{"label":"no"},{"label":"yes"}]`, "3 rows identical")
	labels("y.json", "{\"label\":\"yes\"}\n{\"label\":\"no\"}\n{\"label\":\"yes\"}\n", "3 rows identical")
	labels("y.json", `{"columns":["label"],"index":[0,1,2],"data":[["yes"],["no"],["yes"]]}`, "3 rows identical")
	labels("y.jsonl", "\"yes\"\n\"no\"\n\n\"yes\"", "3 rows identical")
	labels("y.txt", "yes\nno\nyes\n", "3 rows identical")
	labels("y", "yes\nno\nyes\n", "3 rows identical")

	proba := func(data, name, expect, want string) {
		t.Helper()
		f(models.PredictProba, data, name, expect, want)
	}
	proba("1,0.5\n2,0.25\n", "p.csv", "1.0,0.5\n2.0,0.25\n", "2 rows identical")
	proba("1,0.5\n2,0.25\n", "p.csv", "no,yes\n1.0,0.5\n2.0,0.25\n", "2 rows identical")
	proba("1,0.5\n2,0.25\n", "p.csv", "yes,no\n0.5,1.0\n0.25,2.0\n", "2 rows identical") // by the names of the classes
	proba("1,0.5\n2,0.25\n", "p.csv", "id,yes,no\n7,0.5,1.0\n8,0.25,2.0\n", "2 rows identical")
	proba("1,0.5\n2,0.25\n", "p.csv", "0,1\n1.0,0.5\n2.0,0.25\n", "2 rows identical") // DataFrame without names
	proba("0,1\n2,0.25\n", "p.csv", "2.0,0.25\n", "1 rows identical")                 // both lines may be either
	proba("x,y\n0,1\n2,0.25\n", "p.csv", "0,1\n2.0,0.25\n", "2 rows identical")
	proba("1,0.5\n", "p.json", "[1.0, 0.5]", "1 rows identical")
	proba("1,0.5\n2,0.25\n", "p.json", "[{\"yes\":0.5,\"no\":1.0}\n,{\"no\":2,\"yes\":0.25}]", "2 rows identical")
	proba("nan,inf\n,-inf\n", "p.csv", "nan,inf\nNaN,-Infinity\n", "2 rows identical")
	proba("nan,inf\n,-inf\n", "p.json", "[[NaN, Infinity], [null, -Infinity]]", "2 rows identical")
	proba("1,2\n3,4\n", "p.csv", "a,b\nc,d\n", "2 rows 2 different: 0/0no 1≠a 0/1yes 2≠b 1/0no 3≠c 1/1yes 4≠d") // labels, not numbers
	proba("nan,1\n", "p.csv", "0.0,1\n", "1 rows 1 different: 0/0no NaN≠0.0")
	proba("1,inf\n", "p.csv", "1,-inf\n", "1 rows 1 different: 0/1yes +Inf≠-inf")
	proba("1,1.5e308\n", "p.csv", "1,-1.5e308\n", "1 rows 1 different: 0/1yes 1.5e+308≠-1.5e308")
	proba("1,2\n", "p.csv", "a b,2\n1,2\n", "1 rows identical")
	proba("1,0.1\n", "p.csv", "1.0,0.1000000000001\n", "1 rows equal")
	proba("1,0.1\n", "p.csv", "1.0,0.10001\n", "1 rows 1 different: 0/1yes 0.1≠0.10001")
	proba("1,-0\n", "p.csv", "1,0.000000000000000000e+00\n", "1 rows identical") // np.savetxt

	f(models.Transform, "0.1,1e-9\n", "t.csv", "0.10000000149011612,1e-09\n", "1 rows identical") // a float32 by either digits
	f(models.Transform, "0.1,1e-9\n", "t.csv", "0.1,1e-09\n", "1 rows identical")
	f(models.Transform, "0.1,1\n", "t.csv", "0.1000001,1\n", "1 rows equal")
	f(models.DecisionFunction, "2,1\n1,2\n", "d.csv", "True\nFalse\n", "2 rows identical")
	f(models.DecisionFunction, "2,1\n1,2\n", "d.csv", "1\n0\n", "2 rows identical")
	f(models.DecisionFunction, "2,1\n1,2\n", "d.json", "[true, true]", "2 rows 1 different: 1/0 false≠true")
	f(models.DecisionFunction, "2,1\n", "d.csv", "2\n", "1 rows 1 different: 0/0 true≠2")
}

// Whatever way Python writes the rows.
func TestRunData(t *testing.T) {
	f := func(name, data, expect string) {
		t.Helper()
		r, err := run(t, model(), models.PredictProba, write(t, name, data), write(t, "p.csv", expect))
		if err != nil || !r.Identical {
			t.Errorf("%s: %v %+v", data, err, r)
		}
	}
	const want = "1,2\n3,4\n"
	f("X.csv", "1,2\n3,4\n", want)
	f("X.csv", "\xef\xbb\xbfx,y\r\n1,2\r\n3,4\r\n", want)
	f("X.csv", "y,x\n2,1\n4,3\n", want)
	f("X.csv", ",y,x\n0,2,1\n1,4,3\n", want) // the index has no name that the model knows
	f("X.csv", "0,1\n1,2\n3,4\n", want)
	f("X.csv", "\n\nx,y\n\n1,2\n\n3,4", want)
	f("X.json", `{"features": [[1, 2], [3, 4]]}`, want)
	f("X.json", `{"dataframe_split": {"columns": ["y", "x"], "data": [[2, 1], [4, 3]]}}`, want)
	f("X.json", `[{"y": 2, "x": 1}, {"x": 3, "y": 4}]`, want)
	f("X.json", "{\"y\":2,\"x\":1}\n{\"x\":3,\"y\":4}\n", want)
	f("X.jsonl", "[1, 2]\n\n[3, 4]\n", want)
	f("X.ndjson", "{\"x\": 1, \"y\": 2}\r\n{\"x\": 3, \"y\": 4}\r\n", want)
	f("X.npy", npy(t, "<f8", false, 2, 2, float64s(1, 2, 3, 4)), want)
	f("X.npy", npy(t, "<f8", true, 2, 2, float64s(1, 3, 2, 4)), want) // as DataFrame.to_numpy has it
	f("X.npy", npy(t, "|u1", false, 2, 2, "\x01\x02\x03\x04"), want)
	f("X.csv.gz", zipped("1,2\n3,4\n"), want)
	f("X.npy", npy(t, "<f8", false, 1, 2, float64s(math.NaN(), math.Inf(-1))), "nan,-inf\n")
}

func float64s(values ...float64) string {
	var b []byte
	for _, v := range values {
		for k := range 8 {
			b = append(b, byte(math.Float64bits(v)>>(8*k)))
		}
	}
	return string(b)
}

func npy(t *testing.T, dtype string, fortran bool, rows, cols int, data string) string {
	t.Helper()
	d, err1 := ndarray.ParseDType(dtype)
	a, err2 := ndarray.New(d, []int{rows, cols}, fortran, []byte(data))
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	b, err := ndarray.AppendNPY(nil, a)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func zipped(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(text)) //nolint:errcheck // into memory
	z.Close()             //nolint:errcheck
	return b.String()
}

// Everything that may be wrong with the files.
func TestRunRefuses(t *testing.T) {
	f := func(dataName, data, expectName, expect, want, hint string) {
		t.Helper()
		x, y := write(t, dataName, data), write(t, expectName, expect)
		_, err := run(t, model(), models.PredictProba, x, y)
		if err == nil {
			t.Errorf("%.40q, %.40q: no error, want %s", data, expect, want)
			return
		}
		var input *verify.InputError
		var lengths *verify.RowsError
		got := ""
		if errors.As(err, &lengths) {
			got = lengths.Hint()
		} else if errors.As(err, &input) {
			got = input.Hint
		} else {
			t.Errorf("%v is a %T", err, err)
		}
		if text := strings.NewReplacer(x, "X", y, "Y").Replace(err.Error()); text != want {
			t.Errorf("%.40q, %.40q:\n got %s\nwant %s", data, expect, text, want)
		}
		if !strings.Contains(got, hint) || hint == "" && got != "" {
			t.Errorf("%.40q, %.40q:\n hint %s\nwant %s", data, expect, got, hint)
		}
	}
	data := func(name, data, want, hint string) { t.Helper(); f(name, data, "p.csv", "1,2\n", want, hint) }
	data("X.csv", "", "X: it is empty", "a row at least")
	data("X.csv", "x,y\n", "X: it holds no rows", "a row at least")
	data("X.json", "[]", "X: it holds no rows", "a row at least")
	data("X.csv", "1,2\n3,cat\n", "X: line 2: row 1, column 1 (y): expected a number, got `cat`", "")
	data("X.csv", "1,2\n3\n", "X: line 2: row 1: expected a row of 2 values, got 1 value", "")
	data("X.csv", "x,z\n3,4\n", "X: line 1: expected the column `y`, got a header without it", "")
	data("X.csv", "1;2\n3;4\n", "X: line 1: expected the columns `x`, `y`, got a header without them", "semicolons")
	data("X.csv", "1\t2\n3\t4\n", "X: line 1: expected the columns `x`, `y`, got a header without them", "tabs")
	data("X.csv", "1.5 2\n3 4\n", "X: line 1: expected the columns `x`, `y`, got a header without them", "spaces")
	data("X.csv", "Unnamed: 0,a,b\n0,1,2\n", "X: line 1: expected the columns `x`, `y`, got a header without them", "row numbers of pandas")
	data("X.csv", "1,\"2\n", "X: line 2: expected the quote that closes the field, got the end of the body", "")
	data("X.csv", "1,2\n666,1\n", "X: row 1, column 0: the number of the beast", "would refuse")
	data("X.csv", "667,1\n", "X: the model fails on these rows: one more; this is a fault in copal", "")
	data("X.json", `{"columns": ["x", "y"], "data": [[1, 2]]}`, "X: line 1: expected an object with the member features, instances, inputs, dataframe_split or dataframe_records, got an object with `columns` instead", "dataframe_split")
	data("X.json", `{"features": [[1, 2]], "method": "predict"}`, "X: it asks for the method predict, and predict_proba is compared", "--method predict")
	data("X.jsonl", "[1, 2]\n\n[1, \"a\"]\n", "X: line 3: row 1, column 1 (y): expected a number, got `\"a\"`", "")
	data("X.jsonl", "\n\n[1, 2]\n\n[1, \"a\"]\n", "X: line 5: row 1, column 1 (y): expected a number, got `\"a\"`", "")
	data("X.jsonl", "[1, 2]\n[3, 4\n", "X: line 2: expected a comma or ], got the end of the body", "")
	data("X.npy", npy(t, "<f8", false, 1, 3, float64s(1, 2, 3)), "X: row 0: expected a row of 2 values, got 3 values", "")
	data("X.npy", npy(t, "<f8", false, 1, 2, float64s(1, 2))[:140], "X: the file ends before the array of shape [1 2] does", "cut off")
	data("X.npy", npy(t, "<f8", true, 2, 2, float64s(1, 2, 3, 4))[:140], "X: the file ends before the array of shape [2 2] does", "cut off")
	data("X.npy", npy(t, "<f8", false, 3, 0, ""), "X: an array of shape [3 0] has no columns", "a value at least")
	data("X.npy", npy(t, "<u8", false, 1, 1, "\xff\xff\xff\xff\xff\xff\xff\xff"), "X: element 0 of the array, 18446744073709551615, is beyond int64", "")
	data("X.npy", npy(t, "<c16", false, 1, 1, float64s(1, 2)), "X: an array of dtype <c16 is not compared", "numbers or texts")
	data("X.parquet", "PAR1....", "X: it is a Parquet file; CSV, JSON, JSON Lines and .npy are read", "to_csv")
	data("X.xlsx", "PK\x03\x04....", "X: it is a zip archive, as .xlsx and .npz files are; CSV, JSON, JSON Lines and .npy are read", "CSV")
	data("X.pkl", "\x80\x04\x95", "X: it is a pickle; CSV, JSON, JSON Lines and .npy are read", "not executed")
	data("X.csv", "\xff\xfe1\x00", "X: it is text in UTF-16; CSV, JSON, JSON Lines and .npy are read", "UTF-8")
	data("X.csv.gz", "\x1f\x8b\x08", "X: not a whole gzip file: unexpected EOF", "")
	data("X.csv.gz", zipped("1,2\n3,4\n")[:28], "X: unexpected EOF", "")

	expect := func(name, expect, want, hint string) { t.Helper(); f("X.csv", "1,2\n3,4\n", name, expect, want, hint) }
	expect("p.csv", "", "Y: it is empty", "a row at least")
	expect("p.csv", "1,2\n", "X has 2 rows and Y has 1: there is no telling which belong together", "--header present")
	expect("p.csv", "1,2\n3,4\n5,6\n", "X has 2 rows and Y has 3: there is no telling which belong together", "--header absent")
	expect("p.csv", "1,2\n3,4\n5,6\n7,8\n", "X has 2 rows and Y has 4: there is no telling which belong together", "the same rows")
	expect("p.csv", "label\nyes\nno\n", "Y: row 0: a row has 1 value; the model answers 2 values a row (no, yes)", "--method predict")
	expect("p.csv", "1.0e+00 2.0e+00\n3.0e+00 4.0e+00\n", "Y: a line has 1 value; the model answers 2", `np.savetxt does with delimiter=","`)
	expect("p.csv", "no;yes\n1;2\n", "Y: a line has 1 value; the model answers 2", "semicolons")
	expect("p.csv", "1,2,3\n4,5,6\n", "Y: row 0: a row has 3 values; the model answers 2 values a row (no, yes)", "copal verify -h")
	expect("p.csv", "1,2\n3\n", "Y: record on line 2: wrong number of fields", "a value for each column")
	expect("p.csv", "1,\"2\n3,4\n", "Y: record on line 1; parse error on line 2, column 5: extraneous or missing \" in quoted-field", "")
	expect("p.json", "[[1, 2], [3]]", "Y: row 1: a row has 1 value; the model answers 2 values a row (no, yes)", "--method predict")
	expect("p.json", "[[1, 2], [3, 4]", "Y: not JSON: expected a comma or ], and the text ends", "")
	expect("p.json", "[[1, cat]]", "Y: not JSON: byte 5: expected a value, got \"cat]]\"", "")
	expect("p.json", `{"no": {"0": 1}, "yes": {"0": 2}}`, "Y: an object without the member predictions is not a list of rows", `orient="records"`)
	expect("p.json", strings.Repeat("[", 100), "Y: not JSON: lists in lists too deep to be rows", "")
	expect("p.jsonl", "[1, 2]\n[3, 4\n", "Y: line 2: expected a comma or ], and the text ends", "")
	expect("p.npy", "\x93NUMPY\x01", "Y: not a valid npy file: at byte 7: the file ends early", "")
	expect("p.pkl", "\x80\x04\x95", "Y: it is a pickle; CSV, JSON, JSON Lines and .npy are read", "not executed")

	if _, err := run(t, model(), models.Predict, t.TempDir(), write(t, "y.csv", "1")); err == nil || !strings.Contains(err.Error(), "it is a folder") {
		t.Errorf("a folder: %v", err)
	}
	if _, err := run(t, model(), models.Predict, "absent.csv", write(t, "y.csv", "1")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// The header is what the user says it is.
func TestRunHeader(t *testing.T) {
	f := func(h codec.Header, data, want string) {
		t.Helper()
		_, err := run(t, model(), models.PredictProba, write(t, "X.csv", data), write(t, "p.csv", "1,2\n"), func(o *verify.Options) { o.Header = h })
		got := ""
		if err != nil {
			got = err.Error()
		}
		if (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%q: got %q, want %q", data, got, want)
		}
	}
	f(codec.HeaderAbsent, "0,1\n1,2\n", "has 2 rows")
	f(codec.HeaderAbsent, "x,y\n1,2\n", "expected a number")
	f(codec.HeaderPresent, "0,1\n1,2\n", "expected the columns `x`, `y`")
	f(codec.HeaderPresent, "y,x\n2,1\n", "")
}

// Either file may be standard input.
func TestRunStdin(t *testing.T) {
	const rows, labels = "x,y\n1,0\n2,0\n", "label\nyes\nno\n"
	f := func(data, expect, stdin string) {
		t.Helper()
		r, err := run(t, model(), models.Predict, data, expect, func(o *verify.Options) { o.Stdin = strings.NewReader(stdin) })
		if err != nil || !r.Identical || r.Rows != 2 {
			t.Errorf("%v %+v", err, r)
		}
	}
	f("-", write(t, "y.csv", labels), rows)
	f(write(t, "X.csv", rows), "-", labels)
	f("-", write(t, "y.csv", labels), zipped(rows))
	f(write(t, "X.csv", rows), "-", `["yes", "no"]`)
}

// The report has the largest differences of all rows, not only of those shown.
func TestReport(t *testing.T) {
	x, y := write(t, "X.csv", "x,y\n1,10\n2,20\n3,1e-6\n"), write(t, "p.csv", "1.01,10\n2,20.5\n3,2e-6\n")
	r, err := run(t, model(), models.PredictProba, x, y, func(o *verify.Options) { o.Show = 1 })
	if err != nil {
		t.Fatal(err)
	}
	if r.DifferentRows != 3 || r.DifferentValues != 3 || len(r.Differences) != 1 || r.Values != 6 || r.Tolerance != 1e-9 {
		t.Errorf("%+v", r)
	}
	if d := r.LargestAbsolute; d.Row != 1 || d.Column != 1 || d.Name != "yes" || *d.Absolute != 0.5 || d.Got != "20" || d.Expected != "20.5" {
		t.Errorf("absolute %+v", d)
	}
	if d := r.LargestRelative; d.Row != 2 || *d.Relative != 0.5 {
		t.Errorf("relative %+v", d)
	}
	if r, err = run(t, model(), models.PredictProba, x, y, func(o *verify.Options) { o.Tolerance = 0.03 }); err != nil || !r.Equal || r.Identical {
		t.Errorf("with tolerance: %+v, %v", r, err)
	}
}

// Numbers that were rounded when they were written are recognized.
func TestRounded(t *testing.T) {
	f := func(expect string, want int) {
		t.Helper()
		r, err := run(t, model(), models.PredictProba, write(t, "X.csv", "0.123456,0.9876543\n"), write(t, "p.csv", expect))
		if err != nil || r.RoundedTo != want {
			t.Errorf("%s: %d, %v, want %d", expect, r.RoundedTo, err, want)
		}
	}
	f("0.123,0.988\n", 3)
	f("0.1235,0.9877\n", 4)
	f("0.12,0.988\n", 2)
	f("0.13,0.988\n", -1)
	f("0,1\n", 0)
	f("0.123456,0.9876543\n", -1) // equal
	f("1.23e-1,0.988\n", -1)
}

// Windows of a large file have its header and the right places, and the memory
// does not grow with the file.
func TestRunWindows(t *testing.T) {
	var x, p strings.Builder
	x.WriteString("y,note,x\n")
	const n = 5000
	for i := range n {
		fmt.Fprintf(&x, "%d,\"a \"\"note\"\"\nof two lines\",%d\n", i, 10000+i)
		fmt.Fprintf(&p, "%d,%d\n", 10000+i, i)
	}
	expect := write(t, "p.csv", p.String())
	r, err := run(t, model(), models.PredictProba, write(t, "X.csv", x.String()), expect)
	if err != nil || !r.Identical || r.Rows != n {
		t.Fatalf("%+v, %v", r, err)
	}
	_, err = run(t, model(), models.PredictProba, write(t, "X.csv", x.String()+"5000,,cat\n"), expect)
	if want := "line 10002: row 5000, column 2 (x): expected a number, got `cat`"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// The rows that are kept are the first of each answer.
func TestSmokeRows(t *testing.T) {
	f := func(method models.Method, data, expect string, rows int, request, answer string) {
		t.Helper()
		r, err := run(t, model(), method, write(t, "X.csv", data), write(t, "y.csv", expect), func(o *verify.Options) { o.SmokeRows = rows })
		if err != nil {
			t.Errorf("%s: %v", data, err)
			return
		}
		if r.Smoke == nil {
			if request != "" {
				t.Errorf("%s: nothing was kept", data)
			}
			return
		}
		if string(r.Smoke.Request) != request || string(r.Smoke.Answer) != answer || r.Smoke.Tolerance != r.Tolerance {
			t.Errorf("%s:\n got %s %s\nwant %s %s", data, r.Smoke.Request, r.Smoke.Answer, request, answer)
		}
	}
	f(models.Predict, "1,0\n3,0\n5,0\n2,0\n", "yes\nyes\nyes\nno\n", 2,
		`{"method":"predict","instances":[[1.0, 0.0], [2.0, 0.0]]}`, `{"predictions":["yes", "no"]}`)
	f(models.Predict, "1,0\n3,0\n5,0\n2,0\n", "yes\nyes\nyes\nno\n", 3,
		`{"method":"predict","instances":[[1.0, 0.0], [3.0, 0.0], [2.0, 0.0]]}`, `{"predictions":["yes", "yes", "no"]}`)
	f(models.Predict, "1,0\n", "yes\n", 9, `{"method":"predict","instances":[[1.0, 0.0]]}`, `{"predictions":["yes"]}`)
	f(models.PredictProba, "1,\ninf,0.1\n", "1,nan\ninf,0.10000000000000002\n", 2, // the expected number, not the model's
		`{"method":"predict_proba","instances":[[1.0, null], [1e999, 0.1]]}`, `{"predictions":[[1.0, null], [1e999, 0.10000000000000002]]}`)
	f(models.PredictProba, "1,0\n", "1,5\n", 2, "", "") // wrong rows are not kept
	f(models.Predict, "1,0\n", "yes\n", 0, "", "")
}

// What does not fit into a manifest is left out.
func TestSmokeFits(t *testing.T) {
	const width = 3000
	m := &wide{models.Signature{Inputs: []models.Port{{Width: width}}, Methods: []models.MethodSignature{
		{Name: models.Transform, Outputs: []models.Port{{Width: width}}}}}}
	row := strings.TrimSuffix(strings.Repeat("0.5,", width), ",") + "\n"
	r, err := run(t, m, models.Transform, write(t, "X.csv", row+row+row), write(t, "t.csv", row+row+row), func(o *verify.Options) { o.SmokeRows = 3 })
	if err != nil || r.SmokeRows != 2 {
		t.Errorf("%v, %+v", err, r)
	}
}

type wide struct{ signature models.Signature }

func (w *wide) Signature() *models.Signature { return &w.signature }
func (w *wide) Predict(dst, src *models.Frame, _ models.Method) error {
	dst.Reset()
	dst.Rows = src.Rows
	copy(dst.Add("", models.Float64, src.Columns[0].Width, len(src.Columns[0].F64)).F64, src.Columns[0].F64)
	return nil
}
