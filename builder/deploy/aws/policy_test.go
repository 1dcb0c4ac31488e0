package aws

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with testdata/name, or rewrites it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s (rewrite with -update):\n got %s\nwant %s", name, got, want)
	}
}

var irisNames = names{Identity{Account: "123456789012", Partition: "aws"}, "eu-west-1", "iris"}

func TestPolicies(t *testing.T) {
	repository := irisNames.arn("ecr", "repository/copal/iris")
	golden(t, "trust.json", irisNames.trustPolicy().String()+"\n")
	golden(t, "policy-embedded.json", irisNames.rolePolicy(repository, false).String()+"\n")
	golden(t, "policy-model-data.json", irisNames.rolePolicy(repository, true).String()+"\n")

	gov := irisNames
	gov.Partition, gov.region = "aws-us-gov", "us-gov-west-1"
	golden(t, "trust-gov.json", gov.trustPolicy().String()+"\n")
}

func TestEqualPolicies(t *testing.T) {
	p := irisNames.trustPolicy().String()
	f := func(other string, want bool) {
		t.Helper()
		if equalPolicies(p, other) != want {
			t.Errorf("equal = %v with %s", !want, other)
		}
	}
	f(p, true)
	f(`{"Statement":[{"Action":["sts:AssumeRole"],"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},"Condition":`+
		`{"ArnLike":{"aws:SourceArn":"arn:aws:sagemaker:eu-west-1:123456789012:*"},"StringEquals":{"aws:SourceAccount":"123456789012"}}}],"Version":"2012-10-17"}`, true)
	f(`{}`, false)
	f(`no JSON`, false)
}

func TestDenied(t *testing.T) {
	err := denied("make model iris-1", "User: arn:aws:iam::123456789012:user/ann is not authorized to perform: iam:PassRole on resource: "+
		"arn:aws:iam::123456789012:role/copal-iris-eu-west-1 because no identity-based policy allows the iam:PassRole action", os.ErrPermission)
	golden(t, "denied-passrole.txt", err.Error()+"\n")
	err = denied("make model iris-1", "User: arn:aws:sts::123456789012:assumed-role/ci/run is not authorized to perform: sagemaker:CreateModel", os.ErrPermission)
	golden(t, "denied-createmodel.txt", err.Error()+"\n")
}
