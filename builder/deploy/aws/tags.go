package aws

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

// ownTags are the two tags by which everything of an endpoint is found again,
// and the user's.
func ownTags(endpoint string, user map[string]string) map[string]string {
	tags := maps.Clone(user)
	if tags == nil {
		tags = map[string]string{}
	}
	tags[TagManaged] = "true"
	tags[TagEndpoint] = endpoint
	return tags
}

// modelTags say, beside the own tags, what model it is.
func (s Spec) modelTags() map[string]string {
	tags := ownTags(s.Name, s.Tags)
	m := s.Image.Manifest.Model
	for k, v := range map[string]string{
		TagMethod: string(s.method()), TagModel: m.Name, TagClass: m.Class, TagSHA256: m.SHA256, TagDigest: s.Image.Digest,
	} {
		if v != "" {
			tags[k] = tagValue(v)
		}
	}
	return tags
}

// tagValue replaces what AWS does not take in a tag: all but letters, digits,
// spaces and _.:/=+-@, and what is beyond 256 characters.
func tagValue(s string) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.Z, r) || strings.ContainsRune("_.:/=+-@", r) {
			return r
		}
		return '_'
	}, s)
	if r := []rune(clean); len(r) > 256 {
		return string(r[:256])
	}
	return clean
}

// claims reports whether tags say that Copal made the resource for endpoint.
func claims(tags map[string]string, endpoint string) bool {
	return tags[TagManaged] == "true" && tags[TagEndpoint] == endpoint
}

// tagList turns tags into a service's own type, sorted by key.
func tagList[T any](tags map[string]string, make func(k, v *string) T) []T {
	list := []T{}
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		v := tags[k]
		list = append(list, make(&k, &v))
	}
	return list
}

func sagemakerTags(tags map[string]string) []types.Tag {
	return tagList(tags, func(k, v *string) types.Tag { return types.Tag{Key: k, Value: v} })
}
