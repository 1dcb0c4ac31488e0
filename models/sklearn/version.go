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
	return parseVersion(text)
}

func parseVersion(text string) version {
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

// versionWithin is that of the first estimator inside of v which tells it: the
// classes of other libraries do not.
func versionWithin(v pyobj.Value) version {
	s := &versions{seen: make(map[pyobj.Value]bool)}
	s.value(v, 0)
	return parseVersion(s.found)
}

// versions is a search that visits each object once.
type versions struct {
	seen  map[pyobj.Value]bool
	steps int
	found string
}

func (s *versions) value(v pyobj.Value, depth int) {
	if s.steps++; s.found != "" || depth > maxSearchDepth || s.steps > maxSearchSteps {
		return
	}
	switch v := v.(type) {
	case pyobj.Tuple:
		s.items(v, depth)
	case *pyobj.List:
		s.items(v.Items, depth)
	case *pyobj.Dict:
		s.items(v.Values, depth)
	case *pyobj.Object:
		if s.seen[v] {
			return
		}
		s.seen[v] = true
		if d, ok := v.State.(*pyobj.Dict); ok {
			own, _ := d.Get("_sklearn_version")
			s.found, _ = own.(string)
		}
		s.value(v.State, depth+1)
		s.items(v.Items, depth)
	}
}

func (s *versions) items(items []pyobj.Value, depth int) {
	for _, v := range items {
		s.value(v, depth+1)
	}
}
