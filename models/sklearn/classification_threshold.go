package sklearn

import (
	"fmt"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

var thresholdClasses = []class{
	{"FixedThresholdClassifier", "sklearn", fixedThreshold},
	{"TunedThresholdClassifierCV", "sklearn", tunedThreshold},
}

// A cutoff is FixedThresholdClassifier or TunedThresholdClassifierCV
// (sklearn/model_selection/_classification_threshold.py): a binary classifier
// whose score of the positive class is held against a threshold.
type cutoff struct {
	m         *method
	column    int     // of the positive class
	sign      float64 // -1 for the decision function of the first class
	threshold float64
	yes, no   float64 // places in the classes
}

// readCutoff reads all but the threshold.
func readCutoff(c *compiler, r pyobj.Ref, positive pyobj.Ref, given bool) (*cutoff, *node, *labels, error) {
	inner, err := c.member(r, "estimator_", "estimator")
	if err != nil {
		return nil, nil, nil, err
	}
	predict, err := inner.need(r, models.Predict, 1)
	if err != nil {
		return nil, nil, nil, err
	}
	classes := predict.labels()
	if classes == nil || classes.len() != 2 {
		return nil, nil, nil, r.Format("its estimator is no classifier of two classes")
	}
	t := &cutoff{sign: 1, yes: 1}
	if given {
		if err := t.positive(positive, classes); err != nil {
			return nil, nil, nil, err
		}
	}
	response, err := word(r, "response_method", "auto")
	if err != nil {
		return nil, nil, nil, err
	}
	if t.m = inner.simple(models.PredictProba); response == "decision_function" || response == "auto" && t.m == nil {
		t.m, err = inner.need(r, models.DecisionFunction, 1)
	} else {
		t.m, err = inner.need(r, models.PredictProba, 2)
	}
	if err != nil {
		return nil, nil, nil, err
	}
	t.column = int(t.yes)
	if t.m.name == models.DecisionFunction {
		t.column = 0
		if t.yes == 0 {
			t.sign = -1
		}
	}
	return t, inner, classes, nil
}

// positive finds pos_label in the classes.
func (t *cutoff) positive(r pyobj.Ref, classes *labels) error {
	a, err := r.Array()
	if err != nil {
		return err
	}
	if a.Dims() != 0 {
		return r.Format("want a class, got an array")
	}
	text, notText := r.Str()
	number, notNumber := r.Float()
	values := classes.numbers()
	for i := range 2 {
		if values == nil && notText == nil && classes.str[i] == text || values != nil && notNumber == nil && values[i] == number {
			t.yes, t.no = float64(i), float64(1-i)
			return nil
		}
	}
	return r.Format("it is not one of the classes")
}

func (t *cutoff) node(r pyobj.Ref, inner *node, classes *labels) (*node, error) {
	n := new(node)
	if err := n.inputOf(r, inner); err != nil {
		return nil, err
	}
	n.class = inner.class // it leaves the checks to its estimator
	n.offer(one(models.Predict, models.Port{DType: classes.dtype}, classes, func(ws *workspace, x block, out []float64) error {
		return t.classify(ws, n.shared(ws, x), out)
	}))
	for _, name := range []models.Method{models.PredictProba, models.PredictLogProba, models.DecisionFunction} {
		n.offer(inner.method(name))
	}
	n.outline.Summary = fmt.Sprintf("%s · %s ≥ %v", features(n.features), t.m.name, t.threshold)
	return n, nil
}

func (t *cutoff) classify(ws *workspace, x block, out []float64) error {
	scores, err := ws.ask(t.m, x)
	if err != nil {
		return err
	}
	k := t.m.width()
	for i := range out {
		out[i] = t.no
		if t.sign*scores[i*k+t.column] >= t.threshold {
			out[i] = t.yes
		}
	}
	return nil
}

func fixedThreshold(c *compiler, r pyobj.Ref) (*node, error) {
	label, ok := r.Attr("pos_label")
	t, inner, classes, err := readCutoff(c, r, label, ok && !label.IsNone())
	if err != nil {
		return nil, err
	}
	if t.m.name == models.PredictProba {
		t.threshold = 0.5
	}
	attr, err := r.Need("threshold")
	if err != nil {
		return nil, err
	}
	if auto, err := attr.Str(); err != nil {
		if t.threshold, err = attr.Float(); err != nil {
			return nil, err
		}
	} else if auto != "auto" {
		return nil, attr.Format("want a number or 'auto', got %q", auto)
	}
	return t.node(r, inner, classes)
}

func tunedThreshold(c *compiler, r pyobj.Ref) (*node, error) {
	label, given, err := scorerLabel(r)
	if err != nil {
		return nil, err
	}
	t, inner, classes, err := readCutoff(c, r, label, given)
	if err != nil {
		return nil, err
	}
	attr, err := r.Need("best_threshold_")
	if err != nil {
		return nil, err
	}
	if t.threshold, err = attr.Float(); err != nil {
		return nil, err
	}
	return t.node(r, inner, classes)
}

// scorerLabel is _get_pos_label of the scorer: what it was made with, else the
// default of its metric, which is 1 or None.
func scorerLabel(r pyobj.Ref) (label pyobj.Ref, given bool, err error) {
	scorer, err := r.Need("_curve_scorer")
	if err != nil {
		return label, false, err
	}
	kwargs, err := scorer.Need("_kwargs")
	if err != nil {
		return label, false, err
	}
	if label, ok := kwargs.Key("pos_label"); ok {
		return label, !label.IsNone(), nil
	}
	metric, err := scorer.Need("_score_func")
	if err != nil {
		return label, false, err
	}
	_, name, _ := metric.Class()
	switch name {
	case "accuracy_score", "balanced_accuracy_score", "matthews_corrcoef", "cohen_kappa_score", "roc_auc_score",
		"log_loss", "hamming_loss", "zero_one_loss", "d2_log_loss_score", "brier_score_loss":
		return label, false, nil
	case "f1_score", "fbeta_score", "precision_score", "recall_score", "jaccard_score", "average_precision_score":
		return pyobj.NewRef(metric.Path()+".pos_label", int64(1)), true, nil
	}
	return label, false, metric.Unsupported("a threshold tuned for the metric "+name,
		"Give the scorer its pos_label: make_scorer(…, pos_label=…), and fit again.")
}
