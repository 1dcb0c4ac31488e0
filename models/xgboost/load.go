package xgboost

import (
	"io"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/booster"
)

// Library is the name of the library, as models.Info gives it.
const Library = "xgboost"

// Load makes a model of a file that holds a booster alone, in one of the formats
// of Read. It answers what Booster.predict does, with all trees: best_iteration
// is for the wrappers.
func Load(src models.Source) (*models.Model, error) {
	b, err := Read(io.NewSectionReader(src, 0, src.Size))
	if err != nil {
		return nil, err
	}
	m, err := b.Compile(Options{})
	if err != nil {
		return nil, err
	}
	const class = "Booster"
	return &models.Model{
		Predictor: booster.New(booster.Model{Class: class, Features: b.Features, Names: b.Names, Codes: b.Codes, Methods: m.Methods(), Absent: models.AbsentMissing}),
		Info: models.Info{Format: b.Format, Library: Library, Version: b.Version,
			Outline: models.Node{Path: class, Class: class, Summary: m.Summary()}},
	}, nil
}
