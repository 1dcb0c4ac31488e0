// Package deploy brings resources in an account to a wanted state: plan, apply,
// destroy. It knows no service; package deploy/aws has the resources.
//
// A plan is made of the same values that are applied: each Resource says in
// Diff, reading only, what its Apply would do. Resources are taken in the order
// of their needs, names sorted within; destroy is the same list backwards.
package deploy

import (
	"context"
	"errors"
	"fmt"

	"github.com/copal-ml/copal/builder/progress"
)

// ErrNotOurs is wrapped by the errors of Diff and Delete when a resource of the
// wanted name exists that Copal's tags do not claim.
var ErrNotOurs = errors.New("it was not made by Copal and is left alone")

// An ID names one resource.
type ID struct { // {"endpoint", "iris"}
	Kind string `json:"kind"`
	Name string `json:"name"`
}

func (id ID) String() string { return id.Kind + " " + id.Name }

// A Resource is one thing in the account, as we want it.
type Resource interface {
	ID() ID
	Needs() []ID // what must exist before it, and outlive it

	// Diff reads the account and says what Apply would do. It changes nothing.
	// It may be called concurrently with the Diff of other resources.
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

var actionNames = [...]string{"none", "create", "update", "replace", "delete"}

func (a Action) String() string {
	if int(a) < len(actionNames) {
		return actionNames[a]
	}
	return fmt.Sprintf("Action(%d)", uint8(a))
}

// MarshalText writes the action as its name.
func (a Action) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText is the inverse of MarshalText.
func (a *Action) UnmarshalText(b []byte) error {
	for i, name := range actionNames {
		if string(b) == name {
			*a = Action(i)
			return nil
		}
	}
	return fmt.Errorf("unknown action %q; known are %v", b, actionNames)
}

// A Change says what Apply will do, in the words the user sees.
type Change struct {
	ID     ID      `json:"resource"`
	Action Action  `json:"action"`
	Why    string  `json:"why,omitempty"`    // "is Failed and must be made anew"; may be empty
	Fields []Field `json:"fields,omitempty"` // what differs
}

// A Field is one difference. Old is empty where nothing was before.
type Field struct {
	Path string `json:"path"`
	Old  string `json:"old,omitempty"`
	New  string `json:"new,omitempty"`
}

// A Kept error reports a resource that Destroy left, since one that needs it
// could not be deleted.
type Kept struct{ ID, For ID }

func (e *Kept) Error() string {
	return fmt.Sprintf("%s: kept, since %s could not be deleted and needs it", e.ID, e.For)
}
