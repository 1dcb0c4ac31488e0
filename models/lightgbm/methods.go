package lightgbm

import (
	"fmt"
	"io"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/booster"
)

// Library is the name of the library, as models.Info gives it.
const Library = "lightgbm"

// Sniff tells a model of LightGBM by its first bytes, as text or as JSON.
func Sniff(head []byte) bool {
	text := strings.TrimLeft(string(head), " \t\r\n")
	if strings.HasPrefix(text, "{") {
		text = strings.NewReplacer(" ", "", "\n", "", "\r", "", "\t", "").Replace(text)
		return strings.HasPrefix(text, `{"name":"tree"`)
	}
	return strings.HasPrefix(text, "tree\nversion=") || strings.HasPrefix(text, "tree\r\nversion=") || strings.HasPrefix(text, "tree\nnum_class=")
}

// Load makes a model of a file that holds a booster alone. It answers what
// Booster.predict does.
func Load(src models.Source) (*models.Model, error) {
	m, err := Read(io.NewSectionReader(src, 0, src.Size), Options{})
	if err != nil {
		return nil, err
	}
	codes, err := m.Codes()
	if err != nil {
		return nil, err
	}
	const class = "Booster"
	return &models.Model{
		Predictor: booster.New(booster.Model{Class: class, Features: m.Features, Names: m.Names, Codes: codes, Methods: m.Methods()}),
		Info: models.Info{Format: m.Format, Library: Library, Version: m.Version,
			Outline: models.Node{Path: class, Class: class, Summary: m.Summary()}},
	}, nil
}

// Methods are what a Booster answers, by the names of scikit-learn where it has
// one.
func (m *Model) Methods() []booster.Method {
	k := booster.Width(m.Outputs)
	list := []booster.Method{
		booster.One(models.Predict, models.Float64, k, m.Predict),
		booster.One(models.Margin, models.Float64, k, m.Margin),
	}
	if m.Forest.Trees() == 0 {
		return list
	}
	list = append(list, booster.One(models.Apply, models.Int64, m.Forest.Trees(), m.Apply))
	if m.linear == nil && m.counted && m.Forest.Explainable() == nil {
		list = append(list, booster.Contributions(m.Features, m.Outputs, m.Names, m.Contributions))
	}
	return list
}

// Summary tells of the model for an outline.
func (m *Model) Summary() string {
	parts := []string{fmt.Sprintf("%d features", m.Features)}
	if m.Boosting != "" {
		parts = append(parts, m.Boosting)
	}
	objective, _, _ := strings.Cut(m.Objective, " ")
	if objective == "" {
		objective = "an objective of its own"
	}
	parts = append(parts, objective)
	if m.Outputs > 1 {
		parts = append(parts, fmt.Sprintf("%d outputs", m.Outputs))
	}
	if m.linear != nil {
		parts = append(parts, "linear leaves")
	}
	parts = append(parts, m.Forest.Summary())
	return strings.Join(parts, " · ")
}

// Contributions writes what each feature adds to the margin, and behind these
// what the trees give on average: Outputs × (Features + 1) values a row.
func (m *Model) Contributions(out, x []float64) {
	if m.Forest.Contributions(out, x) != nil { // Explainable has been asked
		clear(out)
	}
}

// Codes are the categories of pandas of each feature; nil if there are none. The
// file lists them without saying of which features, in the order of these.
func (m *Model) Codes() ([]*booster.Codes, error) {
	if len(m.Categories) == 0 {
		return nil, nil
	}
	if len(m.Categories) != len(m.categorical) {
		return nil, &models.UnsupportedError{Feature: fmt.Sprintf("a model with categories of %d columns and %d categorical features", len(m.Categories), len(m.categorical)),
			Offset: -1, Hint: "Train it with categorical_feature='auto', or on codes in the place of categories."}
	}
	list := make([]*booster.Codes, m.Features)
	for i, feature := range m.categorical {
		if feature >= m.Features {
			return nil, m.broken("feature %d of %d is categorical", feature, m.Features)
		}
		codes, err := booster.NewCodes(m.Categories[i])
		if err != nil {
			return nil, m.broken("pandas_categorical: %v", err)
		}
		list[feature] = codes
	}
	return list, nil
}
