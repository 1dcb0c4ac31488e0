package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/formats"
)

// The models that both sides are asked, as models_peer.py names and fits them.
var modelCases = []struct{ name, title string }{
	{"scaler_logistic", "StandardScaler → LogisticRegression"},
	{"columns_logistic", "ColumnTransformer → LogisticRegression"},
	{"tfidf_svc", "TfidfVectorizer → LinearSVC"},
	{"knn", "KNeighborsClassifier"},
	{"svc", "SVC"},
	{"mlp", "MLPClassifier"},
}

const (
	modelRounds  = 7 // of each side, in turns; the median counts
	modelTime    = 300 * time.Millisecond
	oneRowTarget = 20 // times faster than the peer
	allTarget    = 1
)

// benchModels compares predict in process with scikit-learn's, each on one
// thread: one row, the rows rotating, and all rows at once. Both answer the same
// questions, and their answers must be the same. args are names of cases; none
// stands for all.
func benchModels(out io.Writer, args []string) error {
	python, err := pythonWith("joblib, pandas, sklearn", "scikit-learn pandas")
	if err != nil {
		fmt.Fprintf(out, "models  SKIPPED against scikit-learn: %v\n", err)
		return nil
	}
	dir, err := os.MkdirTemp("", "copal-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	p, err := startModelsPeer(python, "models_peer.py", dir)
	if err != nil {
		return err
	}
	defer p.stop()
	fmt.Fprintf(out, "models  predict in process on one thread, %s, against %s\n", runtime.Version(), p.version)
	fmt.Fprintf(out, "models  %-40s %8s  %10s  %10s  %-7s  %s\n", "", "rows", "copal", "peer", "times", "memory of the call")
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, c := range modelCases {
		if len(args) > 0 && !slices.Contains(args, c.name) {
			continue
		}
		if err := benchModel(out, p, dir, c.name, c.title); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil
}

// benchModel compares one model and prints two lines.
func benchModel(out io.Writer, p *modelsPeer, dir, name, title string) error {
	what, err := p.ask("fit %s", name)
	if err != nil {
		return err
	}
	m, err := formats.OpenFile(filepath.Join(dir, name+".pkl"))
	if err != nil {
		return err
	}
	q, err := readQuestions(dir, name, m)
	if err != nil {
		return err
	}
	ours, err := memoryOf(m, q.all())
	if err != nil {
		return err
	}
	theirs, err := p.number("memory %s", name)
	if err != nil {
		return err
	}
	if err := q.check(m); err != nil {
		return err
	}
	ones := make([]*models.Frame, min(1000, q.all().Rows))
	for i := range ones {
		ones[i] = q.row(i)
	}
	one, err := versus(m, ones, p, name, 1)
	if err != nil {
		return err
	}
	many, err := versus(m, []*models.Frame{q.all()}, p, name, q.all().Rows)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "models  %-40s %8d  %s\n", title, 1, one.line(oneRowTarget))
	fmt.Fprintf(out, "models    %-38s %8d  %s  %5.1f MB, peer %5.1f MB\n", what, q.all().Rows, many.line(allTarget),
		float64(ours)/1e6, theirs/1e6)
	return nil
}

// A raced is what one predict took on both sides.
type raced struct{ ours, theirs time.Duration }

func (r raced) line(target float64) string {
	ratio := r.theirs.Seconds() / r.ours.Seconds()
	verdict := fmt.Sprintf("(promise: %g)", target)
	if ratio < target {
		verdict = fmt.Sprintf("(MISSED: %g)", target)
	}
	digits := func(d time.Duration) time.Duration {
		unit := time.Nanosecond
		for d/unit >= 1000 {
			unit *= 10
		}
		return d.Round(unit)
	}
	return fmt.Sprintf("%10s  %10s  %6.1f %-13s", digits(r.ours), digits(r.theirs), ratio, verdict)
}

// versus times both sides in turns and takes the median of each.
func versus(m *models.Model, asked []*models.Frame, p *modelsPeer, name string, rows int) (raced, error) {
	var ours, theirs []time.Duration
	for range modelRounds {
		t, err := p.number("time %s %d %g", name, rows, modelTime.Seconds())
		if err != nil {
			return raced{}, err
		}
		theirs = append(theirs, time.Duration(t))
		d, err := timePredict(m, asked)
		if err != nil {
			return raced{}, err
		}
		ours = append(ours, d)
	}
	slices.Sort(ours)
	slices.Sort(theirs)
	return raced{ours[modelRounds/2], theirs[modelRounds/2]}, nil
}

// timePredict is the median time of a predict over modelTime, each taken as the
// mean of as many as the clock can tell from none.
func timePredict(m *models.Model, asked []*models.Frame) (time.Duration, error) {
	const tick = 50 * time.Microsecond
	var took []time.Duration
	dst, n := new(models.Frame), 0
	for start := time.Now(); time.Since(start) < modelTime || len(took) == 0; {
		first, begin := n, time.Now()
		for n == first || time.Since(begin) < tick {
			for range min(8, len(asked)) {
				if err := predict(m, dst, asked[n%len(asked)]); err != nil {
					return 0, err
				}
				n++
			}
		}
		took = append(took, time.Since(begin)/time.Duration(n-first))
	}
	slices.Sort(took)
	return took[len(took)/2], nil
}

// predict is what the server does between decoding and encoding.
func predict(m *models.Model, dst, src *models.Frame) error {
	if err := m.Signature().Check(src); err != nil {
		return err
	}
	return m.Predict(dst, src, models.Predict)
}

// memoryOf is what the first predict allocates, its scratch and its answer.
func memoryOf(m *models.Model, src *models.Frame) (uint64, error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := predict(m, new(models.Frame), src)
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc, err
}
