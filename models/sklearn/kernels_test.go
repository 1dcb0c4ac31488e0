package sklearn

import (
	"fmt"
	"math"
	"testing"

	"github.com/copal-ml/copal/models/pyobj"
)

func TestReadPairwiseKernel(t *testing.T) {
	dict := func(gamma any) *pyobj.Dict {
		return &pyobj.Dict{Keys: []pyobj.Value{"gamma"}, Values: []pyobj.Value{gamma}}
	}
	f := func(want string, params any, attributes ...any) {
		t.Helper()
		r := pyobj.NewRef("k", object("Nystroem", attributes...))
		k, err := readPairwiseKernel(r, "kernel", pyobj.NewRef("k.kernel_params", params), 4)
		got := fmt.Sprintf("%s γ=%v d=%v c=%v", k.kind, k.gamma, k.degree, k.coef0)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	f("rbf γ=0.25 d=3 c=1", nil, "kernel", "rbf")
	f("chi2 γ=1 d=3 c=1", nil, "kernel", "chi2", "gamma", nil)
	f("rbf γ=0.5 d=3 c=1", dict(0.5), "kernel", "rbf", "gamma", nil)
	f("rbf γ=2 d=3 c=1", dict(0.5), "kernel", "rbf", "gamma", 2.0) // the attribute wins
	f("poly γ=0.25 d=2 c=0", nil, "kernel", "poly", "degree", int64(2), "coef0", 0.0)
	f("k.kernel: a kernel that is a Python function is not supported (byte 0)", nil,
		"kernel", &pyobj.Global{Module: "__main__", Name: "k"})
	f("k.kernel: the kernel 'precomputed' is not supported", nil, "kernel", "precomputed")
}

// covarianceOf reads a kernel of Gaussian processes over the rows 0 and 1.
func covarianceOf(k *pyobj.Object) (covariance, error) {
	train := training{data: []float64{0, 1}, rows: 2, width: 1}
	return (&covarianceReader{train: train}).read(pyobj.NewRef("k", k))
}

func TestCovariances(t *testing.T) {
	f := func(k *pyobj.Object, want ...float64) {
		t.Helper()
		c, err := covarianceOf(k)
		if err != nil {
			t.Fatal(err)
		}
		ws, got := new(workspace), make([]float64, 3)
		c.gram(ws, got[:2], []float64{3})
		c.diag(ws, got[2:], []float64{3})
		for i, v := range want {
			if math.Abs(got[i]-v) > 1e-15*math.Abs(v) {
				t.Errorf("%s of 3 with 0, 1 and itself: got %v, want %v", k.Global().Name, got, want)
				return
			}
		}
	}
	white := object("WhiteKernel", "noise_level", 0.5)
	two := object("ConstantKernel", "constant_value", 2.0)
	dot := object("DotProduct", "sigma_0", 2.0)
	f(white, 0, 0, 0.5)
	f(two, 2, 2, 2)
	f(dot, 4, 7, 13)
	f(object("Sum", "k1", dot, "k2", white), 4, 7, 13.5)
	f(object("Product", "k1", dot, "k2", two), 8, 14, 26)
	f(object("Exponentiation", "kernel", dot, "exponent", 2.0), 16, 49, 169)
	f(object("RBF", "length_scale", 2.0), math.Exp(-9.0/8), math.Exp(-0.5), 1)
	f(object("Matern", "length_scale", list(1.0), "nu", 0.5), math.Exp(-3), math.Exp(-2), 1)
	f(object("Matern", "length_scale", 1.0, "nu", math.Inf(1)), math.Exp(-4.5), math.Exp(-2), 1)
	f(object("RationalQuadratic", "length_scale", 1.0, "alpha", 0.5), math.Sqrt(0.1), math.Sqrt(0.2), 1)
	f(object("ExpSineSquared", "length_scale", 1.0, "periodicity", 4.0), math.Exp(-1), math.Exp(-2), 1)
}

func TestCovariancesRefuse(t *testing.T) {
	f := func(k *pyobj.Object, want string) {
		t.Helper()
		_, err := covarianceOf(k)
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	f(object("MyKernel"), "k: the kernel MyKernel is not supported (byte 7)")
	f(object("Matern", "length_scale", 1.0, "nu", 0.7),
		"k: a Matern kernel with this nu, which needs Bessel functions, is not supported (byte 7)")
	f(object("RBF", "length_scale", list(1.0, 2.0)), "not a valid pickle file: at byte 7: k: 2 length scales for 1 features")
	f(object("RBF"), "not a valid pickle file: at byte 7: k: it is an object of sklearn.x.RBF and has no attribute length_scale; is the model fitted?")

	// A short file whose kernel has very many parts, and one that is part of itself.
	many := object("ConstantKernel", "constant_value", 1.0)
	for range 40 {
		many = object("Sum", "k1", many, "k2", many)
	}
	if _, err := covarianceOf(many); err == nil {
		t.Error("a kernel of 2⁴⁰ parts was read")
	}
	self := object("Sum")
	self.State = &pyobj.Dict{Keys: []pyobj.Value{"k1", "k2"}, Values: []pyobj.Value{self, self}}
	if _, err := covarianceOf(self); err == nil {
		t.Error("a kernel that is its own part was read")
	}
}

// The probabilities of several classes add up to 1 and agree with pairs that
// agree with each other.
func TestCouple(t *testing.T) {
	p := []float64{0.5, 0.3, 0.2}
	pair := make([]float64, 9)
	for i := range p {
		for j := range p {
			if i != j {
				pair[i*3+j] = p[i] / (p[i] + p[j])
			}
		}
	}
	got := make([]float64, 3)
	couple(got, pair, make([]float64, 9), make([]float64, 3))
	sum := 0.0
	for i, v := range got {
		sum += v
		if math.Abs(v-p[i]) > 0.01 {
			t.Errorf("class %d: got %v, want about %v", i, v, p[i])
		}
	}
	if math.Abs(sum-1) > 1e-12 {
		t.Errorf("the probabilities add up to %v", sum)
	}
}
