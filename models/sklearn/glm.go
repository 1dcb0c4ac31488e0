package sklearn

import (
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// generalizedLinear compiles PoissonRegressor, GammaRegressor and
// TweedieRegressor (sklearn/linear_model/_glm/glm.py): the inverse of a link
// function after a linear model. The fitted link is _link_instance up to 1.0
// and that of _base_loss since.
func generalizedLinear(c *compiler, r pyobj.Ref) (*node, error) {
	l, n, err := regression(r)
	if err != nil {
		return nil, err
	}
	if !l.flat {
		return nil, r.Format("coef_ has two dimensions")
	}
	name, err := readGLMLink(r)
	if err != nil {
		return nil, err
	}
	n.outline.Summary += " · " + name
	if name == "IdentityLink" {
		return n, nil
	}
	n.methods = nil
	n.offer(one(models.Predict, numbers(0), nil, func(ws *workspace, x block, out []float64) error {
		if err := l.decide(ws, x, out); err != nil {
			return err
		}
		kernel.ExpEach(out)
		return nil
	}))
	return n, nil
}

func readGLMLink(r pyobj.Ref) (string, error) {
	link, ok := r.Attr("_link_instance")
	if !ok {
		loss, err := r.Need("_base_loss")
		if err != nil {
			return "", err
		}
		if link, err = loss.Need("link"); err != nil {
			return "", err
		}
	}
	_, name, _ := link.Class()
	if name != "IdentityLink" && name != "LogLink" {
		return "", link.Unsupported("the link "+name, "Copal runs the links log and identity.")
	}
	return name, nil
}
