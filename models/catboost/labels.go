package catboost

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/copal-ml/copal/models"
)

// classInfo is class_params of the file, and multiclass_params before 0.23
// (catboost/private/libs/labels).
type classInfo struct {
	Names  []any     `json:"class_names"`
	Labels []float64 `json:"class_to_label"`
	Count  int       `json:"classes_count"`
	Type   string    `json:"class_label_type"`
}

// labels finds the loss, the labels of the classes and the border between two.
func (c *compiler) labels() error {
	p := c.parameters()
	c.model.Loss = p.Loss.Type
	info := classInfo{Names: p.Data.ClassNames}
	for _, key := range []string{"class_params", "multiclass_params"} {
		text, ok := c.info[key]
		if !ok {
			continue
		}
		if err := json.Unmarshal([]byte(text), &info); err != nil {
			return c.because(err, "%s", key)
		}
		break
	}
	if err := c.border(); err != nil {
		return err
	}
	return c.classes(&info)
}

// border reads the probability above which a row is of the second class
// (TFullModel::GetBinClassLogitThreshold).
func (c *compiler) border() error {
	text, ok := c.info["binclass_probability_threshold"]
	if !ok {
		return nil
	}
	p, err := strconv.ParseFloat(text, 64)
	if err != nil || !(p > 0 && p < 1) {
		return c.broken("binclass_probability_threshold is %s", quoted(text))
	}
	c.model.border = -math.Log(1/p - 1)
	return nil
}

// classes are the labels, in the types that the file gives them. Old files have
// them as text: they were numbers if all read as such (_catboost.pyx, to_native_str
// in _base_predict).
func (c *compiler) classes(info *classInfo) error {
	names := info.Names
	if len(names) == 0 {
		for i := range info.Count {
			names = append(names, float64(i))
		}
	}
	if len(names) == 0 {
		for _, v := range info.Labels {
			names = append(names, v)
		}
	}
	if len(names) == 0 {
		return nil
	}
	if n := len(info.Labels); n > 0 && n != len(names) && c.outputs > 1 {
		return &models.UnsupportedError{Feature: fmt.Sprintf("a CatBoost model of %d classes, %d of which were in the training data", len(names), n),
			Offset: -1, Hint: "Train it without class_names or classes_count."}
	}
	list, err := typedLabels(names, info.Type)
	if err != nil {
		return c.because(err, "the labels")
	}
	c.model.Classes = list
	return nil
}

func typedLabels(names []any, kind string) ([]any, error) {
	if kind == "" {
		names = oldLabels(names)
	}
	list := make([]any, len(names))
	for i, name := range names {
		switch v := name.(type) {
		case string, bool:
			list[i] = v
		case float64:
			list[i] = v
			if kind == "Integer" {
				list[i] = int64(v)
			}
		default:
			return nil, fmt.Errorf("a class has the label %v", v)
		}
		if fmt.Sprintf("%T", list[i]) != fmt.Sprintf("%T", list[0]) {
			return nil, fmt.Errorf("the classes have labels of different types")
		}
	}
	return list, nil
}

// oldLabels are numbers if all texts are.
func oldLabels(names []any) []any {
	list := make([]any, len(names))
	for i, name := range names {
		text, ok := name.(string)
		if !ok {
			return names
		}
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return names
		}
		list[i] = v
	}
	return list
}
