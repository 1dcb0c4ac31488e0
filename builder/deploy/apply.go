package deploy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/copal-ml/copal/builder/progress"
)

var verbs = [...]struct{ doing, done string }{
	Create:  {"Creating", "Created"},
	Update:  {"Updating", "Updated"},
	Replace: {"Replacing", "Replaced"},
	Delete:  {"Deleting", "Deleted"},
}

// Apply does what the plan says, one change after the other, and stops at the
// first that fails: what comes later needs it. The error names the resource.
func (p *Plan) Apply(ctx context.Context, f progress.Func) error {
	for i, c := range p.Changes {
		if c.Action == None {
			continue
		}
		err := step(ctx, f, c.Action, c.ID, func() error { return p.resources[i].Apply(ctx, c, f) })
		if err != nil {
			return err
		}
	}
	return nil
}

// Destroy deletes rs, those that need others first, and goes on after a failure
// with all that the failed one does not need. It returns what was deleted, in
// that order, and every error; an error that is a *Kept names a resource that
// had to stay. When the context ends it stops.
func Destroy(ctx context.Context, rs []Resource, f progress.Func) ([]ID, error) {
	sorted, err := order(rs)
	if err != nil {
		return nil, err
	}
	slices.Reverse(sorted)
	var deleted []ID
	var errs []error
	neededBy := map[ID]ID{} // what may not go, and for which resource
	for _, r := range sorted {
		id := r.ID()
		if holder, ok := neededBy[id]; ok {
			errs = append(errs, &Kept{ID: id, For: holder})
			hold(neededBy, r, holder)
			continue
		}
		if err := step(ctx, f, Delete, id, func() error { return r.Delete(ctx, f) }); err != nil {
			errs = append(errs, err)
			hold(neededBy, r, id)
			if ctx.Err() != nil {
				break
			}
			continue
		}
		deleted = append(deleted, id)
	}
	return deleted, errors.Join(errs...)
}

// hold notes that all that r needs must stay for holder.
func hold(neededBy map[ID]ID, r Resource, holder ID) {
	for _, need := range r.Needs() {
		if _, ok := neededBy[need]; !ok {
			neededBy[need] = holder
		}
	}
}

// step runs one change between its progress events.
func step(ctx context.Context, f progress.Func, a Action, id ID, run func() error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %w", id, err)
	}
	start := time.Now()
	f.Send(progress.Event{Kind: progress.Started, ID: id.String(), Text: verbs[a].doing + " " + id.String()})
	if err := run(); err != nil {
		text := id.String() + " failed"
		if ctx.Err() != nil {
			text = "stopped waiting for " + id.String() // which may well go on
		}
		f.Send(progress.Event{Kind: progress.Failed, ID: id.String(), Text: text, Elapsed: time.Since(start)})
		return fmt.Errorf("%s: %w", id, err)
	}
	f.Send(progress.Event{Kind: progress.Done, ID: id.String(), Text: verbs[a].done + " " + id.String(), Elapsed: time.Since(start)})
	return nil
}
