package local

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/copal-ml/copal/builder/local/state"
	"github.com/copal-ml/copal/builder/local/wire"
)

// A Platform is the AWS of one machine. Its endpoints run while Serve runs.
//
//	p, err := local.Open(local.Config{Runner: r})
//	ln, err := p.Listen()
//	fmt.Print(p.Env().Exports())
//	err = p.Serve(ctx, ln) // until ctx ends
type Platform struct {
	cfg Config
	dir *state.Dir

	mu    sync.Mutex // over all state below, never held while waiting
	saved settings
	addr  string // "127.0.0.1:4566", once known

	roles        *state.Table[role]
	repositories *state.Table[repository]
	buckets      *state.Table[bucket]
	objects      *state.Table[object] // by bucket/key
	models       *state.Table[model]
	configs      *state.Table[endpointConfig]
	endpoints    *state.Table[endpoint]   // by name in lower case
	tags         *state.Table[[]wire.Tag] // of SageMaker resources, by ARN
	blobs        *state.Blobs             // of the registry
	uploads      map[string]*upload       // into the registry, by id
	running      map[string]*deployment   // by endpoint name in lower case
	logs         *logStore                // with its own lock

	life context.Context // ends with the platform
	end  context.CancelFunc
	work sync.WaitGroup // what endpoints do in the background
}

// settings are the account's credentials and what else must stay from run to run.
type settings struct {
	AccessKeyID     string `json:"accessKeyId"`
	SecretAccessKey string `json:"secretAccessKey"`
	RegistryKey     string `json:"registryKey"` // signs registry passwords
	Addr            string `json:"addr"`        // of the last run
}

const settingsFile = "settings.json"

// Open reads the state folder. It fails, wrapping state.ErrInUse, when another
// process has the folder open. Nothing runs before Serve; a platform that is not
// served must be closed.
func Open(cfg Config) (*Platform, error) {
	if cfg.Runner == nil {
		return nil, errors.New("local platform: no Runner to start containers with")
	}
	cfg = cfg.withDefaults()
	dir, err := state.Open(cfg.StateDir)
	if err != nil {
		return nil, err
	}
	p := &Platform{cfg: cfg, dir: dir, uploads: map[string]*upload{}, running: map[string]*deployment{}}
	if err := errors.Join(p.loadSettings(), p.loadTables()); err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	p.life, p.end = context.WithCancel(context.Background())
	return p, nil
}

func (p *Platform) loadTables() error {
	var errs [11]error
	p.roles, errs[0] = state.OpenTable[role](p.dir, "roles")
	p.repositories, errs[1] = state.OpenTable[repository](p.dir, "repositories")
	p.buckets, errs[2] = state.OpenTable[bucket](p.dir, "buckets")
	p.objects, errs[3] = state.OpenTable[object](p.dir, "objects")
	p.models, errs[4] = state.OpenTable[model](p.dir, "models")
	p.configs, errs[5] = state.OpenTable[endpointConfig](p.dir, "endpoint-configs")
	p.endpoints, errs[6] = state.OpenTable[endpoint](p.dir, "endpoints")
	p.tags, errs[7] = state.OpenTable[[]wire.Tag](p.dir, "tags")
	p.blobs, errs[8] = state.OpenBlobs(p.dir)
	p.logs, errs[9] = openLogStore(p.dir)
	errs[10] = errors.Join(
		os.RemoveAll(p.dir.Path("run")), // unpacked models of a killed process
		os.MkdirAll(p.dir.Path("run"), 0o755),
		os.MkdirAll(p.dir.Path("s3"), 0o700),
	)
	return errors.Join(errs[:]...)
}

func (p *Platform) loadSettings() error {
	data, err := os.ReadFile(p.dir.Path(settingsFile))
	if errors.Is(err, fs.ErrNotExist) {
		p.saved = newSettings()
		return p.dir.WriteJSON(p.saved, settingsFile)
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, &p.saved); err != nil {
		return fmt.Errorf("%s: %w", p.dir.Path(settingsFile), err)
	}
	return nil
}

func newSettings() settings {
	return settings{
		AccessKeyID:     "AKIA" + secret(10), // the form that clients and scanners know: 20 characters
		SecretAccessKey: secret(25),
		RegistryKey:     secret(25),
	}
}

// secret gives n random bytes as letters and digits, 8 for every 5.
func secret(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails (crypto/rand)
	return base32.StdEncoding.EncodeToString(b)
}

// Close stops every container, waits for all that runs, and gives the state folder
// free. Serve does it itself.
func (p *Platform) Close() error {
	p.mu.Lock()
	p.end()
	p.mu.Unlock()
	p.work.Wait()
	p.mu.Lock()
	running := maps.Clone(p.running)
	p.mu.Unlock()
	var wg sync.WaitGroup
	for _, d := range running {
		wg.Go(d.stop)
	}
	wg.Wait()
	return p.dir.Close()
}

// Listen binds Config.Addr. From then on Env is complete.
func (p *Platform) Listen() (net.Listener, error) {
	addr := p.cfg.Addr
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("local platform: address %q: %w", addr, err)
	}
	if !loopback(host) {
		return nil, fmt.Errorf("local platform: %q is not a loopback address; the platform gives whoever reaches it the run of this machine", addr)
	}
	tries := []string{addr}
	if port == "0" {
		tries = []string{p.saved.Addr, net.JoinHostPort(host, DefaultPort), addr}
	}
	ln, err := listenFirst(tries)
	if err != nil {
		return nil, err
	}
	p.listening(ln)
	return ln, nil
}

// listenFirst binds the first address that is free; "" is none. The error is
// the last one's.
func listenFirst(addrs []string) (ln net.Listener, err error) {
	for _, addr := range addrs {
		if addr == "" {
			continue
		}
		if ln, err = net.Listen("tcp", addr); err == nil {
			return ln, nil
		}
	}
	return nil, err
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (p *Platform) listening(ln net.Listener) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.addr = ln.Addr().String()
	p.saved.Addr = p.addr
}

// Env says how clients reach p; its Endpoint is known after Listen or Serve.
func (p *Platform) Env() Env {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := Env{Region: p.cfg.Region, AccessKeyID: p.saved.AccessKeyID, SecretAccessKey: p.saved.SecretAccessKey}
	if p.addr != "" {
		e.Endpoint = "http://" + p.addr
	}
	return e
}

// Serve answers on ln, and starts the endpoints that were in service when the
// folder was last used. When ctx ends it stops every container, waits for all of
// it, closes p and returns nil. ln nil is Listen's.
func (p *Platform) Serve(ctx context.Context, ln net.Listener) error {
	if ln == nil {
		var err error
		if ln, err = p.Listen(); err != nil {
			return errors.Join(err, p.Close())
		}
	}
	p.listening(ln)
	if err := p.announce(); err != nil {
		return errors.Join(err, ln.Close(), p.Close())
	}
	p.resume()
	var calls atomic.Int64
	srv := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		defer calls.Add(-1)
		p.ServeHTTP(w, r)
	})}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(ln) }()
	var err error
	select {
	case <-ctx.Done():
		// Not Shutdown: it also waits for connections that never asked for anything.
		err = ignoreClosed(ln.Close())
		<-done
		for end := time.Now().Add(2 * time.Second); calls.Load() > 0 && time.Now().Before(end); {
			time.Sleep(5 * time.Millisecond)
		}
		err = errors.Join(err, srv.Close())
	case err = <-done:
	}
	return errors.Join(err, os.Remove(p.dir.Path(envFile)), p.Close())
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// announce writes what ReadEnv reads.
func (p *Platform) announce() error {
	p.mu.Lock()
	saved := p.saved
	p.mu.Unlock()
	return errors.Join(
		p.dir.WriteJSON(saved, settingsFile),
		p.dir.WriteJSON(p.Env(), envFile),
	)
}

func (p *Platform) logf(format string, args ...any) {
	fmt.Fprintf(p.cfg.Log, strings.TrimSuffix(format, "\n")+"\n", args...)
}
