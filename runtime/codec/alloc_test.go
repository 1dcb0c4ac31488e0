package codec_test

import (
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/codec"
)

func TestDecodeAllocs(t *testing.T) {
	f := func(c codec.Codec, want *models.Signature, body string) {
		t.Helper()
		b := []byte(body)
		var r codec.Request
		n := testing.AllocsPerRun(100, func() {
			if err := c.Decode(&r, want, b); err != nil {
				t.Fatal(err)
			}
		})
		if n != 0 {
			t.Errorf("%q: %v allocations", body, n)
		}
	}
	f(codec.JSON{}, matrix(2), `{"features": [[5.1, 0.30000000000000004], [null, 1e30]], "method": "predict"}`)
	f(codec.JSON{}, table, `[[1.5, 42, true, "Oslo"], [null, 1.0, 0, "caf\u00e9"]]`)
	f(codec.JSON{}, matrix(1), `{"a": {"b": [1, "\n"]}, "instances": [[1]]}`)
	f(codec.JSON{}, table, `[{"age": 42, "x": [], "height": 1.5, "city": "caf\u00e9", "member": true}, {"city": null, "age": 1, "height": 1, "member": 0}]`)
	f(codec.JSON{}, table, `{"dataframe_split": {"data": [[42, 1.5, "Oslo", true]], "columns": ["age", "height", "city", "member"]}}`)
	f(codec.JSON{}, named("a", "b"), `{"dataframe_records": [{"b": 42, "a": null}]}`)
	f(codec.CSV{}, named("a", "b"), "b,x,a\n1,,2\n3.5,?,\n")
	f(codec.CSV{}, table, "city,x,member,age,height\nOslo,,true,42,1.5\n")
	f(codec.CSV{}, named("a", "b"), "a,b\n1,2\n3.5,\n")
	f(codec.LibSVM{}, sparse(4), "1 0:5.1 3:.2\n\n0 2:nan # x\n")
	f(codec.LibSVM{}, named("a", "b"), "1 qid:2 1:5\n0\n")
	f(codec.CSV{}, table, "1.5,42,True,Oslo\n,,,\"a \"\"b\"\"\"\n")
}

func TestAppendAllocs(t *testing.T) {
	frames := []*models.Frame{
		column(0.1, 2, 1e-7),
		{Rows: 1, Columns: []models.Column{{DType: models.String, Str: []string{"a\"\n"}}, {DType: models.Int64, I64: []int64{7}}}},
	}
	dst := make([]byte, 0, 1024)
	for _, c := range []codec.Codec{codec.JSON{}, codec.CSV{}} {
		n := testing.AllocsPerRun(100, func() {
			for _, f := range frames {
				if _, err := c.Append(dst, f); err != nil {
					t.Fatal(err)
				}
			}
		})
		if n != 0 {
			t.Errorf("%T: %v allocations", c, n)
		}
	}
}

func TestNegotiationAllocs(t *testing.T) {
	contentType, accept := []byte("text/csv; header=absent"), []byte("application/json;q=0.9, */*;q=0.1")
	libsvm := []byte("0 0:1 1:2")
	n := testing.AllocsPerRun(100, func() {
		if typ, _, _ := codec.ForContentType(nil, libsvm); typ.Name != "text/libsvm" {
			t.Fatal(typ.Name)
		}
		in, _, ok := codec.ForContentType(contentType, nil)
		if _, ok2 := codec.ForAccept(accept, in); !ok || !ok2 {
			t.Fatal("refused")
		}
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}
