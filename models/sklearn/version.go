package sklearn

import (
	"fmt"

	"github.com/copal-ml/copal/models/pyobj"
)

// A version is that of the scikit-learn which wrote an estimator. The zero
// version, of files before 0.18 which do not say, is older than any other.
type version struct {
	major, minor int
	text         string // "0.22.2.post1"
}

// versionOf reads the attribute that BaseEstimator.__getstate__ adds to every
// estimator of scikit-learn itself.
func versionOf(r pyobj.Ref) version {
	attr, ok := r.Attr("_sklearn_version")
	if !ok {
		return version{}
	}
	text, err := attr.Str()
	if err != nil {
		return version{}
	}
	v := version{text: text}
	if _, err := fmt.Sscanf(text, "%d.%d", &v.major, &v.minor); err != nil {
		return version{text: text}
	}
	return v
}

// before reports whether v is older than major.minor.
func (v version) before(major, minor int) bool {
	return v.major < major || v.major == major && v.minor < minor
}

// written is the version that wrote the estimator at r: its own, or that of the
// root if it does not say.
func (c *compiler) written(r pyobj.Ref) version {
	if v := versionOf(r); v.text != "" {
		return v
	}
	return c.version
}
