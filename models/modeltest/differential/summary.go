package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/modeltest"
)

// A tally is what came out for one class.
type tally struct {
	cases, refused               int
	exact, near, noisy, refusals int
	mismatched                   int
	largest                      float64
}

// A summary is what came out, by class. The class is that of the name of the
// file, CLASS-SEED: the root of the model may be a pipeline around it.
type summary struct {
	classes    map[string]*tally
	reasons    map[string][]string // why models were refused → their names
	mismatches []string
}

// compareFolder compares every model below dir.
func compareFolder(dir string) (*summary, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*", "*.json"))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("there is no model below %q", dir)
	}
	s := &summary{classes: make(map[string]*tally), reasons: make(map[string][]string)}
	for _, path := range paths {
		if strings.HasSuffix(path, ".model.json") { // a model that is JSON itself
			continue
		}
		c, err := modeltest.Compare(strings.TrimSuffix(path, ".json"))
		if err != nil {
			return nil, err
		}
		name, err := filepath.Rel(dir, strings.TrimSuffix(path, ".json"))
		if err != nil {
			return nil, err
		}
		s.add(filepath.ToSlash(name), c)
	}
	return s, nil
}

// add counts the model of that name, "1.9/Ridge-3".
func (s *summary) add(name string, c *modeltest.Comparison) {
	class := name[strings.LastIndex(name, "/")+1 : strings.LastIndex(name, "-")]
	t := s.classes[class]
	if t == nil {
		t = new(tally)
		s.classes[class] = t
	}
	t.cases++
	if c.Load != nil {
		t.refused++
		reason := reasonOf(c.Load)
		s.reasons[reason] = append(s.reasons[reason], name)
		return
	}
	t.exact += c.Exact
	t.near += c.Near
	t.noisy += c.Noisy
	t.refusals += c.Refusals
	t.largest = max(t.largest, c.Largest)
	if len(c.Mismatches) > 0 {
		t.mismatched++
	}
	for _, text := range c.Mismatches {
		s.mismatches = append(s.mismatches, name+": "+text)
	}
}

// reasonOf is the part of a refusal that is the same for all such models.
func reasonOf(err error) string {
	var unsupported *models.UnsupportedError
	if errors.As(err, &unsupported) {
		return unsupported.Feature + " is not supported"
	}
	return err.Error()
}

func (s *summary) mismatched() bool { return len(s.mismatches) > 0 }

func (s *summary) print(w io.Writer) {
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tab, "cases\trefused\tanswers: exact\tnear\tnoise\trefused\tcases: differ\tlargest\t class")
	for _, class := range slices.Sorted(maps.Keys(s.classes)) {
		t := s.classes[class]
		fmt.Fprintf(tab, "%d\t%d\t%d\t%d\t%d\t%d\t%d\t%.1e\t %s\n",
			t.cases, t.refused, t.exact, t.near, t.noisy, t.refusals, t.mismatched, t.largest, class)
	}
	if err := tab.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	s.printReasons(w)
	for _, line := range s.mismatches {
		fmt.Fprintln(w, line)
	}
	s.printTotal(w)
}

// printReasons lists why models were refused, the most frequent reason first.
func (s *summary) printReasons(w io.Writer) {
	reasons := slices.SortedFunc(maps.Keys(s.reasons), func(a, b string) int {
		return cmp.Or(len(s.reasons[b])-len(s.reasons[a]), strings.Compare(a, b))
	})
	for _, reason := range reasons {
		const most = 4
		names := s.reasons[reason]
		fmt.Fprintf(w, "refused %d: %s: %s\n", len(names), reason, strings.Join(names[:min(most, len(names))], " "))
	}
}

func (s *summary) printTotal(w io.Writer) {
	var all tally
	for _, t := range s.classes {
		all.cases += t.cases
		all.refused += t.refused
		all.mismatched += t.mismatched
		all.exact += t.exact
		all.near += t.near
		all.noisy += t.noisy
		all.refusals += t.refusals
	}
	fmt.Fprintf(w, "%d classes, %d models: %d refused, %d differ; %d answers exact, %d near, %d within noise, %d refused as by the library\n",
		len(s.classes), all.cases, all.refused, all.mismatched, all.exact, all.near, all.noisy, all.refusals)
}
