package catboost

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/booster"
)

// Library is the name of the library, as models.Info gives it.
const Library = "catboost"

// Sniff tells a model of CatBoost by its first bytes, as .cbm or as JSON.
func Sniff(head []byte) bool {
	if bytes.HasPrefix(head, []byte(magic)) {
		return true
	}
	text := strings.NewReplacer(" ", "", "\n", "", "\r", "", "\t", "").Replace(string(head))
	for _, key := range []string{"ctr_data", "features_info", "model_info", "oblivious_trees"} {
		if strings.HasPrefix(text, `{"`+key+`":`) {
			return true
		}
	}
	return false
}

// Load makes a model of a file that holds a model alone. It answers what
// CatBoost().load_model(file).predict does: margins, whatever class was saved.
// Probabilities and labels have methods of their own.
func Load(src models.Source) (*models.Model, error) {
	data := make([]byte, src.Size)
	if _, err := io.ReadFull(io.NewSectionReader(src, 0, src.Size), data); err != nil {
		return nil, err
	}
	m, err := Read(data)
	if err != nil {
		return nil, err
	}
	const class = "CatBoost"
	return &models.Model{
		Predictor: booster.New(booster.Model{Class: class, Features: m.Features, Names: m.Names, Codes: m.Codes(), Methods: m.Methods()}),
		Info: models.Info{Format: m.Format, Library: Library, Version: m.Version,
			Outline: models.Node{Path: class, Class: class, Summary: m.Summary()}},
	}, nil
}

// Codes are the hashes of the categories of each feature; nil if there are none.
func (m *Model) Codes() []*booster.Codes {
	if m.Categorical == nil {
		return nil
	}
	codes := booster.Hashed(func(category string) float64 { return float64(Hash(category)) })
	list := make([]*booster.Codes, m.Features)
	for i, is := range m.Categorical {
		if is {
			list[i] = codes
		}
	}
	return list
}

// Methods are what a bare CatBoost answers.
func (m *Model) Methods() []booster.Method {
	k := booster.Width(m.Outputs)
	list := []booster.Method{booster.One(models.Predict, models.Float64, k, m.Margin)}
	if m.Binary() || m.Outputs > 1 && len(m.Classes) == m.Outputs || m.Multilabel() {
		p := max(m.Outputs, 2)
		list = append(list, booster.One(models.PredictProba, models.Float64, p, m.Probabilities),
			booster.One(models.PredictLogProba, models.Float64, p, m.LogProbabilities))
	}
	list = append(list, booster.One(models.Margin, models.Float64, k, m.Margin))
	if m.Forest.Trees() == 0 {
		return list
	}
	list = append(list, booster.One(models.Apply, models.Int64, m.Forest.Trees(), m.Apply))
	if m.scale == 1 && !m.partial && m.Forest.Explainable() == nil { // the library refuses other scales
		list = append(list, booster.Contributions(m.Features, m.explained(), m.Names, m.Contributions))
	}
	return list
}

// Summary tells of the model for an outline.
func (m *Model) Summary() string {
	parts := []string{fmt.Sprintf("%d features", m.Features)}
	categorical := 0
	for _, is := range m.Categorical {
		if is {
			categorical++
		}
	}
	if categorical > 0 {
		parts[0] += fmt.Sprintf(", %d categorical", categorical)
	}
	if m.Loss != "" {
		parts = append(parts, m.Loss)
	}
	if m.Outputs > 1 {
		parts = append(parts, strconv.Itoa(m.Outputs)+" outputs")
	}
	if !m.symmetric {
		parts = append(parts, "trees that are not symmetric")
	}
	parts = append(parts, m.Forest.Summary())
	return strings.Join(parts, " · ")
}
