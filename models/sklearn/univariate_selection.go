package sklearn

import (
	"math"
	"slices"

	"github.com/copal-ml/copal/models/kernel"
	"github.com/copal-ml/copal/models/pyobj"
)

// The selections by a test of each feature alone
// (sklearn/feature_selection/_univariate_selection.py). The masks are made from
// scores_ and pvalues_ as get_support does at every call.

// univariateParameters are the names of the parameter of each mode.
var univariateParameters = map[string]string{
	"percentile": "percentile", "k_best": "k", "fpr": "alpha", "fdr": "alpha", "fwe": "alpha",
}

func univariate(mode string) func(c *compiler, r pyobj.Ref) (*node, error) {
	return func(c *compiler, r pyobj.Ref) (*node, error) {
		return univariateSelect(r, mode, univariateParameters[mode])
	}
}

func genericUnivariateSelect(c *compiler, r pyobj.Ref) (*node, error) {
	mode, err := word(r, "mode", "percentile")
	if err != nil {
		return nil, err
	}
	if univariateParameters[mode] == "" {
		return nil, r.Unsupported("mode="+mode, "scikit-learn knows percentile, k_best, fpr, fdr and fwe.")
	}
	return univariateSelect(r, mode, "param")
}

func univariateSelect(r pyobj.Ref, mode, parameter string) (*node, error) {
	attr, err := r.Need(parameter)
	if err != nil {
		return nil, err
	}
	values := "pvalues_"
	if mode == "percentile" || mode == "k_best" {
		values = "scores_"
	}
	list, err := perFeature(r, values)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, r.Format("%s is empty", values)
	}
	if word, err := attr.Str(); mode == "k_best" && err == nil && word == "all" {
		return selectorNode(r, slices.Repeat([]bool{true}, len(list)), false)
	}
	p, err := attr.Float()
	if err != nil {
		return nil, err
	}
	if math.IsNaN(p) || p < 0 {
		return nil, attr.Format("%v is no %s", p, parameter)
	}
	return selectorNode(r, univariateMask(mode, list, p), false)
}

func univariateMask(mode string, values []float64, p float64) []bool {
	n := float64(len(values))
	switch mode {
	case "percentile":
		return percentileMask(withoutNaN(values), p)
	case "k_best":
		return bestMask(withoutNaN(values), p)
	case "fdr":
		return falseDiscoveryMask(values, p)
	case "fwe":
		p /= n
	}
	mask := make([]bool, len(values))
	for j, v := range values {
		mask[j] = v < p
	}
	return mask
}

// withoutNaN replaces NaN by the smallest number.
func withoutNaN(scores []float64) []float64 {
	out := slices.Clone(scores)
	for j, v := range out {
		if math.IsNaN(v) {
			out[j] = -math.MaxFloat64
		}
	}
	return out
}

// ascending is a stable numpy.argsort.
func ascending(values []float64) []int {
	order := make([]int, len(values))
	for j := range order {
		order[j] = j
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case values[a] < values[b]:
			return -1
		case values[a] > values[b]:
			return 1
		}
		return 0
	})
	return order
}

// bestMask keeps the k largest; of equal scores the later ones.
func bestMask(scores []float64, k float64) []bool {
	mask := make([]bool, len(scores))
	order := ascending(scores)
	if k < float64(len(order)) {
		order = order[len(order)-int(k):]
	}
	for _, j := range order {
		mask[j] = true
	}
	return mask
}

// percentileMask keeps what is above the percentile, and of what is equal to it
// the first, up to the share.
func percentileMask(scores []float64, percentile float64) []bool {
	mask := make([]bool, len(scores))
	if percentile == 0 {
		return mask
	}
	threshold := kernel.Percentile(scores, 100-percentile)
	var ties []int
	kept := 0
	for j, v := range scores {
		mask[j] = v > threshold || percentile == 100
		if mask[j] {
			kept++
		}
		if v == threshold {
			ties = append(ties, j)
		}
	}
	// A negative end of a Python slice counts from behind.
	end := int(float64(len(scores))*percentile/100) - kept
	if end < 0 {
		end = max(len(ties)+end, 0)
	}
	for _, j := range ties[:min(end, len(ties))] {
		mask[j] = true
	}
	return mask
}

// falseDiscoveryMask is the procedure of Benjamini and Hochberg.
func falseDiscoveryMask(p []float64, alpha float64) []bool {
	mask := make([]bool, len(p))
	limit := math.Inf(-1)
	rank := 0
	sorted := slices.Clone(p)
	slices.Sort(sorted) // NaN comes first
	for _, v := range sorted {
		if math.IsNaN(v) {
			continue
		}
		rank++
		if v <= float64(alpha/float64(len(p))*float64(rank)) {
			limit = v
		}
	}
	for j, v := range p {
		mask[j] = v <= limit
	}
	return mask
}
