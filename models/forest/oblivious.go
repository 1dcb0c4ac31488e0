package forest

import (
	"fmt"
	"math/bits"
)

// maxLevels is the depth that CatBoost grows at most.
const maxLevels = 16

// AddOblivious adds a tree that asks one question a level, of kind Above, AtMost,
// Below or Member: the answer yes to levels[i] sets bit i of the number of the
// leaf, whose values are values[leaf*Width:][:Width] and which Apply answers.
// What is missing answers yes where MissingLeft is set; Left, Right, Leaf and ID
// mean nothing. The weights, if there are any, are the Cover of each leaf.
func (b *Builder) AddOblivious(levels []Node, values []float64, output int, weights ...float64) error {
	if len(levels) > maxLevels {
		return fmt.Errorf("a tree of %d levels, more than %d", len(levels), maxLevels)
	}
	for i := range levels {
		if levels[i].Kind == Leaf {
			return fmt.Errorf("level %d is a leaf", i)
		}
	}
	leaves := 1 << len(levels)
	if len(values) != leaves*b.shape.Width {
		return fmt.Errorf("%d values for %d leaves of %d", len(values), leaves, b.shape.Width)
	}
	if len(weights) != 0 && len(weights) != leaves {
		return fmt.Errorf("%d weights for %d leaves", len(weights), leaves)
	}
	return b.Add(expand(levels, weights), values, output)
}

// expand makes nodes of levels: those of depth d ask levels[d], node i has the
// children 2i+1 for yes and 2i+2 for no.
func expand(levels []Node, weights []float64) []Node {
	depth := len(levels)
	nodes := make([]Node, 1<<(depth+1)-1)
	numbers := make([]int, len(nodes)) // the bits of the answers so far
	for i := range nodes {
		if i > 0 {
			parent := (i - 1) / 2
			numbers[i] = numbers[parent]
			if i%2 == 1 {
				numbers[i] |= 1 << level(parent)
			}
		}
		if d := level(i); d < depth {
			nodes[i] = levels[d]
			nodes[i].Left, nodes[i].Right, nodes[i].Cover = 2*i+1, 2*i+2, 0
		} else {
			nodes[i] = Node{Kind: Leaf, Leaf: numbers[i], ID: numbers[i]}
		}
	}
	weigh(nodes, weights)
	return nodes
}

// level is the depth of node i of a tree without gaps.
func level(i int) int { return bits.Len(uint(i+1)) - 1 }

// weigh gives leaves their weights, and all others those of their children.
func weigh(nodes []Node, weights []float64) {
	if len(weights) == 0 {
		return
	}
	for i := len(nodes) - 1; i >= 0; i-- {
		n := &nodes[i]
		if n.Kind == Leaf {
			n.Cover = weights[n.Leaf]
		} else {
			n.Cover = nodes[n.Left].Cover + nodes[n.Right].Cover
		}
	}
}
