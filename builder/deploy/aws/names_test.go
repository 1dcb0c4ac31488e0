package aws

import (
	"strings"
	"testing"
)

func TestCheckName(t *testing.T) {
	f := func(name, want string) {
		t.Helper()
		got := ""
		if err := checkName(name); err != nil {
			lines := strings.Split(err.Error(), "\n")
			got = lines[0] + " | " + lines[len(lines)-1]
		}
		if got != want {
			t.Errorf("checkName(%q)\n got %q\nwant %q", name, got, want)
		}
	}
	f("iris", "")
	f("I-r--is2", "")
	f("7", "")
	f(strings.Repeat("a", 63), "")
	f("", "the endpoint has no name | give one, for example with --name iris")
	f("my_model", `endpoint name "my_model" has '_' at position 3 | use "my-model", for example`)
	f("näme", `endpoint name "näme" has 'ä' at position 2 | use "n-me", for example`)
	f("a.b", `endpoint name "a.b" has '.' at position 2 | use "a-b", for example`)
	f("iris v1", `endpoint name "iris v1" has ' ' at position 5 | use "iris-v1", for example`)
	f("-iris", `endpoint name "-iris" begins with a hyphen | use "iris", for example`)
	f("iris-", `endpoint name "iris-" ends with a hyphen | use "iris", for example`)
	f("iris_", `endpoint name "iris_" has '_' at position 5 | use "iris", for example`)
	f("___", `endpoint name "___" has '_' at position 1 | SageMaker takes up to 63 letters, digits and hyphens, with a letter or digit at both ends`)
	f(strings.Repeat("a", 64), `endpoint name "`+strings.Repeat("a", 64)+`" has 64 characters | use "`+strings.Repeat("a", 63)+`", for example`)
	f("a\x00b", `endpoint name "a\x00b" has '\x00' at position 2 | use "a-b", for example`)
	f("a\xffb", `endpoint name "a\xffb" has '`+"\uFFFD"+`' at position 2 | use "a-b", for example`)
}

func TestChosenNamesFit(t *testing.T) {
	for _, name := range []string{"a", "iris", "I-r--is", strings.Repeat("a", 50) + "-" + strings.Repeat("b", 12), strings.Repeat("x", 63)} {
		hashed := hashedName(name, "content")
		if err := checkName(hashed); err != nil {
			t.Errorf("hashedName(%q): %v", name, err)
		}
		if !strings.HasPrefix(hashed, hashedPrefix(name)) || !hashedForm.MatchString(hashed) {
			t.Errorf("hashedName(%q) = %q, which leftovers would not find", name, hashed)
		}
		for _, region := range []string{"eu-west-1", "ap-southeast-7", "us-isob-east-1"} {
			if r := roleName(name, region); len(r) > maxRoleName || !strings.HasSuffix(r, "-"+region) {
				t.Errorf("roleName(%q, %q) = %q of %d characters", name, region, r, len(r))
			}
		}
	}
	long := strings.Repeat("x", 62)
	if roleName(long+"a", "eu-west-1") == roleName(long+"b", "eu-west-1") {
		t.Error("two long names share a role")
	}
	if hashedName(long+"a", 1) == hashedName(long+"b", 1) {
		t.Error("two long names share a model")
	}
}

func TestParseReference(t *testing.T) {
	f := func(in, host, repository, digest string) {
		t.Helper()
		got, err := parseReference(in)
		if err != nil || got != (reference{host, repository, digest}) {
			t.Errorf("parseReference(%q) = %+v, %v", in, got, err)
		}
	}
	f("123456789012.dkr.ecr.eu-west-1.amazonaws.com/a/b@sha256:12", "123456789012.dkr.ecr.eu-west-1.amazonaws.com", "a/b", "sha256:12")
	f("127.0.0.1:4566/copal/iris:v1", "127.0.0.1:4566", "copal/iris", "")
	f("localhost/iris:v1@sha256:12", "localhost", "iris", "sha256:12")
	for _, bad := range []string{"iris", "iris:v1", "library/iris", "", "@", "host.io/", "/"} {
		if r, err := parseReference(bad); err == nil {
			t.Errorf("parseReference(%q) = %+v, want an error", bad, r)
		}
	}
}

func TestECRHost(t *testing.T) {
	f := func(host, account, region string) {
		t.Helper()
		m := ecrHost.FindStringSubmatch(host)
		if account == "" {
			if m != nil {
				t.Errorf("%s passes for ECR", host)
			}
			return
		}
		if m == nil || m[1] != account || m[2] != region {
			t.Errorf("%s = %v, want %s %s", host, m, account, region)
		}
	}
	f("123456789012.dkr.ecr.eu-west-1.amazonaws.com", "123456789012", "eu-west-1")
	f("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "123456789012", "us-gov-west-1")
	f("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "123456789012", "cn-north-1")
	f("123456789012.dkr-ecr.eu-west-1.on.aws", "123456789012", "eu-west-1")
	f("public.ecr.aws", "", "")
	f("ghcr.io", "", "")
	f("123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.org", "", "")
}
