package main

import (
	"archive/tar"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/copal-ml/copal/builder/serverbin"
)

const (
	buildModel  = "cmd/copal/example/model.pkl"
	buildRounds = 15 // of each side, in turns; the median counts
)

// benchBuild compares `copal build` of a 1 KB model into a local store, as a
// whole process, with `crane append` of the same two files, which crane is given
// as tars and writes to a tar. It also tells the size of the image without the
// model.
func benchBuild(out io.Writer, args []string) error {
	flags := flag.NewFlagSet("build", flag.ContinueOnError)
	copal := flags.String("copal", os.Getenv("COPAL"), "the copal to measure; built here if not given")
	if err := flags.Parse(args); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "copal-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if *copal == "" {
		*copal = filepath.Join(dir, "copal")
		if err := run(exec.Command("go", "build", "-o", *copal, "./cmd/copal")); err != nil {
			return err
		}
	}
	if err := imageSize(out); err != nil {
		return err
	}
	ours := func() *exec.Cmd {
		c := exec.Command(*copal, "build", "--embed", buildModel, "-t", "bench:v1", "--progress", "quiet")
		c.Env = append(os.Environ(), "XDG_DATA_HOME="+filepath.Join(dir, "store"))
		return c
	}
	empty := func() error { return os.RemoveAll(filepath.Join(dir, "store")) }
	if _, err := exec.LookPath("crane"); err != nil {
		wall, err := race(empty, ours)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "build   copal build of a 1 KB model      %6.1f ms   (limit 150 ms)\n", ms(wall[0]))
		fmt.Fprintln(out, "build   SKIPPED against crane append: crane is not on PATH (go install github.com/google/go-containerregistry/cmd/crane@v0.22.1)")
		return nil
	}
	model, server, err := craneInput(dir)
	if err != nil {
		return err
	}
	peer := func() *exec.Cmd {
		return exec.Command("crane", "append", "-f", model, "-f", server, "-t", "bench:v1", "-o", filepath.Join(dir, "crane.tar"))
	}
	wall, err := race(empty, ours, peer)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "build   copal build of a 1 KB model      %6.1f ms   (limit 150 ms)\n", ms(wall[0]))
	fmt.Fprintf(out, "build   crane append of the same files   %6.1f ms   copal takes %.2f of it\n", ms(wall[1]), float64(wall[0])/float64(wall[1]))
	return nil
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// run runs c and, if it fails, tells what it said.
func run(c *exec.Cmd) error {
	if said, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", c, err, said)
	}
	return nil
}

// race runs the contenders in turns and returns the median wall time of each.
func race(before func() error, contenders ...func() *exec.Cmd) ([]time.Duration, error) {
	times := make([][]time.Duration, len(contenders))
	for range buildRounds {
		for i, contender := range contenders {
			if err := before(); err != nil {
				return nil, err
			}
			c := contender()
			start := time.Now()
			if err := run(c); err != nil {
				return nil, err
			}
			times[i] = append(times[i], time.Since(start))
		}
	}
	medians := make([]time.Duration, len(contenders))
	for i, t := range times {
		slices.Sort(t)
		medians[i] = t[len(t)/2]
	}
	return medians, nil
}

// imageSize tells what an image weighs before its model, for each platform.
func imageSize(out io.Writer) error {
	for _, platform := range []string{"linux/amd64", "linux/arm64"} {
		l, err := serverbin.Layer(platform)
		if err != nil {
			return err
		}
		size, err := l.Size()
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "build   server layer, %-18s  %6.2f MB   (limit 5 MB)\n", platform, float64(size)/1e6)
	}
	return nil
}

// craneInput writes the model and the server as the two tars that crane wants.
func craneInput(dir string) (model, server string, err error) {
	modelBytes, err := os.ReadFile(buildModel)
	if err != nil {
		return "", "", err
	}
	serverBytes, err := serverbin.Open("linux/amd64")
	if err != nil {
		return "", "", err
	}
	model, server = filepath.Join(dir, "model.tar"), filepath.Join(dir, "server.tar")
	return model, server, errors.Join(writeTar(model, "model/model", modelBytes), writeTar(server, "copal/serve", serverBytes))
}

func writeTar(path, name string, content []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	tw := tar.NewWriter(f)
	err = tw.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(content))})
	if err == nil {
		_, err = tw.Write(content)
	}
	return errors.Join(err, tw.Close(), f.Close())
}
