// Package deploy brings resources in an account to a wanted state: plan, apply,
// destroy. It knows no service; package deploy/aws has the resources.
package deploy

import (
	"context"

	"github.com/copal-ml/copal/builder/progress"
)

// An ID names one resource.
type ID struct{ Kind, Name string } // {"endpoint", "iris"}

func (id ID) String() string { return id.Kind + " " + id.Name }

// A Resource is one thing in the account, as we want it.
type Resource interface {
	ID() ID
	Needs() []ID // what must exist before it, and outlive it

	// Diff reads the account and says what Apply would do. It changes nothing.
	Diff(ctx context.Context) (Change, error)
	// Apply makes the change that Diff returned, and waits until it holds.
	Apply(ctx context.Context, c Change, p progress.Func) error
	// Delete removes the resource and waits until it is gone; nil if it was
	// absent, ErrNotOurs (wrapped) if Copal's tags do not claim it.
	Delete(ctx context.Context, p progress.Func) error
}

// An Action is what a change does.
type Action uint8

// The actions.
const (
	None Action = iota
	Create
	Update
	Replace
	Delete
)

// A Change says what Apply will do, in the words the user sees.
type Change struct {
	ID     ID
	Action Action
	Why    string  // "is Failed and must be made anew"; may be empty
	Fields []Field // what differs
}

// A Field is one difference.
type Field struct{ Path, Old, New string }
