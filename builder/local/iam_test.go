package local

import (
	"net/url"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func TestIAM(t *testing.T) {
	r := start(t, t.TempDir(), nil)
	c, ctx := iam.NewFromConfig(r.aws()), t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	who, err := sts.NewFromConfig(r.aws()).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	must(err)
	if *who.Account != AccountID {
		t.Errorf("account %s", *who.Account)
	}
	name := aws.String("copal-iris")
	made, err := c.CreateRole(ctx, &iam.CreateRoleInput{RoleName: name, Path: aws.String("/service-role/"), AssumeRolePolicyDocument: aws.String(trust),
		Tags: []types.Tag{{Key: aws.String("copal"), Value: aws.String("a b+c/d&e")}}})
	must(err)
	if *made.Role.Arn != "arn:aws:iam::123456789012:role/service-role/copal-iris" {
		t.Errorf("ARN %s", *made.Role.Arn)
	}
	got, err := c.GetRole(ctx, &iam.GetRoleInput{RoleName: name})
	must(err)
	if text, _ := url.QueryUnescape(*got.Role.AssumeRolePolicyDocument); text != trust {
		t.Errorf("trust %s", text)
	}
	if *got.Role.Tags[0].Value != "a b+c/d&e" {
		t.Errorf("tag %q", *got.Role.Tags[0].Value)
	}
	create := func(name, trust string) error {
		_, err := c.CreateRole(ctx, &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: &trust})
		return err
	}
	wantError(t, create("COPAL-iris", trust), "409", "EntityAlreadyExists", "Role with name COPAL-iris already exists.")
	wantError(t, create("a/b", trust), "ValidationError")
	wantError(t, create("x", pullAndLog), "MalformedPolicyDocument", "Missing required field Principal")
	wantError(t, create("x", "{"), "MalformedPolicyDocument")
	put := func(role, policy string) error {
		_, err := c.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &role, PolicyName: aws.String("run"), PolicyDocument: &policy})
		return err
	}
	wantError(t, put("nope", pullAndLog), "404", "NoSuchEntity", "The role with name nope cannot be found.")
	wantError(t, put(*name, trust), "MalformedPolicyDocument", "Policy document should not specify a principal.")
	must(put(*name, pullAndLog))
	policy, err := c.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: name, PolicyName: aws.String("run")})
	must(err)
	if text, _ := url.QueryUnescape(*policy.PolicyDocument); text != pullAndLog {
		t.Errorf("policy %s", text)
	}
	_, err = c.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: name})
	wantError(t, err, "409", "DeleteConflict", "Cannot delete entity, must delete policies first.")
	list, err := c.ListRolePolicies(ctx, &iam.ListRolePoliciesInput{RoleName: name})
	must(err)
	attached, err := c.ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: name})
	must(err)
	profiles, err := c.ListInstanceProfilesForRole(ctx, &iam.ListInstanceProfilesForRoleInput{RoleName: name})
	must(err)
	if len(list.PolicyNames) != 1 || len(attached.AttachedPolicies) != 0 || len(profiles.InstanceProfiles) != 0 {
		t.Errorf("%v %v %v", list.PolicyNames, attached.AttachedPolicies, profiles.InstanceProfiles)
	}
	_, err = c.TagRole(ctx, &iam.TagRoleInput{RoleName: name, Tags: []types.Tag{{Key: aws.String("copal"), Value: aws.String("2")}, {Key: aws.String("b"), Value: aws.String("")}}})
	must(err)
	tags, err := c.ListRoleTags(ctx, &iam.ListRoleTagsInput{RoleName: name})
	must(err)
	if len(tags.Tags) != 2 || *tags.Tags[0].Value != "2" {
		t.Errorf("%v", tags.Tags)
	}
	roles, err := c.ListRoles(ctx, &iam.ListRolesInput{PathPrefix: aws.String("/service-role/")})
	must(err)
	if len(roles.Roles) != 1 {
		t.Errorf("%v", roles.Roles)
	}
	_, err = c.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: name, PolicyName: aws.String("run")})
	must(err)
	_, err = c.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: name, PolicyName: aws.String("run")})
	wantError(t, err, "NoSuchEntity")
	_, err = c.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: name})
	must(err)
	_, err = c.GetRole(ctx, &iam.GetRoleInput{RoleName: name})
	wantError(t, err, "NoSuchEntity")
	_, err = c.ListUsers(ctx, &iam.ListUsersInput{})
	wantError(t, err, "InvalidAction", `the local platform does not do iam "ListUsers"; it does CreateRole, DeleteRole`)
}
