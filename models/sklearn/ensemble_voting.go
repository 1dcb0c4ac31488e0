package sklearn

import (
	"fmt"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

var votingClasses = []class{
	{"VotingClassifier", "sklearn", votingClassifier},
	{"VotingRegressor", "sklearn", votingRegressor},
}

// A ballot is VotingClassifier or VotingRegressor (sklearn/ensemble/_voting.py).
// Its estimators were fitted on encoded classes.
type ballot struct {
	node    *node
	methods []*method
	weights []float64 // nil if all are equal
	total   float64   // of the weights, or the number of estimators
	codes   [][]int   // of hard votes
	classes int
}

func readVote(c *compiler, r pyobj.Ref) (*ballot, []*node, error) {
	parts, err := c.parts(r, "estimators_")
	if err != nil {
		return nil, nil, err
	}
	v := &ballot{node: new(node)}
	if err := v.node.inputOf(r, parts...); err != nil {
		return nil, nil, err
	}
	v.node.class = parts[0].class // it leaves the checks to its estimators
	if err := v.readWeights(r, len(parts)); err != nil {
		return nil, nil, err
	}
	v.node.outline.Summary = fmt.Sprintf("%s · %d estimators", features(v.node.features), len(parts))
	return v, parts, nil
}

// readWeights leaves out the weights of estimators that were dropped.
func (v *ballot) readWeights(r pyobj.Ref, estimators int) error {
	v.total = float64(estimators)
	attr, ok := r.Attr("weights")
	if !ok || attr.IsNone() {
		return nil
	}
	all, err := r.Floats("weights")
	if err != nil {
		return err
	}
	names, kept, err := namesOfParts(r)
	if err != nil {
		return err
	}
	if len(all) != len(names) {
		return attr.Format("%d weights for %d estimators", len(all), len(names))
	}
	v.total = 0
	for i, w := range all {
		if kept[i] {
			v.weights = append(v.weights, w)
		}
	}
	v.total = kernel.Sum(v.weights)
	if len(v.weights) != estimators {
		return attr.Format("%d weights for %d fitted estimators", len(v.weights), estimators)
	}
	return nil
}

// namesOfParts reads the names in the parameter estimators, pairs of a name and
// an estimator, and which of them were not dropped: None stood for 'drop' before
// 0.24.
func namesOfParts(r pyobj.Ref) (names []string, kept []bool, err error) {
	attr, err := r.Need("estimators")
	if err != nil {
		return nil, nil, err
	}
	items, err := attr.Items()
	if err != nil {
		return nil, nil, err
	}
	for _, item := range items {
		first, err := item.Index(0)
		if err != nil {
			return nil, nil, err
		}
		name, err := first.Str()
		if err != nil {
			return nil, nil, err
		}
		second, err := item.Index(1)
		if err != nil {
			return nil, nil, err
		}
		word, err := second.Str()
		names = append(names, name)
		kept = append(kept, !second.IsNone() && (err != nil || word != "drop"))
	}
	return names, kept, nil
}

// keptNames are those of the estimators that were not dropped; they are for the
// names of what transform gives.
func keptNames(r pyobj.Ref, estimators int) ([]string, error) {
	names, kept, err := namesOfParts(r)
	if err != nil {
		return nil, err
	}
	var list []string
	for i, name := range names {
		if kept[i] {
			list = append(list, name)
		}
	}
	if len(list) != estimators {
		return nil, r.Format("%d estimators are fitted, %d are named", estimators, len(list))
	}
	return list, nil
}

// namesOut gives "votingclassifier_lr", and "votingclassifier_lr0" and so on
// where an estimator gives several columns.
func namesOut(class string, names []string, widths []int) func([]string) []string {
	var list []string
	for i, name := range names {
		prefix := strings.ToLower(class) + "_" + name
		if widths[i] == 0 {
			list = append(list, prefix)
		}
		for j := range widths[i] {
			list = append(list, fmt.Sprintf("%s%d", prefix, j))
		}
	}
	return func([]string) []string { return list }
}

// mean is numpy.average over the estimators.
func (v *ballot) mean(ws *workspace, x block, out []float64) error {
	x = v.node.shared(ws, x)
	clear(out)
	for i, m := range v.methods {
		at := ws.mark()
		answers, err := ws.ask(m, x)
		if err != nil {
			return err
		}
		if v.weights == nil {
			kernel.AddColumns(out, out, answers)
		} else {
			for j, p := range answers {
				out[j] += float64(p * v.weights[i])
			}
		}
		ws.rewind(at)
	}
	scale(out, v.total)
	return nil
}

// hard is predict with voting='hard': the class with the largest sum of weights,
// numpy.bincount over the classes up to the last that got a vote.
func (v *ballot) hard(ws *workspace, x block, out []float64) error {
	x = v.node.shared(ws, x)
	k := v.classes
	counts, tops := ws.floats(x.rows*k), ws.ints(x.rows)
	clear(counts)
	clear(tops)
	for i, m := range v.methods {
		at := ws.mark()
		answers, err := ws.ask(m, x)
		if err != nil {
			return err
		}
		for row, label := range answers {
			code := v.codes[i][int(label)]
			counts[row*k+code] += v.weight(i)
			tops[row] = max(tops[row], code)
		}
		ws.rewind(at)
	}
	for row := range out {
		out[row] = float64(kernel.ArgMax(counts[row*k : row*k+tops[row]+1]))
	}
	return nil
}

func (v *ballot) weight(i int) float64 {
	if v.weights == nil {
		return 1
	}
	return v.weights[i]
}

// stacked gives the answers of all estimators side by side.
func (v *ballot) stacked(ws *workspace, x block) (block, error) {
	x = v.node.shared(ws, x)
	width := v.node.transform.width
	y := block{rows: x.rows, width: width, data: ws.floats(x.rows * width), owned: true}
	column := 0
	for i, m := range v.methods {
		at := ws.mark()
		answers, err := ws.ask(m, x)
		if err != nil {
			return block{}, err
		}
		k := m.width()
		for j, p := range answers {
			if v.codes != nil {
				p = float64(v.codes[i][int(p)])
			}
			y.data[j/k*width+column+j%k] = p
		}
		column += k
		ws.rewind(at)
	}
	return y, nil
}

func votingRegressor(c *compiler, r pyobj.Ref) (*node, error) {
	v, parts, err := readVote(c, r)
	if err != nil {
		return nil, err
	}
	if v.methods, err = all(r, parts, models.Predict, 1); err != nil {
		return nil, err
	}
	for _, m := range v.methods {
		if m.labels() != nil {
			return nil, r.Format("one of its estimators is a classifier")
		}
	}
	v.node.offer(one(models.Predict, numbers(0), nil, v.mean))
	return v.node, v.offerTransform(r, "VotingRegressor", make([]int, len(parts)))
}

// offerTransform offers transform; widths are those of the estimators' answers,
// 0 for a bare value.
func (v *ballot) offerTransform(r pyobj.Ref, class string, widths []int) error {
	names, err := keptNames(r, len(v.methods))
	if err != nil {
		return err
	}
	width := 0
	for _, w := range widths {
		width += max(w, 1)
	}
	v.node.transform = &transformer{width: width, run: v.stacked, names: namesOut(class, names, widths)}
	return nil
}

func votingClassifier(c *compiler, r pyobj.Ref) (*node, error) {
	v, parts, err := readVote(c, r)
	if err != nil {
		return nil, err
	}
	classes, err := classesOf(r, "classes_")
	if err != nil {
		return nil, err
	}
	v.classes = classes.len()
	v.node.outline.Summary += fmt.Sprintf(" · %d classes", v.classes)
	voting, err := word(r, "voting", "hard")
	if err != nil {
		return nil, err
	}
	switch voting {
	case "hard":
		return v.node, v.offerHard(r, parts, classes)
	case "soft":
		return v.node, v.offerSoft(r, parts, classes)
	}
	return nil, r.Unsupported("voting="+voting, "scikit-learn knows hard and soft.")
}

func (v *ballot) offerHard(r pyobj.Ref, parts []*node, classes *labels) (err error) {
	if v.methods, err = all(r, parts, models.Predict, 1); err != nil {
		return err
	}
	if v.codes, err = codesOf(r, v.methods, v.classes); err != nil {
		return err
	}
	v.node.offer(one(models.Predict, models.Port{DType: classes.dtype}, classes, v.hard))
	return v.offerTransform(r, "VotingClassifier", make([]int, len(parts)))
}

// offerSoft offers transform where its answer is a matrix: with
// flatten_transform=False it has three dimensions.
func (v *ballot) offerSoft(r pyobj.Ref, parts []*node, classes *labels) (err error) {
	if v.methods, err = all(r, parts, models.PredictProba, v.classes); err != nil {
		return err
	}
	v.node.offer(classify(classes, v.mean))
	v.node.offer(one(models.PredictProba, numbers(v.classes), nil, v.mean))
	if attr, ok := r.Attr("flatten_transform"); ok {
		if flat, err := attr.Bool(); err != nil || !flat { // None in 0.20 is False
			return nil
		}
	}
	widths := make([]int, len(parts))
	for i := range widths {
		widths[i] = v.classes
	}
	return v.offerTransform(r, "VotingClassifier", widths)
}
