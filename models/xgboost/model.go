package xgboost

import (
	"fmt"
	"math"
	"sync"

	"github.com/copal-ml/copal/models/forest"
)

// Options say how a model is asked.
type Options struct {
	// Missing is the value that stands for a missing one beside NaN: the
	// parameter missing of DMatrix and of the wrappers. 0 with no HasMissing
	// is none.
	Missing    float64
	HasMissing bool

	// Rounds is the number of boosting iterations that are used; 0 for all.
	Rounds int

	// InPlace asks as Booster.inplace_predict does, which the wrappers call since
	// 1.4: until 3.2 the trees of dart are then rounded in another way.
	InPlace bool
}

// A Model is a booster that is ready to run. It is immutable and safe for
// concurrent use.
type Model struct {
	Booster *Booster       // without its trees
	Forest  *forest.Forest // nil of gblinear

	base    []float32
	addLast bool // base comes after the trees
	missing float32
	special bool // missing is a number
	scratch sync.Pool
}

// Compile makes b ready to run. The error is a *models.FormatError or a
// *models.UnsupportedError. b can be compiled again, with other options.
func (b *Booster) Compile(opt Options) (*Model, error) {
	told := *b
	told.trees, told.link.margin = nil, nil // which would keep the trees in memory
	m := &Model{Booster: &told, base: b.base, missing: float32(opt.Missing)}
	m.special = opt.HasMissing && !math.IsNaN(opt.Missing)
	m.scratch.New = func() any { return new(buffer) }
	if b.Kind == "gblinear" {
		return m, nil
	}
	m.addLast = b.addsLast()
	var err error
	m.Forest, err = b.plant(opt)
	return m, err
}

// addsLast reports whether the margin of a row is base + (tree + tree + …), as it
// was up to 1.2, and up to 1.3 with dart. Since then it is base + tree + tree + ….
// (src/predictor/cpu_predictor.cc: PredValue, then PredValueByOneTree;
// src/gbm/gbtree.cc: Dart::PredValue, then Dart::PredictBatchImpl.)
func (b *Booster) addsLast() bool {
	return b.Before(1, 3) || b.Kind == "dart" && b.Before(1, 4)
}

// plant makes the forest.
func (b *Booster) plant(opt Options) (*forest.Forest, error) {
	shape := forest.Shape{Features: b.Features, Width: 1, Outputs: b.Outputs, Precision: forest.Float32, Sums: forest.Float32}
	if len(b.trees) > 0 && b.trees[0].width > 0 {
		shape.Width = b.Outputs
	}
	builder, scratch := forest.NewBuilder(shape), new(treeScratch)
	trees := b.trees[:b.until(opt.Rounds)]
	words, nodes := 0, 0
	for i := range trees {
		nodes += len(trees[i].nodes)
	}
	builder.Grow(nodes)
	for i := range trees {
		t := &trees[i]
		output := int(b.groups[i])
		if shape.Width > 1 {
			output = 0
		}
		if words += t.words(); words > maxWords {
			return nil, b.unsupported(fmt.Sprintf("a model whose sets of categories take more than %d MB", maxWords>>18),
				"Number the categories from 0 without gaps.")
		}
		if err := t.addTo(builder, output, scratch, b.weighting(i, output, opt.InPlace)); err != nil {
			return nil, b.broken("tree %d: %w", i, err)
		}
	}
	return builder.Forest(), nil
}

// weighting is what a tree makes of the values of its leaves.
func (b *Booster) weighting(tree, output int, inPlace bool) func(float32) float32 {
	if tree >= len(b.weights) {
		return func(v float32) float32 { return v }
	}
	w := b.weights[tree]
	// Dart::InplacePredict takes the intercept off again.
	if inPlace && b.Kind == "dart" && !b.Before(1, 4) && b.Before(3, 3) {
		base := b.base[output]
		return func(v float32) float32 { return float32(float32(base+v)-base) * w }
	}
	return func(v float32) float32 { return v * w }
}

// A buffer is scratch of a Model.
type buffer struct{ rows, margins []float64 }

func sized(s []float64, n int) []float64 {
	if cap(s) < n {
		return make([]float64, n)
	}
	return s[:n]
}

// rows gives x as the trees are to see it: of float32, and NaN where a value is
// missing. The forest rounds by itself, except what it takes for a category.
func (m *Model) rows(s *buffer, x []float64) []float64 {
	s.rows = sized(s.rows, len(x))
	for i, v := range x {
		w := float32(v)
		s.rows[i] = float64(w)
		if m.special && w == m.missing {
			s.rows[i] = math.NaN()
		}
	}
	return s.rows
}

// Margin writes the raw margins of the rows of x, Outputs a row.
func (m *Model) Margin(out, x []float64) {
	s := m.scratch.Get().(*buffer)
	defer m.scratch.Put(s)
	x = m.rows(s, x)
	if m.Forest == nil {
		m.linear(out, x)
		return
	}
	k := m.Booster.Outputs
	for i := range out {
		out[i] = 0
		if !m.addLast {
			out[i] = float64(m.base[i%k])
		}
	}
	m.Forest.Sum(out, x)
	if m.addLast {
		for i, v := range out {
			out[i] = float64(m.base[i%k] + float32(v))
		}
	}
}

// linear is GBLinear::Pred (src/gbm/gblinear.cc). It adds the first intercept to
// all outputs, also where each has its own (3.1 on).
func (m *Model) linear(out, x []float64) {
	n, k, w := m.Booster.Features, m.Booster.Outputs, m.Booster.linear
	for i := 0; i < len(x); i += n {
		row := x[i : i+n]
		for g := range k {
			sum := w[n*k+g] + m.base[0]
			for j, v := range row {
				if v == v {
					sum += float32(float32(v) * w[j*k+g])
				}
			}
			out[i/n*k+g] = float64(sum)
		}
	}
}

// Width is the number of values that Predict answers a row.
func (m *Model) Width() int {
	if m.Booster.link.class {
		return 1
	}
	return m.Booster.Outputs
}

// Predict writes what Booster.predict answers, Width values a row.
func (m *Model) Predict(out, x []float64) {
	l, k := &m.Booster.link, m.Booster.Outputs
	if l.class {
		m.classes(out, x)
		return
	}
	m.Margin(out, x)
	if l.apply != nil {
		if !l.rows {
			k = len(out)
		}
		for ; len(out) > 0; out = out[k:] {
			l.apply(out[:k])
		}
	}
}

// classes writes the first class of the largest margin.
func (m *Model) classes(out, x []float64) {
	s := m.scratch.Get().(*buffer)
	defer m.scratch.Put(s)
	k := m.Booster.Outputs
	s.margins = sized(s.margins, len(out)*k)
	m.Margin(s.margins, x)
	for i := range out {
		row, best := s.margins[i*k:(i+1)*k], 0
		for j, v := range row {
			if v > row[best] {
				best = j
			}
		}
		out[i] = float64(best)
	}
}

// Apply writes the number of the leaf that each tree comes to, Forest.Trees()
// values a row.
func (m *Model) Apply(out, x []float64) {
	s := m.scratch.Get().(*buffer)
	defer m.scratch.Put(s)
	m.Forest.Apply(out, m.rows(s, x))
}
