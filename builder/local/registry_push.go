package local

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"mime"
	"net/http"
	"os"
	"slices"
	"sync"
)

// leastPart is what every part of an upload but the last must have
// (LayerPartTooSmallException; dotnet/sdk-container-builds, issue 279).
const leastPart = 5 << 20

// An upload is a blob on its way in. It does not survive the process.
type upload struct {
	mu         sync.Mutex
	repository string
	file       *os.File
	hash       hash.Hash
	size       int64
	firstPart  int64 // bytes of it: ECR's Range never goes past it (aws/containers-roadmap, issue 2831)
	smallPart  bool  // a part below leastPart came; it must have been the last
}

func (p *Platform) serveUpload(w http.ResponseWriter, r *http.Request, operation string, rc registryCall) error {
	if operation == "StartUpload" {
		return p.startUpload(w, r, rc)
	}
	p.mu.Lock()
	u, ok := p.uploads[rc.reference]
	p.mu.Unlock()
	if !ok || u.repository != rc.repository {
		return registryError(http.StatusNotFound, "BLOB_UPLOAD_UNKNOWN", "The upload with id '%s' does not exist in the repository '%s'", rc.reference, rc.repository)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	switch operation {
	case "UploadStatus":
		uploadHeaders(w, rc, u)
		w.WriteHeader(http.StatusNoContent)
		return nil
	case "UploadChunk":
		if err := u.append(r); err != nil {
			return err
		}
		uploadHeaders(w, rc, u)
		w.WriteHeader(http.StatusCreated) // the specification has 202; ECR answers 201
		return nil
	case "CompleteUpload":
		return p.completeUpload(w, r, rc, u)
	}
	p.dropUpload(rc.reference, u)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// startUpload begins a session, or takes the whole blob when the digest is there.
// Mounting from another repository is off, as in ECR by default: it falls back to an upload.
func (p *Platform) startUpload(w http.ResponseWriter, r *http.Request, rc registryCall) error {
	f, err := p.dir.Temp()
	if err != nil {
		return err
	}
	u := &upload{repository: rc.repository, file: f, hash: sha256.New()}
	rc.reference = requestID()
	p.mu.Lock()
	p.uploads[rc.reference] = u
	p.mu.Unlock()
	if r.URL.Query().Has("digest") {
		u.mu.Lock()
		defer u.mu.Unlock()
		return p.completeUpload(w, r, rc, u)
	}
	uploadHeaders(w, rc, u)
	w.WriteHeader(http.StatusAccepted)
	return nil
}

func uploadHeaders(w http.ResponseWriter, rc registryCall, u *upload) {
	w.Header().Set("Location", "/v2/"+rc.repository+"/blobs/uploads/"+rc.reference)
	w.Header().Set("Docker-Upload-Uuid", rc.reference)
	w.Header().Set("Range", fmt.Sprintf("0-%d", max(u.firstPart-1, 0)))
	w.Header().Set("Content-Length", "0")
}

// append takes the body as the upload's next part.
func (u *upload) append(r *http.Request) error {
	if s := r.Header.Get("Content-Range"); s != "" {
		var first, last int64
		if _, err := fmt.Sscanf(s, "%d-%d", &first, &last); err != nil || first != u.size {
			return registryError(http.StatusRequestedRangeNotSatisfiable, "BLOB_UPLOAD_INVALID", "part must begin at byte %d, not %q", u.size, s)
		}
	}
	if _, err := u.file.Seek(u.size, io.SeekStart); err != nil { // over what a broken part left
		return err
	}
	sum, err := u.hash.(interface{ Clone() (hash.Cloner, error) }).Clone()
	if err != nil {
		return err
	}
	n, err := io.Copy(io.MultiWriter(u.file, sum), r.Body)
	if err != nil {
		return registryError(http.StatusBadRequest, "BLOB_UPLOAD_INVALID", "part broken off after %d bytes: %v", n, err)
	}
	if n == 0 {
		return nil
	}
	if u.smallPart {
		return registryError(http.StatusInternalServerError, "UNKNOWN", "LayerPartTooSmallException: All layer parts except the last part should be at least 5MB")
	}
	u.smallPart = n < leastPart
	if u.size == 0 {
		u.firstPart = n
	}
	u.size, u.hash = u.size+n, sum
	return nil
}

func (p *Platform) completeUpload(w http.ResponseWriter, r *http.Request, rc registryCall, u *upload) error {
	digest := r.URL.Query().Get("digest")
	if !digestPattern.MatchString(digest) {
		return registryError(http.StatusBadRequest, "DIGEST_INVALID", "Invalid parameter at 'digest' failed to satisfy constraint: 'must be sha256:HEX'")
	}
	if err := u.append(r); err != nil {
		return err
	}
	got := "sha256:" + hex.EncodeToString(u.hash.Sum(nil))
	if got != digest {
		p.dropUpload(rc.reference, u)
		return registryError(http.StatusBadRequest, "DIGEST_INVALID", "The provided digest '%s' does not match the layer's '%s'", digest, got)
	}
	if err := p.storeLayer(rc, u, digest); err != nil {
		return err
	}
	w.Header().Set("Location", "/v2/"+rc.repository+"/blobs/"+digest)
	w.Header().Set("Docker-Content-Digest", digest)
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(http.StatusCreated)
	return nil
}

func (p *Platform) storeLayer(rc registryCall, u *upload, digest string) error {
	if err := errors.Join(u.file.Truncate(u.size), u.file.Close()); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.uploads, rc.reference)
	repo, ok := p.repositories.Get(rc.repository)
	if !ok {
		return errors.Join(registryError(http.StatusNotFound, "NAME_UNKNOWN", "The repository with name '%s' was deleted", rc.repository), os.Remove(u.file.Name()))
	}
	if err := p.blobs.Add(u.file.Name(), hexOf(digest)); err != nil {
		return err
	}
	layers := maps.Clone(repo.Layers)
	if layers == nil {
		layers = map[string]int64{}
	}
	layers[digest] = u.size
	repo.Layers = layers
	return p.repositories.Put(repo.Name, repo)
}

func (p *Platform) dropUpload(id string, u *upload) {
	p.mu.Lock()
	delete(p.uploads, id)
	p.mu.Unlock()
	if err := errors.Join(u.file.Close(), os.Remove(u.file.Name())); err != nil {
		p.logf("upload %s: %v", id, err)
	}
}

// A manifest is what an image manifest or index of either family has.
type manifest struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	ArtifactType  string       `json:"artifactType"`
	Config        *descriptor  `json:"config"`
	Layers        []descriptor `json:"layers"`
	Manifests     []descriptor `json:"manifests"`
	Subject       *descriptor  `json:"subject"`
}

type descriptor struct {
	MediaType string `json:"mediaType"`
	Digest    string `json:"digest"`
	Size      int64  `json:"size"`
}

func (p *Platform) putManifest(w http.ResponseWriter, r *http.Request, c *call, rc registryCall) error {
	data, err := io.ReadAll(io.LimitReader(r.Body, maxManifest+1))
	if err != nil {
		return registryError(http.StatusBadRequest, "MANIFEST_INVALID", "broken off: %v", err)
	}
	if len(data) > maxManifest {
		return registryError(http.StatusRequestEntityTooLarge, "MANIFEST_INVALID", "manifest over %d bytes", maxManifest)
	}
	var m manifest
	if err := json.Unmarshal(data, &m); err != nil || m.SchemaVersion != 2 {
		return registryError(http.StatusBadRequest, "MANIFEST_INVALID", "Invalid JSON syntax, or not of schemaVersion 2")
	}
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || m.MediaType != "" && m.MediaType != mediaType {
		return registryError(http.StatusBadRequest, "MANIFEST_INVALID", "Content-Type %q is not the manifest's mediaType %q", r.Header.Get("Content-Type"), m.MediaType)
	}
	sum := sha256.Sum256(data)
	digest := "sha256:" + hex.EncodeToString(sum[:])
	tag := rc.reference
	if digestPattern.MatchString(rc.reference) {
		if tag = ""; rc.reference != digest {
			return registryError(http.StatusBadRequest, "DIGEST_INVALID", "the manifest's digest is %s", digest)
		}
	} else if !tagPattern.MatchString(tag) {
		return registryError(http.StatusBadRequest, "TAG_INVALID", "Invalid tag %q", tag)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.addImage(c, rc.repository, m, image{Digest: digest, MediaType: mediaType}, tag, data); err != nil {
		return err
	}
	w.Header().Set("Location", "/v2/"+rc.repository+"/manifests/"+digest)
	w.Header().Set("Docker-Content-Digest", digest)
	if m.Subject != nil {
		w.Header().Set("Oci-Subject", m.Subject.Digest)
	}
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(http.StatusCreated)
	return nil
}

// addImage checks that all that the manifest names is there, and moves the tag.
func (p *Platform) addImage(c *call, name string, m manifest, img image, tag string, data []byte) error {
	repo, ok := p.repositories.Get(name)
	if !ok {
		return registryError(http.StatusNotFound, "NAME_UNKNOWN", "The repository with name '%s' was deleted", name)
	}
	if err := img.describe(m, repo); err != nil {
		return err
	}
	images := slices.Clone(repo.Images)
	at := slices.IndexFunc(images, func(o image) bool { return o.Digest == img.Digest })
	if at < 0 {
		img.Pushed = c.now
		images, at = append(images, img), len(images)
	}
	if tag != "" && !slices.Contains(images[at].Tags, tag) {
		if held := repo.find(imageID{ImageTag: tag}); held != nil && !repo.mayRetag(tag) {
			return registryError(http.StatusBadRequest, "TAG_INVALID", "The image tag '%s' already exists in the '%s' repository and cannot be overwritten because the repository is immutable.", tag, name)
		}
		for i := range images {
			images[i].Tags = slices.DeleteFunc(slices.Clone(images[i].Tags), func(t string) bool { return t == tag })
		}
		images[at].Tags = append(images[at].Tags, tag)
	} else if tag != "" && !repo.mayRetag(tag) { // even for the same content (ECR User Guide, tag mutability)
		return registryError(http.StatusBadRequest, "TAG_INVALID", "The image tag '%s' already exists in the '%s' repository and cannot be overwritten because the repository is immutable.", tag, name)
	}
	if _, err := p.blobs.Put(data); err != nil {
		return err
	}
	repo.Images = images
	return p.repositories.Put(name, repo)
}

// describe fills img from its manifest.
func (img *image) describe(m manifest, repo repository) error {
	blobs := m.Layers
	if m.Config != nil {
		blobs = append([]descriptor{*m.Config}, blobs...)
		img.Artifact = m.Config.MediaType
	}
	for _, d := range blobs {
		size, ok := repo.Layers[d.Digest]
		if !ok {
			return registryError(http.StatusNotFound, "BLOB_UNKNOWN", "Image manifest names the layer '%s', which is not in the repository '%s'", d.Digest, repo.Name)
		}
		img.Layers = append(img.Layers, d.Digest)
		img.Size += size
	}
	for _, d := range m.Manifests {
		if repo.find(imageID{ImageDigest: d.Digest}) == nil {
			return registryError(http.StatusNotFound, "MANIFEST_BLOB_UNKNOWN", "Image index names the manifest '%s', which is not in the repository '%s'", d.Digest, repo.Name)
		}
		img.Children = append(img.Children, d.Digest)
	}
	if m.Subject != nil {
		img.Subject = m.Subject.Digest
	}
	return nil
}
