package catboost

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// Read reads a model: a .cbm file or its JSON. The errors are *models.FormatError
// and *models.UnsupportedError.
func Read(data []byte) (*Model, error) {
	var d *document
	var err error
	if strings.HasPrefix(string(data[:min(len(data), len(magic))]), magic) {
		d, err = readCBM(data)
	} else {
		d, err = readJSON(data)
	}
	if err != nil {
		return nil, err
	}
	if d.unknown != "" {
		return nil, d.refusal()
	}
	return d.compile()
}

func float32bits(v uint32) float32 { return math.Float32frombits(v) }

func bits32(v float32) uint32 { return math.Float32bits(v) }

// orNumber is a name, or the number of a feature that has none.
func orNumber(name string, i int) string {
	if name == "" {
		return strconv.Itoa(i)
	}
	return name
}

// version is that of the library, of the text that it calls
// catboost_version_info: "    Branch: tags/v1.2.8".
func (d *document) version() string {
	text := d.info["catboost_version_info"]
	for _, mark := range []string{"tags/v", "CatBoost release ", "release ", "Release "} {
		_, rest, ok := strings.Cut(text, mark)
		if !ok {
			continue
		}
		end := strings.IndexFunc(rest, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
		if end < 0 {
			end = len(rest)
		}
		if v := strings.Trim(rest[:end], "."); v != "" {
			return v
		}
	}
	return ""
}

// A parameters is the part of the training parameters that prediction knows.
type parameters struct {
	Loss struct {
		Type string `json:"type"`
	} `json:"loss_function"`
	Data struct {
		ClassNames []any `json:"class_names"`
	} `json:"data_processing_options"`
}

func (d *document) parameters() (p parameters) {
	// What is not there is not known: prediction does without.
	_ = json.Unmarshal([]byte(d.info["params"]), &p)
	return p
}
