package pickle

import (
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

// A memo holds values by index. Picklers count up from 0 (cPickle of Python 2
// from 1), so it is a slice; an index far beyond, which only a hostile file
// has, goes to a map and costs one entry, whatever its value.
type memo struct {
	dense  []slot // depth -1: not set
	sparse map[int64]slot
	count  int
}

const memoGap = 8 // entries that may be left out

func (m *memo) get(i int64) (slot, bool) {
	if i >= 0 && i < int64(len(m.dense)) {
		return m.dense[i], m.dense[i].depth >= 0
	}
	s, ok := m.sparse[i]
	return s, ok
}

// cost is what setting entry i will take.
func (m *memo) cost(i int64) int64 {
	if _, ok := m.get(i); ok || i < int64(len(m.dense)) {
		return 0
	}
	if i <= int64(len(m.dense))+memoGap {
		return 2 * costSlot * (i - int64(len(m.dense)) + 1)
	}
	return costSparse
}

func (m *memo) set(i int64, s slot) {
	if _, ok := m.get(i); !ok {
		m.count++
	}
	if i > int64(len(m.dense))+memoGap {
		if m.sparse == nil {
			m.sparse = make(map[int64]slot)
		}
		m.sparse[i] = s
		return
	}
	for int64(len(m.dense)) <= i {
		next := int64(len(m.dense))
		old, ok := m.sparse[next]
		if !ok {
			old.depth = -1
		}
		delete(m.sparse, next)
		m.dense = append(m.dense, old)
	}
	m.dense[i] = s
}

// globals lists the globals of a file, each once.
type globals struct {
	list []models.Global
	seen map[[2]string]*pyobj.Global
}

// get returns the global of that name, and whether it is the first of it.
func (g *globals) get(module, name string, offset int64) *pyobj.Global {
	key := [2]string{module, name}
	if old, ok := g.seen[key]; ok {
		return old
	}
	if g.seen == nil {
		g.seen = make(map[[2]string]*pyobj.Global)
	}
	made := &pyobj.Global{Module: module, Name: name, Offset: offset}
	g.seen[key] = made
	g.list = append(g.list, models.Global{Name: made.String(), Offset: offset})
	return made
}
