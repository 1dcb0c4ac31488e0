package sink_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"github.com/copal-ml/copal/builder/image"
	"github.com/copal-ml/copal/builder/layer"
	"github.com/copal-ml/copal/builder/progress"
	"github.com/copal-ml/copal/builder/sink"
	"github.com/copal-ml/copal/builder/sink/store"
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/contract"
)

// artifact is a whole image whose server is a shell script.
func artifact(t testing.TB, format image.Format) *image.Artifact {
	t.Helper()
	m := contract.Manifest{Version: contract.ManifestVersion, Signature: &models.Signature{}}
	var layers []image.Layer
	for _, part := range []struct {
		holds string
		files []layer.File
	}{
		{"model", []layer.File{layer.Bytes(contract.ModelPath, 0o644, []byte("model"))}},
		{"manifest", []layer.File{layer.Bytes(contract.ManifestPath, 0o644, m.Encode())}},
		{"server", []layer.File{layer.Bytes(contract.ServerPath, 0o755, []byte("#!/bin/false\n")), layer.Dir("/tmp", 0o1777)}},
	} {
		l, err := layer.New(context.Background(), part.files, nil)
		if err != nil {
			t.Fatal(err)
		}
		layers = append(layers, image.Layer{Layer: l, Holds: part.holds})
	}
	a, err := image.Assemble(layers, m, image.Config{Platform: "linux/amd64", Format: format})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestOutput(t *testing.T) {
	dir := t.TempDir()
	f := func(path, tag, wantRef string, open func() (v1.Image, error)) {
		t.Helper()
		out, err := sink.Output(path, tag)
		if err != nil {
			t.Fatal(err)
		}
		a := artifact(t, image.Docker)
		ref, err := out(context.Background(), a, nil)
		if err != nil || ref != wantRef {
			t.Fatalf("%s, %v; want %s", ref, err, wantRef)
		}
		img, err := open()
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(validate.Image(img), image.Lint(img)); err != nil {
			t.Error(err)
		}
		want, _ := a.Image.ConfigName() // a docker-archive has no manifest to keep
		if got, _ := img.ConfigName(); got != want {
			t.Errorf("%s has the configuration %s, want %s", path, got, want)
		}
	}
	tar, layout := filepath.Join(dir, "iris.tar"), filepath.Join(dir, "layout")
	f(tar, "", tar, func() (v1.Image, error) { return tarball.ImageFromPath(tar, nil) })
	f(tar, "iris:v1", tar, func() (v1.Image, error) { return tarball.ImageFromPath(tar, nil) })
	f("oci:"+layout, "iris:v1", "oci:"+layout+":iris:v1", func() (v1.Image, error) {
		img, _, err := store.Open(layout).Get("iris:v1")
		return img, err
	})
	f("oci:"+layout, "iris:v2", "oci:"+layout+":iris:v2", func() (v1.Image, error) {
		img, _, err := store.Open(layout).Get("iris:v1")
		return img, err
	})
	m, err := tarball.LoadManifest(func() (io.ReadCloser, error) { return os.Open(tar) })
	if err != nil || strings.Join(m[0].RepoTags, " ") != "iris:v1" {
		t.Errorf("the archive lists %+v, %v", m, err)
	}
}

func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	model := filepath.Join(dir, "model.pkl")
	if err := os.WriteFile(model, []byte("model"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(model, filepath.Join(dir, "link.tar")); err != nil {
		t.Fatal(err)
	}
	f := func(path, tag, want string) {
		t.Helper()
		if _, err := sink.Output(path, tag, model); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", path, err, want)
		}
	}
	f(model, "", "is the input")
	f(filepath.Join(dir, "link.tar"), "", "is the input")
	f("", "", "is empty")
	f(dir, "", "is a folder: give a file name")
	f("oci:"+dir, "", "holds other files")
	f("oci:"+model, "", "is the input")
	f(filepath.Join(dir, "x.tar"), "Iris", "lower-case")
	if b, _ := os.ReadFile(model); string(b) != "model" {
		t.Errorf("the model is now %q", b)
	}
}

// TestNothingIsLeft: a failure leaves the output as it was.
func TestNothingIsLeft(t *testing.T) {
	f := func(output string) {
		t.Helper()
		dir := t.TempDir()
		old := filepath.Join(dir, "old.tar")
		if err := os.WriteFile(old, []byte("old"), 0o644); err != nil {
			t.Fatal(err)
		}
		out, err := sink.Output(strings.Replace(output, "DIR", dir, 1), "iris")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		if _, err := out(ctx, artifact(t, image.Docker), func(progress.Event) { cancel() }); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v", output, err)
		}
		var got []string
		entries, _ := os.ReadDir(dir)
		for _, e := range entries {
			got = append(got, e.Name())
		}
		if b, _ := os.ReadFile(old); string(b) != "old" || strings.Join(got, " ") != "old.tar" {
			t.Errorf("%s: the folder has %q, old.tar has %q", output, got, b)
		}
	}
	f("DIR/new.tar")
	f("DIR/old.tar")
	f("oci:DIR/layout")
	out, err := sink.Output("/nowhere/iris.tar", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := out(context.Background(), artifact(t, image.Docker), nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

func TestStore(t *testing.T) {
	s := store.Open(t.TempDir())
	a := artifact(t, image.Docker)
	ref, err := sink.Store(s, "iris")(context.Background(), a, nil)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := a.Image.Digest()
	if ref != "iris:latest@"+want.String() {
		t.Errorf("got %s", ref)
	}
	img, _, err := s.Get(ref[strings.Index(ref, "@")+1:])
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(validate.Image(img), image.Lint(img)); err != nil {
		t.Error(err)
	}
}
