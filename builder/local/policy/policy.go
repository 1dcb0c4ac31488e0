// Package policy evaluates IAM policy documents as far as execution roles need
// it: identity policies and trust policies with string and ARN conditions
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html).
package policy

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Document is a parsed policy.
type Document struct {
	Version   string
	ID        string `json:"Id"`
	Statement statements
}

type statement struct {
	Sid          string
	Effect       string
	Principal    *principal
	NotPrincipal *principal
	Action       oneOrMore
	NotAction    oneOrMore
	Resource     oneOrMore
	NotResource  oneOrMore
	Condition    map[string]map[string]oneOrMore
}

// A Request is what is to be allowed. Context has the condition keys in lower case.
type Request struct {
	Action   string // "ecr:BatchGetImage"
	Resource string // ARN; "" in trust policies
	Service  string // principal of a trust policy: "sagemaker.amazonaws.com"
	Context  map[string]string
}

// Parse reads a document and refuses what IAM would refuse of it.
func Parse(text string) (*Document, error) {
	var d Document
	dec := json.NewDecoder(strings.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		return nil, fmt.Errorf("Syntax errors in policy: %w", err) //nolint:staticcheck // AWS's words
	}
	if d.Version != "" && d.Version != "2012-10-17" && d.Version != "2008-10-17" {
		return nil, errors.New("The policy failed legacy parsing: Version must be 2012-10-17 or 2008-10-17")
	}
	if len(d.Statement) == 0 {
		return nil, errors.New("Syntax errors in policy: it has no Statement")
	}
	for _, s := range d.Statement {
		if s.Effect != "Allow" && s.Effect != "Deny" {
			return nil, errors.New("Syntax errors in policy: Effect must be Allow or Deny")
		}
		if (len(s.Action) == 0) == (len(s.NotAction) == 0) {
			return nil, errors.New("Policy statement must contain actions.")
		}
		for _, a := range slices.Concat(s.Action, s.NotAction) {
			if a != "*" && !strings.Contains(a, ":") {
				return nil, errors.New("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
			}
		}
	}
	return &d, nil
}

// CheckIdentity refuses what only trust policies have.
func (d *Document) CheckIdentity() error {
	for _, s := range d.Statement {
		if s.Principal != nil || s.NotPrincipal != nil {
			return errors.New("Policy document should not specify a principal.")
		}
		if len(s.Resource) == 0 && len(s.NotResource) == 0 {
			return errors.New("Policy statement must contain resources.")
		}
	}
	return nil
}

// CheckTrust refuses what only identity policies have.
func (d *Document) CheckTrust() error {
	for _, s := range d.Statement {
		if s.Principal == nil && s.NotPrincipal == nil {
			return errors.New("Missing required field Principal")
		}
		if len(s.Resource) > 0 || len(s.NotResource) > 0 {
			return errors.New("Has prohibited field Resource")
		}
	}
	return nil
}

// Allows tells whether some statement of the documents allows r and none denies it.
func Allows(docs []*Document, r Request) bool {
	allowed := false
	for _, d := range docs {
		for _, s := range d.Statement {
			if !s.matches(r) {
				continue
			}
			if s.Effect == "Deny" {
				return false
			}
			allowed = true
		}
	}
	return allowed
}

func (s *statement) matches(r Request) bool {
	return listed(s.Action, s.NotAction, r.Action, true) &&
		(r.Resource == "" || listed(s.Resource, s.NotResource, r.Resource, false)) &&
		(r.Service == "" || s.principalMatches(r.Service)) &&
		s.conditionsHold(r.Context)
}

func (s *statement) principalMatches(service string) bool {
	if s.NotPrincipal != nil {
		return !s.NotPrincipal.has(service)
	}
	return s.Principal != nil && s.Principal.has(service)
}

func listed(in, notIn []string, value string, fold bool) bool {
	match := func(pattern string) bool {
		if fold { // actions are not case-sensitive
			return Glob(strings.ToLower(pattern), strings.ToLower(value))
		}
		return Glob(pattern, value)
	}
	if len(notIn) > 0 {
		return !slices.ContainsFunc(notIn, match)
	}
	return slices.ContainsFunc(in, match)
}

// conditionsHold: all must. An operator that is not known here does not hold, so
// that a policy never allows more than it would in AWS by an Allow.
func (s *statement) conditionsHold(context map[string]string) bool {
	for operator, keys := range s.Condition {
		for key, wanted := range keys {
			if !holds(operator, context, strings.ToLower(key), wanted) {
				return false
			}
		}
	}
	return true
}

func holds(operator string, context map[string]string, key string, wanted []string) bool {
	base, ifExists := strings.CutSuffix(operator, "IfExists")
	value, present := context[key]
	if !present && ifExists {
		return true
	}
	anyOf := func(f func(string) bool) bool { return present && slices.ContainsFunc(wanted, f) }
	equal := func(w string) bool { return w == value }
	glob := func(w string) bool { return Glob(w, value) }
	switch base {
	case "StringEquals":
		return anyOf(equal)
	case "StringNotEquals":
		return !anyOf(equal)
	case "StringEqualsIgnoreCase":
		return anyOf(func(w string) bool { return strings.EqualFold(w, value) })
	case "StringLike", "ArnLike", "ArnEquals":
		return anyOf(glob)
	case "StringNotLike", "ArnNotLike", "ArnNotEquals":
		return !anyOf(glob)
	}
	return false
}

// Glob matches with IAM's wildcards: * for any run of characters, ? for one.
func Glob(pattern, s string) bool {
	star, mark := -1, 0
	i, j := 0, 0
	for i < len(s) {
		switch {
		case j < len(pattern) && pattern[j] == '*':
			star, mark = j, i
			j++
		case j < len(pattern) && (pattern[j] == '?' || pattern[j] == s[i]):
			i, j = i+1, j+1
		case star >= 0:
			mark++
			i, j = mark, star+1
		default:
			return false
		}
	}
	return strings.Trim(pattern[j:], "*") == ""
}

// oneOrMore is a JSON string or a list of strings.
type oneOrMore []string

func (o *oneOrMore) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*o = oneOrMore{one}
		return nil
	}
	var list []string
	if err := json.Unmarshal(b, &list); err != nil {
		return errors.New("must be a string or a list of strings")
	}
	*o = list
	return nil
}

type statements []statement

func (s *statements) UnmarshalJSON(b []byte) error {
	strict := func(v any) error {
		dec := json.NewDecoder(strings.NewReader(string(b)))
		dec.DisallowUnknownFields()
		return dec.Decode(v)
	}
	if len(b) > 0 && b[0] == '{' {
		*s = make(statements, 1)
		return strict(&(*s)[0])
	}
	return strict((*[]statement)(s))
}

// A principal is "*" or lists by kind.
type principal struct {
	everybody bool
	kinds     map[string]oneOrMore
}

func (p *principal) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		p.everybody = one == "*"
		if !p.everybody {
			return errors.New("Invalid principal in policy")
		}
		return nil
	}
	return json.Unmarshal(b, &p.kinds)
}

func (p *principal) has(service string) bool {
	return p.everybody || slices.Contains(p.kinds["Service"], service)
}
