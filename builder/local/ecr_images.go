package local

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/copal-ml/copal/builder/local/wire"
)

type imageID struct {
	ImageDigest string `json:"imageDigest,omitempty"`
	ImageTag    string `json:"imageTag,omitempty"`
}

type imageFilter struct {
	TagStatus   string `json:"tagStatus"`
	ImageStatus string `json:"imageStatus"`
}

func (f imageFilter) admits(m image) bool {
	return !(f.TagStatus == "TAGGED" && len(m.Tags) == 0 || f.TagStatus == "UNTAGGED" && len(m.Tags) > 0) &&
		(f.ImageStatus == "" || f.ImageStatus == "ACTIVE" || f.ImageStatus == "ANY")
}

type imagesIn struct {
	RegistryID     string      `json:"registryId"`
	RepositoryName string      `json:"repositoryName"`
	ImageIDs       []imageID   `json:"imageIds"`
	NextToken      string      `json:"nextToken"`
	MaxResults     int         `json:"maxResults"`
	Filter         imageFilter `json:"filter"`
}

type imageDetail struct {
	RegistryID             string    `json:"registryId"`
	RepositoryName         string    `json:"repositoryName"`
	ImageDigest            string    `json:"imageDigest"`
	ImageTags              []string  `json:"imageTags,omitempty"`
	ImageSizeInBytes       int64     `json:"imageSizeInBytes"`
	ImagePushedAt          wire.Time `json:"imagePushedAt"`
	ImageManifestMediaType string    `json:"imageManifestMediaType"`
	ArtifactMediaType      string    `json:"artifactMediaType,omitempty"`
	SubjectManifestDigest  string    `json:"subjectManifestDigest,omitempty"`
	ImageStatus            string    `json:"imageStatus"`
}

type describeImagesOut struct {
	ImageDetails []imageDetail `json:"imageDetails"`
	NextToken    string        `json:"nextToken,omitempty"`
}

func (p *Platform) describeImages(_ *call, in *imagesIn) (*describeImagesOut, error) {
	r, err := p.repository(in.RegistryID, in.RepositoryName)
	if err != nil {
		return nil, err
	}
	var found []image
	for _, id := range in.ImageIDs {
		m := r.find(id)
		if m == nil {
			return nil, wire.Errorf("ImageNotFoundException", "The image with imageId %s does not exist within the repository with name '%s' in the registry with id '%s'", id, r.Name, AccountID)
		}
		found = append(found, *m)
	}
	if in.ImageIDs == nil {
		found = slices.DeleteFunc(slices.Clone(r.Images), func(m image) bool { return !in.Filter.admits(m) })
	}
	found, next, err := page(found, func(m image) string { return m.Digest }, false, in.NextToken, pageSize(in.MaxResults, 100, 1000))
	if err != nil {
		return nil, ecrInvalid("nextToken' failed to satisfy constraint: '%v'", err)
	}
	out := &describeImagesOut{ImageDetails: []imageDetail{}, NextToken: next}
	for _, m := range found {
		out.ImageDetails = append(out.ImageDetails, imageDetail{
			RegistryID: AccountID, RepositoryName: r.Name, ImageDigest: m.Digest, ImageTags: m.Tags,
			ImageSizeInBytes: m.Size, ImagePushedAt: wire.Time(m.Pushed), ImageManifestMediaType: m.MediaType,
			ArtifactMediaType: m.Artifact, SubjectManifestDigest: m.Subject, ImageStatus: "ACTIVE",
		})
	}
	return out, nil
}

type listImagesIn struct {
	RegistryID     string      `json:"registryId"`
	RepositoryName string      `json:"repositoryName"`
	NextToken      string      `json:"nextToken"`
	MaxResults     int         `json:"maxResults"`
	Filter         imageFilter `json:"filter"`
}

type listImagesOut struct {
	ImageIDs  []imageID `json:"imageIds"`
	NextToken string    `json:"nextToken,omitempty"`
}

func (p *Platform) listImages(_ *call, in *listImagesIn) (*listImagesOut, error) {
	r, err := p.repository(in.RegistryID, in.RepositoryName)
	if err != nil {
		return nil, err
	}
	ids := []imageID{}
	for _, m := range r.Images {
		if !in.Filter.admits(m) {
			continue
		}
		if len(m.Tags) == 0 {
			ids = append(ids, imageID{ImageDigest: m.Digest})
		}
		for _, tag := range m.Tags {
			ids = append(ids, imageID{m.Digest, tag})
		}
	}
	ids, next, err := page(ids, func(id imageID) string { return id.ImageDigest + " " + id.ImageTag }, false, in.NextToken, pageSize(in.MaxResults, 100, 1000))
	if err != nil {
		return nil, ecrInvalid("nextToken' failed to satisfy constraint: '%v'", err)
	}
	return &listImagesOut{ids, next}, nil
}

type imageFailure struct {
	ImageID       imageID `json:"imageId"`
	FailureCode   string  `json:"failureCode"`
	FailureReason string  `json:"failureReason"`
}

type batchGetImageIn struct {
	RegistryID         string    `json:"registryId"`
	RepositoryName     string    `json:"repositoryName"`
	ImageIDs           []imageID `json:"imageIds"`
	AcceptedMediaTypes []string  `json:"acceptedMediaTypes"`
}

type imageOut struct {
	RegistryID             string  `json:"registryId"`
	RepositoryName         string  `json:"repositoryName"`
	ImageID                imageID `json:"imageId"`
	ImageManifest          string  `json:"imageManifest"`
	ImageManifestMediaType string  `json:"imageManifestMediaType"`
}

type batchGetImageOut struct {
	Images   []imageOut     `json:"images"`
	Failures []imageFailure `json:"failures"`
}

// batchGetImage gives manifests as they were pushed: acceptedMediaTypes is a wish,
// and ECR too answers with the stored type where it cannot convert.
func (p *Platform) batchGetImage(_ *call, in *batchGetImageIn) (*batchGetImageOut, error) {
	r, err := p.repository(in.RegistryID, in.RepositoryName)
	if err != nil {
		return nil, err
	}
	if n := len(in.ImageIDs); n < 1 || n > 100 {
		return nil, ecrInvalid("imageIds' failed to satisfy constraint: 'Member must have length between 1 and 100'")
	}
	out := &batchGetImageOut{Images: []imageOut{}, Failures: []imageFailure{}}
	for _, id := range in.ImageIDs {
		m := r.find(id)
		if m == nil {
			out.Failures = append(out.Failures, notFound(id))
			continue
		}
		data, err := p.blobs.Get(hexOf(m.Digest))
		if err != nil {
			return nil, err
		}
		id.ImageDigest = m.Digest
		out.Images = append(out.Images, imageOut{AccountID, r.Name, id, string(data), m.MediaType})
	}
	return out, nil
}

func notFound(id imageID) imageFailure {
	if id == (imageID{}) {
		return imageFailure{id, "MissingDigestAndTag", "Invalid request parameters: both tag and digest cannot be null"}
	}
	return imageFailure{id, "ImageNotFound", "Requested image not found"}
}

type batchCheckLayersIn struct {
	RegistryID     string   `json:"registryId"`
	RepositoryName string   `json:"repositoryName"`
	LayerDigests   []string `json:"layerDigests"`
}

type layerOut struct {
	LayerDigest       string `json:"layerDigest"`
	LayerAvailability string `json:"layerAvailability"`
	LayerSize         int64  `json:"layerSize,omitempty"`
}

type layerFailure struct {
	LayerDigest   string `json:"layerDigest"`
	FailureCode   string `json:"failureCode"`
	FailureReason string `json:"failureReason"`
}

type batchCheckLayersOut struct {
	Layers   []layerOut     `json:"layers"`
	Failures []layerFailure `json:"failures"`
}

func (p *Platform) batchCheckLayerAvailability(_ *call, in *batchCheckLayersIn) (*batchCheckLayersOut, error) {
	r, err := p.repository(in.RegistryID, in.RepositoryName)
	if err != nil {
		return nil, err
	}
	out := &batchCheckLayersOut{Layers: []layerOut{}, Failures: []layerFailure{}}
	for _, d := range in.LayerDigests {
		size, ok := r.Layers[d]
		switch {
		case !digestPattern.MatchString(d):
			out.Failures = append(out.Failures, layerFailure{d, "InvalidLayerDigest", fmt.Sprintf("Invalid layer digest '%s'", d)})
		case ok:
			out.Layers = append(out.Layers, layerOut{d, "AVAILABLE", size})
		default:
			out.Layers = append(out.Layers, layerOut{LayerDigest: d, LayerAvailability: "UNAVAILABLE"})
		}
	}
	return out, nil
}

type batchDeleteImageIn struct {
	RegistryID     string    `json:"registryId"`
	RepositoryName string    `json:"repositoryName"`
	ImageIDs       []imageID `json:"imageIds"`
}

type batchDeleteImageOut struct {
	ImageIDs []imageID      `json:"imageIds"`
	Failures []imageFailure `json:"failures"`
}

// batchDeleteImage removes a tag, and the image with its last one; or by digest the
// image with all its tags.
func (p *Platform) batchDeleteImage(_ *call, in *batchDeleteImageIn) (*batchDeleteImageOut, error) {
	r, err := p.repository(in.RegistryID, in.RepositoryName)
	if err != nil {
		return nil, err
	}
	before := blobsOf(r)
	r.Images = slices.Clone(r.Images)
	out := &batchDeleteImageOut{ImageIDs: []imageID{}, Failures: []imageFailure{}}
	for _, id := range in.ImageIDs {
		gone, failure := r.remove(id)
		if failure != nil {
			out.Failures = append(out.Failures, *failure)
		}
		out.ImageIDs = append(out.ImageIDs, gone...)
	}
	r.dropUnusedLayers()
	if err := p.repositories.Put(r.Name, r); err != nil {
		return nil, err
	}
	return out, p.collect(before)
}

func (r *repository) remove(id imageID) ([]imageID, *imageFailure) {
	m := r.find(id)
	if m == nil {
		f := notFound(id)
		return nil, &f
	}
	digest := m.Digest
	if slices.ContainsFunc(r.Images, func(o image) bool { return slices.Contains(o.Children, digest) }) && (id.ImageDigest != "" || len(m.Tags) == 1) {
		return nil, &imageFailure{id, "ImageReferencedByManifestList", "Requested image referenced by manifest list: " + digest}
	}
	if id.ImageTag != "" && len(m.Tags) > 1 && id.ImageDigest == "" {
		m.Tags = slices.DeleteFunc(slices.Clone(m.Tags), func(t string) bool { return t == id.ImageTag })
		return []imageID{{digest, id.ImageTag}}, nil
	}
	var gone []imageID
	for _, tag := range m.Tags {
		gone = append(gone, imageID{digest, tag})
	}
	if gone == nil {
		gone = []imageID{{ImageDigest: digest}}
	}
	r.Images = slices.DeleteFunc(r.Images, func(o image) bool { return o.Digest == digest })
	return gone, nil
}

// dropUnusedLayers forgets layers that no image of the repository names.
func (r *repository) dropUnusedLayers() {
	used := map[string]int64{}
	for _, m := range r.Images {
		for _, d := range m.Layers {
			used[d] = r.Layers[d]
		}
	}
	r.Layers = used
}

func blobsOf(r repository) []string {
	var out []string
	for d := range r.Layers {
		out = append(out, d)
	}
	for _, m := range r.Images {
		out = append(out, m.Digest)
	}
	return out
}

// collect deletes those blobs that no repository has any more.
func (p *Platform) collect(digests []string) error {
	used := map[string]bool{}
	for _, name := range p.repositories.Keys() {
		r, _ := p.repositories.Get(name)
		for _, d := range blobsOf(r) {
			used[d] = true
		}
	}
	var errs []error
	for _, d := range digests {
		if !used[d] {
			errs = append(errs, p.blobs.Delete(hexOf(d)))
		}
	}
	return errors.Join(errs...)
}

func hexOf(digest string) string { return strings.TrimPrefix(digest, "sha256:") }
