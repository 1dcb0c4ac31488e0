// Package sink holds the places an image can go to.
package sink

import (
	"context"

	"github.com/copal-ml/copal/builder/image"
	"github.com/copal-ml/copal/builder/progress"
)

// A Sink puts an artifact somewhere and returns how to name it from there: a
// reference by digest, or a path.
type Sink func(ctx context.Context, a *image.Artifact, p progress.Func) (ref string, err error)
