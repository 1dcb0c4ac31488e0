package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/copal-ml/copal/runtime/contract"
)

const (
	flaskRounds  = 3
	flaskTime    = 2 * time.Second // of one round
	flaskClients = 8
)

// benchFlask compares copal-serve with the server of the usual guide
// (flask_peer.py): start, memory of all processes, and requests a second from
// the same net/http client, with as many workers as cores.
func benchFlask(out io.Writer, _ []string) error {
	python, err := pythonWith("flask, gunicorn, joblib, sklearn", "flask gunicorn scikit-learn")
	if err != nil {
		fmt.Fprintf(out, "flask   SKIPPED against gunicorn + Flask + scikit-learn: %v\n", err)
		return nil
	}
	dir, binary, err := layOutServer()
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	model, err := filepath.Abs(exampleModel)
	if err != nil {
		return err
	}
	ours := func(addr string) *exec.Cmd {
		c := exec.Command(binary, "-root", dir, "serve")
		c.Env = []string{contract.EnvPort + "=" + addr[strings.LastIndexByte(addr, ':')+1:]}
		return c
	}
	peer := func(addr string) *exec.Cmd {
		c := exec.Command(python, "-m", "gunicorn", "--workers", strconv.Itoa(runtime.NumCPU()), "--bind", addr,
			"--chdir", "cmd/internal/bench", "flask_peer:app")
		c.Env = append(os.Environ(), "MODEL="+model)
		return c
	}
	var a, b []guideRun
	for range flaskRounds {
		for _, side := range []struct {
			command func(addr string) *exec.Cmd
			runs    *[]guideRun
		}{{ours, &a}, {peer, &b}} {
			r, err := measureGuide(side.command)
			if err != nil {
				return err
			}
			*side.runs = append(*side.runs, r)
		}
	}
	x, y := middle(a), middle(b)
	fmt.Fprintf(out, "flask   exec to the first answer   copal-serve %9s   gunicorn + Flask + scikit-learn %9s   %5.0f times\n",
		x.start.Round(time.Millisecond), y.start.Round(time.Millisecond), y.start.Seconds()/x.start.Seconds())
	fmt.Fprintf(out, "flask   memory after load          copal-serve %6.1f MB   gunicorn + Flask + scikit-learn %6.1f MB   %5.0f times\n",
		x.memory, y.memory, y.memory/x.memory)
	fmt.Fprintf(out, "flask   one row of JSON, %d clients copal-serve %7.0f/s   gunicorn + Flask + scikit-learn %7.0f/s   %5.0f times\n",
		flaskClients, x.rate, y.rate, x.rate/y.rate)
	return nil
}

// pythonWith finds a Python that can import what a peer needs; packages are what
// provides it.
func pythonWith(imports, packages string) (string, error) {
	python := os.Getenv("COPAL_BENCH_PYTHON")
	if python == "" {
		python = "python3"
	}
	if out, err := exec.Command(python, "-c", "import "+imports).CombinedOutput(); err != nil {
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		return "", fmt.Errorf("%s: %s (pip install %s; COPAL_BENCH_PYTHON names another Python)",
			python, lines[len(lines)-1], packages)
	}
	return python, nil
}

// A guideRun is one life of a server.
type guideRun struct {
	start  time.Duration // to the first answer
	memory float64       // MB, of all its processes
	rate   float64       // answers a second
}

// middle takes the median of each figure.
func middle(runs []guideRun) guideRun {
	median := func(f func(guideRun) float64) float64 {
		var v []float64
		for _, r := range runs {
			v = append(v, f(r))
		}
		slices.Sort(v)
		return v[len(v)/2]
	}
	return guideRun{
		start:  time.Duration(median(func(r guideRun) float64 { return float64(r.start) })),
		memory: median(func(r guideRun) float64 { return r.memory }),
		rate:   median(func(r guideRun) float64 { return r.rate }),
	}
}

func measureGuide(command func(addr string) *exec.Cmd) (r guideRun, err error) {
	addr, err := freeAddr()
	if err != nil {
		return r, err
	}
	cmd := command(addr)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return r, err
	}
	defer func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // workers too
		_ = cmd.Wait()
	}()
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: flaskClients}}
	for limit := begin.Add(60 * time.Second); ; time.Sleep(time.Millisecond) {
		if err = post(client, addr); err == nil {
			break
		}
		if time.Now().After(limit) {
			return r, fmt.Errorf("%s: no answer: %w", cmd.Path, err)
		}
	}
	r.start = time.Since(begin)
	if r.rate, err = postAll(client, addr); err != nil {
		return r, err
	}
	r.memory, err = groupMemory(cmd.Process.Pid)
	return r, err
}

func post(client *http.Client, addr string) error {
	resp, err := client.Post("http://"+addr+contract.InvocationsPath, "application/json", strings.NewReader(requestRow))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && string(body) != answerRow {
		err = fmt.Errorf("answered %d %q", resp.StatusCode, body)
	}
	return err
}

// postAll asks from several clients for flaskTime and returns answers a second.
func postAll(client *http.Client, addr string) (float64, error) {
	var n atomic.Int64
	errs := make([]error, flaskClients)
	var wg sync.WaitGroup
	begin := time.Now()
	for i := range flaskClients {
		wg.Go(func() {
			for time.Since(begin) < flaskTime && errs[i] == nil {
				errs[i] = post(client, addr)
				n.Add(1)
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return 0, err
		}
	}
	return float64(n.Load()) / time.Since(begin).Seconds(), nil
}

// groupMemory adds up the resident sets of a process group, in MB.
func groupMemory(group int) (float64, error) {
	procs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return 0, err
	}
	total := 0
	for _, p := range procs {
		pid, _ := strconv.Atoi(filepath.Base(p))
		if g, err := syscall.Getpgid(pid); err != nil || g != group {
			continue
		}
		kb, err := residentKB(pid)
		if err != nil {
			return 0, err
		}
		total += kb
	}
	return float64(total) / 1024, nil
}
