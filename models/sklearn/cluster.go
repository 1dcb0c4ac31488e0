package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

var clusterClasses = []class{
	{"AffinityPropagation", "sklearn", affinityPropagation},
	{"Birch", "sklearn", birch},
	{"BisectingKMeans", "sklearn", bisectingKMeans},
	{"FeatureAgglomeration", "sklearn", featureAgglomeration},
	{"KMeans", "sklearn", kMeans},
	{"MeanShift", "sklearn", meanShift},
	{"MiniBatchKMeans", "sklearn", kMeans},
}

// A clustering gives each row to the nearest of some centers.
type clustering struct {
	euclidean
	centers *grid
	numbers []int64 // what predict answers for each; nil for its index
	full    bool    // compare |x - c|² whole: see nearest
	names   []string
}

func newClustering(centers *grid) *clustering {
	return &clustering{centers: centers, euclidean: newEuclidean(centers)}
}

// integer is the port of one whole number a row.
func integer() models.Port { return models.Port{DType: models.Int64} }

// node makes a node that predicts, and transforms to distances if distances.
func (c *clustering) node(r pyobj.Ref, distances bool) (*node, error) {
	n := new(node)
	if err := n.input(r, c.centers.cols); err != nil {
		return nil, err
	}
	c.names = n.names
	n.offer(one(models.Predict, integer(), nil, c.predict))
	if distances {
		_, class, _ := r.Class()
		n.transform = &transformer{width: c.centers.rows, run: c.distances, names: prefixed(class, c.centers.rows)}
	}
	n.outline.Summary = fmt.Sprintf("%s · %d centers", features(n.features), c.centers.rows)
	return n, nil
}

// predict is the first of the nearest centers. c.c - 2 x.c decides; the whole
// squared distance, from which x.x may wipe out the difference, does so in
// versions that computed it.
func (c *clustering) predict(ws *workspace, x block, out []float64) error {
	if x.sparse != nil {
		return c.predictSparse(ws, x, out)
	}
	data, err := ws.centered(x, nil, c.names)
	if err != nil {
		return err
	}
	k, n := c.centers.rows, c.centers.cols
	rows := min(blockOf(k), x.rows)
	products := ws.floats(rows * k)
	for from := 0; from < x.rows; from += rows {
		to := min(from+rows, x.rows)
		c.points.Affine(products[:(to-from)*k], data[from*n:to*n])
		for i := from; i < to; i++ {
			out[i] = c.number(c.nearest(data[i*n:(i+1)*n], products[(i-from)*k:][:k]))
		}
	}
	return nil
}

// number is what predict answers for a center.
func (c *clustering) number(center int) float64 {
	if c.numbers != nil {
		return float64(c.numbers[center])
	}
	return float64(center)
}

// nearest is the center nearest to row, whose products with all are given.
func (c *clustering) nearest(row, products []float64) (best int) {
	least, xx := math.Inf(1), 0.0
	if c.full {
		xx = kernel.Dot(row, row)
	}
	for j, cc := range c.squares {
		d := float64(-2 * products[j])
		if c.full {
			d = max(d+xx+cc, 0)
		} else {
			d += cc
		}
		if d < least {
			best, least = j, d
		}
	}
	return best
}

// distances is transform: euclidean_distances to the centers.
func (c *clustering) distances(ws *workspace, x block) (block, error) {
	if x.sparse != nil {
		return c.distancesSparse(ws, x)
	}
	data, err := ws.centered(x, nil, c.names)
	if err != nil {
		return block{}, err
	}
	y := block{rows: x.rows, width: c.centers.rows, data: ws.floats(x.rows * c.centers.rows), owned: true}
	c.squaredDistances(y.data, data)
	for i, d := range y.data {
		y.data[i] = math.Sqrt(d)
	}
	return y, nil
}

// predictSparse is predict of sparse rows.
func (c *clustering) predictSparse(ws *workspace, x block, out []float64) error {
	k := c.centers.rows
	products := ws.floats(x.rows * k)
	if err := ws.multiply(products, x, &c.points, c.names); err != nil {
		return err
	}
	for i := range out {
		_, row := x.sparse.row(i)
		out[i] = c.number(c.nearest(row, products[i*k:(i+1)*k]))
	}
	return nil
}

// distancesSparse is distances of sparse rows.
func (c *clustering) distancesSparse(ws *workspace, x block) (block, error) {
	k := c.centers.rows
	y := block{rows: x.rows, width: k, data: ws.floats(x.rows * k), owned: true}
	if err := ws.multiply(y.data, x, &c.points, c.names); err != nil {
		return block{}, err
	}
	for i := range x.rows {
		_, row := x.sparse.row(i)
		xx := kernel.Dot(row, row)
		for j, cc := range c.squares {
			p := &y.data[i*k+j]
			*p = math.Sqrt(max(xx-2**p+cc, 0))
		}
	}
	return y, nil
}

// kMeans compiles KMeans and MiniBatchKMeans (sklearn/cluster/_kmeans.py).
func kMeans(_ *compiler, r pyobj.Ref) (*node, error) {
	centers, err := readGrid(r, "cluster_centers_")
	if err != nil {
		return nil, err
	}
	c := newClustering(centers)
	c.full = versionOf(r).before(0, 23)
	return c.node(r, true)
}

// meanShift compiles MeanShift (sklearn/cluster/_mean_shift.py).
func meanShift(_ *compiler, r pyobj.Ref) (*node, error) {
	centers, err := readGrid(r, "cluster_centers_")
	if err != nil {
		return nil, err
	}
	c := newClustering(centers)
	c.full = versionOf(r).before(1, 1)
	return c.node(r, false)
}

// affinityPropagation compiles AffinityPropagation. A fit that did not converge
// has no centers, and labels every row -1.
func affinityPropagation(_ *compiler, r pyobj.Ref) (*node, error) {
	attr, ok := r.Attr("cluster_centers_")
	if !ok {
		return nil, r.Unsupported("AffinityPropagation(affinity='precomputed')",
			"It has no predict: it can only label the data it was fitted on. Fit with affinity='euclidean'.")
	}
	if a, err := attr.Array(); err == nil && a.Len() == 0 {
		return nil, r.Unsupported("an AffinityPropagation that did not converge", "Fit with a larger max_iter or damping.")
	}
	return meanShift(nil, r)
}

// birch compiles Birch (sklearn/cluster/_birch.py).
func birch(_ *compiler, r pyobj.Ref) (*node, error) {
	centers, err := readGrid(r, "subcluster_centers_")
	if err != nil {
		return nil, err
	}
	c := newClustering(centers)
	v := versionOf(r)
	c.full = v.before(1, 1) && !v.before(0, 23)
	if c.numbers, err = r.Ints("subcluster_labels_"); err != nil {
		return nil, err
	}
	if len(c.numbers) != centers.rows {
		return nil, r.Format("%d labels for %d subclusters", len(c.numbers), centers.rows)
	}
	return c.node(r, true)
}

// A bisection is the tree of BisectingKMeans (sklearn/cluster/_bisect_k_means.py).
type bisection struct {
	clustering // all leaves, for transform
	nodes      []bisected
}

// A bisected is a node of the tree: a leaf with a label, or two children.
type bisected struct {
	pair        *clustering // the centers of the children; nil for a leaf
	left, right int
	label       float64
}

func bisectingKMeans(_ *compiler, r pyobj.Ref) (*node, error) {
	centers, err := readGrid(r, "cluster_centers_")
	if err != nil {
		return nil, err
	}
	mean, err := optional(r, "_X_mean")
	if err != nil {
		return nil, err
	}
	if mean != nil && len(mean) != centers.cols {
		return nil, r.Format("_X_mean has %d values for %d features", len(mean), centers.cols)
	}
	b := &bisection{clustering: *newClustering(centers)}
	tree, err := r.Need("_bisecting_tree")
	if err != nil {
		return nil, err
	}
	if _, err := b.read(tree, mean, 0); err != nil {
		return nil, err
	}
	n, err := b.node(r, true)
	if err != nil {
		return nil, err
	}
	n.methods = nil
	n.offer(one(models.Predict, integer(), nil, b.predict))
	return n, nil
}

// maxBisections is the depth of a tree.
const maxBisections = 400

// read appends the tree at r and returns its index. The leaves are the clusters.
func (b *bisection) read(r pyobj.Ref, mean []float64, depth int) (int, error) {
	if most := 2*b.centers.rows - 1; depth > maxBisections || len(b.nodes) >= most {
		return 0, r.Format("a tree of more than %d levels, or of more than %d nodes for %d clusters", maxBisections, most, b.centers.rows)
	}
	at := len(b.nodes)
	b.nodes = append(b.nodes, bisected{})
	left, err := r.Need("left")
	if err != nil {
		return 0, err
	}
	if left.IsNone() {
		label, err := number(r, "label", 0)
		b.nodes[at].label = label
		return at, err
	}
	right, err := r.Need("right")
	if err != nil {
		return 0, err
	}
	pair := newGrid(2, b.centers.cols)
	for i, child := range []pyobj.Ref{left, right} {
		center, err := perFeature(child, "center")
		if err != nil {
			return 0, err
		}
		if len(center) != pair.cols {
			return 0, child.Format("a center of %d values for %d features", len(center), pair.cols)
		}
		copy(pair.row(i), center)
	}
	if mean != nil {
		kernel.AddColumns(pair.data, pair.data, mean)
	}
	n := bisected{pair: newClustering(pair)}
	if n.left, err = b.read(left, mean, depth+1); err != nil {
		return 0, err
	}
	n.right, err = b.read(right, mean, depth+1)
	b.nodes[at] = n
	return at, err
}

func (b *bisection) predict(ws *workspace, x block, out []float64) error {
	data, err := ws.centered(x, nil, b.names)
	if err != nil {
		return err
	}
	var products [2]float64
	for i := range out {
		row := data[i*b.centers.cols : (i+1)*b.centers.cols]
		n := &b.nodes[0]
		for n.pair != nil {
			n.pair.points.Affine(products[:], row)
			if n.pair.nearest(row, products[:]) == 0 {
				n = &b.nodes[n.left]
			} else {
				n = &b.nodes[n.right]
			}
		}
		out[i] = n.label
	}
	return nil
}
