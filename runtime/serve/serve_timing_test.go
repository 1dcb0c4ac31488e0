package serve_test

import (
	"testing"

	"github.com/valyala/fasthttp"

	"github.com/copal-ml/copal/runtime/serve"
)

// BenchmarkHandler is a request without its connection: routing, admission,
// decoding, a trivial model, encoding. The whole of it, against bare fasthttp, is
// measured by cmd/internal/bench.
func BenchmarkHandler(b *testing.B) {
	srv, err := serve.New(serve.Config{Predictor: newLinear(4)})
	if err != nil {
		b.Fatal(err)
	}
	f := func(name, contentType, body, want string) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				var ctx fasthttp.RequestCtx
				ctx.Request.Header.SetMethod("POST")
				ctx.Request.SetRequestURI("/invocations")
				ctx.Request.Header.SetContentType(contentType)
				ctx.Request.Header.Set("Accept", "*/*")
				ctx.Request.SetBodyString(body)
				for pb.Next() {
					srv.Handler(&ctx)
					if string(ctx.Response.Body()) != want {
						panic(string(ctx.Response.Body()))
					}
				}
			})
		})
	}
	f("json", "application/json", row, `{"predictions": [10]}`)
	f("csv", "text/csv", "5.1,3.5,1.4,0.2\n", "10\n")
}
