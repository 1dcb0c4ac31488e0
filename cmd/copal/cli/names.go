package cli

import (
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// endpointName is the pattern of CreateEndpoint
// (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html).
var endpointName = regexp.MustCompile(`^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$`)

// checkEndpointName refuses what SageMaker would refuse minutes later. The flag
// goes before the name that would do.
func checkEndpointName(flag, name string) error {
	if endpointName.MatchString(name) {
		return nil
	}
	hint := "a name has 1 to 63 letters, digits and hyphens, and neither starts nor ends with a hyphen"
	if good := asEndpointName(name); good != "" {
		hint += "\ntry " + flag + good
	}
	return usagef(hint, "%q cannot be the name of an endpoint: %s", name, whatIsWrong(name))
}

func whatIsWrong(name string) string {
	switch bad := strings.IndexFunc(name, func(r rune) bool { return !nameRune(r) }); {
	case name == "":
		return "it is empty"
	case len(name) > 63:
		return "it is longer than 63 characters"
	case bad >= 0:
		if name[bad] == '_' {
			return "SageMaker allows no underscore"
		}
		return "SageMaker does not allow the character " + strconv.QuoteRune([]rune(name[bad:])[0])
	}
	return "it starts or ends with a hyphen"
}

func nameRune(r rune) bool {
	return r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// asEndpointName bends s into a valid endpoint name, or returns "".
func asEndpointName(s string) string {
	mapped := strings.Map(func(r rune) rune {
		if nameRune(r) {
			return r
		}
		return '-'
	}, s)
	mapped = strings.Trim(mapped, "-")
	if len(mapped) > 63 {
		mapped = strings.TrimRight(mapped[:63], "-")
	}
	return mapped
}

// tagFor names the image of a model after its file: "Iris Model.pkl" becomes
// iris-model:latest.
func tagFor(model string) string {
	base := filepath.Base(model)
	for ext := filepath.Ext(base); ext != "" && ext != base; ext = filepath.Ext(base) {
		base = strings.TrimSuffix(base, ext)
	}
	name := strings.ToLower(asEndpointName(base))
	if name == "" {
		name = "model"
	}
	return name + ":latest"
}

// nameFor is the endpoint's name when the user gives none: the last part of the
// image's name, without tag and digest, or the model file's name.
func nameFor(target string) string {
	base := filepath.Base(target)
	base, _, _ = strings.Cut(base, "@")
	base, _, _ = strings.Cut(base, ":")
	for ext := filepath.Ext(base); ext != "" && ext != base; ext = filepath.Ext(base) {
		base = strings.TrimSuffix(base, ext)
	}
	return asEndpointName(base)
}
