package local

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/copal-ml/copal/runtime/contract"
)

// A fleet is the containers of one variant.
type fleet interface {
	// start returns when the fleet can serve; its error is a FailureReason.
	start(ctx context.Context) error
	// acquire gives a container for one call, waiting for one where that helps, and
	// the function to call after it.
	acquire(ctx context.Context) (*replica, func(), error)
	// stop lets calls under way finish, ends all containers and waits.
	stop()
}

// A fleetSpec is all that a fleet needs, resolved.
type fleetSpec struct {
	p         *Platform
	endpoint  endpoint
	variant   variant
	image     string // as the model names it
	container Container
	logs      bool
	group     string
}

func newFleet(s *fleetSpec) fleet {
	if s.variant.ServerlessConfig != nil {
		return newServerlessFleet(s)
	}
	return newRealTimeFleet(s)
}

// log puts a line of the platform itself into the endpoint's log.
func (s *fleetSpec) log(line string) { s.logTo(s.variant.VariantName+"/platform", line) }

func (s *fleetSpec) logTo(stream, line string) {
	if !s.logs || line == "" { // CloudWatch has no empty events
		return
	}
	if err := s.p.logs.append(s.endpoint.Region, s.group, stream, line); err != nil {
		s.p.logf("%s %s: %v", s.group, stream, err)
	}
}

// startBudget is how long a container may take to its first healthy ping.
func (s *fleetSpec) startBudget() time.Duration {
	if d := s.p.cfg.Delays.Start; d > 0 {
		return d
	}
	if s.variant.ServerlessConfig != nil {
		return contract.ServerlessStart
	}
	if t := s.variant.ContainerStartupHealthCheckTimeoutInSeconds; t != nil {
		return time.Duration(*t) * time.Second
	}
	return contract.RealTimeStart
}

// A replica is a container that answered its ping.
type replica struct {
	id       string // instance id, the end of its log stream's name
	spec     *fleetSpec
	instance Instance
	client   *http.Client
	busy     sync.WaitGroup // calls under way; added to under the fleet's lock only
}

// launch starts a container and waits for its first healthy ping. Its error is a
// FailureReason; the cause goes to the log.
func (s *fleetSpec) launch(ctx context.Context) (*replica, error) {
	r := &replica{id: instanceID(), spec: s}
	stream := s.variant.VariantName + "/" + r.id
	c := s.container
	c.Name = s.endpoint.Name + "/" + s.variant.VariantName
	c.Log = func(line string) { s.logTo(stream, line) }
	instance, err := s.p.cfg.Runner.Start(ctx, c)
	if err != nil {
		s.logTo(stream, "cannot start container: "+err.Error())
		s.p.logf("endpoint %s: cannot start container: %v", s.endpoint.Name, err)
		return nil, fmt.Errorf("CannotStartContainerError. Please ensure the model container for variant %s starts correctly when invoked with 'docker run %s serve'", s.variant.VariantName, s.image)
	}
	r.instance = instance
	r.client = &http.Client{Transport: &http.Transport{
		DialContext:        func(ctx context.Context, _, _ string) (net.Conn, error) { return instance.Dial(ctx) },
		DisableCompression: true, MaxResponseHeaderBytes: 64 << 10,
	}}
	if err := r.awaitPing(ctx); err != nil {
		s.logTo(stream, "not healthy: "+err.Error())
		s.p.logf("endpoint %s: container not healthy: %v", s.endpoint.Name, err)
		r.stop()
		return nil, fmt.Errorf("The primary container for production variant %s did not pass the ping health check. Please check CloudWatch logs for this endpoint.", s.variant.VariantName) //nolint:staticcheck // AWS's words
	}
	return r, nil
}

// instanceID has the form of EC2's.
func instanceID() string {
	var b [8]byte
	rand.Read(b[:])
	return fmt.Sprintf("i-0%x", b)
}

func (r *replica) awaitPing(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, r.spec.startBudget())
	defer cancel()
	tick := time.NewTicker(r.spec.p.cfg.Delays.Ping)
	defer tick.Stop()
	for {
		err := r.ping(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-r.instance.Done():
			return fmt.Errorf("container ended before its first healthy ping: %w", ended(r.instance))
		case <-ctx.Done():
			return fmt.Errorf("no healthy ping within %v; the last one: %w", r.spec.startBudget(), err)
		case <-tick.C:
		}
	}
}

func ended(i Instance) error {
	if err := i.Err(); err != nil {
		return err
	}
	return errors.New("exit status 0")
}

func (r *replica) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, contract.PingTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://container"+contract.PingPath, nil)
	if err != nil {
		return err
	}
	req.Header.Set("User-Agent", "AHC/2.0") // as observed (aws/sagemaker-python-sdk, issue 1554)
	res, err := r.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if _, err := io.CopyN(io.Discard, res.Body, 64<<10); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s", contract.PingPath, res.Status)
	}
	return nil
}

// stop ends the container after the calls under way.
func (r *replica) stop() {
	r.busy.Wait()
	r.client.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(context.Background(), r.spec.p.cfg.Delays.StopWithin)
	defer cancel()
	if err := r.instance.Stop(ctx); err != nil {
		r.spec.p.logf("endpoint %s: stop %s: %v", r.spec.endpoint.Name, r.id, err)
	}
}

// awaitEnd gives a container whose connection broke a moment to be seen as ended, so
// that the next call is not given to it.
func (r *replica) awaitEnd(ctx context.Context) {
	select {
	case <-r.instance.Done():
	case <-ctx.Done():
	case <-time.After(200 * time.Millisecond):
	}
}

func (r *replica) alive() bool {
	select {
	case <-r.instance.Done():
		return false
	default:
		return true
	}
}

// A realTimeFleet keeps a fixed number of containers and gives them turns. A
// container that ends is replaced, as SageMaker replaces unhealthy instances.
type realTimeFleet struct {
	spec   *fleetSpec
	cancel context.CancelFunc
	keep   sync.WaitGroup

	mu       sync.Mutex
	turn     int
	slots    []*replica // nil while a container is being replaced
	stopping bool
}

func newRealTimeFleet(s *fleetSpec) *realTimeFleet {
	n := min(*s.variant.InitialInstanceCount, s.p.cfg.MaxInstances)
	return &realTimeFleet{spec: s, slots: make([]*replica, n)}
}

func (f *realTimeFleet) start(ctx context.Context) error {
	ctx, f.cancel = context.WithCancel(ctx)
	errs := make([]error, len(f.slots))
	var wg sync.WaitGroup
	for i := range f.slots {
		wg.Go(func() {
			r, err := f.spec.launch(ctx)
			f.set(i, r)
			errs[i] = err
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	for i := range f.slots {
		f.keep.Go(func() { f.watch(ctx, i) })
	}
	return nil
}

// watch replaces the container of a slot whenever it ends.
func (f *realTimeFleet) watch(ctx context.Context, i int) {
	wait := time.Second
	for {
		r := f.get(i)
		select {
		case <-ctx.Done():
			return
		case <-r.instance.Done():
		}
		f.spec.logTo(f.spec.variant.VariantName+"/"+r.id, "container ended: "+ended(r.instance).Error())
		f.set(i, nil)
		r.stop()
		for f.get(i) == nil {
			next, err := f.spec.launch(ctx)
			if err == nil {
				f.set(i, next)
				break
			}
			select {
			case <-ctx.Done():
				return
			case <-time.After(wait):
				wait = min(2*wait, 30*time.Second)
			}
		}
	}
}

func (f *realTimeFleet) get(i int) *replica {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.slots[i]
}

func (f *realTimeFleet) set(i int, r *replica) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.slots[i] = r
}

var (
	// errNoContainer: every container has ended and none is back yet.
	errNoContainer = errors.New("no container is in service")
	// errStopping: another deployment has taken over.
	errStopping = errors.New("fleet is stopping")
)

func (f *realTimeFleet) acquire(context.Context) (*replica, func(), error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stopping {
		return nil, nil, errStopping
	}
	f.turn++
	for i := range f.slots {
		r := f.slots[(f.turn+i)%len(f.slots)]
		if r != nil && r.alive() {
			r.busy.Add(1)
			return r, r.busy.Done, nil
		}
	}
	return nil, nil, errNoContainer
}

func (f *realTimeFleet) stop() {
	f.mu.Lock()
	f.stopping = true
	f.mu.Unlock()
	f.cancel()
	f.keep.Wait()
	var wg sync.WaitGroup
	for i := range f.slots {
		if r := f.get(i); r != nil {
			wg.Go(r.stop)
		}
	}
	wg.Wait()
}
