package deploy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// order sorts rs so that each comes after all it needs; those that are free to
// come in any order are sorted by kind and name, so that equal sets give equal
// plans.
func order(rs []Resource) ([]Resource, error) {
	byID := make(map[ID]Resource, len(rs))
	for _, r := range rs {
		if _, ok := byID[r.ID()]; ok {
			return nil, fmt.Errorf("%s is listed twice", r.ID())
		}
		byID[r.ID()] = r
	}
	waiting := slices.Clone(rs)
	slices.SortFunc(waiting, func(a, b Resource) int { return compareIDs(a.ID(), b.ID()) })
	for _, r := range waiting {
		for _, need := range r.Needs() {
			if byID[need] == nil {
				return nil, fmt.Errorf("%s needs %s, which is not listed", r.ID(), need)
			}
		}
	}
	return stages(waiting)
}

// stages takes, again and again, all of waiting whose needs are done.
func stages(waiting []Resource) ([]Resource, error) {
	done := make(map[ID]bool, len(waiting))
	sorted := make([]Resource, 0, len(waiting))
	for len(waiting) > 0 {
		var later []Resource
		stage := len(sorted)
		for _, r := range waiting {
			if slices.ContainsFunc(r.Needs(), func(id ID) bool { return !done[id] }) {
				later = append(later, r)
				continue
			}
			sorted = append(sorted, r)
		}
		if len(sorted) == stage {
			return nil, fmt.Errorf("these need each other in a circle: %s", names(later))
		}
		for _, r := range sorted[stage:] {
			done[r.ID()] = true
		}
		waiting = later
	}
	return sorted, nil
}

func compareIDs(a, b ID) int {
	return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Name, b.Name))
}

func names(rs []Resource) string {
	var s []string
	for _, r := range rs {
		s = append(s, r.ID().String())
	}
	return strings.Join(s, ", ")
}
