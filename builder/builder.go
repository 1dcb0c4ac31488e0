// Package builder turns a model file into a container image, without a network.
// Where the image then goes is for the sinks.
package builder

import (
	"context"
	"fmt"
	"strings"

	"github.com/copal-ml/copal/builder/image"
	"github.com/copal-ml/copal/builder/layer"
	"github.com/copal-ml/copal/builder/progress"
	"github.com/copal-ml/copal/builder/serverbin"
	"github.com/copal-ml/copal/builder/source"
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/formats"
	"github.com/copal-ml/copal/runtime/contract"
)

// A Spec says completely what to build. Equal specs over equal files give equal
// digests.
type Spec struct {
	Model    string        // path of the model file
	Embed    bool          // put the model into the image; else it comes from S3 at start
	Method   models.Method // what the endpoint answers by default; "" for the model's own default
	Platform string        // one of image.Platforms; "" for linux/amd64
	Format   image.Format
	// Created is the time that the image carries, in seconds since 1970. The
	// command line takes it from SOURCE_DATE_EPOCH. Layers never depend on it.
	Created int64

	// Open loads the model; nil is formats.OpenFile.
	Open func(path string) (*models.Model, error)
	// Verify, if set, judges the loaded model before anything slow. What it
	// returns beside an error becomes the image's smoke test; nil for none.
	Verify func(m *models.Model, method models.Method) (*contract.Smoke, error)
	// Server gives the server layer for a platform; nil is serverbin.Layer.
	Server func(platform string) (*layer.Layer, error)
}

// Build makes the image of spec. The model is loaded by the code that the
// container runs, and answers one row, before anything is assembled.
func Build(ctx context.Context, spec Spec, p progress.Func) (*image.Artifact, error) {
	spec = spec.withDefaults()
	file, err := source.Open(spec.Model)
	if err != nil {
		return nil, err
	}
	model, err := load(spec, file, p)
	if err != nil {
		return nil, err
	}
	method, err := pickMethod(model.Signature(), spec.Method)
	if err != nil {
		return nil, err
	}
	if err := tryRow(model, method); err != nil {
		return nil, err
	}
	smoke, err := verify(spec, model, method)
	if err != nil {
		return nil, err
	}
	server, err := spec.Server(spec.Platform)
	if err != nil {
		return nil, err
	}
	var layers []image.Layer
	digest := ""
	if spec.Embed {
		l, err := modelLayer(ctx, file, p)
		if err != nil {
			return nil, err
		}
		layers, digest = append(layers, image.Layer{Layer: l, Holds: "model"}), l.SHA256(contract.ModelPath)
	} else if digest, err = hashModel(ctx, file, p); err != nil {
		return nil, err
	}
	manifest := describe(spec, file, model, method, digest)
	manifest.Smoke = smoke
	l, err := layer.New(ctx, []layer.File{layer.Bytes(contract.ManifestPath, 0o644, manifest.Encode())}, nil)
	if err != nil {
		return nil, fmt.Errorf("manifest layer: %w", err)
	}
	layers = append(layers, image.Layer{Layer: l, Holds: "manifest"}, image.Layer{Layer: server, Holds: "server"})
	return image.Assemble(layers, manifest, image.Config{Platform: spec.Platform, Format: spec.Format, Created: spec.Created})
}

func (s Spec) withDefaults() Spec {
	if s.Platform == "" {
		s.Platform = image.Platforms[0]
	}
	if s.Open == nil {
		s.Open = formats.OpenFile
	}
	if s.Server == nil {
		s.Server = serverbin.Layer
	}
	return s
}

// load opens the model as the container will.
func load(spec Spec, file *source.File, p progress.Func) (*models.Model, error) {
	step := progress.NewMeter(p, "load", "Loading "+file.Name, 0)
	model, err := spec.Open(spec.Model)
	if err != nil {
		return nil, step.Fail(err) // it names the file
	}
	step.Done(strings.TrimSpace("Loaded " + file.Name + ": " + className(model) + ", " + model.Info.Library + " " + model.Info.Version))
	return model, nil
}

func verify(spec Spec, m *models.Model, method models.Method) (*contract.Smoke, error) {
	if spec.Verify == nil {
		return nil, nil
	}
	smoke, err := spec.Verify(m, method)
	if err != nil || smoke == nil {
		return nil, err
	}
	if n := len(smoke.Request) + len(smoke.Answer); n > contract.MaxSmoke {
		return nil, fmt.Errorf("the smoke test takes %d bytes of the image's manifest, at most %d are kept there: store fewer rows", n, contract.MaxSmoke)
	}
	return smoke, nil
}

// modelLayer reads the file once, for the digests of layer, tar and file.
func modelLayer(ctx context.Context, file *source.File, p progress.Func) (*layer.Layer, error) {
	step := progress.NewMeter(p, "layer", "Reading "+file.Name, file.Size)
	l, err := layer.New(ctx, []layer.File{file.LayerFile(contract.ModelPath)}, func(done, total int64) { step.Set(min(done, file.Size)) })
	if err == nil {
		err = file.Unchanged()
	}
	if err != nil {
		return nil, step.Fail(fmt.Errorf("model layer: %w", err))
	}
	step.Done("Made the model layer")
	return l, nil
}

func hashModel(ctx context.Context, file *source.File, p progress.Func) (string, error) {
	step := progress.NewMeter(p, "hash", "Reading "+file.Name, file.Size)
	digest, err := file.SHA256(ctx, func(done, total int64) { step.Set(done) })
	if err != nil {
		return "", step.Fail(err)
	}
	step.Done("Read " + file.Name)
	return digest, nil
}

func describe(spec Spec, file *source.File, model *models.Model, method models.Method, digest string) contract.Manifest {
	return contract.Manifest{
		Version:   contract.ManifestVersion,
		Method:    method,
		Signature: model.Signature(),
		Model: contract.ModelFile{
			Name:     file.Name,
			Embedded: spec.Embed,
			SHA256:   digest,
			Size:     file.Size,
			Format:   model.Info.Format,
			Library:  model.Info.Library,
			Writer:   model.Info.Version,
			Class:    className(model),
		},
	}
}

// className is the class of the outermost estimator.
func className(m *models.Model) string { return m.Info.Outline.Class }
