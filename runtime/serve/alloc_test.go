//go:build !race

package serve_test

import (
	"testing"

	"github.com/valyala/fasthttp"

	"github.com/copal-ml/copal/runtime/serve"
)

// A request for one row costs no allocation of ours. (The race detector makes
// sync.Pool forget on purpose.)
func TestHandlerAllocs(t *testing.T) {
	srv, err := serve.New(serve.Config{Predictor: newLinear(4)})
	if err != nil {
		t.Fatal(err)
	}
	f := func(contentType, body, want string) {
		t.Helper()
		var ctx fasthttp.RequestCtx
		ctx.Request.Header.SetMethod("POST")
		ctx.Request.SetRequestURI("/invocations")
		ctx.Request.Header.SetContentType(contentType)
		ctx.Request.SetBodyString(body)
		n := testing.AllocsPerRun(200, func() {
			srv.Handler(&ctx)
			if string(ctx.Response.Body()) != want {
				t.Fatalf("%s", ctx.Response.Body())
			}
		})
		if n != 0 {
			t.Errorf("%s: %v allocations", contentType, n)
		}
	}
	f("application/json", row, `{"predictions": [10]}`)
	f("text/csv", "5.1,3.5,1.4,0.2\n", "10\n")
}
