package aws

import (
	"context"
	"fmt"

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
	c, err := a.claim(ctx, n)
	if err != nil {
		return report, err
	}
	report.Found, report.Notes = c.endpoint != nil, c.notes
	report.Deleted, err = deploy.Destroy(ctx, c.resources(), p)
	if err == nil {
		err = a.prove(ctx, n, &report)
	}
	if err != nil && ctx.Err() != nil {
		err = a.interrupted(ctx, a.bareEndpoint(name), start, err)
	}
	return report, err
}

// prove lists again until nothing is left; listings lag behind on AWS.
func (a *Account) prove(ctx context.Context, n names, report *Report) error {
	start := a.clock.Now()
	err := a.poller().until(ctx, func() (bool, error) {
		c, err := a.claim(ctx, n)
		if err != nil {
			return false, err
		}
		report.Left = report.Left[:0]
		for _, r := range c.resources() {
			report.Left = append(report.Left, r.ID())
		}
		return len(report.Left) == 0 || a.clock.Now().Sub(start) > settling, nil
	})
	if err == nil && len(report.Left) > 0 {
		err = &Problem{What: fmt.Sprintf("%d of what belongs to endpoint %s is still listed: %v", len(report.Left), n.endpoint, report.Left),
			Next: fmt.Sprintf("run `copal destroy %s` again", n.endpoint)}
	}
	return err
}

// bareEndpoint is an endpoint of which only the name is known.
func (a *Account) bareEndpoint(name string) *endpoint {
	return &endpoint{api: a.sagemaker, poller: a.poller(), name: name}
}
