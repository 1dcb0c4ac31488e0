package deploy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"
)

// A Plan is what Apply would do, in the order it would do it. Resources that
// stay as they are have a change with the action None.
type Plan struct {
	Changes   []Change
	resources []Resource // resources[i] is the one of Changes[i]
}

// Counts says how many resources a plan touches, by action.
type Counts struct {
	Create    int `json:"create"`
	Update    int `json:"update"`
	Replace   int `json:"replace"`
	Delete    int `json:"delete"`
	Unchanged int `json:"unchanged"`
}

// readers bounds how many resources are read at once: enough to hide the round
// trips, few enough to stay below request rates.
const readers = 6

// MakePlan reads the account and says what would be done to bring rs about. It
// changes nothing. Errors name the resource; all that failed are reported.
func MakePlan(ctx context.Context, rs []Resource) (*Plan, error) {
	sorted, err := order(rs)
	if err != nil {
		return nil, err
	}
	changes := make([]Change, len(sorted))
	errs := make([]error, len(sorted))
	slots := make(chan struct{}, readers)
	var wg sync.WaitGroup
	for i, r := range sorted {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if changes[i], errs[i] = r.Diff(ctx); errs[i] != nil {
				errs[i] = fmt.Errorf("%s: %w", r.ID(), errs[i])
			}
			changes[i].ID = r.ID()
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return &Plan{Changes: changes, resources: sorted}, nil
}

// Empty reports whether nothing would be done.
func (p *Plan) Empty() bool { return p.Counts().Unchanged == len(p.Changes) }

// Counts adds up the actions.
func (p *Plan) Counts() Counts {
	var n Counts
	for _, c := range p.Changes {
		switch c.Action {
		case None:
			n.Unchanged++
		case Create:
			n.Create++
		case Update:
			n.Update++
		case Replace:
			n.Replace++
		case Delete:
			n.Delete++
		}
	}
	return n
}

// String is the counts line: "3 to create, 1 to update, 0 to delete, 2 unchanged".
func (n Counts) String() string {
	s := fmt.Sprintf("%d to create, %d to update, ", n.Create, n.Update)
	if n.Replace > 0 {
		s += fmt.Sprintf("%d to replace, ", n.Replace)
	}
	return s + fmt.Sprintf("%d to delete, %d unchanged", n.Delete, n.Unchanged)
}

var signs = [...]string{None: "=", Create: "+", Update: "~", Replace: "±", Delete: "-"}

// Text is the plan for people: a line for each change, aligned, and the counts.
func (p *Plan) Text() string {
	width := 0
	for _, c := range p.Changes {
		if c.Action != None {
			width = max(width, utf8.RuneCountInString(c.ID.String()))
		}
	}
	var b strings.Builder
	for _, c := range p.Changes {
		if c.Action != None {
			c.write(&b, width)
		}
	}
	b.WriteString(p.Counts().String() + "\n")
	return b.String()
}

// write adds the lines of one change: its sign and name, padded to width, and
// its details, each but the first on a line of its own.
func (c Change) write(b *strings.Builder, width int) {
	line := signs[c.Action] + " " + pad(c.ID.String(), width)
	for _, detail := range c.details() {
		b.WriteString(strings.TrimRight(line+"  "+detail, " ") + "\n")
		line = "  " + pad("", width)
	}
}

func (c Change) details() []string {
	var d []string
	if c.Why != "" {
		d = append(d, c.Why)
	}
	for _, f := range c.Fields {
		d = append(d, f.String())
	}
	if d == nil {
		d = []string{""}
	}
	return d
}

// String is "memory 2048 MB → 3072 MB", without the part that is empty.
func (f Field) String() string {
	switch {
	case f.Old == "":
		return f.Path + " " + f.New
	case f.New == "":
		return f.Path + " " + f.Old + " → none"
	}
	return f.Path + " " + f.Old + " → " + f.New
}

func pad(s string, width int) string {
	return s + strings.Repeat(" ", width-utf8.RuneCountInString(s))
}

// MarshalJSON writes {"changes": […], "counts": {…}}.
func (p *Plan) MarshalJSON() ([]byte, error) {
	changes := p.Changes
	if changes == nil {
		changes = []Change{}
	}
	return json.Marshal(struct {
		Changes []Change `json:"changes"`
		Counts  Counts   `json:"counts"`
	}{changes, p.Counts()})
}
