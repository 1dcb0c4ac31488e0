package sklearn

import (
	"fmt"
	"math"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// A factorization is NMF.transform and MiniBatchNMF.transform
// (sklearn/decomposition/_nmf.py): the non-negative weights W of the components H
// that make up a row, found by the solver of the fit. The library decides by all
// rows of a call together when to stop; each row is solved here as if it were
// asked alone, so that an answer does not depend on its neighbours.
type factorization struct {
	h          *grid
	hht        *grid     // H @ H.T, with l2 on the diagonal for cd
	hsum       []float64 // H summed over features
	solver     string    // cd, mu, or minibatch
	beta       float64
	gamma      float64 // exponent of the multiplicative update
	tol        float64
	iterations int
	l1, l2     float64 // of W
	class      string
	whom       string // what an error calls the input
	zeros      []float64
	names      []string
}

// maxIterations bounds the work for one row, whatever the file claims.
const maxIterations = 1_000_000

// float32Epsilon is EPSILON of _nmf.py.
const float32Epsilon = 0x1p-23

func nmf(_ *compiler, r pyobj.Ref) (*node, error) {
	f := new(factorization)
	var err error
	if f.h, err = readGrid(r, "components_"); err != nil {
		return nil, err
	}
	_, f.class, _ = r.Class()
	f.whom = "X in NMF."
	if versionOf(r).before(1, 7) {
		f.whom = "NMF (input X)"
	}
	if err := few(r, f.h.rows); err != nil {
		return nil, err
	}
	if err := f.readSolver(r); err != nil {
		return nil, err
	}
	if err := f.readPenalty(r); err != nil {
		return nil, err
	}
	n := new(node)
	if err := n.input(r, f.h.cols); err != nil {
		return nil, err
	}
	k := f.h.rows
	f.names, f.zeros = n.names, make([]float64, max(k, f.h.cols))
	f.hht = f.h.timesTransposed(f.h)
	if f.solver == "cd" {
		f.hht.addDiagonal(func(int) float64 { return f.l2 })
	}
	for i := range k {
		f.hsum = append(f.hsum, kernel.Sum(f.h.row(i)))
	}
	n.transform = &transformer{width: k, run: f.run, names: prefixed(f.class, k)}
	n.outline.Summary = fmt.Sprintf("%s · %d components · %s", features(n.features), k, f.solver)
	return n, nil
}

func (f *factorization) readSolver(r pyobj.Ref) error {
	var err error
	name := "max_iter"
	f.solver = "minibatch"
	if f.class == "NMF" {
		if f.solver, err = word(r, "solver", "cd"); err != nil {
			return err
		}
		if shuffle, err := flag(r, "shuffle", false); err != nil || shuffle && f.solver == "cd" {
			return r.Unsupported("NMF(shuffle=True)", "It draws a random order in transform. Fit with shuffle=False.")
		}
	} else if attr, ok := r.Attr("transform_max_iter"); ok && !attr.IsNone() {
		name = "transform_max_iter"
	}
	if f.solver != "cd" && f.solver != "mu" && f.solver != "minibatch" {
		return r.Unsupported("solver='"+f.solver+"'", "Use 'cd' or 'mu'.")
	}
	count, err := number(r, name, 200)
	if err != nil {
		return err
	}
	if count < 0 || count > maxIterations {
		return r.Format("%s is %v", name, count)
	}
	f.iterations = int(count)
	if f.tol, err = number(r, "tol", 1e-4); err != nil {
		return err
	}
	return f.readLoss(r)
}

func (f *factorization) readLoss(r pyobj.Ref) error {
	f.beta, f.gamma = 2, 1
	attr, ok := r.Attr("beta_loss")
	if !ok {
		return nil
	}
	if name, err := attr.Str(); err == nil {
		beta, ok := map[string]float64{"frobenius": 2, "kullback-leibler": 1, "itakura-saito": 0}[name]
		if !ok {
			return attr.Unsupported("beta_loss='"+name+"'", "Use 'frobenius', 'kullback-leibler', 'itakura-saito' or a number.")
		}
		f.beta = beta
	} else if f.beta, err = attr.Float(); err != nil {
		return err
	}
	switch {
	case f.beta < 1:
		f.gamma = 1 / (2 - f.beta)
	case f.beta > 2:
		f.gamma = 1 / (f.beta - 1)
	}
	return nil
}

// readPenalty reads the regularization of W: alpha up to 1.1, alpha_W times the
// number of features since 1.0.
func (f *factorization) readPenalty(r pyobj.Ref) error {
	ratio, err := number(r, "l1_ratio", 0)
	if err != nil {
		return err
	}
	alpha, err := number(r, "alpha_W", 0)
	if err != nil {
		return err
	}
	other, _ := word(r, "alpha_H", "") // "same", or a number
	_, modern := r.Attr("alpha_W")
	old, hasOld := r.Attr("alpha")
	switch a, err := old.Float(); {
	case modern && (alpha != 0 || other != "same"):
		alpha *= float64(f.h.cols)
	case hasOld && err == nil:
		part, err := word(r, "regularization", "both")
		if err == nil && part != "components" { // "deprecated" stands for both
			alpha = a
		}
	}
	f.l1, f.l2 = alpha*ratio, alpha*(1-ratio)
	return nil
}

func (f *factorization) run(ws *workspace, x block) (block, error) {
	data, err := ws.centered(x, nil, f.names)
	if err != nil {
		return block{}, err
	}
	if err := f.check(ws, data); err != nil {
		return block{}, err
	}
	k, n := f.h.rows, f.h.cols
	y := block{rows: x.rows, width: k, data: ws.floats(x.rows * k), owned: true}
	s := &update{xht: ws.floats(k), numerator: ws.floats(k), denominator: ws.floats(k), before: ws.floats(k),
		wh: ws.floats(n), ratio: ws.floats(n)}
	for i := range x.rows {
		row, w := data[i*n:(i+1)*n], y.data[i*k:(i+1)*k]
		switch f.solver {
		case "cd":
			f.descend(s, row, w)
		case "mu":
			f.multiply(s, row, w)
		default:
			f.multiplyOnline(s, row, w)
		}
	}
	return y, nil
}

func (f *factorization) check(ws *workspace, data []float64) error {
	for i, v := range data {
		text := ""
		switch {
		case v < 0 && f.class == "NMF":
			text = "Negative values in data passed to " + f.whom
		case v == 0 && f.beta <= 0 && f.class == "NMF":
			text = "When beta_loss <= 0 and X contains zeros, the solver may diverge. " +
				"Please add small values to X, or use a positive beta_loss."
		default:
			continue
		}
		e := &models.DataError{Row: ws.first + i/f.h.cols, Column: i % f.h.cols, Text: text}
		if e.Column < len(f.names) {
			e.Name = f.names[e.Column]
		}
		return e
	}
	return nil
}

// An update is the scratch of a solver.
type update struct {
	xht, numerator, denominator, before []float64 // a value a component
	wh, ratio                           []float64 // a value a feature
}

// descend is _fit_coordinate_descent with update_H=False.
func (f *factorization) descend(s *update, x, w []float64) {
	k := f.h.rows
	clear(w)
	kernel.Affine(s.xht, x, f.h.data, f.zeros[:k], len(x))
	for t := range s.xht {
		s.xht[t] -= f.l1
	}
	first := 0.0
	for n := range f.iterations {
		violation := 0.0
		for t := range w {
			gradient := -s.xht[t]
			for j, v := range f.hht.row(t) {
				gradient += float64(v * w[j])
			}
			projected := gradient
			if w[t] == 0 {
				projected = min(0, gradient)
			}
			violation += math.Abs(projected)
			if hess := f.hht.row(t)[t]; hess != 0 {
				w[t] = max(w[t]-gradient/hess, 0)
			}
		}
		if n == 0 {
			first = violation
		}
		if first == 0 || violation/first <= f.tol {
			return
		}
	}
}

// start fills w with the first guess of the multiplicative solver.
func (f *factorization) start(x, w []float64) {
	mean := math.Sqrt(kernel.Sum(x) / float64(len(x)) / float64(len(w)))
	for t := range w {
		w[t] = mean
	}
}

// multiply is _fit_multiplicative_update with update_H=False.
func (f *factorization) multiply(s *update, x, w []float64) {
	f.start(x, w)
	first := f.divergence(s, x, w)
	last := first
	for n := 1; n <= f.iterations; n++ {
		f.step(s, x, w)
		if f.beta < 1 {
			for t, v := range w {
				if v < 0x1p-52 {
					w[t] = 0
				}
			}
		}
		if f.tol > 0 && n%10 == 0 {
			e := f.divergence(s, x, w)
			if (last-e)/first < f.tol {
				return
			}
			last = e
		}
	}
}

// multiplyOnline is MiniBatchNMF._solve_W.
func (f *factorization) multiplyOnline(s *update, x, w []float64) {
	f.start(x, w)
	copy(s.before, w)
	for range f.iterations {
		f.step(s, x, w)
		change, size := 0.0, 0.0
		for t, v := range w {
			d := v - s.before[t]
			change += d * d
			size += v * v
		}
		if f.tol > 0 && math.Sqrt(change)/math.Sqrt(size) <= f.tol {
			return
		}
		copy(s.before, w)
	}
}

// product sets s.wh to w @ H.
func (f *factorization) product(s *update, w []float64) {
	clear(s.wh)
	for t, v := range w {
		for j, h := range f.h.row(t) {
			s.wh[j] += float64(v * h)
		}
	}
}

// step is _multiplicative_update_w.
func (f *factorization) step(s *update, x, w []float64) {
	k := f.h.rows
	if f.beta == 2 {
		kernel.Affine(s.numerator, x, f.h.data, f.zeros[:k], len(x))
		kernel.Affine(s.denominator, w, f.hht.data, f.zeros[:k], k)
	} else {
		f.product(s, w)
		f.ratios(s, x)
		kernel.Affine(s.numerator, s.ratio, f.h.data, f.zeros[:k], len(x))
		if f.beta == 1 {
			copy(s.denominator, f.hsum)
		} else {
			for j, v := range s.wh {
				if f.beta < 1 {
					v = max(v, float32Epsilon)
				}
				s.wh[j] = kernel.Pow(v, f.beta-1)
			}
			kernel.Affine(s.denominator, s.wh, f.h.data, f.zeros[:k], len(x))
		}
	}
	for t, d := range s.denominator {
		if f.l1 > 0 {
			d += f.l1
		}
		if f.l2 > 0 {
			d += float64(f.l2 * w[t])
		}
		if d == 0 {
			d = float32Epsilon
		}
		delta := s.numerator[t] / d
		if f.gamma != 1 {
			delta = kernel.Pow(delta, f.gamma)
		}
		w[t] *= delta
	}
}

// ratios sets s.ratio to X * WH^(beta-2).
func (f *factorization) ratios(s *update, x []float64) {
	for j, v := range s.wh {
		if f.beta < 2 {
			v = max(v, float32Epsilon)
		}
		switch f.beta {
		case 1:
			s.ratio[j] = x[j] / v
		case 0:
			inverse := 1 / v
			s.ratio[j] = inverse * inverse * x[j]
		default:
			s.ratio[j] = kernel.Pow(v, f.beta-2) * x[j]
		}
	}
}

// divergence is _beta_divergence with square_root=True.
func (f *factorization) divergence(s *update, x, w []float64) float64 {
	f.product(s, w)
	total, sum := 0.0, 0.0
	for j, v := range x {
		wh := s.wh[j]
		sum += wh
		switch safe := max(wh, float32Epsilon); {
		case f.beta == 2:
			d := v - wh
			total += d * d
		case f.beta != 0 && f.beta != 1:
			total += kernel.Pow(wh, f.beta) * (f.beta - 1)
			if v > float32Epsilon {
				total += kernel.Pow(v, f.beta) - f.beta*v*kernel.Pow(safe, f.beta-1)
			}
		case v <= float32Epsilon:
		case f.beta == 1:
			total += v*math.Log(v/safe) - v
		default:
			total += v/safe - math.Log(v/safe)
		}
	}
	switch f.beta {
	case 2:
		return math.Sqrt(total)
	case 1:
		total += sum
	case 0:
		total -= float64(len(x))
	default:
		total /= f.beta * (f.beta - 1)
	}
	return math.Sqrt(2 * max(total, 0))
}
