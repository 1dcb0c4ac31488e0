package codec_test

import (
	"testing"

	"github.com/copal-ml/copal/runtime/codec"
)

func TestCSVDecode(t *testing.T) {
	f := func(body, shown string) {
		t.Helper()
		reads(t, codec.CSV{}, matrix(2), body, shown)
	}
	f("1,2\n3,4\n", "1.0 2.0 / 3.0 4.0")
	f("1,2\n3,4", "1.0 2.0 / 3.0 4.0")
	f("1,2\r\n3,4\r\n", "1.0 2.0 / 3.0 4.0")
	f("1,2\r", "1.0 2.0")
	f("\ufeff1,2\n\n\r\n3,4\n\n", "1.0 2.0 / 3.0 4.0")
	f("", "")
	f("\n\n", "")
	f(`"1","2"`, "1.0 2.0")
	f(" 1 ,\t2\n", "1.0 2.0")

	// Numbers as Python's float takes them.
	f("+1,-.5\n5.,1e3\n", "1.0 -0.5 / 5.0 1000.0")
	f("nan,NaN\ninf,-Infinity\n", "nan nan / inf -inf")
	f("1e999,0.30000000000000004\n", "inf 0.30000000000000004")
	f("true,FALSE\n", "1.0 0.0")

	// Missing ones.
	f(",2\n3,\n,\n", "(nan) 2.0 / 3.0 (nan) / (nan) (nan)")
	f(" ,2\n", "(nan) 2.0")
	f("\"\",2\n", "(nan) 2.0")
	reads(t, codec.CSV{}, matrix(1), "x\n1.5\n\"\"\n2\n", "1.5 / (nan) / 2.0") // as pandas writes NaN
	reads(t, codec.CSV{}, matrix(1), "\"\"\n2\n", "(nan) / 2.0")
	reads(t, codec.CSV{}, table, "\"\",\"\",\"\",\"\"\n,,,\n", "(nan) (0) (false) \"\" / (nan) (0) (false) (\"\")")
	refuses(t, codec.CSV{}, matrix(1), "‸1,\"\"\n", "row 0: expected a row of 1 value, got 2 values")
}

func TestCSVHeader(t *testing.T) {
	f := func(h codec.Header, body, shown string) {
		t.Helper()
		reads(t, codec.CSV{Header: h}, matrix(2), body, shown)
	}
	f(codec.HeaderAuto, "a,b\n1,2\n", "1.0 2.0")
	f(codec.HeaderAuto, "\"a, or b\",\"c\"\"d\"\n1,2\n", "1.0 2.0")
	f(codec.HeaderAuto, "a,b\n", "")
	f(codec.HeaderPresent, "1,2\n3,4\n", "3.0 4.0")
	f(codec.HeaderAbsent, "1,2\n3,4\n", "1.0 2.0 / 3.0 4.0")

	// A field that is a value makes it a row, and then the names are errors.
	refuses(t, codec.CSV{}, matrix(2), "‸a,1\n1,2\n", "row 0, column 0: expected a number, got `a`")
	refuses(t, codec.CSV{}, matrix(2), "‸a,\n1,2\n", "row 0, column 0: expected a number, got `a`")
	refuses(t, codec.CSV{Header: codec.HeaderAbsent}, matrix(2), "‸a,b\n1,2\n", "row 0, column 0: expected a number, got `a`")

	// Names that the model knows are checked.
	reads(t, codec.CSV{}, named("sepal length (cm)", "2"), "sepal length (cm), 2\n1,2\n", "1.0 2.0")
	reads(t, codec.CSV{}, named("a", "b"), "b,a\n1,2\n", "2.0 1.0")
	reads(t, codec.CSV{}, named("a", "b"), ",x,b, a ,y\n0,hi,1,2,\n1,\"\",,4,5", "2.0 1.0 / 4.0 (nan)")
	reads(t, codec.CSV{}, named("1", "2"), "2,1\n3,4\n", "4.0 3.0")
	refuses(t, codec.CSV{}, named("a", "b"), "‸a,c\n1,2\n", "expected the column `b`, got a header without it")
	refuses(t, codec.CSV{}, named("a", "b"), "‸x\n1\n", "expected the columns `a`, `b`, got a header without them")
	refuses(t, codec.CSV{}, named("a", "b"), "a,b,‸a\n1,2,3\n", "expected each column once in the header, got `a`")
	refuses(t, codec.CSV{}, named("a", "b"), "b,x,a\n‸1,2\n", "row 0: expected a row of 3 values, got 2 values")
	refuses(t, codec.CSV{}, named("a", "b"), "b,x,a\n‸1,2,3,4\n", "row 0: expected a row of 3 values, got 4 values")
	refuses(t, codec.CSV{}, named("a", "b"), "b,x,a\n1,x,‸x\n", "row 0, column 2 (a): expected a number, got `x`")

	// A line of strings is a row of a model that takes strings, unless it names the columns.
	cities := named("from", "to")
	cities.Inputs[0].DType = table.Inputs[3].DType
	reads(t, codec.CSV{}, cities, "Oslo,Bergen\n", "Oslo Bergen")
	reads(t, codec.CSV{}, cities, "from,to\nOslo,Bergen\n", "Oslo Bergen")
	reads(t, codec.CSV{}, table, "height,age,member,city\n1,2,true,Oslo\n", "1.0 2 true Oslo")
	reads(t, codec.CSV{}, table, "city,height,x,age,member\nOslo,1,?,2,true\n\"\",,,3,false\n,1,,3,0\n",
		`1.0 2 true Oslo / (nan) 3 false "" / 1.0 3 false ("")`)
	refuses(t, codec.CSV{}, table, "‸city,height,age,member_since\nOslo,1,2,true\n", "expected the column `member`, got a header without it")
}

func TestCSVDecodeTable(t *testing.T) {
	f := func(body, shown string) {
		t.Helper()
		reads(t, codec.CSV{}, table, body, shown)
	}
	f("1.5,42,True,Oslo\n2,1e3,0, x \n", `1.5 42 true Oslo / 2.0 1000 false " x "`)
	f(",,,\n", `(nan) (0) (false) ("")`)
	f("1,2,1,\"\"\n", `1.0 2 true ""`)
	f("1,2,1,\"a \"\"b\"\",\n\"\"c\"\n", "1.0 2 true \"a \"\"b\"\",\n\"\"c\"")
	f("1,2,1,12\n", "1.0 2 true 12")
}

func TestCSVRefuses(t *testing.T) {
	f := func(marked, text string) {
		t.Helper()
		refuses(t, codec.CSV{}, named("a", "b"), marked, text)
	}
	f("1,2\n‸3\n", "row 1: expected a row of 2 values, got 1 value")
	f("1,2\n‸3,4,5,x\n", "row 1: expected a row of 2 values, got 4 values")
	f("‸1,2,\n", "row 0: expected a row of 2 values, got 3 values")
	f("1,2\n3,‸x\n", "row 1, column 1 (b): expected a number, got `x`")
	f("1,‸0x10\n", "row 0, column 1 (b): expected a number, got `0x10`")
	f("1,‸1_000\n", "row 0, column 1 (b): expected a number, got `1_000`")
	f("1,‸--5\n", "row 0, column 1 (b): expected a number, got `--5`")
	f("1,2\n3,\"4‸", "expected the quote that closes the field, got the end of the body")
	f("1,\"2\"‸x\n", "expected a comma or the end of the line behind the closing quote, got `x`")
	f("1,2‸\"3\"\n", "expected a field with quotes around the whole of it, got `2\"3\"`")
	f("1,‸2\r3\n", `row 0, column 1 (b): expected a number, got "2\r3"`)
	refuses(t, codec.CSV{}, matrix(2), "‸1;2\n3;4\n", "expected a header of 2 names, got 1")
	refuses(t, codec.CSV{}, matrix(2), "‸a,b,c\n1,2\n", "expected a header of 2 names, got 3")
	refuses(t, codec.CSV{}, matrix(2), "a,b\n1,\"‸", "expected the quote that closes the field, got the end of the body")
}

func TestCSVRefusesTable(t *testing.T) {
	f := func(marked, text string) {
		t.Helper()
		refuses(t, codec.CSV{Header: codec.HeaderAbsent}, table, marked, text)
	}
	f("1,‸1.5,true,Oslo\n", "row 0, column 1 (age): expected an integer of 64 bits, got `1.5`")
	f("1,2,‸3,Oslo\n", "row 0, column 2 (member): expected true or false, got `3`")
	f("1,2,‸yes,Oslo\n", "row 0, column 2 (member): expected true or false, got `yes`")
	f("‸tall,2,true,Oslo\n", "row 0, column 0 (height): expected a number, got `tall`")
	f("‸1,2,true,4,5,6\n", "row 0: expected a row of 4 values, got 6 values")
}
