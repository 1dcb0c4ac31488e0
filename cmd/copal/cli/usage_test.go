package cli

import "testing"

func TestNearest(t *testing.T) {
	flags := []string{"embed", "tag", "output", "platform", "memory"}
	f := func(typed, want string) {
		t.Helper()
		if got := nearest(typed, flags); got != want {
			t.Errorf("nearest(%q) = %q, want %q", typed, got, want)
		}
	}
	f("embeded", "embed")
	f("ouput", "output")
	f("plat", "platform")
	f("mem", "memory")
	f("zzz", "")
	f("t", "tag")
}

func TestEditDistance(t *testing.T) {
	f := func(a, b string, want int) {
		t.Helper()
		if got := editDistance(a, b); got != want {
			t.Errorf("editDistance(%q, %q) = %d, want %d", a, b, got, want)
		}
	}
	f("", "", 0)
	f("build", "build", 0)
	f("biuld", "build", 2)
	f("kitten", "sitting", 3)
	f("", "abc", 3)
}

func TestCorrected(t *testing.T) {
	f := func(args []string, want string) {
		t.Helper()
		a := &app{args: args}
		if got := a.corrected("embeded", "embed"); got != want {
			t.Errorf("%q: %q, want %q", args, got, want)
		}
	}
	f([]string{"build", "--embeded", "m.pkl"}, "did you mean: copal build --embed m.pkl")
	f([]string{"build", "--embeded=true", "m.pkl"}, "did you mean: copal build --embed=true m.pkl")
	f([]string{"build", "--embeded", "my model.pkl"}, "did you mean --embed?")
	f([]string{"build", "--embeded", "$(rm -r .)"}, "did you mean --embed?")
}
