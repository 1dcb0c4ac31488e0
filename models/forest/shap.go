package forest

import "errors"

// Contributions writes, for each row of x, Features+1 numbers for each output:
// what each feature adds to the sum, and what the trees give on average. They
// are the SHAP values of Lundberg et al., Consistent Individualized Feature
// Attribution for Tree Ensembles (2018), algorithm 2, which needs the Cover of
// all nodes.
func (f *Forest) Contributions(out, x []float64) error {
	return errors.New("the trees do not say how many training rows came to each node")
}
