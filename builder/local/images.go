package local

import (
	"fmt"
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/copal-ml/copal/builder/local/state"
)

// A storedImage reads an image out of the platform's blobs.
type storedImage struct {
	blobs    *state.Blobs
	media    types.MediaType
	raw      []byte
	manifest *v1.Manifest
}

// openImage gives the image to a Runner.
func (p *Platform) openImage(img image) (v1.Image, error) {
	raw, err := p.blobs.Get(hexOf(img.Digest))
	if err != nil {
		return nil, err
	}
	s := &storedImage{blobs: p.blobs, media: types.MediaType(img.MediaType), raw: raw}
	if s.manifest, err = partial.Manifest(s); err != nil {
		return nil, fmt.Errorf("image %s: %w", img.Digest, err)
	}
	return partial.CompressedToImage(s)
}

func (s *storedImage) RawManifest() ([]byte, error)        { return s.raw, nil }
func (s *storedImage) MediaType() (types.MediaType, error) { return s.media, nil }
func (s *storedImage) RawConfigFile() ([]byte, error) {
	return s.blobs.Get(s.manifest.Config.Digest.Hex)
}

func (s *storedImage) LayerByDigest(h v1.Hash) (partial.CompressedLayer, error) {
	for _, d := range append([]v1.Descriptor{s.manifest.Config}, s.manifest.Layers...) {
		if d.Digest == h {
			return &storedLayer{s.blobs, d}, nil
		}
	}
	return nil, fmt.Errorf("image has no layer %s", h)
}

type storedLayer struct {
	blobs *state.Blobs
	desc  v1.Descriptor
}

func (l *storedLayer) Digest() (v1.Hash, error)            { return l.desc.Digest, nil }
func (l *storedLayer) Size() (int64, error)                { return l.desc.Size, nil }
func (l *storedLayer) MediaType() (types.MediaType, error) { return l.desc.MediaType, nil }
func (l *storedLayer) Compressed() (io.ReadCloser, error)  { return l.blobs.Open(l.desc.Digest.Hex) }
