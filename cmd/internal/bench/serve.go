package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/copal-ml/copal/runtime/contract"
)

const (
	exampleModel = "cmd/copal/example/model.pkl"
	requestRow   = `{"features": [[5.1, 3.5, 1.4, 0.2]]}`
	answerRow    = `{"predictions": [0]}`

	rounds    = 7                      // of each side, in turns; the median counts
	roundTime = 700 * time.Millisecond // of one round
	starts    = 21
)

var request = fmt.Sprintf("POST /invocations HTTP/1.1\r\nHost: model\r\nContent-Type: application/json\r\nAccept: */*\r\nContent-Length: %d\r\n\r\n%s",
	len(requestRow), requestRow)

// benchServe compares copal-serve with a fasthttp server that reads the same
// requests and returns the same bytes, and measures start and memory.
func benchServe(out io.Writer, _ []string) error {
	dir, binary, err := layOutServer()
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := benchStart(out, binary, dir); err != nil {
		return err
	}
	for _, connections := range []int{1, 8} {
		if err := benchRequests(out, binary, dir, connections); err != nil {
			return err
		}
	}
	return nil
}

// layOutServer builds the server into a folder that holds the files of an image
// of the example model; the caller removes it.
func layOutServer() (dir, binary string, err error) {
	if dir, err = os.MkdirTemp("", "copal-bench"); err != nil {
		return "", "", err
	}
	binary = filepath.Join(dir, "copal-serve")
	if err = buildServer(binary); err == nil {
		err = layOut(dir)
	}
	if err != nil {
		return "", "", errors.Join(err, os.RemoveAll(dir))
	}
	return dir, binary, nil
}

func buildServer(binary string) error {
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w -buildid=", "-o", binary, "./cmd/copal-serve")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
}

// layOut puts the files of an image of the example model below dir.
func layOut(dir string) error {
	content, err := os.ReadFile(exampleModel)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	m := contract.Manifest{Version: contract.ManifestVersion, Model: contract.ModelFile{
		Name: "model.pkl", Embedded: true, SHA256: hex.EncodeToString(sum[:]), Size: int64(len(content)),
	}}
	for path, b := range map[string][]byte{contract.ModelPath: content, contract.ManifestPath: m.Encode()} {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, b, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// benchStart measures from exec to the first 200, and the memory then.
func benchStart(out io.Writer, binary, dir string) error {
	var times []time.Duration
	var memory []int
	for range starts {
		addr, err := freeAddr()
		if err != nil {
			return err
		}
		begin := time.Now()
		p, err := startServer(addr, binary, "-root", dir, "serve")
		if err != nil {
			return err
		}
		if err := firstAnswer(addr); err != nil {
			p.stop()
			return err
		}
		times = append(times, time.Since(begin))
		rss, err := residentKB(p.cmd.Process.Pid)
		p.stop()
		if err != nil {
			return err
		}
		memory = append(memory, rss)
	}
	slices.Sort(times)
	slices.Sort(memory)
	fmt.Fprintf(out, "copal-serve  exec to the first 200 on /invocations   %s median, %s worst of %d   (promise: under 20ms)\n",
		times[len(times)/2].Round(10*time.Microsecond), times[len(times)-1].Round(10*time.Microsecond), starts)
	fmt.Fprintf(out, "copal-serve  memory at rest                          %d kB                        (promise: under 20480 kB)\n", memory[len(memory)-1])
	return nil
}

// benchRequests loads both servers in turns, each on one core, with the same client.
func benchRequests(out io.Writer, binary, dir string, connections int) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	commands := [2][]string{{binary, "-root", dir, "serve"}, {self, "bare"}}
	var addrs [2]string
	var servers [2]*server
	for i, c := range commands {
		if addrs[i], err = freeAddr(); err != nil {
			return err
		}
		if servers[i], err = startServer(addrs[i], c...); err != nil {
			return err
		}
		defer servers[i].stop()
		if err := firstAnswer(addrs[i]); err != nil {
			return err
		}
	}
	var rates [2][]float64
	var total [2]int
	var p99s [2][]time.Duration
	for range rounds {
		for i := range commands {
			n, p99, err := load(addrs[i], connections)
			if err != nil {
				return err
			}
			total[i] += n
			rates[i] = append(rates[i], float64(n)/roundTime.Seconds())
			p99s[i] = append(p99s[i], p99)
		}
	}
	var cpu [2]time.Duration // of the server, for one request
	for i := range commands {
		slices.Sort(rates[i])
		slices.Sort(p99s[i])
		servers[i].stop()
		state := servers[i].cmd.ProcessState
		cpu[i] = (state.UserTime() + state.SystemTime()) / time.Duration(total[i])
	}
	ours, bare := rates[0][rounds/2], rates[1][rounds/2]
	fmt.Fprintf(out, "one row of JSON, %d keep-alive   copal-serve %6.0f/s   bare fasthttp %6.0f/s   %3.0f %%   (promise: 70 %%)\n",
		connections, ours, bare, 100*ours/bare)
	fmt.Fprintf(out, "                                p99 %s against %s, CPU of the server %s against %s a request\n",
		p99s[0][rounds/2].Round(time.Microsecond), p99s[1][rounds/2].Round(time.Microsecond), cpu[0], cpu[1])
	return nil
}

// runBare is the peer: it reads the request and returns the bytes that
// copal-serve computes.
func runBare(_ io.Writer, _ []string) error {
	s := fasthttp.Server{
		NoDefaultServerHeader: true,
		Handler: func(ctx *fasthttp.RequestCtx) {
			if len(ctx.PostBody()) == 0 {
				ctx.SetStatusCode(fasthttp.StatusBadRequest)
				return
			}
			ctx.SetContentType("application/json")
			ctx.SetBodyString(answerRow)
		},
	}
	return s.ListenAndServe("127.0.0.1:" + os.Getenv(contract.EnvPort))
}

// A server is a process under measurement, on one core.
type server struct{ cmd *exec.Cmd }

func startServer(addr string, command ...string) (*server, error) {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	s := &server{exec.Command(command[0], command[1:]...)}
	s.cmd.Env = []string{contract.EnvPort + "=" + port, "GOMAXPROCS=1"}
	return s, s.cmd.Start()
}

// stop may be called again.
func (s *server) stop() {
	s.cmd.Process.Signal(syscall.SIGKILL)
	s.cmd.Wait()
}

// freeAddr is an address that nobody listens on.
func freeAddr() (string, error) {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return ln.Addr().String(), ln.Close()
}

// firstAnswer asks until the answer is the right one.
func firstAnswer(addr string) error {
	last := fmt.Errorf("no answer")
	for limit := time.Now().Add(10 * time.Second); time.Now().Before(limit); time.Sleep(100 * time.Microsecond) {
		c, err := net.Dial("tcp4", addr)
		if err != nil {
			last = err
			continue
		}
		body, err := ask(c)
		c.Close()
		if err == nil && body == answerRow {
			return nil
		}
		last = fmt.Errorf("%q, %v", body, err)
	}
	return fmt.Errorf("%s: %w", addr, last)
}

func ask(c net.Conn) (string, error) {
	if _, err := io.WriteString(c, request); err != nil {
		return "", err
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return "", err
	}
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

// load sends one request after the other on each connection for roundTime, and
// returns how many were answered and the 99th percentile of their times.
func load(addr string, connections int) (n int, p99 time.Duration, err error) {
	times := make([][]time.Duration, connections)
	errs := make([]error, connections)
	var wg sync.WaitGroup
	for i := range connections {
		wg.Go(func() { times[i], errs[i] = loadOne(addr) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return 0, 0, err
		}
	}
	all := slices.Concat(times...)
	slices.Sort(all)
	return len(all), all[len(all)*99/100], nil
}

func loadOne(addr string) ([]time.Duration, error) {
	c, err := net.Dial("tcp4", addr)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	var times []time.Duration
	buf := make([]byte, 4096)
	out := []byte(request)
	for begin := time.Now(); time.Since(begin) < roundTime; {
		sent := time.Now()
		if _, err := c.Write(out); err != nil {
			return nil, err
		}
		n, err := c.Read(buf) // an answer is one packet
		if err != nil {
			return nil, err
		}
		if !strings.HasSuffix(string(buf[:n]), answerRow) {
			return nil, fmt.Errorf("%s answered %q", addr, buf[:n])
		}
		times = append(times, time.Since(sent))
	}
	return times, nil
}

// residentKB reads the resident set of a process from /proc.
func residentKB(pid int) (int, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			return strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
		}
	}
	return 0, fmt.Errorf("/proc/%d/status has no VmRSS", pid)
}
