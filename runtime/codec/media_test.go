package codec_test

import (
	"fmt"
	"testing"

	"github.com/copal-ml/copal/runtime/codec"
)

func TestForContentType(t *testing.T) {
	f := func(contentType, body, want string) {
		t.Helper()
		typ, expected, ok := codec.ForContentType([]byte(contentType), []byte(body))
		got := fmt.Sprintf("%s %+v", typ.Name, typ.Codec)
		if !ok {
			got = "expected " + expected
		}
		if got != want {
			t.Errorf("%q: got %s, want %s", contentType, got, want)
		}
	}
	const json, csv = "application/json {}", "text/csv {Header:0}"
	f("application/json", "", json)
	f("Application/JSON; charset=UTF-8", "", json)
	f(`application/json;charset="utf-8"; profile=x`, "", json)
	f("text/csv", "", csv)
	f("text/csv; header=present", "", "text/csv {Header:1}")
	f("text/csv;charset=us-ascii;header=absent", "", "text/csv {Header:2}")

	f("", " \n{", json)
	f("", "[1]", json)
	f("", "", json)
	f("", "1,2", csv)
	f("application/octet-stream", "1,2", csv)
	f("application/x-www-form-urlencoded", `{"features": []}`, json)

	const libsvm = "text/libsvm {OneBased:false}"
	f("text/libsvm", "", libsvm)
	f("Text/LibSVM; charset=utf-8; indexing_mode=0", "", libsvm)
	f("text/libsvm; indexing_mode=1", "", "text/libsvm {OneBased:true}")
	f("text/x-libsvm", "", "text/x-libsvm {OneBased:false}")
	f("libsvm", "", "libsvm {OneBased:false}")
	f("csv;header=absent", "", "csv {Header:2}")
	f("", "0:1", libsvm)
	f("", "\n -1 qid:2 3:.5 0:nan\r\nx", libsvm)
	f("", "1\n1 0:1\n", csv)
	f("", "1 2 0:1", csv)
	f("", "at 10:30", csv)
	f("", "10:30 sharp", csv)
	f("", "1:2,3:4", csv)
	f("text/libsvm; indexing_mode=-1", "", "expected indexing_mode=0 or indexing_mode=1")

	f("application/x-npy", "", "expected application/json, text/csv, text/libsvm")
	f("text/csv; charset=utf-16", "", "expected charset=utf-8")
}

func TestForAccept(t *testing.T) {
	f := func(accept, request, want string) {
		t.Helper()
		req, _, _ := codec.ForContentType([]byte(request), nil)
		typ, ok := codec.ForAccept([]byte(accept), req)
		if !ok {
			typ.Name = "none"
		}
		if typ.Name != want {
			t.Errorf("%q for %s: got %s, want %s", accept, request, typ.Name, want)
		}
	}
	const json, csv = "application/json", "text/csv"
	f("", json, json)
	f("", csv, csv)
	f("*/*", csv, csv)
	f("application/json", csv, json)
	f("text/csv", json, csv)
	f("TEXT/CSV", json, csv)
	f("text/*", json, csv)
	f("application/*, text/*", csv, csv)
	f("text/csv;q=0.5, application/json", csv, json)
	f("text/csv;q=0.5, application/json; q=0.4", json, csv)
	f("text/csv, application/json", json, json)
	f("text/html, */*;q=0.1", json, json)
	f("*/*, application/json;q=0", json, csv)
	f("text/csv;q=0, */*", csv, json)
	f("text/csv;version=1;q=0.9", json, csv)

	f("", "text/libsvm", csv)
	f("*/*", "text/x-libsvm", csv)
	f("*/*", "csv", csv)
	f("application/json", "text/libsvm", json)
	f("text/libsvm", "text/libsvm", "none")

	f("text/html", json, "none")
	f("application/xml, text/html;q=0.9", json, "none")
	f("*/*;q=0", json, "none")
	f("text/csv;q=x", json, "none")
	f("textcsv", json, "none")
}
