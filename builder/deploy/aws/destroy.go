package aws

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/copal-ml/copal/builder/deploy"
	"github.com/copal-ml/copal/builder/progress"
)

// Destroy deletes everything that Copal's tags claim for the endpoint, in the
// safe order, waits until it is gone and lists again to prove it. It never
// touches what is not tagged. An endpoint that is not there is no error: what
// is left of it is cleaned up, and the report says so.
func (a *Account) Destroy(ctx context.Context, name string, p progress.Func) (Report, error) {
	start := a.clock.Now()
	report := Report{Name: name, Deleted: []deploy.ID{}, Left: []deploy.ID{}}
	if err := checkName(name); err != nil {
		return report, err
	}
	n, err := a.names(ctx, name)
	if err != nil {
		return report, err
	}
	err = a.destroy(ctx, n, p, &report)
	if err != nil && ctx.Err() != nil {
		err = a.interrupted(ctx, a.bareEndpoint(name), start, err)
	}
	return report, err
}

// destroy lists and deletes until a listing is empty. What is still listed may
// have come up meanwhile, like the log of a container that was starting, or be
// gone already: listings lag behind on AWS. To delete it once more does no harm.
func (a *Account) destroy(ctx context.Context, n names, p progress.Func, report *Report) error {
	var since time.Time // when all that was found had been deleted for the first time
	ours := false
	err := a.poller().until(ctx, func() (bool, error) {
		c, err := a.claim(ctx, n, ours)
		if err != nil {
			return false, err
		}
		ours = ours || c.tagged()
		report.Found = report.Found || c.endpoint != nil
		report.Left, report.Notes = c.ids(), c.notes
		if len(report.Left) == 0 || !since.IsZero() && a.clock.Now().Sub(since) > settling {
			return true, nil
		}
		show := p
		if !slices.ContainsFunc(report.Left, func(id deploy.ID) bool { return !slices.Contains(report.Deleted, id) }) {
			show = nil // told before
		}
		deleted, err := deploy.Destroy(ctx, c.resources(), show)
		report.add(deleted, c)
		if since.IsZero() {
			since = a.clock.Now()
		}
		return false, err
	})
	if err == nil && len(report.Left) > 0 {
		err = &Problem{What: fmt.Sprintf("%d of what belongs to endpoint %s is still listed: %v", len(report.Left), n.endpoint, report.Left),
			Next: fmt.Sprintf("run `copal destroy %s` again", n.endpoint)}
	}
	return err
}

// add notes what was deleted, each once, and not a log group that never was.
func (r *Report) add(deleted []deploy.ID, c *claim) {
	for _, id := range deleted {
		never := c.logs != nil && c.logs.absent && id == c.logs.ID()
		if !never && !slices.Contains(r.Deleted, id) {
			r.Deleted = append(r.Deleted, id)
		}
	}
}

// bareEndpoint is an endpoint of which only the name is known.
func (a *Account) bareEndpoint(name string) *endpoint {
	return &endpoint{api: a.sagemaker, poller: a.poller(), name: name}
}
