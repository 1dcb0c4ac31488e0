package sklearn

import (
	"fmt"

	"github.com/copal-ml/copal/models/pyobj"
)

// readMode reports whether a graph holds distances, not ones.
func readMode(r pyobj.Ref) (distances bool, err error) {
	mode, err := word(r, "mode", "distance")
	if err != nil {
		return false, err
	}
	if mode != "distance" && mode != "connectivity" {
		return false, r.Unsupported("mode='"+mode+"'", "scikit-learn knows distance and connectivity.")
	}
	return mode == "distance", nil
}

// kNeighborsTransformer compiles KNeighborsTransformer: a sparse row with a
// column for each training row. In mode distance there is one neighbour more,
// for the row itself.
func kNeighborsTransformer(c *compiler, r pyobj.Ref) (*node, error) {
	n := new(node)
	m, err := readKNearest(r, n)
	if err != nil {
		return nil, err
	}
	distances, err := readMode(r)
	if err != nil {
		return nil, err
	}
	k := m.k
	if distances {
		k++
	}
	if k > m.rows {
		return nil, r.Unsupported("more neighbours than training rows", "scikit-learn cannot transform with it either: set n_neighbors lower.")
	}
	n.offer(m.kneighbors(m.k))
	n.transform = &transformer{width: m.rows, names: prefixed("kneighborstransformer", m.rows), run: func(ws *workspace, x block) (block, error) {
		dist, index, err := m.nearest(ws, x, k)
		if err != nil {
			return block{}, err
		}
		if !distances {
			for i := range dist {
				dist[i] = 1
			}
		}
		starts := ws.ints(x.rows + 1)
		for i := range starts {
			starts[i] = i * k
		}
		return block{rows: x.rows, width: m.rows, owned: true, sparse: &csr{starts, index, dist}}, nil
	}}
	return n, nil
}

// radiusNeighborsTransformer compiles RadiusNeighborsTransformer.
func radiusNeighborsTransformer(c *compiler, r pyobj.Ref) (*node, error) {
	n := new(node)
	m, err := readWithin(r, n)
	if err != nil {
		return nil, err
	}
	distances, err := readMode(r)
	if err != nil {
		return nil, err
	}
	n.transform = &transformer{width: m.rows, names: prefixed("radiusneighborstransformer", m.rows), run: func(ws *workspace, x block) (block, error) {
		y := block{rows: x.rows, width: m.rows, data: ws.floats(x.rows * m.rows), owned: true}
		clear(y.data)
		err := m.each(ws, x, func(i int, index []int, dist []float64) bool {
			for j, at := range index {
				y.data[i*m.rows+at] = 1
				if distances {
					y.data[i*m.rows+at] = dist[j]
				}
			}
			return true
		})
		return y, err
	}}
	return n, nil
}

// productTransformer is a matrix product as a transformer: X @ components_.T, which is
// transform of NeighborhoodComponentsAnalysis and of the random projections.
func productTransformer(r pyobj.Ref, class string) (*node, error) {
	n := new(node)
	t, err := readTraining(r, "components_")
	if err != nil {
		return nil, err
	}
	if err := n.input(r, t.width); err != nil {
		return nil, err
	}
	n.transform = &transformer{width: t.rows, names: prefixed(class, t.rows),
		run: projected(t, make([]float64, t.rows), n.names, func([]float64) {})}
	n.outline.Summary = fmt.Sprintf("%s · to %d", features(n.features), t.rows)
	return n, nil
}

func neighborhoodComponents(c *compiler, r pyobj.Ref) (*node, error) {
	return productTransformer(r, "neighborhoodcomponentsanalysis")
}
