package catboost

import (
	"strings"
	"testing"
)

// The hashes are those that the library writes as cat_features_hash into the JSON of
// a model with these categories.
func TestHash(t *testing.T) {
	f := func(category string, want uint32) {
		t.Helper()
		if got := Hash(category); got != want {
			t.Errorf("the hash of %q is %d, want %d", category, got, want)
		}
	}
	f("", 797982799)
	f("x", 3510494104)
	f("no", 3193519379)
	f("-1", 288298918)
	f("yes", 3569694483)
	f("Oslo", 4260450586)
	f("Rome", 2693964089)
	f("Zürich", 3409199112)
	f("a town with a long name of its own", 431867661)
	for n, want := range map[int]uint32{3: 1186860124, 8: 3391984133, 9: 2651445641, 16: 356937502, 17: 1331199683,
		32: 375596973, 33: 2005024043, 64: 2488793171, 65: 2462279, 130: 590111678} {
		f(strings.Repeat("k", n), want)
	}
}

func TestHashIndex(t *testing.T) {
	x := newHashIndex(3)
	for i, hash := range []uint64{7, 7 + 8, 0} { // the first two want one bucket
		x.add(hash, i)
	}
	for i, hash := range []uint64{7, 7 + 8, 0} {
		if got := x.find(hash); got != i {
			t.Errorf("find(%d) = %d, want %d", hash, got, i)
		}
	}
	if got := x.find(23); got != -1 {
		t.Errorf("find of what is not there = %d", got)
	}
	empty := newHashIndex(0)
	if got := empty.find(0); got != -1 {
		t.Errorf("find in nothing = %d", got)
	}
}
