package serve_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/copal-ml/copal/runtime/contract"
	"github.com/copal-ml/copal/runtime/serve"
)

func TestChunkedRequest(t *testing.T) {
	r := serving(t, newLinear(2))
	r.expect("POST /invocations HTTP/1.1\r\nHost: model\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n"+
		"3\r\n1,2\r\n5\r\n\n3,4\n\r\n0\r\nX-Trailer: yes\r\n\r\n", 200, "3\n7\n")
}

func TestContinue(t *testing.T) {
	r := start(t, serve.Config{Predictor: newLinear(2), MaxBody: 100})
	c := r.dial()
	defer c.Close()
	br := bufio.NewReader(c)
	io.WriteString(c, "POST /invocations HTTP/1.1\r\nHost: model\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
	if line, err := br.ReadString('\n'); err != nil || line != "HTTP/1.1 100 Continue\r\n" {
		t.Fatalf("%q, %v", line, err)
	}
	br.ReadString('\n')
	if a := exchange(t, c, br, "[1,2]"); a.StatusCode != 200 || a.body != `{"predictions": [3]}` {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}

	// A body that is announced as too large is refused before it is sent.
	a := r.send("POST /invocations HTTP/1.1\r\nHost: model\r\nContent-Length: 101\r\nExpect: 100-continue\r\n\r\n")
	if a.StatusCode != 413 {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
}

func TestPipelined(t *testing.T) {
	r := serving(t, newLinear(1))
	c := r.dial()
	defer c.Close()
	br := bufio.NewReader(c)
	var requests strings.Builder
	for i := range 20 {
		requests.WriteString(post("/invocations", fmt.Sprintf("[%d]", i)))
		if i == 10 {
			requests.WriteString(post("/invocations", "[x]")) // an error answer keeps the connection
		}
	}
	go io.WriteString(c, requests.String())
	for i := range 20 {
		if a := receive(t, br, "POST"); a.body != fmt.Sprintf(`{"predictions": [%d]}`, i) {
			t.Errorf("%d: %s", i, a.body)
		}
		if i == 10 {
			if a := receive(t, br, "POST"); a.StatusCode != 400 {
				t.Errorf("%d %s", a.StatusCode, a.body)
			}
		}
	}
}

// Four headers of the 1024 bytes that SageMaker allows each fit.
func TestLongHeaders(t *testing.T) {
	long := strings.Repeat("x", 1000)
	r := serving(t, newLinear(1))
	r.expect(post("/invocations", "[1]", "X-Amzn-SageMaker-Custom-Attributes: "+long, "Accept: */*;a="+long,
		"Content-Type: application/json; a="+long, "X-Amzn-SageMaker-Target-Model: "+long), 200, `{"predictions": [1]}`)
}

func TestNotReadyThenReady(t *testing.T) {
	r := start(t, serve.Config{})
	r.expect(get("/ping"), 503, "")
	if err := r.Ready(newLinear(1), contract.Manifest{}); err != nil {
		t.Fatal(err)
	}
	r.expect(get("/ping"), 200, "")
	r.expect(post("/invocations", "[1]"), 200, `{"predictions": [1]}`)
}

func TestDefaultMethod(t *testing.T) {
	r := start(t, serve.Config{Predictor: newLinear(1), Method: "predict_proba"})
	r.expect(post("/invocations", "[0]"), 200, `{"predictions": [[0.5, 0.5]]}`)
	r.expect(post("/invocations?method=predict", "[0]"), 200, `{"predictions": [0]}`)

	r = start(t, serve.Config{Predictor: newLinear(1), Manifest: contract.Manifest{Method: "decision_function"}})
	r.expect(post("/invocations", "[0]"), 200, `{"predictions": [0.0]}`)

	_, err := serve.New(serve.Config{Predictor: newLinear(1), Method: "transform"})
	want := `method "transform" (COPAL_METHOD, or the image's manifest): the model offers predict, predict_proba, decision_function`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// A panic costs its own request and nothing else, and leaves its stack in the log.
func TestPanic(t *testing.T) {
	r := serving(t, newMoody())
	c := r.dial()
	defer c.Close()
	br := bufio.NewReader(c)
	if a := exchange(t, c, br, post("/invocations", "[1, 0]", "X-Amzn-SageMaker-Inference-Id: call-7")); a.StatusCode != 500 {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	if a := exchange(t, c, br, post("/invocations", "[0, 1]")); a.StatusCode != 200 {
		t.Errorf("the next request: %d %s", a.StatusCode, a.body)
	}
	log := r.log.String()
	for _, want := range []string{"the model is beside itself", "model_test.go", `"status":500`, `"inference_id":"call-7"`} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}
	if n := strings.Count(log, "\n"); n != 1 {
		t.Errorf("%d log lines, want 1:\n%s", n, log)
	}
}

func TestPanicInWarmUp(t *testing.T) {
	m := newMoody()
	m.sig.Inputs = nil // so that the test model reads out of bounds
	if _, err := serve.New(serve.Config{Predictor: m}); err == nil || !strings.Contains(err.Error(), "panicked on its warm-up row") {
		t.Errorf("got %v", err)
	}
}

// Of three requests one computes, one waits and one is turned away, and /ping
// does not notice.
func TestBusy(t *testing.T) {
	m := newMoody()
	r := start(t, serve.Config{Predictor: m, MaxConcurrent: 1, MaxQueue: 1})
	answers := make(chan answer)
	for range 3 {
		go func() { answers <- r.send(post("/invocations", "[3, 0]")) }()
	}
	refused := <-answers
	want := `{"error":"too many requests at a time: 1 computing (COPAL_MAX_CONCURRENT), 1 waiting (COPAL_MAX_QUEUE); retry, or add instances"}`
	if refused.StatusCode != 503 || refused.body != want || refused.Header.Get("Retry-After") != "1" {
		t.Errorf("%d %s %v", refused.StatusCode, refused.body, refused.Header)
	}
	r.expect(get("/ping"), 200, "")
	close(m.gate)
	for range 2 {
		if a := <-answers; a.StatusCode != 200 {
			t.Errorf("%d %s", a.StatusCode, a.body)
		}
	}
	r.expect(post("/invocations", "[0, 1]"), 200, `{"predictions": [1]}`)
}

// A large request that takes too long is answered in time. Its prediction ends
// later, and Shutdown (in the cleanup) waits for it.
func TestDeadline(t *testing.T) {
	m := newMoody()
	r := start(t, serve.Config{Predictor: m, Deadline: 20 * time.Millisecond})
	large := "[3, 0" + strings.Repeat(" ", 100<<10) + "]"
	r.expect(post("/invocations", large), 504, `{"error":"the prediction took too long; send fewer rows at a time","expected":"an answer within 20ms"}`)
	close(m.gate)
	r.expect(post("/invocations", large), 200, `{"predictions": [3]}`)
}

// Large requests and answers leave no memory of their size behind, and large
// ones follow small ones on one connection.
func TestLargeRequest(t *testing.T) {
	r := serving(t, newLinear(1))
	c := r.dial()
	defer c.Close()
	br := bufio.NewReader(c)
	for _, n := range []int{1, 500_000, 1, 500_000} {
		a := exchange(t, c, br, post("/invocations", strings.Repeat("1\n", n), "Content-Type: text/csv"))
		if a.StatusCode != 200 || a.body != strings.Repeat("1\n", n) {
			t.Fatalf("%d rows: status %d, %d bytes", n, a.StatusCode, len(a.body))
		}
	}
}

// Whoever sends a body that is too large over TCP reads the 413, and not a
// broken pipe, even if it reads only after it has sent everything.
func TestTooLargeOverTCP(t *testing.T) {
	srv, err := serve.New(serve.Config{Predictor: newLinear(1)})
	if err != nil {
		t.Fatal(err)
	}
	addr := listen(t, srv)
	body := strings.Repeat(" ", 30<<20)
	f := func(request string) {
		t.Helper()
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(20 * time.Second))
		if _, err := io.WriteString(c, request); err != nil {
			t.Fatalf("while sending: %v", err)
		}
		a := receive(t, bufio.NewReader(c), "POST")
		if a.StatusCode != 413 || !strings.Contains(a.body, "at most 26214400 bytes") || !strings.Contains(a.body, contract.EnvMaxBody) {
			t.Errorf("%d %s", a.StatusCode, a.body)
		}
	}
	f(post("/invocations", body))
	f("POST /invocations HTTP/1.1\r\nHost: model\r\nTransfer-Encoding: chunked\r\n\r\n" +
		fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body))

	resp, err := http.Post("http://"+addr+"/invocations", "text/csv", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 413 {
		t.Errorf("net/http: %d", resp.StatusCode)
	}
}

func listen(t *testing.T, srv *serve.Server) (addr string) {
	t.Helper()
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := srv.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return ln.Addr().String()
}

// Whoever sends too slowly is told so and cut off, in the head as in the body.
func TestSlowSender(t *testing.T) {
	r := start(t, serve.Config{Predictor: newLinear(1), ReadTimeout: 50 * time.Millisecond})
	for _, part := range []string{"POST /invocations HTTP/1.1\r\nHo", "POST /invocations HTTP/1.1\r\nHost: model\r\nContent-Length: 100\r\n\r\n[1"} {
		a := r.send(part)
		want := `{"error":"the request did not arrive in time","expected":"all of it within 50ms"}`
		if a.StatusCode != 408 || a.body != want || !a.Close {
			t.Errorf("%q: %d %s", part, a.StatusCode, a.body)
		}
	}
	if n := strings.Count(r.log.String(), "\n"); n != 2 {
		t.Errorf("%d log lines for two refusals:\n%s", n, r.log.String())
	}
}

// Shutdown fails /ping, finishes what it has begun, says goodbye to callers
// and hangs up on idle connections.
func TestShutdown(t *testing.T) {
	m := newMoody()
	srv, err := serve.New(serve.Config{Predictor: m, Quiet: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(ln) }()
	dial := func() (net.Conn, *bufio.Reader) {
		c, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c, bufio.NewReader(c)
	}
	idle, idleReader := dial()
	exchange(t, idle, idleReader, post("/invocations", "[0, 1]"))
	ping, pingReader := dial()
	if a := exchange(t, ping, pingReader, get("/ping")); a.StatusCode != 200 {
		t.Errorf("ping before: %d", a.StatusCode)
	}
	busy, busyReader := dial()
	io.WriteString(busy, post("/invocations", "[3, 0]"))
	time.Sleep(20 * time.Millisecond)

	done := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		done <- srv.Shutdown(ctx)
	}()
	time.Sleep(20 * time.Millisecond)
	if a := exchange(t, ping, pingReader, get("/ping")); a.StatusCode != 503 || !a.Close {
		t.Errorf("ping after: %d, close %v", a.StatusCode, a.Close)
	}
	if _, err := idleReader.ReadByte(); err != io.EOF {
		t.Errorf("idle connection: %v, want EOF", err)
	}
	select {
	case err := <-done:
		t.Fatalf("shutdown did not wait: %v", err)
	default:
	}
	close(m.gate)
	if a := receive(t, busyReader, "POST"); a.StatusCode != 200 || a.body != `{"predictions": [3]}` {
		t.Errorf("in flight: %d %s", a.StatusCode, a.body)
	}
	if err := <-done; err != nil {
		t.Errorf("shutdown: %v", err)
	}
	if err := <-ended; err != nil {
		t.Errorf("serve: %v", err)
	}
}

// A request whose caller goes away, or never ends its headers, harms nobody.
func TestHangUp(t *testing.T) {
	r := serving(t, newLinear(1))
	for _, part := range []string{"", "PO", "POST /invocations HTTP/1.1\r\nHost", "POST /invocations HTTP/1.1\r\nContent-Length: 100\r\n\r\n[1"} {
		c := r.dial()
		io.WriteString(c, part)
		c.Close()
	}
	r.expect(post("/invocations", "[1]"), 200, `{"predictions": [1]}`)
}
