package lightgbm

import (
	"strconv"
	"strings"
)

// header reads what is before the trees (GBDT::LoadModelFromString). It returns
// with the scanner behind the line of the first tree, if there is one.
func (r *reader) header() (trees bool, err error) {
	if key, end, err := r.scan.key(); err != nil || key != "tree" || !end {
		return false, first(err, r.scan.errorf("the first line is not \"tree\""))
	}
	classes, perRound := 0, 0
	for {
		key, end, err := r.scan.key()
		if err != nil {
			return false, err
		}
		switch key {
		case "Tree", "end of trees", "feature importances:":
			r.model.Outputs = max(perRound, 1)
			if perRound == 0 {
				r.model.Outputs = max(classes, 1)
			}
			r.ends = key == "end of trees"
			return key == "Tree", first(r.skipValue(end), r.checkHeader())
		case "version":
			r.model.Version, err = r.value(end)
		case "objective":
			r.model.Objective, err = r.value(end)
		case "num_class":
			classes, err = r.count(end, key, maxOutputs)
		case "num_tree_per_iteration":
			perRound, err = r.count(end, key, maxOutputs)
		case "max_feature_idx":
			r.model.Features, err = r.count(end, key, maxFeatures)
			r.model.Features++
		case "feature_names":
			var names string
			names, err = r.value(end)
			r.model.Names = strings.Fields(names)
		case "feature_infos":
			var infos string
			infos, err = r.value(end)
			r.infos(strings.Fields(infos))
		case "tree_sizes":
			var sizes string
			sizes, err = r.value(end)
			r.trees = len(strings.Fields(sizes))
		case "average_output":
			r.model.average = true
			err = r.skipValue(end)
		default:
			err = r.skipValue(end)
		}
		if err != nil {
			return false, err
		}
	}
}

// infos notes the features that were told to be categorical: their info is a list
// of categories, that of a number a range in brackets.
func (r *reader) infos(list []string) {
	for i, info := range list {
		if info != "none" && !strings.HasPrefix(info, "[") {
			r.model.categorical = append(r.model.categorical, i)
		}
	}
}

func (r *reader) checkHeader() error {
	m := r.model
	switch {
	case m.Features == 0:
		return r.scan.errorf("there is no max_feature_idx")
	case len(m.Names) != m.Features:
		return r.scan.errorf("%d feature_names for %d features", len(m.Names), m.Features)
	}
	if named := ownNames(m.Names); !named {
		m.Names = nil
	}
	return nil
}

// ownNames reports whether the names are the user's and not those that the library
// gives to columns without (Column_0, Column_1, …).
func ownNames(names []string) bool {
	for i, name := range names {
		if name != "Column_"+strconv.Itoa(i) {
			return true
		}
	}
	return false
}

func (r *reader) value(end bool) (string, error) {
	if end {
		return "", nil
	}
	return r.scan.text()
}

func (r *reader) skipValue(end bool) error {
	if end {
		return nil
	}
	return r.scan.skipLine()
}

func (r *reader) count(end bool, key string, most int) (int, error) {
	text, err := r.value(end)
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > most {
		return 0, r.scan.errorf("%s is %q", key, text)
	}
	return n, nil
}

// first is the first error that is one.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
