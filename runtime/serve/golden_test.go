package serve_test

import (
	"flag"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/contract"
	"github.com/copal-ml/copal/runtime/serve"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const row = `{"features": [[5.1, 3.5, 1.4, 0.2]]}`

// Every answer of the container, byte for byte, in testdata/NAME.http.
func TestGolden(t *testing.T) {
	ready := start(t, serve.Config{Predictor: newLinear(4), MaxBody: 1 << 10, Manifest: contract.Manifest{
		Version: 1, Method: models.Predict,
		Model: contract.ModelFile{Name: "model.pkl", Embedded: true, SHA256: "00ff", Size: 975, Format: "joblib", Library: "scikit-learn", Class: "Linear"},
	}})
	loading := start(t, serve.Config{})
	broken := serving(t, newMoody())
	const csv, libsvm, plain = "Content-Type: text/csv", "Content-Type: text/libsvm", "Content-Type: text/plain"
	f := func(name string, r *rig, request string) {
		t.Run(name, func(t *testing.T) { golden(t, r, name, request) })
	}

	f("ping", ready, get("/ping"))
	f("ping-head", ready, "HEAD /ping HTTP/1.1\r\nHost: model\r\n\r\n")
	f("ping-post", ready, "POST /ping HTTP/1.1\r\nHost: model\r\nContent-Length: 0\r\n\r\n")
	f("ping-loading", loading, get("/ping"))
	f("signature", ready, get("/"))

	f("200-json", ready, post("/invocations", row))
	f("200-csv", ready, post("/invocations", "5.1,3.5,1.4,0.2\n6,2.9,4.5,1.5\n", csv))
	f("200-csv-to-json", ready, post("/invocations", "5.1,3.5,1.4,0.2\n", csv, "Accept: application/json"))
	f("200-json-to-csv", ready, post("/invocations", row, "Accept: text/html;q=0.9, text/csv;q=0.5, */*;q=0.1"))
	f("200-proba-body", ready, post("/invocations", `{"features": [[0, 0, 0, 0]], "method": "predict_proba"}`))
	f("200-proba-parameters", ready, post("/invocations", `{"instances": [[0, 0, 0, 0]], "parameters": {"method": "predict_proba"}}`))
	f("200-proba-attributes", ready, post("/invocations", "[0, 0, 0, 0]", "X-Amzn-SageMaker-Custom-Attributes: trace=7; method=predict_proba"))
	f("200-proba-query", ready, post("/invocations?method=predict_proba", "[0, 0, 0, 0]"))
	f("200-own-headers", ready, "POST /invocations HTTP/1.1\r\nHost: model\r\nX-Amzn-SageMaker-Content-Type: text/csv\r\nX-Amzn-SageMaker-Accept: application/json\r\nContent-Length: 8\r\n\r\n1,2,3,4\n")

	f("200-libsvm", ready, post("/invocations", "1 0:5.1 1:3.5 3:0.2\n-1 2:4\n", libsvm))
	f("200-libsvm-to-json", ready, post("/invocations", "0 1:5.1 4:3.5\n", "Content-Type: text/x-libsvm; indexing_mode=1", "Accept: application/json"))
	f("200-libsvm-untyped", ready, post("/invocations", "1 0:5.1 1:3.5\n", "Content-Type: application/octet-stream"))
	f("400-libsvm-index", ready, post("/invocations", "1 0:1\n1 0:1 999999999:1\n", libsvm))
	f("400-libsvm-value", ready, post("/invocations", "1 0:1\n1 0:1 2:high\n", libsvm))
	f("406-libsvm", ready, post("/invocations", "1 0:1\n", libsvm, "Accept: text/libsvm"))
	f("415-indexing-mode", ready, post("/invocations", "1 0:1\n", libsvm+"; indexing_mode=-1"))

	f("400-empty", ready, post("/invocations", ""))
	f("400-no-rows", ready, post("/invocations", `{"features": []}`))
	f("400-syntax", ready, post("/invocations", "{\"features\": [\n  [5.1, 3.5, 1.4, 0.2],\n  [6.0, oops, 4.5, 1.5]]}"))
	f("400-ragged", ready, post("/invocations", `[[1, 2, 3, 4], [1, 2, 3]]`))
	f("400-wrong-count", ready, post("/invocations", "1,2,3,4,5\n", csv))
	f("400-nan", ready, post("/invocations", `[[1, 2, 3, 4], [1, 2, null, 4]]`))
	f("400-no-features", ready, post("/invocations", `{"data": [[1, 2, 3, 4]]}`))
	f("400-method", ready, post("/invocations", `{"features": [[1, 2, 3, 4]], "method": "predict_probability"}`))
	f("400-http", ready, "POST /invocations HTTP/1.1\r\nHost: model\r\nContent-Length: many\r\n\r\n")
	f("404", ready, get("/predict"))
	f("405-invocations", ready, get("/invocations"))
	f("405-ping", ready, "DELETE /ping HTTP/1.1\r\nHost: model\r\n\r\n")
	f("405-signature", ready, post("/", row))
	f("406", ready, post("/invocations", row, "Accept: application/xml"))
	f("413", ready, post("/invocations", strings.Repeat(" ", 1<<10)+row))
	f("413-chunked", ready, "POST /invocations HTTP/1.1\r\nHost: model\r\nTransfer-Encoding: chunked\r\n\r\n800\r\n"+strings.Repeat(" ", 0x800)+"\r\n0\r\n\r\n")
	f("415", ready, post("/invocations", row, plain))
	f("415-charset", ready, post("/invocations", row, "Content-Type: application/json; charset=utf-16"))
	f("415-gzip", ready, post("/invocations", row, "Content-Encoding: gzip"))
	f("431", ready, post("/invocations", row, "X-Long: "+strings.Repeat("x", 20<<10)))
	f("500-panic", broken, post("/invocations", "[1, 0]"))
	f("500-fault", broken, post("/invocations", "[2, 0]"))
	f("503-loading", loading, post("/invocations", row))
	f("503-signature", loading, get("/"))
}

// golden compares the bytes that come back, without the date.
func golden(t *testing.T, r *rig, name, request string) {
	request = strings.Replace(request, "\r\n", "\r\nConnection: close\r\n", 1)
	c := r.dial()
	defer c.Close()
	c.SetDeadline(time.Now().Add(10 * time.Second))
	go io.WriteString(c, request) //nolint:errcheck // a refused request may not be read to its end
	raw, err := readAnswer(c)
	if err != nil {
		t.Fatal(err)
	}
	head, body, _ := strings.Cut(string(raw), "\r\n\r\n")
	if len(head) > contract.ResponseHeaders/2 {
		t.Errorf("%d bytes of headers", len(head))
	}
	if len(body) >= 1<<10 {
		t.Errorf("%d bytes of body", len(body))
	}
	got := regexp.MustCompile(`Date: [^\r]*\r\n`).ReplaceAllString(string(raw), "")
	got = strings.ReplaceAll(got, "\r\n", "\n")
	path := filepath.Join("testdata", name+".http")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// readAnswer reads to the end. A server that refuses a request closes without
// having read all of it, which some transports report as a reset.
func readAnswer(c net.Conn) ([]byte, error) {
	raw, err := io.ReadAll(c)
	if len(raw) > 0 {
		return raw, nil
	}
	return raw, err
}
