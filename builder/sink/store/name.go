package store

import (
	"fmt"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// refName is the annotation that holds a name in an OCI layout's index.
const refName = "org.opencontainers.image.ref.name"

// Name checks an image name and completes it: "iris" is "iris:latest".
func Name(s string) (string, error) {
	if strings.Contains(s, "@") {
		return "", fmt.Errorf("image name %q has a digest: give a name and a tag, as in iris:v1", s)
	}
	if _, err := name.NewTag(s); err != nil {
		return "", fmt.Errorf("image name %q is not valid: use lower-case letters, digits and . _ - /, then :TAG, as in iris:v1: %w", s, err)
	}
	if !strings.Contains(s[strings.LastIndex(s, "/")+1:], ":") {
		s += ":latest"
	}
	return s, nil
}

// matcher finds the entries that ref means.
func matcher(ref string) (func(v1.Descriptor) bool, error) {
	repo, digest, ok := strings.Cut(ref, "@")
	if strings.HasPrefix(ref, "sha256:") {
		repo, digest, ok = "", ref, true
	}
	if !ok {
		tag, err := Name(ref)
		return named(tag), err
	}
	h, err := v1.NewHash(digest)
	if err != nil {
		return nil, fmt.Errorf("image %q: %w", ref, err)
	}
	return func(d v1.Descriptor) bool {
		return d.Digest == h && (repo == "" || strings.HasPrefix(d.Annotations[refName], repo+":"))
	}, nil
}

func named(tag string) func(v1.Descriptor) bool {
	return func(d v1.Descriptor) bool { return d.Annotations[refName] == tag }
}
