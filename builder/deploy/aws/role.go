package aws

import (
	"context"
	"fmt"
	"net/url"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/copal-ml/copal/builder/deploy"
	"github.com/copal-ml/copal/builder/progress"
)

type roleAPI interface {
	GetRole(context.Context, *iam.GetRoleInput, ...func(*iam.Options)) (*iam.GetRoleOutput, error)
	CreateRole(context.Context, *iam.CreateRoleInput, ...func(*iam.Options)) (*iam.CreateRoleOutput, error)
	UpdateAssumeRolePolicy(context.Context, *iam.UpdateAssumeRolePolicyInput, ...func(*iam.Options)) (*iam.UpdateAssumeRolePolicyOutput, error)
	DeleteRole(context.Context, *iam.DeleteRoleInput, ...func(*iam.Options)) (*iam.DeleteRoleOutput, error)
	GetRolePolicy(context.Context, *iam.GetRolePolicyInput, ...func(*iam.Options)) (*iam.GetRolePolicyOutput, error)
	PutRolePolicy(context.Context, *iam.PutRolePolicyInput, ...func(*iam.Options)) (*iam.PutRolePolicyOutput, error)
	ListRolePolicies(context.Context, *iam.ListRolePoliciesInput, ...func(*iam.Options)) (*iam.ListRolePoliciesOutput, error)
	DeleteRolePolicy(context.Context, *iam.DeleteRolePolicyInput, ...func(*iam.Options)) (*iam.DeleteRolePolicyOutput, error)
	ListAttachedRolePolicies(context.Context, *iam.ListAttachedRolePoliciesInput, ...func(*iam.Options)) (*iam.ListAttachedRolePoliciesOutput, error)
	DetachRolePolicy(context.Context, *iam.DetachRolePolicyInput, ...func(*iam.Options)) (*iam.DetachRolePolicyOutput, error)
}

// policyName is the one inline policy of the roles that Copal makes.
const policyName = "copal"

// A role is the execution role of one endpoint.
type role struct {
	api    roleAPI
	poller poller
	names  names
	name   string
	trust  policy
	policy policy
	tags   map[string]string

	changed time.Time // by this Apply; until AWS has spread the news, its use may be refused
}

func (a *Account) role(n names, tags map[string]string, p policy) *role {
	return &role{api: a.iam, poller: a.poller(), names: n, name: roleName(n.endpoint, n.region),
		trust: n.trustPolicy(), policy: p, tags: tags}
}

func (r *role) ID() deploy.ID      { return deploy.ID{Kind: "role", Name: r.name} }
func (r *role) Needs() []deploy.ID { return nil }

func (r *role) Diff(ctx context.Context) (deploy.Change, error) {
	existing, err := r.find(ctx)
	if err != nil {
		return deploy.Change{}, err
	}
	if existing == nil {
		return deploy.Change{Action: deploy.Create}, nil
	}
	fields, err := r.differences(ctx, existing)
	if err != nil || fields == nil {
		return deploy.Change{}, err
	}
	return deploy.Change{Action: deploy.Update, Fields: fields}, nil
}

// find reads the role: nil if it is absent, an error if it is not ours.
func (r *role) find(ctx context.Context) (*types.Role, error) {
	out, err := r.api.GetRole(ctx, &iam.GetRoleInput{RoleName: &r.name})
	if isCode(err, "NoSuchEntity") {
		return nil, nil
	}
	if err != nil {
		return nil, explain("read role "+r.name, err)
	}
	have := map[string]string{}
	for _, t := range out.Role.Tags {
		have[sdk.ToString(t.Key)] = sdk.ToString(t.Value)
	}
	if !claims(have, r.names.endpoint) {
		return nil, notOurs(r.ID(), r.names.endpoint)
	}
	return out.Role, nil
}

// differences compares both documents of an existing role with the wanted ones.
func (r *role) differences(ctx context.Context, existing *types.Role) (fields []deploy.Field, err error) {
	if !equalPolicies(document(existing.AssumeRolePolicyDocument), r.trust.String()) {
		fields = append(fields, deploy.Field{Path: "trust policy", New: "SageMaker, for this account and region"})
	}
	out, err := r.api.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: &r.name, PolicyName: sdk.String(policyName)})
	switch {
	case isCode(err, "NoSuchEntity"):
		fields = append(fields, deploy.Field{Path: "policy", New: policyName})
	case err != nil:
		return nil, explain("read the policy of role "+r.name, err)
	case !equalPolicies(document(out.PolicyDocument), r.policy.String()):
		fields = append(fields, deploy.Field{Path: "policy " + policyName, New: "changed permissions"})
	}
	return fields, nil
}

// document is a policy document as IAM gives it back: URL-encoded JSON (RFC 3986).
func document(s *string) string {
	d, err := url.PathUnescape(sdk.ToString(s))
	if err != nil {
		return sdk.ToString(s)
	}
	return d
}

func (r *role) Apply(ctx context.Context, c deploy.Change, _ progress.Func) error {
	r.changed = r.poller.clock.Now()
	if c.Action == deploy.Create {
		if err := r.create(ctx); err != nil {
			return err
		}
	} else {
		_, err := r.api.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: &r.name, PolicyDocument: sdk.String(r.trust.String())})
		if err != nil {
			return explain("set the trust policy of role "+r.name, err)
		}
	}
	// A role that was just made may not be there yet for the next call.
	err := r.poller.retry(ctx, func(err error) bool { return isCode(err, "NoSuchEntity") }, func() error {
		_, err := r.api.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &r.name, PolicyName: sdk.String(policyName),
			PolicyDocument: sdk.String(r.policy.String())})
		return err
	})
	return explain("set the policy of role "+r.name, err)
}

func (r *role) create(ctx context.Context) error {
	_, err := r.api.CreateRole(ctx, &iam.CreateRoleInput{
		RoleName:                 &r.name,
		Description:              sdk.String(fmt.Sprintf("Execution role of the SageMaker endpoint %s in %s. Made by copal.", r.names.endpoint, r.names.region)),
		AssumeRolePolicyDocument: sdk.String(r.trust.String()),
		Tags:                     tagList(r.tags, func(k, v *string) types.Tag { return types.Tag{Key: k, Value: v} }),
	})
	if isCode(err, "EntityAlreadyExists") { // an earlier attempt, whose answer was lost
		_, err := r.find(ctx)
		return err
	}
	return explain("make role "+r.name, err)
}

// settling reports whether the role was changed so lately that AWS may not know
// yet what it allows.
func (r *role) settling() bool {
	return r != nil && !r.changed.IsZero() && r.poller.clock.Now().Sub(r.changed) < settling
}

// Delete removes the role and what hangs on it: IAM refuses to delete a role
// with policies.
func (r *role) Delete(ctx context.Context, _ progress.Func) error {
	existing, err := r.find(ctx)
	if err != nil || existing == nil {
		return err
	}
	if err := r.deletePolicies(ctx); err != nil {
		return err
	}
	if err := r.detachPolicies(ctx); err != nil {
		return err
	}
	err = r.poller.retry(ctx, func(err error) bool { return isCode(err, "DeleteConflict") }, func() error {
		_, err := r.api.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: &r.name})
		return err
	})
	if isCode(err, "NoSuchEntity") {
		return nil
	}
	return explain("delete role "+r.name, err)
}

func (r *role) deletePolicies(ctx context.Context) error {
	out, err := r.api.ListRolePolicies(ctx, &iam.ListRolePoliciesInput{RoleName: &r.name})
	if isCode(err, "NoSuchEntity") {
		return nil
	}
	if err != nil {
		return explain("list the policies of role "+r.name, err)
	}
	for _, name := range out.PolicyNames {
		_, err := r.api.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: &r.name, PolicyName: &name})
		if err != nil && !isCode(err, "NoSuchEntity") {
			return explain("delete the policy of role "+r.name, err)
		}
	}
	return nil
}

func (r *role) detachPolicies(ctx context.Context) error {
	out, err := r.api.ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: &r.name})
	if isCode(err, "NoSuchEntity") {
		return nil
	}
	if err != nil {
		return explain("list what is attached to role "+r.name, err)
	}
	for _, p := range out.AttachedPolicies {
		_, err := r.api.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: &r.name, PolicyArn: p.PolicyArn})
		if err != nil && !isCode(err, "NoSuchEntity") {
			return explain("detach a policy from role "+r.name, err)
		}
	}
	return nil
}
