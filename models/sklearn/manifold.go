package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

var manifoldClasses = []class{
	{"Isomap", "sklearn", isomap},
	{"LocallyLinearEmbedding", "sklearn", locallyLinear},
}

// A nearby finds the training rows next to a row, by all distances: the nearest
// first, of two at one distance the first.
type nearby struct {
	points *grid
	count  int
}

// readNearby reads a fitted NearestNeighbors, to be asked for count neighbours.
func readNearby(r pyobj.Ref, count float64) (*nearby, error) {
	metric, err := word(r, "effective_metric_", "euclidean")
	if err != nil {
		return nil, err
	}
	if metric != "euclidean" {
		return nil, r.Unsupported("metric='"+metric+"'", "Use the Euclidean metric, which is the default.")
	}
	points, err := readGrid(r, "_fit_X")
	if err != nil {
		return nil, err
	}
	if !(count >= 1 && count <= float64(points.rows)) {
		return nil, r.Format("%v neighbours of %d rows", count, points.rows)
	}
	return &nearby{points: points, count: int(count)}, nil
}

// find fills in the indices and the distances of the nearest rows.
func (q *nearby) find(row []float64, indices []int, distances []float64) {
	found := 0
	for i := range q.points.rows {
		sum := 0.0
		for j, v := range q.points.row(i) {
			d := row[j] - v
			sum += float64(d * d)
		}
		if found == q.count && !(sum < distances[found-1]) {
			continue
		}
		if found < q.count {
			found++
		}
		at := found - 1
		for ; at > 0 && distances[at-1] > sum; at-- {
			distances[at], indices[at] = distances[at-1], indices[at-1]
		}
		distances[at], indices[at] = sum, i
	}
	for i, d := range distances[:found] {
		distances[i] = math.Sqrt(d)
	}
}

// A geodesic is Isomap.transform (sklearn/manifold/_isomap.py): the shortest ways
// over the neighbours of a row to all training rows, through KernelPCA.
type geodesic struct {
	near  *nearby
	paths *grid // dist_matrix_
	pca   *kernelProjection
	names []string
}

func isomap(_ *compiler, r pyobj.Ref) (*node, error) {
	g := new(geodesic)
	attr, err := r.Need("n_neighbors")
	if err != nil {
		return nil, err
	}
	if attr.IsNone() {
		return nil, r.Unsupported("Isomap(radius=…)", "Fit with n_neighbors.")
	}
	count, err := attr.Float()
	if err != nil {
		return nil, err
	}
	part, err := r.Need("nbrs_")
	if err != nil {
		return nil, err
	}
	if g.near, err = readNearby(part, count); err != nil {
		return nil, err
	}
	if g.paths, err = readGrid(r, "dist_matrix_"); err != nil {
		return nil, err
	}
	if part, err = r.Need("kernel_pca_"); err != nil {
		return nil, err
	}
	if g.pca, err = readKernelPCA(part); err != nil {
		return nil, err
	}
	m := g.near.points.rows
	if g.paths.rows != m || g.paths.cols != m || g.pca.points.rows != m || g.pca.kind != "precomputed" {
		return nil, r.Format("dist_matrix_ and kernel_pca_ are not of %d rows", m)
	}
	n := new(node)
	if err := n.input(r, g.near.points.cols); err != nil {
		return nil, err
	}
	g.names = n.names
	k := g.pca.vectors.rows
	n.transform = &transformer{width: k, run: g.run, names: prefixed("Isomap", k)}
	n.outline.Summary = fmt.Sprintf("%s · %d neighbors of %d · %d components", features(n.features), g.near.count, m, k)
	return n, nil
}

func (g *geodesic) run(ws *workspace, x block) (block, error) {
	data, err := ws.centered(x, nil, g.names)
	if err != nil {
		return block{}, err
	}
	n, m := g.near.points.cols, g.paths.rows
	indices, distances := ws.ints(g.near.count), ws.floats(g.near.count)
	width := g.pca.vectors.rows
	row := ws.floats(m)
	y := block{rows: x.rows, width: width, data: ws.floats(x.rows * width), owned: true}
	for i := range x.rows {
		g.near.find(data[i*n:(i+1)*n], indices, distances)
		for j := range row {
			row[j] = math.Inf(1)
		}
		for k, p := range indices {
			for j, d := range g.paths.row(p) {
				row[j] = min(row[j], d+distances[k])
			}
		}
		for j, d := range row {
			row[j] = d * d * -0.5
		}
		g.pca.project(y.data[i*width:(i+1)*width], row)
	}
	return y, nil
}

// A barycenter is LocallyLinearEmbedding.transform
// (sklearn/manifold/_locally_linear.py): the weights that make a row of its
// neighbours, applied to their embedding.
type barycenter struct {
	near      *nearby
	embedding *grid
	reg       float64
	names     []string
}

func locallyLinear(_ *compiler, r pyobj.Ref) (*node, error) {
	b := new(barycenter)
	count, err := number(r, "n_neighbors", 5)
	if err != nil {
		return nil, err
	}
	part, err := r.Need("nbrs_")
	if err != nil {
		return nil, err
	}
	if b.near, err = readNearby(part, count); err != nil {
		return nil, err
	}
	if b.embedding, err = readGrid(r, "embedding_"); err != nil {
		return nil, err
	}
	if b.embedding.rows != b.near.points.rows {
		return nil, r.Format("an embedding of %d rows for %d", b.embedding.rows, b.near.points.rows)
	}
	if b.reg, err = number(r, "reg", 1e-3); err != nil {
		return nil, err
	}
	n := new(node)
	if err := n.input(r, b.near.points.cols); err != nil {
		return nil, err
	}
	b.names = n.names
	k := b.embedding.cols
	n.transform = &transformer{width: k, run: b.run, names: prefixed("LocallyLinearEmbedding", k)}
	n.outline.Summary = fmt.Sprintf("%s · %d neighbors of %d · %d components", features(n.features), b.near.count, b.near.points.rows, k)
	return n, nil
}

func (b *barycenter) run(ws *workspace, x block) (block, error) {
	data, err := ws.centered(x, nil, b.names)
	if err != nil {
		return block{}, err
	}
	n, k := b.near.points.cols, b.near.count
	indices, weights := ws.ints(k), ws.floats(k)
	away, gram := ws.floats(k*n), ws.floats(k*k)
	y := block{rows: x.rows, width: b.embedding.cols, data: ws.floats(x.rows * b.embedding.cols), owned: true}
	for i := range x.rows {
		row := data[i*n : (i+1)*n]
		b.near.find(row, indices, weights)
		for a, p := range indices {
			for j, v := range b.near.points.row(p) {
				away[a*n+j] = v - row[j]
			}
		}
		b.solve(gram, away, weights)
		out := y.data[i*y.width : (i+1)*y.width]
		clear(out)
		for a, p := range indices {
			for j, v := range b.embedding.row(p) {
				out[j] += float64(v * weights[a])
			}
		}
	}
	return y, nil
}

// solve is barycenter_weights of one row.
func (b *barycenter) solve(gram, away, weights []float64) {
	k := len(weights)
	n, trace := len(away)/k, 0.0
	for i := range k {
		for j := range k {
			gram[i*k+j] = kernel.Dot(away[i*n:(i+1)*n], away[j*n:(j+1)*n])
		}
		trace += gram[i*k+i]
	}
	r := b.reg
	if trace > 0 {
		r *= trace
	}
	for i := range k {
		gram[i*k+i] += r
		weights[i] = 1
	}
	kernel.SolveCholesky(gram, weights, k)
	total := kernel.Sum(weights)
	for i := range weights {
		weights[i] /= total
	}
}
