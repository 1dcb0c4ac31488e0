package codec_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/codec"
)

// sparse is the signature of a model of n features that takes absent ones as missing.
func sparse(n int) *models.Signature {
	s := matrix(n)
	s.Absent = models.AbsentMissing
	return s
}

func TestLibSVMDecode(t *testing.T) {
	f := func(body, shown string) {
		t.Helper()
		reads(t, codec.LibSVM{}, sparse(3), body, shown)
	}
	f("1 0:5.1 1:3.5 2:1.4\n", "5.1 3.5 1.4")
	f("1 0:5.1 2:1.4", "5.1 (nan) 1.4")
	f("0:5.1\n-1 1:2\r\n+1.5 2:3\r\n", "5.1 (nan) (nan) / (nan) 2.0 (nan) / (nan) (nan) 3.0")
	f("\ufeff0 2:3 0:1", "1.0 (nan) 3.0")
	f("  1\t0:1 \f 1:2  \n", "1.0 2.0 (nan)")
	f("1 qid:7 0:1\nqid:7 1:2\n", "1.0 (nan) (nan) / (nan) 2.0 (nan)")
	f("1 002:1\n", "(nan) (nan) 1.0")

	// A value that is there is not missing, whatever it is.
	f("1 0:nan 1:-inf 2:0\n", "nan -inf 0.0")
	f("1 0:+.5 1:1e400 2:5.\n", "0.5 inf 5.0")

	// Comments.
	f("# by hand\n1 0:1 # 1:2\n#\n  # x\n1 2:3#\n# end", "1.0 (nan) (nan) / (nan) (nan) 3.0")

	// Rows without values: a label alone, an empty line between others.
	f("1\n", "(nan) (nan) (nan)")
	f("\n\n0:1\n\n1:2\n \n", "1.0 (nan) (nan) / (nan) (nan) (nan) / (nan) 2.0 (nan)")
	f("", "")
	f(" \r\n\n", "")
	f("# nothing\n", "")
}

// What a row leaves out is what the signature says.
func TestLibSVMAbsent(t *testing.T) {
	reads(t, codec.LibSVM{}, matrix(3), "1 1:2\n0\n", "0.0 2.0 0.0 / 0.0 0.0 0.0")
	reads(t, codec.LibSVM{}, named("a", "b"), "1 1:2", "0.0 2.0")

	columns := &models.Signature{Inputs: []models.Port{
		{Name: "height", DType: models.Float32}, {Name: "age", DType: models.Int64}, {Name: "member", DType: models.Bool},
	}}
	reads(t, codec.LibSVM{}, columns, "1 2:1 1:42\n1 0:.5\n", "0.0 42 true / 0.5 0 false")
	columns.Absent = models.AbsentMissing
	reads(t, codec.LibSVM{}, columns, "1 2:1 1:42\n1 0:.5\n", "(nan) 42 true / 0.5 (0) (false)")
	refuses(t, codec.LibSVM{}, columns, "1 0:1\n0 1:‸2.5", "row 1, column 1 (age): expected an integer of 64 bits, got `1:2.5`")
}

func TestLibSVMIndexingMode(t *testing.T) {
	reads(t, codec.LibSVM{OneBased: true}, sparse(3), "1 1:5.1 3:1.4\n", "5.1 (nan) 1.4")
	refuses(t, codec.LibSVM{OneBased: true}, sparse(3), "1 ‸0:5.1", "row 0: expected an index from 1 to 3, got `0:5.1`")
	refuses(t, codec.LibSVM{OneBased: true}, sparse(3), "1 ‸4:5.1", "row 0: expected an index from 1 to 3, got `4:5.1`")
}

func TestLibSVMRefuses(t *testing.T) {
	f := func(marked, text string) {
		t.Helper()
		refuses(t, codec.LibSVM{}, sparse(3), marked, text)
	}
	const indices = "expected an index from 0 to 2 (from 1 with \"text/libsvm; indexing_mode=1\"), got "
	f("1 0:1\n1 ‸3:1", "row 1: "+indices+"`3:1`")
	f("1 ‸999999999:1", "row 0: "+indices+"`999999999:1`")
	f("1 ‸99999999999999999999999999:1", "row 0: "+indices+"`99999999999999999999999999:1`")
	f("1 ‸-1:1", "row 0: "+indices+"`-1:1`")
	f("1 ‸:1", "row 0: "+indices+"`:1`")
	f("1 ‸a:1", "row 0: "+indices+"`a:1`")
	f("1 0:1 ‸qid:1", "row 0: "+indices+"`qid:1`")
	f("1 1:1 0:1 ‸1:1", "row 0: expected each index once in a row, got `1:1`")
	f("1 0:1\n\n\n1 1:‸x", "row 3, column 1: expected a number, got `1:x`")
	f("1 1:‸", "row 0, column 1: expected a number, got `1:`")
	f("1 1:‸2:3", "row 0, column 1: expected a number, got `1:2:3`")
	f("1 1:‸true", "row 0, column 1: expected a number, got `1:true`")
	f("1 0:1 ‸1", "row 0: expected index:value, got `1`")
	f("1 ‸2 0:1", "row 0: expected index:value, got `2`")
	f("\ufeff‸5.1,3.5,1.4", "row 0: expected a label, which is a number, or index:value, got `5.1,3.5,1.4`")
	f("‸cat 0:1", "row 0: expected a label, which is a number, or index:value, got `cat`")

	names := named("a", "b")
	refuses(t, codec.LibSVM{}, names, "0:1\n1:‸x", "row 1, column 1 (b): expected a number, got `1:x`")
	refuses(t, codec.LibSVM{}, table, "‸0:1", "expected rows with texts, as JSON or CSV, got LibSVM")
	refuses(t, codec.LibSVM{}, anyColumns, "‸0:1", "expected rows of named columns, as JSON or CSV, got LibSVM")
}

// A few bytes do not stand for more memory than a dense request of the largest
// size; one row there always may be.
func TestLibSVMBoundsRows(t *testing.T) {
	wide := sparse(1 << 20)
	refuses(t, codec.LibSVM{}, wide, strings.Repeat("1\n", 16)+"‸1\n1\n", "expected at most 16 rows of 1048576 values, got more")
	var r codec.Request
	if err := (codec.LibSVM{}).Decode(&r, wide, []byte("1 1048575:2")); err != nil || r.Frame.Rows != 1 {
		t.Errorf("%d rows, %v", r.Frame.Rows, err)
	}
}

// Rows that are written as LibSVM are read as they were, in both indexing modes.
func TestLibSVMRoundTrip(t *testing.T) {
	var dense codec.Request
	body := "5.1,,1.4\n,,\n-0.0,nan,1e300\n0.1,inf,\n"
	if err := (codec.CSV{}).Decode(&dense, sparse(3), []byte(body)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []codec.LibSVM{{}, {OneBased: true}} {
		reads(t, c, sparse(3), asLibSVM(t, &dense.Frame.Columns[0], c), show(&dense))
	}
}

// asLibSVM writes the values of a column that are not missing.
func asLibSVM(t *testing.T, c *models.Column, as codec.LibSVM) string {
	t.Helper()
	first := 0
	if as.OneBased {
		first = 1
	}
	var b strings.Builder
	for i, v := range c.F64 {
		if i > 0 && i%c.Width == 0 {
			b.WriteByte('\n')
		}
		if len(c.Null) == 0 || !c.Null[i] {
			fmt.Fprintf(&b, " %d:%v", i%c.Width+first, v)
		}
		if i == 0 {
			b.WriteString(" ") // behind the values, space is nothing
		}
	}
	return b.String()
}

func TestLibSVMAnswersAsCSV(t *testing.T) {
	got, err := codec.LibSVM{}.Append([]byte("before "), column(0.5, 2))
	if err != nil || string(got) != "before 0.5\n2.0\n" {
		t.Errorf("%q, %v", got, err)
	}
}
