package aws

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// Lengths, from the API models of SageMaker and IAM.
const (
	maxName     = 63 // EndpointName, EndpointConfigName, ModelName
	maxRoleName = 64
	hashLen     = 12 // hex digits at the end of the names that we choose
)

// checkName applies the pattern of EndpointName, [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62},
// and says which character breaks it and what name would do.
func checkName(name string) error {
	next := ""
	if s := suggestName(name); s != "" {
		next = fmt.Sprintf("use %q, for example", s)
	}
	bad := func(format string, args ...any) error {
		return &Problem{What: fmt.Sprintf("endpoint name %q ", name) + fmt.Sprintf(format, args...),
			Why: "SageMaker takes up to 63 letters, digits and hyphens, with a letter or digit at both ends", Next: next}
	}
	if name == "" {
		return &Problem{What: "the endpoint has no name", Next: "give one, for example with --name iris"}
	}
	position := 0
	for _, r := range name {
		position++
		if !isAlnum(r) && r != '-' {
			return bad("has %q at position %d", r, position)
		}
	}
	switch {
	case name[0] == '-':
		return bad("begins with a hyphen")
	case name[len(name)-1] == '-':
		return bad("ends with a hyphen")
	case len(name) > maxName:
		return bad("has %d characters", len(name))
	}
	return nil
}

func isAlnum(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

// suggestName is the nearest name that checkName takes, or "".
func suggestName(name string) string {
	var b strings.Builder
	for _, r := range name {
		if !isAlnum(r) {
			r = '-'
		}
		b.WriteRune(r)
	}
	return cut(strings.Trim(b.String(), "-"), maxName)
}

// cut shortens a name to n characters that do not end in a hyphen.
func cut(s string, n int) string {
	return strings.TrimRight(s[:min(len(s), n)], "-")
}

// contentHash is a short hash of the JSON form of v.
func contentHash(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("aws: hash of " + err.Error()) // only plain data inside
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])[:hashLen]
}

// hashedName names an immutable resource of an endpoint by its content. The
// hash covers the whole endpoint name, so that a name cut short stays unique.
func hashedName(endpoint string, content any) string {
	return hashedPrefix(endpoint) + contentHash([]any{endpoint, content})
}

// hashedPrefix is what all hashed names of an endpoint begin with; names of
// other endpoints may begin with it too, so their tags decide.
func hashedPrefix(endpoint string) string { return cut(endpoint, maxName-hashLen-1) + "-" }

// roleName is copal-NAME-REGION, shortened by a hash: IAM is global, so the
// region is part of the name.
func roleName(endpoint, region string) string {
	name := "copal-" + endpoint + "-" + region
	if len(name) <= maxRoleName {
		return name
	}
	tail := "-" + contentHash(name) + "-" + region
	return "copal-" + cut(endpoint, maxRoleName-len("copal-")-len(tail)) + tail
}

// repositoryName is copal/NAME. ECR takes lower case only; endpoint names differ
// in more than case, since SageMaker compares them without it.
func repositoryName(endpoint string) string { return "copal/" + strings.ToLower(endpoint) }

// bucketName is the one bucket that Copal keeps in an account and region.
func bucketName(account, region string) string { return "copal-" + account + "-" + region }

// logGroup is where SageMaker writes what an endpoint's containers print
// (https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html).
func logGroup(endpoint string) string { return "/aws/sagemaker/Endpoints/" + endpoint }

// A reference is an image reference by digest, taken apart.
type reference struct{ host, repository, digest string }

func (r reference) String() string { return r.host + "/" + r.repository + "@" + r.digest }

// parseReference splits "host/repository[:tag][@digest]".
func parseReference(s string) (reference, error) {
	rest, digest, _ := strings.Cut(s, "@")
	host, repository, ok := strings.Cut(rest, "/")
	if tag := strings.LastIndexByte(repository, ':'); tag >= 0 {
		repository = repository[:tag]
	}
	if !ok || repository == "" || !strings.ContainsAny(host, ".:") && host != "localhost" {
		return reference{}, &Problem{What: fmt.Sprintf("image reference %q names no registry", s),
			Next: "write it in full: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/models@sha256:…"}
	}
	return reference{host, repository, digest}, nil
}

// ecrHost matches the registry of an account and region
// (https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html).
var ecrHost = regexp.MustCompile(`^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn)$`)
