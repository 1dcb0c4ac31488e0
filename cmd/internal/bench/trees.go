package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/formats"
)

// A treeCase is a model that both sides are asked, as trees_peer.py names and fits
// it.
type treeCase struct {
	name, title string
	method      models.Method // whose answers are those of the peer, bit by bit
	batch       float64       // times faster than the peer, of a batch
	oneRow      time.Duration // at most; 0 if nothing is promised
	others      []string      // peers beside the library
}

var treeCases = []treeCase{
	{"xgboost", "XGBoost", models.Margin, 3, 10 * time.Microsecond, []string{"treelite"}},
	{"lightgbm", "LightGBM", models.Margin, 3, 10 * time.Microsecond, []string{"treelite", "lleaves"}},
	{"catboost", "CatBoost", models.Margin, 1, 10 * time.Microsecond, nil},
	{"forest", "RandomForestClassifier", models.PredictProba, 3, 0, nil},
	{"large", "LightGBM, a large file", "", 0, 0, nil}, // is only loaded
}

const (
	treeRounds   = 5 // of each side, in turns; the least counts
	treeTime     = 400 * time.Millisecond
	treeRows     = 10_000
	treeFeatures = 50
)

// benchTrees compares tree ensembles with their libraries, each on one thread: a
// batch of rows, one row, loading, and memory at rest. All times are processor
// time, the least of several, since other processes distort those of a clock.
// args are names of cases; none stands for all.
func benchTrees(out io.Writer, args []string) error {
	python, err := pythonWith("numpy", "numpy xgboost lightgbm catboost scikit-learn treelite lleaves")
	if err != nil {
		fmt.Fprintf(out, "trees  SKIPPED against the libraries: %v\n", err)
		return nil
	}
	dir, err := os.MkdirTemp("", "copal-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	p, err := startModelsPeer(python, "trees_peer.py", dir)
	if err != nil {
		return err
	}
	defer p.stop()
	fmt.Fprintf(out, "trees  least processor time on one thread, %s, %s, against %s\n", processor(), runtime.Version(), p.version)
	fmt.Fprintf(out, "trees  %-36s %-12s %10s  %10s  %s\n", "", "", "copal", "peer", "times")
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, c := range treeCases {
		if len(args) > 0 && !slices.Contains(args, c.name) {
			continue
		}
		b := &treeBench{treeCase: c, out: out, peer: p, dir: dir}
		if err := b.run(); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil
}

// A treeBench is the bench of one case.
type treeBench struct {
	treeCase
	out  io.Writer
	peer *modelsPeer
	dir  string
	path string // of the model
	rows []float64
}

func (b *treeBench) run() error {
	answer, err := b.peer.ask("fit %s", b.name)
	if err != nil {
		return err
	}
	file, what, _ := strings.Cut(answer, " ")
	if file == "-" {
		return b.skip(b.title, what)
	}
	b.path = filepath.Join(b.dir, file)
	m, err := formats.OpenFile(b.path)
	var unsupported *models.UnsupportedError
	switch {
	case errors.As(err, &unsupported):
		return b.skip(b.title, unsupported.Error())
	case err != nil:
		return err
	}
	fmt.Fprintf(b.out, "trees  %s, %s; %s\n", b.title, what, engine(m))
	if b.method != "" {
		if err := b.predictions(m); err != nil {
			return err
		}
	}
	return b.loading()
}

func (b *treeBench) skip(title, why string) error {
	_, err := fmt.Fprintf(b.out, "trees  %s SKIPPED: %s\n", title, why)
	return err
}

// engine is what the outline of a model says of the one that runs.
func engine(m *models.Model) string {
	for _, part := range strings.Split(m.Info.Outline.Summary, " · ") {
		if strings.Contains(part, "scalar") || strings.Contains(part, "oblivious") {
			return part
		}
	}
	return "the engine is not told"
}

// predictions compares the answers and then the times.
func (b *treeBench) predictions(m *models.Model) (err error) {
	if b.rows, err = readFloats(filepath.Join(b.dir, b.name+".rows")); err != nil {
		return err
	}
	if err := b.check(m); err != nil {
		return err
	}
	ones := make([]*models.Frame, 1000)
	for i := range ones {
		ones[i] = frameOf(b.rows[i*treeFeatures:][:treeFeatures])
	}
	names := append([]string{b.name}, b.compiled()...)
	for _, asked := range [][]*models.Frame{{frameOf(b.rows)}, ones} {
		if err := b.race(m, asked, names); err != nil {
			return err
		}
	}
	return nil
}

// compiled are the names of the peers beside the library that are there.
func (b *treeBench) compiled() (names []string) {
	for _, other := range b.others {
		answer, err := b.peer.ask("compile %s %s", other, b.name)
		if err == nil && answer == "ready" {
			names = append(names, other+"/"+b.name)
		} else {
			_ = b.skip("  against "+other, errors.Join(err, errors.New(answer)).Error())
		}
	}
	return names
}

// race times all in turns and prints a line for each peer.
func (b *treeBench) race(m *models.Model, asked []*models.Frame, names []string) error {
	rows, ours, theirs := asked[0].Rows, never, slices.Repeat([]time.Duration{never}, len(names))
	for range treeRounds {
		d, err := timeMethod(m, b.method, asked)
		if err != nil {
			return err
		}
		ours = min(ours, d)
		for i, name := range names {
			t, err := b.peer.number("time %s %d %g", name, rows, treeTime.Seconds())
			if err != nil {
				return err
			}
			theirs[i] = min(theirs[i], time.Duration(t))
		}
	}
	for i, t := range theirs {
		verdict := ""
		switch {
		case i > 0:
		case rows > 1:
			verdict = kept(t.Seconds()/ours.Seconds() >= b.batch, fmt.Sprintf("%g times", b.batch))
		case b.oneRow > 0:
			verdict = kept(ours <= b.oneRow, "at most "+b.oneRow.String())
		}
		b.line(names[i], fmt.Sprintf("%d rows", rows), perRow(ours, rows), perRow(t, rows), t.Seconds()/ours.Seconds(), verdict)
	}
	return nil
}

func (b *treeBench) line(name, what, ours, theirs string, times float64, verdict string) {
	fmt.Fprintf(b.out, "trees    %-34s %-12s %10s  %10s  %6.1f %s\n", name, what, ours, theirs, times, verdict)
}

// kept says whether what is promised is so.
func kept(ok bool, promise string) string {
	if ok {
		return "(promise: " + promise + ")"
	}
	return "(MISSED: " + promise + ")"
}

// perRow is what one of rows takes.
func perRow(d time.Duration, rows int) string {
	return fmt.Sprintf("%.2f µs", d.Seconds()*1e6/float64(rows))
}
