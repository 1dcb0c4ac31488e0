package inprocess

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"

	"github.com/copal-ml/copal/builder"
	"github.com/copal-ml/copal/builder/layer"
	"github.com/copal-ml/copal/builder/local"
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/contract"
)

const example = "../../copal/example/model.pkl"

// imageOf is an image of the example whose server would not start: nothing here
// may run it.
func imageOf(t *testing.T, embed bool) v1.Image {
	t.Helper()
	a, err := builder.Build(t.Context(), builder.Spec{Model: example, Embed: embed, Server: func(string) (*layer.Layer, error) {
		return layer.New(t.Context(), []layer.File{layer.Bytes(contract.ServerPath, 0o755, []byte("not a program"))}, nil)
	}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return a.Image
}

// A journal collects a container's log.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) add(line string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, line)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Join(j.lines, "\n")
}

// ask posts one row as soon as the model is ready.
func ask(t *testing.T, in local.Instance) string {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return in.Dial(ctx) },
	}}
	defer client.CloseIdleConnections()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		resp, err := client.Post("http://container/invocations", "application/json", strings.NewReader("[[5.1, 3.5, 1.4, 0.2]]"))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != http.StatusServiceUnavailable {
			return string(body)
		}
	}
	t.Fatal("the model never became ready")
	return ""
}

func TestServes(t *testing.T) {
	mounted := t.TempDir()
	data, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(mounted, "model.pkl"), data, 0o644); err != nil {
		t.Fatal(err)
	}
	f := func(name string, c local.Container, want string) {
		t.Helper()
		c.Name = name
		in, err := Runner{}.Start(t.Context(), c)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := ask(t, in); !strings.HasPrefix(got, want) {
			t.Errorf("%s: answer %s, want %s", name, got, want)
		}
		if err := in.Stop(t.Context()); err != nil {
			t.Errorf("%s: stop: %v", name, err)
		}
		<-in.Done()
		if err := in.Err(); err != nil {
			t.Errorf("%s: ended with %v", name, err)
		}
		if _, err := in.Dial(t.Context()); err == nil {
			t.Errorf("%s: a stopped instance takes connections", name)
		}
	}
	f("embedded", local.Container{Image: imageOf(t, true)}, `{"predictions": [0]}`)
	f("mounted", local.Container{Image: imageOf(t, false), ModelDir: mounted}, `{"predictions": [0]}`)
	proba := map[string]string{contract.EnvMethod: string(models.PredictProba)}
	f("method", local.Container{Image: imageOf(t, true), Env: proba}, `{"predictions": [[0.98`)
}

func TestEndsWithReason(t *testing.T) {
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "model.pkl"), []byte("something else"), 0o644); err != nil {
		t.Fatal(err)
	}
	f := func(c local.Container, want string) {
		t.Helper()
		var log journal
		c.Log = log.add
		in, err := Runner{}.Start(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		select {
		case <-in.Done():
		case <-time.After(10 * time.Second):
			t.Fatal("it did not end")
		}
		if err := in.Err(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ended with %v, want %q", err, want)
		}
		if !strings.Contains(log.String(), want) {
			t.Errorf("%q is not in the log:\n%s", want, log.String())
		}
		if err := in.Stop(t.Context()); err != nil {
			t.Errorf("stop after the end: %v", err)
		}
	}
	f(local.Container{Image: imageOf(t, false)}, "nothing is mounted at /opt/ml/model")
	f(local.Container{Image: imageOf(t, false), ModelDir: other}, "is not the file that the image was built for")
	f(local.Container{Image: imageOf(t, false), ModelDir: t.TempDir()}, "no such file")
	f(local.Container{Image: imageOf(t, true), Env: map[string]string{contract.EnvMethod: "guess"}}, "guess")
}

func TestRefusesForeignImages(t *testing.T) {
	if _, err := (Runner{}).Start(t.Context(), local.Container{Name: "x", Image: empty.Image}); err == nil || !strings.Contains(err.Error(), "copal build") {
		t.Errorf("%v, want a refusal that names copal build", err)
	}
}
