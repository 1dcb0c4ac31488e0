package xgboost

import "strconv"

// A document is what a model file says, whatever its format. Nothing in it has
// been held against anything else yet.
type document struct {
	version    [3]int
	attributes map[string]string
	names      []string // of the features
	types      []string // "float", "int", "q", "i", "c", …
	param      params   // learner_model_param
	objective  params   // its name, and its parameters by theirs
	booster    string   // "gbtree", "dart", "gblinear"

	trees      []tree
	groups     []int32   // tree_info: the output of each tree
	parallel   int       // num_parallel_tree
	boundaries []int32   // iteration_indptr: the first tree of each iteration; nil before 2.0
	weights    []float32 // weight_drop: of the trees; nil for 1
	linear     []float32 // of gblinear: outputs values a feature, and those of the bias
	categories [][]any   // of each feature, nil for one of numbers: strings or float64

	margins bool // base_score is a margin already, as in files of 0.x
}

// A params is a set of parameters, which XGBoost stores as strings.
type params map[string]string

// integer is the parameter of that name; missing if there is none.
func (p params) integer(name string, missing int) (int, bool) {
	text, ok := p[name]
	if !ok {
		return missing, true
	}
	v, err := strconv.Atoi(text)
	return v, err == nil
}

// read takes the document.
func (d *document) read(t tokens) error {
	found := false
	err := t.object(func(key string) (err error) {
		switch key {
		case "learner":
			found = true
			return d.readLearner(t)
		case "version":
			var list []int32
			if list, err = t.integers(nil); err == nil {
				for i := range min(len(list), 3) {
					d.version[i] = int(list[i])
				}
			}
			return err
		case "Model": // a snapshot has the configuration beside it
			found = true
			return d.read(t)
		case "Config":
			return d.readConfiguration(t)
		}
		return t.skip()
	})
	if err == nil && !found {
		err = t.errorf("it has no learner: it is no XGBoost model")
	}
	return err
}

func (d *document) readLearner(t tokens) error {
	return t.object(func(key string) (err error) {
		switch key {
		case "attributes":
			d.attributes, err = readParams(t)
		case "feature_names":
			d.names, err = readTexts(t)
		case "feature_types":
			d.types, err = readTexts(t)
		case "learner_model_param":
			d.param, err = readParams(t)
		case "objective":
			d.objective, err = readParams(t)
		case "gradient_booster":
			err = d.readBooster(t)
		default:
			err = t.skip()
		}
		return err
	})
}

// readParams reads an object of scalars. Those of an object within are taken as
// if they stood beside it: names of parameters differ. Arrays are passed over.
func readParams(t tokens) (params, error) {
	p := make(params)
	err := t.object(func(key string) error {
		kind, err := t.kind()
		if err != nil {
			return err
		}
		switch kind {
		case '{':
			inner, err := readParams(t)
			for key, value := range inner {
				if _, ok := p[key]; !ok {
					p[key] = value
				}
			}
			return err
		case '[':
			return t.skip()
		}
		p[key], err = t.scalar()
		return err
	})
	return p, err
}

func readTexts(t tokens) (list []string, err error) {
	err = t.array(func() error {
		s, err := t.scalar()
		list = append(list, s)
		return err
	})
	return list, err
}

// readBooster reads gradient_booster. That of dart has the trees in a booster of
// its own, gbtree, and the weights beside it (src/gbm/gbtree.cc, Dart::SaveModel);
// 3.3 had them beside the model, and since 3.4 they are in it.
func (d *document) readBooster(t tokens) error {
	return t.object(func(key string) (err error) {
		switch key {
		case "name":
			name, err := t.scalar()
			if d.booster != "dart" { // the name of the booster within comes before or after
				d.booster = name
			}
			return err
		case "gbtree":
			return d.readBooster(t)
		case "weight_drop":
			d.weights, err = t.floats(nil)
			return err
		case "model":
			return d.readModel(t)
		}
		return t.skip()
	})
}

// readModel reads the model of gbtree (src/gbm/gbtree_model.cc) or gblinear.
func (d *document) readModel(t tokens) error {
	return t.object(func(key string) (err error) {
		switch key {
		case "gbtree_model_param":
			p, err := readParams(t)
			n, ok := p.integer("num_parallel_tree", 0)
			if err == nil && (!ok || n < 0 || n > maxOutputs) {
				err = t.errorf("num_parallel_tree is %q", p["num_parallel_tree"])
			}
			d.parallel = max(d.parallel, n)
			return err
		case "trees":
			return d.readTrees(t)
		case "tree_info":
			d.groups, err = t.integers(nil)
		case "iteration_indptr":
			d.boundaries, err = t.integers(nil)
		case "weight_drop":
			d.weights, err = t.floats(nil)
		case "weights":
			d.linear, err = t.floats(nil)
		case "cats":
			err = d.readCategories(t)
		default:
			err = t.skip()
		}
		return err
	})
}
