// Package image puts layers and a configuration together: a pure function, with
// no network and no clock.
package image

import (
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/copal-ml/copal/runtime/contract"
)

// An Artifact is a finished image that has not left the process.
type Artifact struct {
	Image    v1.Image
	Manifest contract.Manifest
}
