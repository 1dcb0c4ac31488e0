package local

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// What an endpoint does in the background: come up, be replaced, go away. Each of
// these goroutines belongs to the platform, which waits for them when it ends; an
// endpoint whose work was cut short is taken up again by the next process.

// background runs f and has the platform wait for it. It is called with mu held, so
// that nothing begins after the end.
func (p *Platform) background(f func()) {
	if p.life.Err() != nil {
		return // the next process finds the state on disk
	}
	p.work.Add(1)
	go func() {
		defer p.work.Done()
		f()
	}()
}

// resume takes up every endpoint where the last process left it. Endpoints that
// were in service are started at once; calls to them wait until they are ready.
func (p *Platform) resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, name := range p.endpoints.Keys() {
		e, _ := p.endpoints.Get(name)
		switch {
		case e.Status == stateDeleting:
			p.background(func() { p.tearDown(e) })
		case e.Status == stateCreating:
			p.background(func() { p.bringUp(e) })
		case e.Active != nil && e.Status != stateFailed:
			d := p.newDeployment(e, e.Active)
			p.running[name] = d // at once, so that calls wait for it
			p.background(func() { p.restart(e, d) })
		}
	}
}

// restart brings up what served, then goes on with an update that was under way.
func (p *Platform) restart(e endpoint, d *deployment) {
	if err := d.start(p.life); err != nil {
		d.stop()
		p.settle(e.Name, func(e *endpoint) { e.Status, e.Failure, e.Pending = stateFailed, err.Error(), nil })
		return
	}
	if e.Pending != nil && e.inProgress() {
		p.replace(e)
	}
}

// bringUp creates what CreateEndpoint asked for.
func (p *Platform) bringUp(e endpoint) {
	p.pause(e.Pending.Since)
	d := p.newDeployment(e, e.Pending)
	p.serveBy(e.Name, d)
	err := d.start(p.life)
	if err != nil {
		d.stop()
	}
	p.settle(e.Name, func(e *endpoint) {
		if err != nil {
			e.Status, e.Failure = stateFailed, err.Error()
			return
		}
		e.Status, e.Active, e.Pending = stateInService, e.Pending, nil
	})
}

// replace is an update, blue/green: the new containers first, then the traffic, then
// the end of the old. If the new ones do not come up the old stay.
func (p *Platform) replace(e endpoint) {
	p.pause(e.Modified)
	d := p.newDeployment(e, e.Pending)
	if err := d.start(p.life); err != nil {
		d.stop()
		p.settle(e.Name, func(e *endpoint) { e.Status = stateRollingBack })
		p.pause(time.Now())
		p.settle(e.Name, func(e *endpoint) { e.Status, e.Failure, e.Pending = stateInService, err.Error(), nil })
		return
	}
	old := p.serveBy(e.Name, d)
	p.settle(e.Name, func(e *endpoint) {
		e.Status, e.Active, e.Pending, e.Failure = stateInService, e.Pending, nil, ""
	})
	if old != nil {
		old.stop()
	}
}

// tearDown stops the containers; only then is the name free.
func (p *Platform) tearDown(e endpoint) {
	p.pause(e.Modified)
	if old := p.serveBy(e.Name, nil); old != nil {
		old.stop()
	}
	if p.life.Err() != nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := errors.Join(p.tags.Delete(e.Arn), p.endpoints.Delete(strings.ToLower(e.Name))); err != nil {
		p.logf("endpoint %s: %v", e.Name, err)
		return
	}
	p.logf("endpoint %s: deleted", e.Name)
}

// pause waits until the state that began at since has lasted long enough.
func (p *Platform) pause(since time.Time) {
	select {
	case <-time.After(time.Until(since.Add(p.cfg.Delays.Settle))):
	case <-p.life.Done():
	}
}

// settle records a new state, unless the platform is ending: then the state on disk
// stays as it is, to be taken up again.
func (p *Platform) settle(name string, change func(*endpoint)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.life.Err() != nil {
		return
	}
	e, ok := p.findEndpoint(name)
	if !ok {
		return
	}
	change(&e)
	e.Modified = time.Now()
	if err := p.putEndpoint(e); err != nil {
		p.logf("endpoint %s: %v", name, err)
	}
	p.logf("endpoint %s: %s %s", name, e.Status, e.Failure)
}

// serveBy makes d the deployment that invocations of an endpoint reach, and gives
// the one before.
func (p *Platform) serveBy(name string, d *deployment) *deployment {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := strings.ToLower(name)
	old := p.running[key]
	if p.running[key] = d; d == nil {
		delete(p.running, key)
	}
	return old
}

// A deployment is a release whose containers run.
type deployment struct {
	p       *Platform
	ep      endpoint
	rel     *release
	started chan struct{} // closed when start has returned
	err     error         // of start; after started
	fleet   fleet
	unpack  string // folder of the model data; "" for none
	stopped sync.Once
}

func (p *Platform) newDeployment(e endpoint, r *release) *deployment {
	return &deployment{p: p, ep: e, rel: r, started: make(chan struct{})}
}

// start brings the containers up. Its error is a FailureReason.
func (d *deployment) start(ctx context.Context) error {
	defer close(d.started)
	d.err = d.bring(ctx)
	return d.err
}

func (d *deployment) bring(ctx context.Context) error {
	spec, err := d.spec()
	if err != nil {
		return err
	}
	if url := d.rel.Model.Container.ModelDataUrl; url != "" {
		dir, err := d.p.unpackModel(url)
		if err != nil {
			d.p.logf("endpoint %s: model data: %v", d.ep.Name, err)
			spec.log("model data: " + err.Error())
			return fmt.Errorf("Failed to extract model data archive for container \"container_1\" from URL \"%s\". Please ensure that the object located at the URL is a valid tar.gz archive.", url) //nolint:staticcheck // AWS's words
		}
		d.unpack, spec.container.ModelDir = dir, dir
	}
	d.fleet = newFleet(spec)
	return d.fleet.start(ctx)
}

// stop ends the containers, once their calls are answered, and waits.
func (d *deployment) stop() { d.stopped.Do(d.doStop) }

func (d *deployment) doStop() {
	<-d.started
	if d.fleet != nil {
		d.fleet.stop()
	}
	if d.unpack != "" {
		if err := removeModel(d.unpack); err != nil {
			d.p.logf("endpoint %s: %v", d.ep.Name, err)
		}
	}
}

// spec resolves all that the containers need into plain data.
func (d *deployment) spec() (*fleetSpec, error) {
	p, r := d.p, d.rel
	p.mu.Lock()
	defer p.mu.Unlock()
	m, v := r.Model, r.Variant
	if !p.assumable(m.Role, d.ep.Region, time.Now()) {
		return nil, fmt.Errorf("Unable to assume role \"%s\". Please ensure that the role exists and that its trust relationship policy allows the action \"sts:AssumeRole\" for the service principal \"%s\".", m.Role, sagemakerPrincipal) //nolint:staticcheck // AWS's words
	}
	reference := r.Resolved
	if reference == "" {
		reference = m.Container.Image
	}
	gone := fmt.Errorf("Please make sure all images included in the model for the production variant %s exist, and that the execution role used to create the model has permissions to access them.", v.VariantName) //nolint:staticcheck // AWS's words
	repo, img, err := p.resolveImage(reference)
	if err != nil || p.checkPull(m.Role, m.Container.Image, repo.Name, repo.Region) != nil {
		return nil, gone
	}
	local, err := p.openImage(img)
	if err != nil {
		p.logf("endpoint %s: %v", d.ep.Name, err)
		return nil, gone
	}
	if r.serverless() && img.Size > serverlessImage {
		return nil, fmt.Errorf("Image size %d is greater than supported size %d", img.Size, int64(serverlessImage)) //nolint:staticcheck // AWS's words
	}
	group := logGroupOf(d.ep.Name)
	return &fleetSpec{
		p: p, endpoint: d.ep, variant: v, image: m.Container.Image,
		logs: p.mayLog(m.Role, d.ep.Region, group), group: group,
		container: Container{Image: local, Env: m.Container.Environment},
	}, nil
}

// serverlessImage is the largest image of a serverless endpoint.
const serverlessImage = 10 << 30

func logGroupOf(endpoint string) string { return "/aws/sagemaker/Endpoints/" + endpoint }

// mayLog: without these actions a container runs but leaves no logs.
func (p *Platform) mayLog(role, region, group string) bool {
	arn := logGroupARN(region, group)
	return !slices.ContainsFunc([]string{"CreateLogGroup", "CreateLogStream", "PutLogEvents"}, func(action string) bool {
		return !p.roleAllows(role, "logs:"+action, arn) && !p.roleAllows(role, "logs:"+action, arn+":*")
	})
}
