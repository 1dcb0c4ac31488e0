package kernel

import "math"

// A Packed is a matrix whose rows are multiplied with, or measured against, many
// others: weights of a layer, support vectors, training rows, centers. It is laid
// out for the processor once, at load: panels of eight rows, each panel column by
// column, so that eight results grow side by side and each is summed from left to
// right as by Dot. No instruction set changes a bit of a result.
type Packed struct {
	rows, cols int
	panels     [][8]float64 // value (i, k) is panels[i/8*cols+k][i%8]; rows that are not there are 0
	bias       [][8]float64 // added to each product: value i is bias[i/8][i%8]
}

// Pack lays out the rows of y, n values each.
func Pack(y []float64, n int) Packed {
	return PackAffine(y, make([]float64, len(y)/n), n)
}

// PackAffine lays out weights as Affine takes them: len(bias) rows of n values.
func PackAffine(weights, bias []float64, n int) Packed {
	m := len(bias)
	count := (m + 7) / 8
	p := Packed{rows: m, cols: n, panels: make([][8]float64, count*n), bias: make([][8]float64, count)}
	for i, b := range bias {
		p.bias[i/8][i%8] = b
		for k, v := range weights[i*n : (i+1)*n] {
			p.panels[i/8*n+k][i%8] = v
		}
	}
	return p
}

// Rows is the number of rows, which is that of results for each row of x.
func (p *Packed) Rows() int { return p.rows }

// Cols is the number of values a row.
func (p *Packed) Cols() int { return p.cols }

// Between gives rows [from, to) without copying them. from is a multiple of eight.
func (p *Packed) Between(from, to int) Packed {
	first, last := from/8, (to+7)/8
	return Packed{rows: to - from, cols: p.cols, panels: p.panels[first*p.cols : last*p.cols], bias: p.bias[first:last]}
}

// Affine is Affine(dst, x, weights, bias, n) for what PackAffine was given, and
// Gram(dst, x, y, n) for what Pack was.
func (p *Packed) Affine(dst, x []float64) { fastest.affine(dst, x, *p, math.Inf(-1)) }

// Rectified is Affine followed by
//
//	for i, v := range dst {
//		dst[i] = max(v, 0)
//	}
func (p *Packed) Rectified(dst, x []float64) { fastest.affine(dst, x, *p, 0) }

// SquaredDistances is SquaredDistances(dst, x, y, n) for what Pack was given.
func (p *Packed) SquaredDistances(dst, x []float64) { fastest.distances(dst, x, *p) }
