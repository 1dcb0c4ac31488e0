package sklearn

import (
	"github.com/copal-ml/copal/models/pyobj"
)

// supportsNaN is _support_missing_values of a tree (sklearn/tree/_classes.py): its
// tag, and until 1.9 no constraints on the sign of effects.
func supportsNaN(r pyobj.Ref, v version) (bool, error) {
	if attr, ok := r.Attr("monotonic_cst"); ok && !attr.IsNone() && v.before(1, 9) {
		return false, nil
	}
	_, class, _ := r.Class()
	return treeTakesNaN(r, class, v)
}

// treeTakesNaN is the tag allow_nan of a tree with the parameters at r, which may
// be those of a forest of such trees.
func treeTakesNaN(r pyobj.Ref, class string, v version) (bool, error) {
	splitter, err := word(r, "splitter", defaultSplitter(class))
	if err != nil {
		return false, err
	}
	criterion, err := word(r, "criterion", "")
	if err != nil {
		return false, err
	}
	bySums := hasWord("gini log_loss entropy squared_error friedman_mse poisson", criterion)
	switch {
	case v.before(1, 3):
		return false, nil
	case v.before(1, 6): // extra trees have the tag of the class that they extend
		return splitter == "best" && bySums, nil
	case class == "ExtraTreeRegressor" && v.before(1, 8): // it meant to set its own
		return bySums, nil
	}
	return (splitter == "random" || class == "DecisionTreeClassifier" || class == "DecisionTreeRegressor") &&
		(bySums || !v.before(1, 9)), nil
}

func defaultSplitter(class string) string {
	if class == "ExtraTreeClassifier" || class == "ExtraTreeRegressor" {
		return "random"
	}
	return "best"
}

// takesNaN reports whether the estimator at name has the tag allow_nan, which its
// selector takes over. A parameter that cannot be read is no reason to.
func (c *compiler) takesNaN(r pyobj.Ref, name string) bool {
	attr, ok := r.Attr(name)
	if !ok {
		return false
	}
	v := c.written(r)
	_, class, _ := attr.Class()
	since := version{major: 1, minor: 4} // of forests; of trees alone it is in treeTakesNaN
	switch class {
	case "HistGradientBoostingClassifier", "HistGradientBoostingRegressor":
		return !v.before(0, 22)
	case "DecisionTreeClassifier", "DecisionTreeRegressor", "ExtraTreeClassifier", "ExtraTreeRegressor":
		since = version{}
	case "RandomForestClassifier":
		class = "DecisionTreeClassifier"
	case "RandomForestRegressor":
		class = "DecisionTreeRegressor"
	case "ExtraTreesClassifier":
		class = "ExtraTreeClassifier"
	case "ExtraTreesRegressor":
		class = "ExtraTreeRegressor"
	default:
		return false
	}
	takes, err := treeTakesNaN(attr, class, v)
	return err == nil && takes && !v.before(since.major, since.minor)
}
