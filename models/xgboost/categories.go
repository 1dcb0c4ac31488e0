package xgboost

// Categories are those that a feature had in training: texts or integers. Code i
// is that of value i.
type Categories struct {
	Texts    []string
	Integers []int64
}

type categories = Categories

func readCategories(t tokens) ([]Categories, error) { return nil, t.skip() }
