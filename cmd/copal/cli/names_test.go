package cli

import (
	"strings"
	"testing"
)

func TestTagFor(t *testing.T) {
	f := func(model, want string) {
		t.Helper()
		if got := tagFor(model); got != want {
			t.Errorf("tagFor(%q) = %q, want %q", model, got, want)
		}
	}
	f("model.pkl", "model:latest")
	f("/a/b/iris.joblib", "iris:latest")
	f("Iris Model.pkl.gz", "iris-model:latest")
	f("churn_2024.01.pkl", "churn-2024:latest")
	f("模型.pkl", "model:latest")
	f(".pkl", "pkl:latest")
}

func TestNameFor(t *testing.T) {
	f := func(target, want string) {
		t.Helper()
		if got := nameFor(target); got != want {
			t.Errorf("nameFor(%q) = %q, want %q", target, got, want)
		}
	}
	f("iris:v1", "iris")
	f("models/my_iris.pkl", "my-iris")
	f("123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/iris@sha256:abc", "iris")
	f("localhost:5000/iris", "iris")
}

func TestCheckEndpointName(t *testing.T) {
	f := func(name, wantError, wantHint string) {
		t.Helper()
		err := checkEndpointName("--name ", name)
		if wantError == "" {
			if err != nil {
				t.Errorf("checkEndpointName(%q): %v", name, err)
			}
			return
		}
		got := asFailure(err)
		if got == nil || got.code != ExitUsage || !strings.Contains(got.Error(), wantError) {
			t.Errorf("checkEndpointName(%q) = %v, want a usage error with %q", name, err, wantError)
			return
		}
		if !strings.Contains(strings.Join(got.hints, "\n"), wantHint) {
			t.Errorf("checkEndpointName(%q) hints %q, want %q", name, got.hints, wantHint)
		}
	}
	f("iris", "", "")
	f("a-1--b", "", "")
	f(strings.Repeat("a", 63), "", "")
	f("my_iris", "no underscore", "--name my-iris")
	f("iris v1", "character ' '", "--name iris-v1")
	f("é", "character 'é'", "1 to 63 letters")
	f("-iris", "starts or ends with a hyphen", "--name iris")
	f("", "is empty", "1 to 63")
	f(strings.Repeat("a", 64), "longer than 63", "--name aaa")
}
