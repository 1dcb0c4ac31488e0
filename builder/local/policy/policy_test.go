package policy

import (
	"strings"
	"testing"
)

func TestAllows(t *testing.T) {
	f := func(want bool, action, resource string, texts ...string) {
		t.Helper()
		var docs []*Document
		for _, text := range texts {
			d, err := Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			docs = append(docs, d)
		}
		if got := Allows(docs, Request{Action: action, Resource: resource, Context: map[string]string{"aws:sourceaccount": "1"}}); got != want {
			t.Errorf("%s on %s: %v", action, resource, got)
		}
	}
	one := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["ecr:Get*","s3:GetObject"],"Resource":"arn:aws:s3:::models/*"}}`
	f(true, "s3:GetObject", "arn:aws:s3:::models/a/b", one)
	f(true, "S3:getobject", "arn:aws:s3:::models/a", one)
	f(false, "s3:GetObject", "arn:aws:s3:::other/a", one)
	f(false, "s3:PutObject", "arn:aws:s3:::models/a", one)
	f(false, "s3:GetObject", "arn:aws:s3:::models/a")
	deny := `{"Statement":[{"Effect":"Deny","NotAction":"logs:*","Resource":"*"}]}`
	f(false, "s3:GetObject", "arn:aws:s3:::models/a", one, deny)
	all := `{"Statement":[{"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::secret/*"}]}`
	f(true, "x:Y", "arn:aws:s3:::models/a", all)
	f(false, "x:Y", "arn:aws:s3:::secret/a", all)
	condition := func(c string) string {
		return `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":` + c + `}]}`
	}
	f(true, "x:Y", "r", condition(`{"StringEquals":{"aws:SourceAccount":["2","1"]}}`))
	f(false, "x:Y", "r", condition(`{"StringEquals":{"aws:SourceAccount":"2"}}`))
	f(false, "x:Y", "r", condition(`{"StringEquals":{"aws:Absent":"2"}}`))
	f(true, "x:Y", "r", condition(`{"StringEqualsIfExists":{"aws:Absent":"2"}}`))
	f(true, "x:Y", "r", condition(`{"StringNotLike":{"aws:SourceAccount":"2*"}}`))
	f(false, "x:Y", "r", condition(`{"NumericLessThan":{"aws:SourceAccount":"2"}}`))
}

func TestTrust(t *testing.T) {
	f := func(want bool, principal string) {
		t.Helper()
		d, err := Parse(`{"Statement":[{"Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRole"}]}`)
		if err != nil {
			t.Fatal(err)
		}
		if got := Allows([]*Document{d}, Request{Action: "sts:AssumeRole", Service: "sagemaker.amazonaws.com"}); got != want {
			t.Errorf("%s: %v", principal, got)
		}
	}
	f(true, `{"Service":"sagemaker.amazonaws.com"}`)
	f(true, `{"Service":["ec2.amazonaws.com","sagemaker.amazonaws.com"]}`)
	f(true, `"*"`)
	f(false, `{"Service":"ec2.amazonaws.com"}`)
	f(false, `{"AWS":"sagemaker.amazonaws.com"}`)
}

func TestParseErrors(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		d, err := Parse(text)
		if err == nil {
			err = d.CheckIdentity()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	f(``, "Syntax errors in policy")
	f(`{}`, "no Statement")
	f(`{"Version":"2020-01-01","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`, "Version")
	f(`{"Statement":{"Effect":"allow","Action":"*","Resource":"*"}}`, "Effect")
	f(`{"Statement":{"Effect":"Allow","Actions":"*","Resource":"*"}}`, "Actions")
	f(`{"Statement":{"Effect":"Allow","Resource":"*"}}`, "must contain actions")
	f(`{"Statement":{"Effect":"Allow","Action":"GetObject","Resource":"*"}}`, "prefaced by a vendor")
	f(`{"Statement":{"Effect":"Allow","Action":5,"Resource":"*"}}`, "string or a list")
	f(`{"Statement":{"Effect":"Allow","Action":"*"}}`, "must contain resources")
	f(`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}}`, "should not specify a principal")
}

func TestGlob(t *testing.T) {
	f := func(want bool, pattern, s string) {
		t.Helper()
		if got := Glob(pattern, s); got != want {
			t.Errorf("Glob(%q, %q) = %v", pattern, s, got)
		}
	}
	f(true, "*", "")
	f(true, "a*c*", "abcbd")
	f(true, "a?c", "abc")
	f(false, "a?c", "ac")
	f(false, "a*b", "abc")
	f(true, "**x**", "x")
	f(false, strings.Repeat("a*", 50)+"b", strings.Repeat("a", 5000)) // in linear time for each star
}

func FuzzParse(f *testing.F) {
	f.Add(`{"Statement":[{"Effect":"Allow","Principal":{"Service":"x"},"Action":["a:b"],"Resource":"*","Condition":{"StringLike":{"k":["v*"]}}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		d, err := Parse(text)
		if err != nil {
			return
		}
		Allows([]*Document{d}, Request{Action: "a:b", Resource: "r", Service: "x", Context: map[string]string{"k": "v"}})
	})
}
