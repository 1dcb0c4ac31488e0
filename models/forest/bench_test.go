package forest

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkSum is for the shapes of models that are usual. Rows rotate: a row
// that repeats is in the branch predictor.
func BenchmarkSum(b *testing.B) {
	const features, rows = 50, 4096
	r := rand.New(rand.NewPCG(7, 8))
	x, out := make([]float64, rows*features), make([]float64, rows)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	for _, model := range []struct {
		name  string
		build func(b *Builder) error
		shape Shape
	}{
		{"XGBoost", func(b *Builder) error { return addFull(b, r, 500, 6) }, Shape{Precision: Float32, Sums: Float32}},
		{"LightGBM", func(b *Builder) error { return addGrown(b, r, 500, 31) }, Shape{}},
		{"CatBoost", func(b *Builder) error { return addLevels(b, r, 500, 6) }, Shape{Precision: Float32}},
		{"RandomForest", func(b *Builder) error { return addGrown(b, r, 100, 5000) }, Shape{Precision: Float32}},
	} {
		model.shape.Features, model.shape.Width, model.shape.Outputs = features, 1, 1
		builder := NewBuilder(model.shape)
		if err := model.build(builder); err != nil {
			b.Fatal(err)
		}
		f := builder.Forest()
		for _, n := range []int{1, 64, 2048} {
			b.Run(fmt.Sprintf("%s/%d", model.name, n), func(b *testing.B) {
				at := 0
				for b.Loop() {
					f.sum(out[:n], x[at*features:][:n*features])
					at = (at + n) % (rows - n + 1)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/row")
			})
		}
	}
}

// threshold is one of the few hundred that a histogram has.
func threshold(r *rand.Rand) float64 { return float64(r.IntN(255)-127) / 64 }

func addFull(b *Builder, r *rand.Rand, trees, depth int) error {
	for range trees {
		nodes := full(r, depth, b.shape.Features)
		if err := b.Add(nodes, noise(r, len(nodes)), 0); err != nil {
			return err
		}
	}
	return nil
}

func noise(r *rand.Rand, n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = r.NormFloat64()
	}
	return values
}

func addLevels(b *Builder, r *rand.Rand, trees, depth int) error {
	for range trees {
		levels := make([]Node, depth)
		for i := range levels {
			levels[i] = Node{Kind: Above, Feature: r.IntN(b.shape.Features), Threshold: threshold(r)}
		}
		if err := b.AddOblivious(levels, noise(r, 1<<depth), 0); err != nil {
			return err
		}
	}
	return nil
}

// addGrown adds trees that grow at any leaf, as leaf-wise growth does.
func addGrown(b *Builder, r *rand.Rand, trees, leaves int) error {
	for range trees {
		nodes, open := []Node{{}}, []int{0}
		for len(open) < leaves {
			k := r.IntN(len(open))
			nodes[open[k]] = Node{Kind: AtMost, Feature: r.IntN(b.shape.Features), Threshold: threshold(r), Left: len(nodes), Right: len(nodes) + 1}
			open[k] = len(nodes)
			open = append(open, len(nodes)+1)
			nodes = append(nodes, Node{Leaf: len(nodes)}, Node{Leaf: len(nodes) + 1})
		}
		if err := b.Add(nodes, noise(r, len(nodes)), 0); err != nil {
			return err
		}
	}
	return nil
}

// full makes a tree of the given depth without gaps.
func full(r *rand.Rand, depth, features int) []Node {
	nodes := make([]Node, 1<<(depth+1)-1)
	for i := range nodes {
		if 2*i+2 < len(nodes) {
			nodes[i] = Node{Kind: AtMost, Feature: r.IntN(features), Threshold: threshold(r), Left: 2*i + 1, Right: 2*i + 2}
		} else {
			nodes[i] = Node{Leaf: i, ID: i}
		}
	}
	return nodes
}
