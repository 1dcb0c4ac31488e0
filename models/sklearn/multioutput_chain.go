package sklearn

import (
	"fmt"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// A links is ClassifierChain or RegressorChain: each estimator is given the
// features and what those before it answered.
type links struct {
	node  *node
	list  []chainLink
	order []int // the target of each
}

// A chainLink is one estimator of a chain.
type chainLink struct {
	part   *node
	m      *method // asked for what the next are given
	values []float64
	column int
}

func readLinks(c *compiler, r pyobj.Ref) (*links, error) {
	parts, err := c.parts(r, "estimators_")
	if err != nil {
		return nil, err
	}
	l := &links{node: new(node)}
	if err := l.input(r, parts); err != nil {
		return nil, err
	}
	if l.order, err = permutation(r, "order_", len(parts)); err != nil {
		return nil, err
	}
	between, err := word(r, "chain_method_", "predict")
	if err != nil {
		return nil, err
	}
	for _, p := range parts {
		link, err := readChainLink(r, p, models.Method(between))
		if err != nil {
			return nil, err
		}
		l.list = append(l.list, link)
	}
	l.node.outline.Summary = fmt.Sprintf("%s · %d targets", features(l.node.features), len(parts))
	return l, nil
}

// input finds the number of features: each estimator takes one more than the one
// before it.
func (l *links) input(r pyobj.Ref, parts []*node) (err error) {
	n := l.node
	if n.features, n.names, err = recordedFeatures(r); err != nil {
		return err
	}
	if n.features == 0 {
		n.features = parts[0].features
	}
	for i, p := range parts {
		n.outline.Children = append(n.outline.Children, p.outline)
		if p.types != nil {
			return r.Unsupported("a chain over columns of text", "Encode them before the chain.")
		}
		if p.features > 0 && p.features != n.features+i {
			return r.Format("estimator %d takes %d features, want %d", i, p.features, n.features+i)
		}
	}
	if n.features < 1 {
		return r.Format("it does not record how many features it takes")
	}
	return nil
}

// permutation reads an array of each of 0 to n-1 once.
func permutation(r pyobj.Ref, name string, n int) ([]int, error) {
	list, err := r.Ints(name)
	if err != nil {
		return nil, err
	}
	if len(list) != n {
		return nil, r.Format("%s has %d entries for %d estimators", name, len(list), n)
	}
	seen, order := make([]bool, n), make([]int, n)
	for i, v := range list {
		if v < 0 || v >= int64(n) || seen[v] {
			return nil, r.Format("%s is no order of %d targets", name, n)
		}
		seen[v], order[i] = true, int(v)
	}
	return order, nil
}

// readChainLink finds how an estimator of a chain is asked: one number a row, of two
// probabilities the second.
func readChainLink(r pyobj.Ref, p *node, name models.Method) (chainLink, error) {
	width := 1
	if name == models.PredictProba || name == models.PredictLogProba {
		width = 2
	}
	m, err := p.need(r, name, width)
	if err != nil {
		return chainLink{}, err
	}
	link := chainLink{part: p, m: m, column: width - 1}
	if l := m.labels(); l != nil {
		if link.values = l.numbers(); link.values == nil {
			return link, r.Unsupported("a chain of classifiers that answer strings", "Encode the targets as numbers.")
		}
	}
	return link, nil
}

// number is what the link says of row i.
func (k *chainLink) number(answers []float64, i int) float64 {
	v := answers[i*k.m.width()+k.column]
	if k.values != nil {
		v = k.values[int(v)]
	}
	return v
}

// answer gives a method that asks every link with name.
func (l *links) answer(r pyobj.Ref, name models.Method) (*method, error) {
	asked := make([]chainLink, len(l.list))
	for i, k := range l.list {
		var err error
		if asked[i], err = readChainLink(r, k.part, name); err != nil {
			return nil, err
		}
	}
	return one(name, numbers(len(asked)), nil, func(ws *workspace, x block, out []float64) error {
		return l.run(ws, x, asked, out)
	}), nil
}

func (l *links) run(ws *workspace, x block, asked []chainLink, out []float64) error {
	m := ws.matrix(x)
	if err := ws.finite(m, l.node.names); err != nil {
		return err
	}
	k, width := len(l.list), l.node.features
	given := ws.floats(x.rows * k)
	for j := range l.list {
		at := ws.mark()
		all := block{rows: m.rows, width: width + j, data: ws.floats(m.rows * (width + j))}
		for i := range m.rows {
			row := all.data[i*all.width : (i+1)*all.width]
			copy(row, m.data[i*width:(i+1)*width])
			copy(row[width:], given[i*k:i*k+j])
		}
		if err := l.ask(ws, all, j, asked, given, out); err != nil {
			return err
		}
		ws.rewind(at)
	}
	return nil
}

// ask asks link j for the answer, and for what the next are given.
func (l *links) ask(ws *workspace, x block, j int, asked []chainLink, given, out []float64) error {
	k := len(l.list)
	answers, err := ws.ask(asked[j].m, x)
	if err != nil {
		return err
	}
	for i := range x.rows {
		out[i*k+l.order[j]] = asked[j].number(answers, i)
	}
	if l.list[j].m != asked[j].m {
		if answers, err = ws.ask(l.list[j].m, x); err != nil {
			return err
		}
	}
	for i := range x.rows {
		given[i*k+j] = l.list[j].number(answers, i)
	}
	return nil
}

func regressorChain(c *compiler, r pyobj.Ref) (*node, error) {
	l, err := readLinks(c, r)
	if err != nil {
		return nil, err
	}
	m, err := l.answer(r, models.Predict)
	if err != nil {
		return nil, err
	}
	l.node.offer(m)
	return l.node, nil
}

// classifierChain offers what its estimators do; predict_log_proba came in 1.4.
func classifierChain(c *compiler, r pyobj.Ref) (*node, error) {
	l, err := readLinks(c, r)
	if err != nil {
		return nil, err
	}
	predict, err := l.answer(r, models.Predict)
	if err != nil {
		return nil, err
	}
	l.node.offer(predict)
	if proba, err := l.answer(r, models.PredictProba); err == nil {
		l.node.offer(proba)
		if !c.written(r).before(1, 4) {
			logs := func(ws *workspace, x block, out [][]float64) error {
				err := proba.run(ws, x, out)
				kernel.Log(out[0])
				return err
			}
			l.node.offer(&method{name: models.PredictLogProba, outputs: proba.outputs, run: logs})
		}
	}
	if decide, err := l.answer(r, models.DecisionFunction); err == nil {
		l.node.offer(decide)
	}
	return l.node, nil
}
