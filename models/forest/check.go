package forest

import (
	"errors"
	"fmt"
	"math"
)

func (b *Builder) checkTree(nodes []Node, values []float64, output int) error {
	switch {
	case b.shape.Features < 0 || b.shape.Features > maxFeatures || b.shape.Width < 0:
		return fmt.Errorf("a forest of %d features and %d values a leaf", b.shape.Features, b.shape.Width)
	case len(nodes) == 0:
		return errors.New("a tree without nodes")
	case output < 0 || output+b.shape.Width > b.shape.Outputs:
		return fmt.Errorf("a tree for outputs %d to %d of %d", output, output+b.shape.Width-1, b.shape.Outputs)
	}
	rows := math.MaxInt
	if b.shape.Width > 0 {
		rows = len(values) / b.shape.Width
	}
	for i := range nodes {
		if err := b.checkNode(&nodes[i], len(nodes), rows); err != nil {
			return fmt.Errorf("node %d: %w", i, err)
		}
	}
	return nil
}

// checkNode checks a node of n with values for that many leaves.
func (b *Builder) checkNode(node *Node, n, rows int) error {
	if node.Kind == Leaf {
		if node.Leaf < 0 || node.Leaf >= rows {
			return fmt.Errorf("a leaf with values at %d of %d", node.Leaf, rows)
		}
		if node.ID < 0 || node.ID > math.MaxInt32 {
			return fmt.Errorf("a leaf of number %d", node.ID)
		}
		return nil
	}
	if node.Feature < 0 || node.Feature >= b.shape.Features {
		return fmt.Errorf("it asks for feature %d of %d", node.Feature, b.shape.Features)
	}
	if node.Left < 0 || node.Left >= n || node.Right < 0 || node.Right >= n {
		return fmt.Errorf("children %d and %d in a tree of %d nodes", node.Left, node.Right, n)
	}
	switch node.Kind {
	case AtMost, Below, Above:
		if math.IsNaN(node.Threshold) {
			return errors.New("its threshold is NaN")
		}
	case Member:
		if node.Set == nil {
			return errors.New("it asks for no set")
		}
	default:
		return fmt.Errorf("a node of kind %d", node.Kind)
	}
	return nil
}
