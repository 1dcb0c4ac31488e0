package sklearn

import (
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

// boosterPlace says where in the pickle a booster is that cannot be read: its own
// format tells places within the booster only.
func boosterPlace(r pyobj.Ref, err error) error {
	switch e := err.(type) {
	case *models.UnsupportedError:
		e.Path = r.Path()
	case *models.FormatError:
		return r.Format("%w", e)
	}
	return err
}
