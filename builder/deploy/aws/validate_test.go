package aws

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/copal-ml/copal/builder/progress"
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/contract"
)

var irisSignature = &models.Signature{
	Inputs: []models.Port{{Name: "features", DType: models.Float64, Width: 4}},
	Methods: []models.MethodSignature{
		{Name: models.Predict, Outputs: []models.Port{{DType: models.Int64}}},
		{Name: models.PredictProba, Outputs: []models.Port{{DType: models.Float64, Width: 3}}},
	},
}

// goodSpec is a Spec that Validate takes.
func goodSpec() Spec {
	return Spec{
		Name: "iris",
		Mode: Serverless{},
		Image: Image{
			Digest: "sha256:" + strings.Repeat("ab", 32), Size: 5 << 20, Platform: "linux/amd64", MediaType: dockerManifest,
			Push: func(context.Context, string, progress.Func) (string, error) { panic("not pushed here") },
			Manifest: contract.Manifest{Version: 1, Method: models.Predict, Signature: irisSignature,
				Model: contract.ModelFile{Name: "model.pkl", Embedded: true, SHA256: strings.Repeat("cd", 32), Size: 740, Class: "LogisticRegression"}},
		},
	}
}

func TestValidate(t *testing.T) {
	file := filepath.Join(t.TempDir(), "model.pkl")
	if err := os.WriteFile(file, make([]byte, 740), 0o600); err != nil {
		t.Fatal(err)
	}
	f := func(change func(*Spec), want ...string) {
		t.Helper()
		s := goodSpec()
		change(&s)
		err := Validate(s)
		if want == nil {
			if err != nil {
				t.Errorf("refused: %v", err)
			}
			return
		}
		if err == nil {
			t.Errorf("accepted, want %q", want)
			return
		}
		for _, w := range want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("error %q\ndoes not say %q", err, w)
			}
		}
	}
	graviton := func(s *Spec) { s.Image.Platform = "linux/arm64" }
	mounted := func(s *Spec) { s.Image.Manifest.Model.Embedded = false }

	f(func(s *Spec) {})
	f(func(s *Spec) { s.Mode = Serverless{6144, 200} })
	f(func(s *Spec) { s.Mode = RealTime{} })
	f(func(s *Spec) { s.Mode = RealTime{"ml.c7g.xlarge", 3}; graviton(s) })
	f(func(s *Spec) { s.Mode = RealTime{}; graviton(s) })
	f(func(s *Spec) { s.Mode = RealTime{}; mounted(s); s.ModelFile = file })
	f(func(s *Spec) { s.Method = models.PredictProba })
	f(func(s *Spec) { s.RoleARN = "arn:aws:iam::123456789012:role/service-role/SageMaker" })
	f(func(s *Spec) { s.Tags = map[string]string{"team": "flowers"} })

	f(func(s *Spec) { s.Mode = nil }, "no mode", "--serverless or --realtime")
	f(func(s *Spec) { s.Name = "my_model" }, "'_' at position 3", `"my-model"`)
	f(func(s *Spec) { s.Mode = Serverless{MemoryMB: 2000} }, "serverless memory 2000 MB is not on offer", "1024, 2048, 3072, 4096, 5120 or 6144")
	f(func(s *Spec) { s.Mode = Serverless{MemoryMB: 7168} }, "7168 MB")
	f(func(s *Spec) { s.Mode = Serverless{MaxConcurrency: 201} }, "concurrency 201", "1 to 200")
	f(func(s *Spec) { s.Mode = Serverless{MaxConcurrency: -1} }, "concurrency -1")
	f(graviton, "serverless endpoints run linux/amd64", "--platform linux/amd64")
	f(mounted, "does not embed its model and cannot be deployed --serverless", "--embed")
	f(func(s *Spec) { s.Image.Size = 12704675783 }, "12704675783", "10737418240", "--realtime")
	f(func(s *Spec) { s.Mode = RealTime{InstanceType: "m5.large"} }, `"m5.large" is not an instance type`, "there is ml.m5.large")
	f(func(s *Spec) { s.Mode = RealTime{InstanceType: "ml.m7g.large"} }, "ml.m7g.large", "there is ml.m")
	f(func(s *Spec) { s.Mode = RealTime{InstanceType: "big one"} }, "hosting types look like ml.m5.large")
	f(func(s *Spec) { s.Mode = RealTime{InstanceType: "ml.m6g.large"} }, "the image is for linux/amd64 and ml.m6g.large runs linux/arm64", "exec format error", "--platform linux/arm64")
	f(func(s *Spec) { s.Mode = RealTime{InstanceType: "ml.m5.large"}; graviton(s) }, "--platform linux/amd64", "ml.m6g.large")
	f(func(s *Spec) { s.Mode = RealTime{Count: -2} }, "-2 instances")
	f(func(s *Spec) { s.Mode = RealTime{}; mounted(s) }, "no model file is given")
	f(func(s *Spec) { s.Mode = RealTime{}; mounted(s); s.ModelFile = file + "x" }, "cannot be read")
	f(func(s *Spec) { s.Mode = RealTime{}; mounted(s); s.ModelFile = file; s.Image.Manifest.Model.Size = 7 }, "has 740 bytes and the image was built for a model of 7 bytes")
	f(func(s *Spec) { s.Image.MediaType = "application/vnd.oci.image.manifest.v1+json" }, "Unsupported manifest media type", "no --format oci")
	f(func(s *Spec) { s.Image.MediaType = "application/vnd.oci.image.index.v1+json" }, "application/vnd.oci.image.index.v1+json", "--provenance=false")
	f(func(s *Spec) { s.Image.Digest = "latest" }, `"latest" is not of the form sha256:`)
	f(func(s *Spec) { s.Image.Push = nil }, "no way to push")
	f(func(s *Spec) { s.Image.Ref = "iris:v1" }, "names no registry")
	f(func(s *Spec) { s.Image.Ref = "r.io/iris@sha256:" + strings.Repeat("00", 32) }, "of another image")
	f(func(s *Spec) { s.Image.Ref = "r.io/" + strings.Repeat("a", 260) }, "255")
	f(func(s *Spec) { s.Method = "predict_log_proba" }, `no method "predict_log_proba"`, "predict, predict_proba")
	f(func(s *Spec) { s.Image.Manifest.Signature = nil }, "--no-smoke")
	f(func(s *Spec) { s.RoleARN = "SageMakerRole" }, `"SageMakerRole" is not the ARN`)
	f(func(s *Spec) { s.Tags = map[string]string{"aws:x": "1"} }, "reserved prefix")
	f(func(s *Spec) { s.Tags = map[string]string{"copal:endpoint": "1"} }, "reserved prefix")
	f(func(s *Spec) { s.Tags = map[string]string{"a*b": "1"} }, "not valid")
	// All findings at once.
	f(func(s *Spec) { s.Name = "a b"; s.Mode = Serverless{1, 999}; s.Method = "x" }, "position 2", "memory 1 MB", "concurrency 999", `method "x"`)
}

// Whatever hosting family looks like Graviton is in the list, and nothing else.
func TestGravitonFamilies(t *testing.T) {
	looks := regexp.MustCompile(`^([cmrxt]\d+g[dn]*|p6e-gb200)$`)
	seen := map[string]bool{}
	for _, v := range types.ProductionVariantInstanceType("").Values() {
		family := instanceFamily(string(v))
		seen[family] = true
		if got, want := instancePlatform(string(v)) == "linux/arm64", looks.MatchString(family); got != want {
			t.Errorf("%s: arm64 = %v, want %v", v, got, want)
		}
	}
	for _, f := range gravitonFamilies {
		if !seen[f] {
			t.Errorf("%s is no hosting family", f)
		}
	}
	for _, p := range []string{"linux/amd64", "linux/arm64"} {
		d := DefaultInstanceType(p)
		if checkInstanceType(d) != nil || instancePlatform(d) != p {
			t.Errorf("the default type for %s is %s", p, d)
		}
	}
}

func TestSmokeRequest(t *testing.T) {
	f := func(want string, inputs ...models.Port) {
		t.Helper()
		if got := SmokeRequest(&models.Signature{Inputs: inputs}); string(got) != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	f(`{"features":[[0,0,0,0]]}`, irisSignature.Inputs...)
	f(`{"instances":[{"age":0,"city":"","height":0,"member":false}]}`,
		models.Port{Name: "age", DType: models.Int64}, models.Port{Name: "height", DType: models.Float32},
		models.Port{Name: "city", DType: models.String}, models.Port{Name: "member", DType: models.Bool})
}

func TestRefusesMadeUpText(t *testing.T) {
	text := &models.Signature{Inputs: []models.Port{{Name: "age"}, {Name: "city", DType: models.String}}}
	numbers := &models.Signature{Inputs: []models.Port{{Width: 4}}}
	f := func(want bool, s *models.Signature, err error) {
		t.Helper()
		if got := refusesMadeUpText(s, err); got != want {
			t.Errorf("%v: got %v", err, got)
		}
	}
	f(true, text, &ModelError{Status: 400})
	f(true, text, fmt.Errorf("invoke: %w", &ModelError{Status: 400}))
	f(false, text, &ModelError{Status: 500})
	f(false, text, context.Canceled)
	f(false, text, nil)
	f(false, numbers, &ModelError{Status: 400})
}
