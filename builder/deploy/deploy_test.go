package deploy

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/copal-ml/copal/builder/progress"
)

// A world is an account as simple as can be: names that exist, with a value.
type world struct {
	mu   sync.Mutex
	have map[string]string
	log  []string
	fail map[string]error // by what is being done: "apply b", "delete b", "diff b"
}

func (w *world) do(what string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !strings.HasPrefix(what, "diff") {
		w.log = append(w.log, what)
	}
	return w.fail[what]
}

// A thing is a resource in a world.
type thing struct {
	w     *world
	name  string
	value string
	needs []string
}

func (t thing) ID() ID { return ID{"thing", t.name} }
func (t thing) Needs() (ids []ID) {
	for _, n := range t.needs {
		ids = append(ids, ID{"thing", n})
	}
	return ids
}

func (t thing) Diff(context.Context) (Change, error) {
	if err := t.w.do("diff " + t.name); err != nil {
		return Change{}, err
	}
	t.w.mu.Lock()
	defer t.w.mu.Unlock()
	switch old, ok := t.w.have[t.name]; {
	case !ok:
		return Change{Action: Create}, nil
	case old != t.value:
		return Change{Action: Update, Fields: []Field{{"value", old, t.value}}}, nil
	}
	return Change{}, nil
}

func (t thing) Apply(_ context.Context, _ Change, _ progress.Func) error {
	if err := t.w.do("apply " + t.name); err != nil {
		return err
	}
	t.w.have[t.name] = t.value
	return nil
}

func (t thing) Delete(context.Context, progress.Func) error {
	if err := t.w.do("delete " + t.name); err != nil {
		return err
	}
	delete(t.w.have, t.name)
	return nil
}

// things reads "c:a,b d:c" as c that needs a and b, and d that needs c.
func things(w *world, s string) (rs []Resource) {
	for _, f := range strings.Fields(s) {
		name, needs, _ := strings.Cut(f, ":")
		t := thing{w: w, name: name, value: "new"}
		if needs != "" {
			t.needs = strings.Split(needs, ",")
		}
		rs = append(rs, t)
	}
	return rs
}

func TestOrder(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		sorted, err := order(things(&world{}, in))
		got := strings.ReplaceAll(strings.ReplaceAll(names(sorted), "thing ", ""), ",", "")
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("order(%q) = %q, want %q", in, got, want)
		}
	}
	f("", "")
	f("b a c", "a b c")
	f("a:b b:c c", "c b a")
	f("endpoint:config config:model model:role,image image:repo repo role", "repo role image model config endpoint")
	f("z:a y:a x a", "a x y z")
	f("a:b b:a c", "these need each other in a circle: thing a, thing b")
	f("a:a", "these need each other in a circle: thing a")
	f("a:ghost", "thing a needs thing ghost, which is not listed")
	f("a a", "thing a is listed twice")
}

func TestApplyInOrderThenNothing(t *testing.T) {
	w := &world{have: map[string]string{"b": "old"}}
	rs := things(w, "c:b b:a a")
	plan, err := MakePlan(t.Context(), rs)
	if err != nil {
		t.Fatal(err)
	}
	if err := plan.Apply(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if want := []string{"apply a", "apply b", "apply c"}; !slices.Equal(w.log, want) {
		t.Errorf("did %q, want %q", w.log, want)
	}
	if plan, err = MakePlan(t.Context(), rs); err != nil || !plan.Empty() {
		t.Errorf("after Apply the plan is %s (%v), want nothing to do", plan.Text(), err)
	}
}

func TestApplyStopsAtFailure(t *testing.T) {
	cause := errors.New("no")
	w := &world{have: map[string]string{}, fail: map[string]error{"apply b": cause}}
	plan, _ := MakePlan(t.Context(), things(w, "c:b b:a a"))
	var kinds []progress.Kind
	err := plan.Apply(t.Context(), func(e progress.Event) { kinds = append(kinds, e.Kind) })
	if !errors.Is(err, cause) || err.Error() != "thing b: no" {
		t.Errorf("err = %v, want the cause with its resource", err)
	}
	if want := []string{"apply a", "apply b"}; !slices.Equal(w.log, want) {
		t.Errorf("did %q, want %q", w.log, want)
	}
	if want := []progress.Kind{progress.Started, progress.Done, progress.Started, progress.Failed}; !slices.Equal(kinds, want) {
		t.Errorf("events %v, want %v", kinds, want)
	}
}

func TestPlanReportsEveryUnreadable(t *testing.T) {
	w := &world{fail: map[string]error{"diff a": errors.New("one"), "diff c": ErrNotOurs}}
	_, err := MakePlan(t.Context(), things(w, "a b c"))
	if want := "thing a: one\nthing c: " + ErrNotOurs.Error(); err == nil || err.Error() != want {
		t.Errorf("err = %v, want %q", err, want)
	}
	if !errors.Is(err, ErrNotOurs) {
		t.Error("ErrNotOurs is not wrapped")
	}
}

func TestDestroyBackwards(t *testing.T) {
	f := func(rs, failing, want, wantErr string) {
		t.Helper()
		w := &world{have: map[string]string{}, fail: map[string]error{"delete " + failing: errors.New("no")}}
		deleted, err := Destroy(t.Context(), things(w, rs), nil)
		var got []string
		for _, id := range deleted {
			got = append(got, id.Name)
		}
		text := ""
		if err != nil {
			text = strings.ReplaceAll(err.Error(), "\n", "; ")
		}
		if strings.Join(got, " ") != want || text != wantErr {
			t.Errorf("Destroy(%q) without %q = %q, %q; want %q, %q", rs, failing, got, text, want, wantErr)
		}
	}
	f("c:b b:a a", "", "c b a", "")
	f("c:b b:a a d", "c", "d", "thing c: no; thing b: kept, since thing c could not be deleted and needs it; "+
		"thing a: kept, since thing c could not be deleted and needs it")
	f("c:a b:a a", "b", "c", "thing b: no; thing a: kept, since thing b could not be deleted and needs it")
	f("c:a b:a a", "a", "c b", "thing a: no")
}

func TestCancelledContextStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	w := &world{have: map[string]string{}}
	rs := things(w, "a b")
	plan, _ := MakePlan(ctx, rs)
	cancel()
	if err := plan.Apply(ctx, nil); !errors.Is(err, context.Canceled) || len(w.log) > 0 {
		t.Errorf("Apply = %v after %q, want nothing done", err, w.log)
	}
	if deleted, err := Destroy(ctx, rs, nil); !errors.Is(err, context.Canceled) || len(deleted)+len(w.log) > 0 {
		t.Errorf("Destroy = %v, %v, want nothing done", deleted, err)
	}
}

var plan = &Plan{Changes: []Change{
	{ID: ID{"repository", "copal/iris"}},
	{ID: ID{"role", "copal-iris-eu-west-1"}, Action: Create},
	{ID: ID{"endpoint configuration", "iris-0a1b2c3d4e5f"}, Action: Create,
		Fields: []Field{{"memory", "", "3072 MB"}, {"concurrency", "", "5"}}},
	{ID: ID{"endpoint", "iris"}, Action: Update, Fields: []Field{{"memory", "2048", "3072"}}},
	{ID: ID{"endpoint", "rosa"}, Action: Replace, Why: "is Failed and must be made anew"},
	{ID: ID{"model", "iris-ffffffffffff"}, Action: Delete, Why: "no longer used"},
}}

func TestPlanText(t *testing.T) {
	const want = `
+ role copal-iris-eu-west-1
+ endpoint configuration iris-0a1b2c3d4e5f  memory 3072 MB
                                            concurrency 5
~ endpoint iris                             memory 2048 → 3072
± endpoint rosa                             is Failed and must be made anew
- model iris-ffffffffffff                   no longer used
2 to create, 1 to update, 1 to replace, 1 to delete, 1 unchanged
`
	if got := "\n" + plan.Text(); got != want {
		t.Errorf("got%s\nwant%s", got, want)
	}
	if got, want := (&Plan{}).Text(), "0 to create, 0 to update, 0 to delete, 0 unchanged\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPlanJSON(t *testing.T) {
	b, err := json.Marshal(&Plan{Changes: plan.Changes[3:5]})
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"changes":[` +
		`{"resource":{"kind":"endpoint","name":"iris"},"action":"update","fields":[{"path":"memory","old":"2048","new":"3072"}]},` +
		`{"resource":{"kind":"endpoint","name":"rosa"},"action":"replace","why":"is Failed and must be made anew"}],` +
		`"counts":{"create":0,"update":1,"replace":1,"delete":0,"unchanged":0}}`
	if string(b) != want {
		t.Errorf("got  %s\nwant %s", b, want)
	}
}
