package registry

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
)

func TestECRHost(t *testing.T) {
	f := func(host, region string) {
		t.Helper()
		if got, ok := ecrRegion(host); got != region || ok != (region != "") {
			t.Errorf("%s: %q, %v; want %q", host, got, ok, region)
		}
	}
	f("123456789012.dkr.ecr.eu-west-1.amazonaws.com", "eu-west-1")
	f("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1")
	f("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1")
	f("123456789012.dkr-ecr.us-east-1.on.aws", "us-east-1")
	f("123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example", "")
	f("evil.example/123456789012.dkr.ecr.eu-west-1.amazonaws.com", "")
	f("12345.dkr.ecr.eu-west-1.amazonaws.com", "")
	f("127.0.0.1:5000", "")
}

// tokens answers as ECR and notes the region that was asked.
type tokens struct {
	endpoint string
	err      error
	region   string
	calls    int
}

func (k *tokens) GetAuthorizationToken(_ context.Context, _ *ecr.GetAuthorizationTokenInput, opts ...func(*ecr.Options)) (*ecr.GetAuthorizationTokenOutput, error) {
	o := ecr.Options{Region: "us-east-1"}
	for _, f := range opts {
		f(&o)
	}
	k.region, k.calls = o.Region, k.calls+1
	if k.err != nil {
		return nil, k.err
	}
	token := base64.StdEncoding.EncodeToString([]byte("AWS:secret"))
	return &ecr.GetAuthorizationTokenOutput{AuthorizationData: []types.AuthorizationData{{AuthorizationToken: &token, ProxyEndpoint: &k.endpoint}}}, nil
}

func TestECRKeychain(t *testing.T) {
	f := func(host string, local bool, endpoint, wantUser, wantRegion string) {
		t.Helper()
		reg, err := name.NewRegistry(host)
		if err != nil {
			t.Fatal(err)
		}
		k := &tokens{endpoint: endpoint}
		auth, err := ECRKeychain{k, local}.Resolve(reg)
		if err != nil {
			t.Fatal(err)
		}
		a, err := authn.Authorization(context.Background(), auth)
		if err != nil {
			t.Fatal(err)
		}
		if a.Username != wantUser || k.region != wantRegion {
			t.Errorf("%s: user %q in region %q, want %q in %q", host, a.Username, k.region, wantUser, wantRegion)
		}
	}
	const ours = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
	f(ours, false, "https://"+ours, "AWS", "eu-west-1")
	f("999999999999.dkr.ecr.eu-west-1.amazonaws.com", false, "https://"+ours, "AWS", "eu-west-1") // another account's
	f("registry.example", true, "http://127.0.0.1:4566", "", "")
	f("127.0.0.1:4566", true, "http://127.0.0.1:4566", "AWS", "us-east-1")
	f("127.0.0.1:5000", true, "http://127.0.0.1:4566", "", "us-east-1")
	f("127.0.0.1:5000", false, "http://127.0.0.1:5000", "", "")
	reg, _ := name.NewRegistry(ours)
	if _, err := (ECRKeychain{Client: &tokens{err: errors.New("ExpiredTokenException")}}).Resolve(reg); err == nil || !strings.Contains(err.Error(), "ECR token: ExpiredTokenException") {
		t.Errorf("error %v", err)
	}
}

// repositories is an account with the named repositories.
type repositories struct {
	have    map[string]bool
	created *ecr.CreateRepositoryInput
	race    bool // somebody creates the repository between the two calls
}

func (r *repositories) DescribeRepositories(_ context.Context, in *ecr.DescribeRepositoriesInput, _ ...func(*ecr.Options)) (*ecr.DescribeRepositoriesOutput, error) {
	n := in.RepositoryNames[0]
	if !r.have[n] {
		return nil, &types.RepositoryNotFoundException{}
	}
	uri := "host/" + n
	return &ecr.DescribeRepositoriesOutput{Repositories: []types.Repository{{RepositoryUri: &uri}}}, nil
}

func (r *repositories) CreateRepository(_ context.Context, in *ecr.CreateRepositoryInput, _ ...func(*ecr.Options)) (*ecr.CreateRepositoryOutput, error) {
	r.have[*in.RepositoryName] = true
	if r.race {
		return nil, &types.RepositoryAlreadyExistsException{}
	}
	r.created = in
	uri := "host/" + *in.RepositoryName
	return &ecr.CreateRepositoryOutput{Repository: &types.Repository{RepositoryUri: &uri}}, nil
}

func TestEnsureRepository(t *testing.T) {
	f := func(r *repositories, wantCreated bool) {
		t.Helper()
		uri, created, err := EnsureRepository(context.Background(), r, "iris")
		if err != nil || uri != "host/iris" || created != wantCreated {
			t.Errorf("%q, created %v, %v", uri, created, err)
		}
	}
	f(&repositories{have: map[string]bool{"iris": true}}, false)
	f(&repositories{have: map[string]bool{}, race: true}, false)
	r := &repositories{have: map[string]bool{}}
	f(r, true)
	if tag := r.created.Tags[0]; *tag.Key != "copal:managed" || *tag.Value != "true" {
		t.Errorf("tag %s=%s", *tag.Key, *tag.Value)
	}
	if r.created.ImageTagMutability != types.ImageTagMutabilityImmutableWithExclusion || *r.created.ImageTagMutabilityExclusionFilters[0].Filter != "latest" {
		t.Errorf("tags may be moved: %v", r.created.ImageTagMutability)
	}
}
