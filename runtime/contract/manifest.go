package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/copal-ml/copal/models"
)

// ManifestVersion is the version that this code writes and reads.
const ManifestVersion = 1

// A Manifest describes the model that an image serves. It holds no clock and no
// map, so equal inputs give equal bytes.
type Manifest struct {
	Version   int               `json:"version"`
	Model     ModelFile         `json:"model"`
	Method    models.Method     `json:"method"` // default of the deployment
	Signature *models.Signature `json:"signature"`

	// Smoke is the test request of a deployment; nil for a made-up row.
	Smoke *Smoke `json:"smoke,omitempty"`
}

// A ModelFile names the model that the manifest was made from.
type ModelFile struct {
	Name     string `json:"name"`     // the user's file name: "model.pkl"
	Embedded bool   `json:"embedded"` // at ModelPath; else expected at MountedModelDir/Name
	SHA256   string `json:"sha256"`   // hex
	Size     int64  `json:"size"`
	Format   string `json:"format"`           // "joblib"
	Library  string `json:"library"`          // "scikit-learn"
	Writer   string `json:"writer,omitempty"` // version that wrote the file
	Class    string `json:"class"`            // "LogisticRegression"
}

// Path is where the model is found inside a running container.
func (f ModelFile) Path() string {
	if f.Embedded {
		return ModelPath
	}
	return MountedModelDir + "/" + f.Name
}

// Encode gives the one byte form of m.
func (m Manifest) Encode() []byte {
	b, err := json.Marshal(m)
	if err != nil {
		panic("contract: manifest: " + err.Error()) // only plain data inside
	}
	return b
}

// DecodeManifest reads what Encode wrote.
func DecodeManifest(b []byte) (Manifest, error) {
	var m Manifest
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m); err != nil {
		return Manifest{}, fmt.Errorf("image manifest: %w", err)
	}
	if dec.More() {
		return Manifest{}, fmt.Errorf("image manifest: something follows its end, at byte %d", dec.InputOffset())
	}
	if m.Version != ManifestVersion {
		return Manifest{}, fmt.Errorf("image manifest version %d, this copal reads %d: rebuild the image or use the copal that built it", m.Version, ManifestVersion)
	}
	if name := m.Model.Name; name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\\\x00") {
		return Manifest{}, fmt.Errorf("image manifest: model name %q is not the name of a file", name)
	}
	return m, nil
}
