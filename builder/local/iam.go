package local

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/copal-ml/copal/builder/local/policy"
	"github.com/copal-ml/copal/builder/local/wire"
)

const iamNamespace = "https://iam.amazonaws.com/doc/2010-05-08/"

var rolePathPattern = regexp.MustCompile(`^(/|/[!-~]+/)$`)
var roleNamePattern = regexp.MustCompile(`^[\w+=,.@-]+$`)

// A role is an IAM role with its inline policies.
type role struct {
	Name        string            `json:"name"`
	Path        string            `json:"path"`
	ID          string            `json:"id"`
	Created     time.Time         `json:"created"`
	Trust       string            `json:"trust"`
	TrustSince  time.Time         `json:"trustSince"` // consistency counts from here
	Description string            `json:"description,omitempty"`
	MaxSession  int               `json:"maxSession"`
	Boundary    string            `json:"boundary,omitempty"`
	Policies    map[string]string `json:"policies,omitempty"`
	Tags        []wire.Tag        `json:"tags,omitempty"`
}

func (r role) arn() string { return "arn:aws:iam::" + AccountID + ":role" + r.Path + r.Name }

func (p *Platform) iamOps() map[string]queryOperation {
	return map[string]queryOperation{
		"CreateRole":                  p.createRole,
		"GetRole":                     p.getRole,
		"ListRoles":                   p.listRoles,
		"DeleteRole":                  p.deleteRole,
		"UpdateAssumeRolePolicy":      p.updateAssumeRolePolicy,
		"PutRolePolicy":               p.putRolePolicy,
		"GetRolePolicy":               p.getRolePolicy,
		"DeleteRolePolicy":            p.deleteRolePolicy,
		"ListRolePolicies":            p.listRolePolicies,
		"ListAttachedRolePolicies":    p.listAttachedRolePolicies,
		"ListInstanceProfilesForRole": p.listInstanceProfilesForRole,
		"TagRole":                     p.tagRole,
		"ListRoleTags":                p.listRoleTags,
	}
}

// members is a list of the query protocol; it is there, if empty.
type members[T any] struct {
	Member []T `xml:"member"`
}

type xmlRole struct {
	Path                     string
	RoleName                 string
	RoleID                   string `xml:"RoleId"`
	Arn                      string
	CreateDate               string
	AssumeRolePolicyDocument string
	Description              string             `xml:",omitempty"`
	MaxSessionDuration       int                `xml:",omitempty"`
	PermissionsBoundary      *xmlBoundary       `xml:",omitempty"`
	Tags                     *members[wire.Tag] `xml:",omitempty"`
}

type xmlBoundary struct{ PermissionsBoundaryType, PermissionsBoundaryArn string }

func (r role) xml() xmlRole {
	x := xmlRole{
		Path: r.Path, RoleName: r.Name, RoleID: r.ID, Arn: r.arn(),
		CreateDate:               r.Created.UTC().Format("2006-01-02T15:04:05Z"),
		AssumeRolePolicyDocument: strings.ReplaceAll(url.QueryEscape(r.Trust), "+", "%20"),
		Description:              r.Description, MaxSessionDuration: r.MaxSession,
	}
	if r.Boundary != "" {
		x.PermissionsBoundary = &xmlBoundary{"Policy", r.Boundary}
	}
	if len(r.Tags) > 0 {
		x.Tags = &members[wire.Tag]{r.Tags}
	}
	return x
}

func (p *Platform) createRole(c *call, in wire.Form) (any, error) {
	r := role{
		Name: in.Get("RoleName"), Path: in.Get("Path"), Trust: in.Get("AssumeRolePolicyDocument"),
		Description: in.Get("Description"), Boundary: in.Get("PermissionsBoundary"), Tags: in.Tags("Tags"),
		ID: "AROA" + secret(10)[:16], Created: c.now, TrustSince: c.now, MaxSession: 3600,
	}
	if r.Path == "" {
		r.Path = "/"
	}
	if s := in.Get("MaxSessionDuration"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 3600 || n > 43200 {
			return nil, iamInvalid("Value %q at 'maxSessionDuration' must be 3600 to 43200", s)
		}
		r.MaxSession = n
	}
	if !roleNamePattern.MatchString(r.Name) || len(r.Name) > 64 {
		return nil, iamInvalid("The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_- and have at most 64 characters")
	}
	if !rolePathPattern.MatchString(r.Path) || len(r.Path) > 512 {
		return nil, iamInvalid("The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.")
	}
	if err := checkTrust(r.Trust); err != nil {
		return nil, err
	}
	if len(r.Tags) > 50 {
		return nil, &wire.Error{Status: http.StatusConflict, Code: "LimitExceeded", Message: "The number of tags has reached the maximum limit of 50."}
	}
	if _, ok := p.findRole(r.Name); ok {
		return nil, &wire.Error{Status: http.StatusConflict, Code: "EntityAlreadyExists", Message: fmt.Sprintf("Role with name %s already exists.", r.Name)}
	}
	return struct{ Role xmlRole }{r.xml()}, p.putRole(r)
}

// Role names are unique whatever their case (IAM User Guide, "IAM name requirements").
func (p *Platform) findRole(name string) (role, bool) { return p.roles.Get(strings.ToLower(name)) }
func (p *Platform) putRole(r role) error              { return p.roles.Put(strings.ToLower(r.Name), r) }

func iamInvalid(format string, args ...any) error {
	return wire.Errorf("ValidationError", format, args...)
}

func noSuchEntity(format string, args ...any) error {
	return &wire.Error{Status: http.StatusNotFound, Code: "NoSuchEntity", Message: fmt.Sprintf(format, args...)}
}

func checkTrust(text string) error {
	d, err := policy.Parse(text)
	if err == nil {
		err = d.CheckTrust()
	}
	if err != nil {
		return wire.Errorf("MalformedPolicyDocument", "%v", err)
	}
	return nil
}

// roleOf finds the role that a call names.
func (p *Platform) roleOf(in wire.Form) (role, error) {
	r, ok := p.findRole(in.Get("RoleName"))
	if !ok {
		return role{}, noSuchEntity("The role with name %s cannot be found.", in.Get("RoleName"))
	}
	return r, nil
}

func (p *Platform) getRole(_ *call, in wire.Form) (any, error) {
	r, err := p.roleOf(in)
	return struct{ Role xmlRole }{r.xml()}, err
}

func (p *Platform) listRoles(_ *call, in wire.Form) (any, error) {
	var roles []role
	for _, name := range p.roles.Keys() {
		if r, _ := p.roles.Get(name); strings.HasPrefix(r.Path, in.Get("PathPrefix")) {
			roles = append(roles, r)
		}
	}
	size, err := maxItems(in)
	if err != nil {
		return nil, err
	}
	roles, marker, err := page(roles, func(r role) string { return r.Name }, false, in.Get("Marker"), size)
	if err != nil {
		return nil, iamInvalid("%v", err)
	}
	var out members[xmlRole]
	for _, r := range roles {
		x := r.xml()
		x.Tags = nil // as documented: ListRoles does not return tags
		out.Member = append(out.Member, x)
	}
	return struct {
		Roles       members[xmlRole]
		IsTruncated bool
		Marker      string `xml:",omitempty"`
	}{out, marker != "", marker}, nil
}

func maxItems(in wire.Form) (int, error) {
	s := in.Get("MaxItems")
	if s == "" {
		return 100, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 1000 {
		return 0, iamInvalid("Value %q at 'maxItems' must be 1 to 1000", s)
	}
	return n, nil
}

func (p *Platform) deleteRole(_ *call, in wire.Form) (any, error) {
	r, err := p.roleOf(in)
	if err != nil {
		return nil, err
	}
	if len(r.Policies) > 0 {
		return nil, &wire.Error{Status: http.StatusConflict, Code: "DeleteConflict", Message: "Cannot delete entity, must delete policies first."}
	}
	return nil, p.roles.Delete(strings.ToLower(r.Name))
}

func (p *Platform) updateAssumeRolePolicy(c *call, in wire.Form) (any, error) {
	r, err := p.roleOf(in)
	if err != nil {
		return nil, err
	}
	if err := checkTrust(in.Get("PolicyDocument")); err != nil {
		return nil, err
	}
	if r.Trust != in.Get("PolicyDocument") {
		r.Trust, r.TrustSince = in.Get("PolicyDocument"), c.now
	}
	return nil, p.putRole(r)
}

func (p *Platform) putRolePolicy(_ *call, in wire.Form) (any, error) {
	r, err := p.roleOf(in)
	if err != nil {
		return nil, err
	}
	name, text := in.Get("PolicyName"), in.Get("PolicyDocument")
	if !roleNamePattern.MatchString(name) || len(name) > 128 {
		return nil, iamInvalid("The specified value for policyName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-")
	}
	d, err := policy.Parse(text)
	if err == nil {
		err = d.CheckIdentity()
	}
	if err != nil {
		return nil, wire.Errorf("MalformedPolicyDocument", "%v", err)
	}
	r.Policies = maps.Clone(r.Policies)
	if r.Policies == nil {
		r.Policies = map[string]string{}
	}
	r.Policies[name] = text
	return nil, p.putRole(r)
}

func (p *Platform) rolePolicyOf(in wire.Form) (role, string, error) {
	r, err := p.roleOf(in)
	if err != nil {
		return r, "", err
	}
	text, ok := r.Policies[in.Get("PolicyName")]
	if !ok {
		return r, "", noSuchEntity("The role policy with name %s cannot be found.", in.Get("PolicyName"))
	}
	return r, text, nil
}

func (p *Platform) getRolePolicy(_ *call, in wire.Form) (any, error) {
	r, text, err := p.rolePolicyOf(in)
	return struct{ RoleName, PolicyName, PolicyDocument string }{
		r.Name, in.Get("PolicyName"), strings.ReplaceAll(url.QueryEscape(text), "+", "%20"),
	}, err
}

func (p *Platform) deleteRolePolicy(_ *call, in wire.Form) (any, error) {
	r, _, err := p.rolePolicyOf(in)
	if err != nil {
		return nil, err
	}
	r.Policies = maps.Clone(r.Policies)
	delete(r.Policies, in.Get("PolicyName"))
	return nil, p.putRole(r)
}

func (p *Platform) listRolePolicies(_ *call, in wire.Form) (any, error) {
	r, err := p.roleOf(in)
	return struct {
		PolicyNames members[string]
		IsTruncated bool
	}{PolicyNames: members[string]{slices.Sorted(maps.Keys(r.Policies))}}, err
}

// Managed policies and instance profiles cannot be made here, so none is attached.

func (p *Platform) listAttachedRolePolicies(_ *call, in wire.Form) (any, error) {
	_, err := p.roleOf(in)
	return struct {
		AttachedPolicies members[string]
		IsTruncated      bool
	}{}, err
}

func (p *Platform) listInstanceProfilesForRole(_ *call, in wire.Form) (any, error) {
	_, err := p.roleOf(in)
	return struct {
		InstanceProfiles members[string]
		IsTruncated      bool
	}{}, err
}

func (p *Platform) tagRole(_ *call, in wire.Form) (any, error) {
	r, err := p.roleOf(in)
	if err != nil {
		return nil, err
	}
	r.Tags = mergeTags(r.Tags, in.Tags("Tags"))
	if len(r.Tags) > 50 {
		return nil, &wire.Error{Status: http.StatusConflict, Code: "LimitExceeded", Message: "The number of tags has reached the maximum limit of 50."}
	}
	return nil, p.putRole(r)
}

func (p *Platform) listRoleTags(_ *call, in wire.Form) (any, error) {
	r, err := p.roleOf(in)
	return struct {
		Tags        members[wire.Tag]
		IsTruncated bool
	}{Tags: members[wire.Tag]{r.Tags}}, err
}

// mergeTags gives old with the tags of more set, without changing either.
func mergeTags(old, more []wire.Tag) []wire.Tag {
	out := slices.Clone(old)
	for _, t := range more {
		i := slices.IndexFunc(out, func(o wire.Tag) bool { return o.Key == t.Key })
		if i < 0 {
			out = append(out, t)
		} else {
			out[i].Value = t.Value
		}
	}
	return out
}
