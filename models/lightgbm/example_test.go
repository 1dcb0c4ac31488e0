package lightgbm_test

import (
	"fmt"
	"strings"

	"github.com/copal-ml/copal/models/lightgbm"
)

// A model of one tree: age decides, and NaN goes left.
const text = `tree
version=v4
num_class=1
num_tree_per_iteration=1
max_feature_idx=1
objective=regression
feature_names=age income
feature_infos=[0:99] [0:1000]
tree_sizes=200

Tree=0
num_leaves=2
num_cat=0
split_feature=0
threshold=40
decision_type=10
left_child=-1
right_child=-2
leaf_value=1.5 -0.25

end of trees
`

func Example() {
	m, err := lightgbm.Read(strings.NewReader(text), lightgbm.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	rows := []float64{
		40, 900,
		41, 900,
	}
	out := make([]float64, 2)
	m.Predict(out, rows)
	fmt.Println(m.Summary())
	fmt.Println(m.Names, out)

	_, err = lightgbm.Read(strings.NewReader(strings.Replace(text, "split_feature=0", "split_feature=2", 1)), lightgbm.Options{})
	fmt.Println(err)
	// Output:
	// 2 features · regression · 1 tree · depth 1 · 3 nodes
	// [age income] [1.5 -0.25]
	// not a valid LightGBM text file: at byte 290: node 0: it asks for feature 2 of 2
}
