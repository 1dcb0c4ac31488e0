package image

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/copal-ml/copal/runtime/contract"
)

// ReadManifest returns the Copal manifest of an image, from its label: no layer
// is read.
func ReadManifest(img v1.Image) (contract.Manifest, error) {
	cf, err := img.ConfigFile()
	if err != nil {
		return contract.Manifest{}, fmt.Errorf("image configuration: %w", err)
	}
	label, ok := cf.Config.Labels[contract.LabelManifest]
	if !ok {
		return contract.Manifest{}, fmt.Errorf("not an image made by copal: it has no label %s; build it with `copal build`", contract.LabelManifest)
	}
	return contract.DecodeManifest([]byte(label))
}

// LayerNames says for each layer of img, bottom first, what it holds: "model",
// "manifest", "server", and "layer" where the history does not tell.
func LayerNames(img v1.Image) []string {
	m, err := img.Manifest()
	if err != nil {
		return nil
	}
	names := make([]string, len(m.Layers))
	for i := range names {
		names[i] = "layer"
	}
	cf, err := img.ConfigFile()
	if err != nil || len(cf.History) != len(names) {
		return names
	}
	for i, h := range cf.History {
		if holds, ok := strings.CutPrefix(h.CreatedBy, historyPrefix); ok {
			names[i] = holds
		}
	}
	return names
}

// Convert gives a in another format: the same layers and configuration under
// other media types, and so another digest.
func Convert(a *Artifact, f Format) (*Artifact, error) {
	t := mediaTypes[f]
	m, err := a.Image.Manifest()
	if err != nil {
		return nil, err
	}
	layers, err := a.Image.Layers()
	if err != nil {
		return nil, err
	}
	img := &assembled{mediaType: t.manifest}
	if img.config, err = a.Image.RawConfigFile(); err != nil {
		return nil, err
	}
	m = m.DeepCopy()
	m.MediaType, m.Config.MediaType = t.manifest, t.config
	for i, l := range layers {
		m.Layers[i].MediaType = t.layer
		img.layers = append(img.layers, typed{l, t.layer})
	}
	if img.manifest, err = json.Marshal(m); err != nil {
		return nil, fmt.Errorf("image manifest: %w", err)
	}
	return &Artifact{Image: img, Manifest: a.Manifest}, nil
}

// assembled is an image whose manifest and configuration are fixed bytes.
type assembled struct {
	mediaType        types.MediaType
	manifest, config []byte
	layers           []v1.Layer
}

var _ v1.Image = (*assembled)(nil)

func (a *assembled) Layers() ([]v1.Layer, error)         { return a.layers, nil }
func (a *assembled) MediaType() (types.MediaType, error) { return a.mediaType, nil }
func (a *assembled) Size() (int64, error)                { return int64(len(a.manifest)), nil }
func (a *assembled) ConfigName() (v1.Hash, error)        { return descriptorOf(a.config, "").Digest, nil }
func (a *assembled) Digest() (v1.Hash, error)            { return descriptorOf(a.manifest, "").Digest, nil }
func (a *assembled) RawConfigFile() ([]byte, error)      { return a.config, nil }
func (a *assembled) RawManifest() ([]byte, error)        { return a.manifest, nil }
func (a *assembled) ConfigFile() (*v1.ConfigFile, error) {
	return v1.ParseConfigFile(bytes.NewReader(a.config))
}
func (a *assembled) Manifest() (*v1.Manifest, error) {
	return v1.ParseManifest(bytes.NewReader(a.manifest))
}
func (a *assembled) LayerByDiffID(h v1.Hash) (v1.Layer, error) {
	return a.find(h, v1.Layer.DiffID)
}

// LayerByDigest finds a layer, or the configuration, which v1.Image counts as
// one here.
func (a *assembled) LayerByDigest(h v1.Hash) (v1.Layer, error) {
	if name, err := a.ConfigName(); err == nil && name == h {
		return partial.ConfigLayer(a)
	}
	return a.find(h, v1.Layer.Digest)
}

func (a *assembled) find(h v1.Hash, of func(v1.Layer) (v1.Hash, error)) (v1.Layer, error) {
	for _, l := range a.layers {
		if got, err := of(l); err == nil && got == h {
			return l, nil
		}
	}
	return nil, fmt.Errorf("the image has no layer %s", h)
}

// typed is a layer under another media type: the bytes are the same in both
// formats.
type typed struct {
	v1.Layer
	mediaType types.MediaType
}

func (t typed) MediaType() (types.MediaType, error) { return t.mediaType, nil }

func descriptorOf(b []byte, t types.MediaType) v1.Descriptor {
	sum := sha256.Sum256(b)
	return v1.Descriptor{
		MediaType: t,
		Size:      int64(len(b)),
		Digest:    v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(sum[:])},
	}
}
