package image

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/copal-ml/copal/runtime/contract"
)

// A Format is the family of media types that an image is written in.
type Format uint8

const (
	// Docker is image manifest version 2, schema 2: the only form that
	// SageMaker's CreateModel takes (amazon-sagemaker-feedback#180).
	Docker Format = iota
	// OCI is the OCI image specification 1.1, for other hosts.
	OCI
)

var formatNames = [...]string{"docker", "oci"}

func (f Format) String() string {
	if int(f) < len(formatNames) {
		return formatNames[f]
	}
	return fmt.Sprintf("Format(%d)", uint8(f))
}

// ParseFormat is the inverse of String.
func ParseFormat(s string) (Format, error) {
	for i, name := range formatNames {
		if s == name {
			return Format(i), nil
		}
	}
	return Docker, fmt.Errorf("image format %q is not known; known are docker (the one that SageMaker takes) and oci", s)
}

// Platforms are the platforms that images can be built for.
var Platforms = []string{"linux/amd64", "linux/arm64"}

// A Layer is a layer with what it holds, for the image's history and for
// people: "model", "manifest", "server".
type Layer struct {
	v1.Layer
	Holds string
}

// A Config is what an image needs beside its layers.
type Config struct {
	Platform string // one of Platforms
	Format   Format
	// Created is written into the image, in seconds since 1970. Anything but
	// an input that is the same everywhere makes builds irreproducible.
	Created int64
}

// Assemble puts layers, bottom first, and a configuration together. Equal
// arguments give an equal digest.
func Assemble(layers []Layer, m contract.Manifest, c Config) (*Artifact, error) {
	goos, arch, err := splitPlatform(c.Platform)
	if err != nil {
		return nil, err
	}
	t := mediaTypes[c.Format]
	created := v1.Time{Time: time.Unix(c.Created, 0).UTC()}
	config := v1.ConfigFile{
		Architecture: arch,
		OS:           goos,
		Created:      created,
		RootFS:       v1.RootFS{Type: "layers"},
		Config: v1.Config{
			// Exec form, so that the server is process 1 and gets SIGTERM;
			// no Cmd, because SageMaker's argument `serve` takes its place; no
			// User, because SageMaker runs root.
			Entrypoint: []string{contract.ServerPath},
			Labels: map[string]string{
				contract.LabelBindToPort: "true",
				contract.LabelManifest:   string(m.Encode()),
			},
		},
	}
	img := &assembled{mediaType: t.manifest}
	manifest := v1.Manifest{SchemaVersion: 2, MediaType: t.manifest}
	for _, l := range layers {
		d, err := describe(l, t.layer)
		if err != nil {
			return nil, fmt.Errorf("%s layer: %w", l.Holds, err)
		}
		diffID, err := l.DiffID()
		if err != nil {
			return nil, fmt.Errorf("%s layer: %w", l.Holds, err)
		}
		img.layers = append(img.layers, typed{l.Layer, t.layer})
		manifest.Layers = append(manifest.Layers, d)
		config.RootFS.DiffIDs = append(config.RootFS.DiffIDs, diffID)
		// One entry a layer, or podman refuses the image.
		config.History = append(config.History, v1.History{Created: created, CreatedBy: historyPrefix + l.Holds})
	}
	if img.config, err = json.Marshal(config); err != nil {
		return nil, fmt.Errorf("image configuration: %w", err)
	}
	manifest.Config = descriptorOf(img.config, t.config)
	if img.manifest, err = json.Marshal(manifest); err != nil {
		return nil, fmt.Errorf("image manifest: %w", err)
	}
	return &Artifact{Image: img, Manifest: m}, nil
}

// historyPrefix begins what a layer's history entry says.
const historyPrefix = "copal build: "

// mediaTypes are the types of each format's parts.
var mediaTypes = [...]struct{ manifest, config, layer types.MediaType }{
	Docker: {types.DockerManifestSchema2, types.DockerConfigJSON, types.DockerLayer},
	OCI:    {types.OCIManifestSchema1, types.OCIConfigJSON, types.OCILayer},
}

func splitPlatform(p string) (goos, arch string, err error) {
	for _, known := range Platforms {
		if p == known {
			goos, arch, _ = strings.Cut(p, "/")
			return goos, arch, nil
		}
	}
	return "", "", fmt.Errorf("platform %q is not known; known are %s", p, strings.Join(Platforms, " and "))
}

func describe(l v1.Layer, t types.MediaType) (v1.Descriptor, error) {
	digest, err := l.Digest()
	if err != nil {
		return v1.Descriptor{}, err
	}
	size, err := l.Size()
	return v1.Descriptor{MediaType: t, Size: size, Digest: digest}, err
}
