package image_test

import (
	"context"
	"flag"
	"os"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"github.com/copal-ml/copal/builder/image"
	"github.com/copal-ml/copal/builder/layer"
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/contract"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var manifest = contract.Manifest{
	Version: contract.ManifestVersion,
	Model:   contract.ModelFile{Name: "model.pkl", Embedded: true, SHA256: "ab", Size: 5, Format: "pickle", Library: "scikit-learn", Class: "LogisticRegression"},
	Method:  models.Predict,
	Signature: &models.Signature{
		Inputs:  []models.Port{{DType: models.Float64, Width: 4}},
		Methods: []models.MethodSignature{{Name: models.Predict, Outputs: []models.Port{{DType: models.Int64}}}},
	},
}

func tiny(t testing.TB, c image.Config) *image.Artifact {
	t.Helper()
	var layers []image.Layer
	for _, f := range []struct {
		holds string
		file  layer.File
	}{
		{"model", layer.Bytes(contract.ModelPath, 0o644, []byte("model"))},
		{"manifest", layer.Bytes(contract.ManifestPath, 0o644, manifest.Encode())},
		{"server", layer.Bytes(contract.ServerPath, 0o755, []byte("server"))},
	} {
		l, err := layer.New(context.Background(), []layer.File{f.file}, nil)
		if err != nil {
			t.Fatal(err)
		}
		layers = append(layers, image.Layer{Layer: l, Holds: f.holds})
	}
	a, err := image.Assemble(layers, manifest, c)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestGolden compares everything that is not a layer byte for byte; the layers
// are in it by their digests.
func TestGolden(t *testing.T) {
	f := func(name string, c image.Config) {
		t.Helper()
		a := tiny(t, c)
		if err := validate.Image(a.Image); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := image.Lint(a.Image); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		m, _ := a.Image.RawManifest()
		cf, _ := a.Image.RawConfigFile()
		digest, _ := a.Image.Digest()
		got := digest.String() + "\n" + string(m) + "\n" + string(cf) + "\n"
		golden := "testdata/" + name + ".golden"
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s: got\n%swant\n%s(go test ./builder/image -update rewrites it)", name, got, want)
		}
	}
	f("docker", image.Config{Platform: "linux/amd64"})
	f("oci", image.Config{Platform: "linux/arm64", Format: image.OCI, Created: 1700000000})
}

// TestConvert: converting is assembling in the other format.
func TestConvert(t *testing.T) {
	c := image.Config{Platform: "linux/amd64"}
	docker := tiny(t, c)
	c.Format = image.OCI
	want, _ := tiny(t, c).Image.Digest()
	oci, err := image.Convert(docker, image.OCI)
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := oci.Image.Digest(); got != want {
		t.Errorf("converted to %s, want %s", got, want)
	}
	back, err := image.Convert(oci, image.Docker)
	if err != nil {
		t.Fatal(err)
	}
	want, _ = docker.Image.Digest()
	if got, _ := back.Image.Digest(); got != want {
		t.Errorf("converted back to %s, want %s", got, want)
	}
	if err := validate.Image(back.Image); err != nil {
		t.Error(err)
	}
}

func TestManifestFromLabel(t *testing.T) {
	m, err := image.ReadManifest(tiny(t, image.Config{Platform: "linux/amd64"}).Image)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(m.Encode()), string(manifest.Encode()); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	other, err := random.Image(10, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := image.ReadManifest(other); err == nil || !strings.Contains(err.Error(), "not an image made by copal") {
		t.Errorf("error %v for an image of somebody else", err)
	}
}

func TestLayerNames(t *testing.T) {
	if got := strings.Join(image.LayerNames(tiny(t, image.Config{Platform: "linux/amd64"}).Image), " "); got != "model manifest server" {
		t.Errorf("got %q", got)
	}
}

func TestRefusals(t *testing.T) {
	if _, err := image.Assemble(nil, manifest, image.Config{Platform: "windows/amd64"}); err == nil || !strings.Contains(err.Error(), "known are linux/amd64 and linux/arm64") {
		t.Errorf("platform: error %v", err)
	}
	if _, err := image.ParseFormat("squashfs"); err == nil || !strings.Contains(err.Error(), "docker") {
		t.Errorf("format: error %v", err)
	}
	for _, want := range []image.Format{image.Docker, image.OCI} {
		if got, err := image.ParseFormat(want.String()); err != nil || got != want {
			t.Errorf("ParseFormat(%s) = %s, %v", want, got, err)
		}
	}
}

// TestLint makes each fault and reads its name.
func TestLint(t *testing.T) {
	f := func(want string, img v1.Image, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if err := image.Lint(img); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Lint says %v, want %q", err, want)
		}
	}
	good := tiny(t, image.Config{Platform: "linux/amd64"}).Image
	someLayers, err := random.Image(100, 2)
	f("no entrypoint", someLayers, err)
	f("not listed before it", withLayer(t, good, tarLayer(t, "a/b")), nil)
	f("owner 1000:0", withLayer(t, good, tarLayer(t, "own")), nil)
	f("not readable for everyone", withLayer(t, good, tarLayer(t, "secret")), nil)
	f("more than one gzip member", withLayer(t, good, static.NewLayer(append(gz(tarOf(t, "ok")), gz(nil)...), types.DockerLayer)), nil)
	f("media type application/vnd.oci.image.layer.v1.tar+gzip", withLayer(t, good, static.NewLayer(gz(tarOf(t, "ok")), types.OCILayer)), nil)
	img, err := mutate.ConfigFile(good, &v1.ConfigFile{})
	f("history lists 0 layers, the manifest has 3", img, err)
}
