package sklearn

import (
	"math"

	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// inverses are the link functions of statsmodels (genmod/families/links.py) that
// have no parameter, in the spellings of all versions. nil is the identity.
var inverses = []struct {
	names   string
	inverse func(eta []float64)
}{
	{"identity Identity", nil},
	{"Log log", kernel.ExpEach},
	{"Logit logit", kernel.Expit},
	{"Probit probit CDFLink", normalEach},
	{"CLogLog cloglog", linkEach(func(z float64) float64 { return 1 - kernel.Exp(-kernel.Exp(z)) })},
	{"LogLog loglog", linkEach(func(z float64) float64 { return kernel.Exp(-kernel.Exp(-z)) })},
	{"LogC", linkEach(func(z float64) float64 { return 1 - kernel.Exp(z) })},
	{"Cauchy cauchy", linkEach(func(z float64) float64 { return 0.5 + math.Atan(z)/math.Pi })},
	{"Sqrt sqrt", linkEach(func(z float64) float64 { return z * z })},
	{"InversePower inverse_power", linkEach(func(z float64) float64 { return 1 / z })},
	{"InverseSquared inverse_squared", linkEach(func(z float64) float64 { return 1 / math.Sqrt(z) })},
}

func linkEach(f func(z float64) float64) func(eta []float64) {
	return func(eta []float64) {
		for i, z := range eta {
			eta[i] = f(z)
		}
	}
}

// normalEach is scipy.stats.norm.cdf.
func normalEach(eta []float64) {
	for i, z := range eta {
		eta[i] = 0.5 * math.Erfc(-z/math.Sqrt2)
	}
}

// inverseLink is the inverse of the link of a GLM's family.
func inverseLink(model pyobj.Ref) (func(eta []float64), error) {
	family, err := model.Need("family")
	if err != nil {
		return nil, err
	}
	link, err := family.Need(present(family, "_link", "link"))
	if err != nil {
		return nil, err
	}
	_, name, _ := link.Class()
	switch name {
	case "Power":
		return inversePower(link)
	case "NegativeBinomial", "nbinom":
		alpha, err := floatOf(link, "alpha")
		return linkEach(func(z float64) float64 { return -1 / float64(alpha*(1-kernel.Exp(-z))) }), err
	}
	for _, known := range inverses {
		if hasWord(known.names, name) {
			return known.inverse, nil
		}
	}
	return nil, link.Unsupported("the link "+name, "Use one of identity, log, logit, probit, cloglog, loglog, cauchy, power, sqrt or inverse.")
}

// inversePower is Power.inverse: z to the power of 1/power.
func inversePower(link pyobj.Ref) (func(eta []float64), error) {
	power, err := floatOf(link, "power")
	if err != nil || power == 1 {
		return nil, err
	}
	return linkEach(func(z float64) float64 { return kernel.Pow(z, 1/power) }), nil
}
