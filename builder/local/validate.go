package local

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/copal-ml/copal/builder/local/wire"
)

// Patterns of the SageMaker service model.
var (
	namePattern  = regexp.MustCompile(`^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$`)
	modelPattern = regexp.MustCompile(`^[a-zA-Z0-9]([\-a-zA-Z0-9]*[a-zA-Z0-9])?$`)
	rolePattern  = regexp.MustCompile(`^arn:aws[a-z\-]*:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+$`)
	urlPattern   = regexp.MustCompile(`^(https|s3)://([^/]+)/?(.*)$`)
	envPattern   = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)
)

// violations collects what is wrong with an input, and says all of it in the form
// of AWS's front ends: "1 validation error detected: Value 'a_b' at 'endpointName'
// failed to satisfy constraint: Member must satisfy …".
type violations []string

func (v *violations) add(value, at, constraint string) {
	*v = append(*v, fmt.Sprintf("Value %s at '%s' failed to satisfy constraint: %s", value, at, constraint))
}

func quote(s string) string { return "'" + s + "'" }

func (v *violations) required(at string, present bool) bool {
	if !present {
		v.add("null", at, "Member must not be null")
	}
	return present
}

func (v *violations) pattern(at, value string, re *regexp.Regexp) {
	if !re.MatchString(value) {
		v.add(quote(value), at, "Member must satisfy regular expression pattern: "+re.String())
	}
}

func (v *violations) length(at, value string, least, most int) {
	switch n := utf8.RuneCountInString(value); {
	case n < least:
		v.add(quote(value), at, fmt.Sprintf("Member must have length greater than or equal to %d", least))
	case n > most:
		v.add(quote(value), at, fmt.Sprintf("Member must have length less than or equal to %d", most))
	}
}

// name checks a required name of at most 63 characters.
func (v *violations) name(at, value string, re *regexp.Regexp) {
	if v.required(at, value != "") {
		v.length(at, value, 1, 63)
		v.pattern(at, value, re)
	}
}

func (v *violations) number(at string, value *int, least, most int) {
	switch {
	case value == nil:
	case *value < least:
		v.add(fmt.Sprintf("'%d'", *value), at, fmt.Sprintf("Member must have value greater than or equal to %d", least))
	case *value > most:
		v.add(fmt.Sprintf("'%d'", *value), at, fmt.Sprintf("Member must have value less than or equal to %d", most))
	}
}

func (v *violations) enum(at, value string, values ...string) {
	if value != "" && !slices.Contains(values, value) {
		v.add(quote(value), at, "Member must satisfy enum value set: ["+strings.Join(values, ", ")+"]")
	}
}

func (v *violations) tags(at string, tags []wire.Tag) {
	if len(tags) > 50 {
		v.add(fmt.Sprintf("'%d tags'", len(tags)), at, "Member must have length less than or equal to 50")
	}
	for i, t := range tags {
		v.length(fmt.Sprintf("%s.%d.member.key", at, i+1), t.Key, 1, 128)
		v.length(fmt.Sprintf("%s.%d.member.value", at, i+1), t.Value, 0, 256)
	}
}

func (v violations) err() error {
	if len(v) == 0 {
		return nil
	}
	noun := "errors"
	if len(v) == 1 {
		noun = "error"
	}
	return wire.Errorf("ValidationException", "%d validation %s detected: %s", len(v), noun, strings.Join(v, "; "))
}

// unsupported refuses members whose effect the platform has not.
func unsupported(operation string, present map[string]bool) error {
	for name, set := range present {
		if set {
			return wire.Errorf("ValidationException", "%s.%s: the local platform does not do this", operation, name)
		}
	}
	return nil
}

// page cuts one page out of a list: sorted by key, beginning after the item whose
// key the token holds, so that items deleted meanwhile shift nothing.
func page[T any](items []T, key func(T) string, descending bool, token string, size int) ([]T, string, error) {
	slices.SortFunc(items, func(a, b T) int {
		n := strings.Compare(key(a), key(b))
		if descending {
			return -n
		}
		return n
	})
	if token != "" {
		last, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil {
			return nil, "", fmt.Errorf("invalid token %q", token)
		}
		for len(items) > 0 {
			n := strings.Compare(key(items[0]), string(last))
			if descending {
				n = -n
			}
			if n > 0 {
				break
			}
			items = items[1:]
		}
	}
	if len(items) <= size {
		return items, "", nil
	}
	items = items[:size]
	return items, base64.RawURLEncoding.EncodeToString([]byte(key(items[size-1]))), nil
}
