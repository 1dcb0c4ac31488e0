package catboost

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/copal-ml/copal/models"
)

// A buffer is a FlatBuffer (https://flatbuffers.dev/internals/) that is read with
// every offset checked. The first error stays, and what is read after it is zero.
// What is decoded is counted: tables of a hostile file can share one vector a
// million times.
type buffer struct {
	data   []byte
	at     int64 // in the file, for errors
	budget int   // bytes that may still be decoded
	err    error
}

// A table is one table of a buffer. The zero table has no fields.
type table struct {
	*buffer
	pos           int
	fields, count int // the place of its vtable, and of fields in it
}

// A vector is a run of elements of a buffer.
type vector struct {
	*buffer
	pos, n, size int
}

// newBuffer reads data, which stands at that offset of the file. Vectors shared by
// honest writers are short: the budget is some times the file.
func newBuffer(data []byte, at int64) *buffer {
	return &buffer{data: data, at: at, budget: 16*len(data) + 1<<16}
}

func (b *buffer) fail(pos int, format string, args ...any) {
	if b.err == nil {
		b.err = &models.FormatError{Format: formatCBM, Offset: b.at + int64(pos), Text: fmt.Sprintf(format, args...)}
	}
}

// has reports whether n bytes stand at pos.
func (b *buffer) has(pos, n int, what string) bool {
	if b.err == nil && (pos < 0 || n < 0 || pos > len(b.data)-n) {
		b.fail(min(max(pos, 0), len(b.data)), "%s lies outside of the buffer", what)
	}
	return b.err == nil
}

func (b *buffer) u16(pos int) int {
	if !b.has(pos, 2, "a number") {
		return 0
	}
	return int(binary.LittleEndian.Uint16(b.data[pos:]))
}

func (b *buffer) u32(pos int) uint32 {
	if !b.has(pos, 4, "a number") {
		return 0
	}
	return binary.LittleEndian.Uint32(b.data[pos:])
}

// spend takes n bytes of the budget.
func (b *buffer) spend(pos, n int) bool {
	if b.budget -= n; b.budget < 0 {
		b.fail(pos, "the tables refer to more than the buffer holds")
	}
	return b.err == nil
}

// root is the table that the buffer begins with.
func (b *buffer) root() table { return b.tableAt(b.follow(0)) }

// follow is the place that the offset at pos leads to.
func (b *buffer) follow(pos int) int {
	to := int64(pos) + int64(b.u32(pos))
	if to >= int64(len(b.data)) {
		b.fail(pos, "an offset leads outside of the buffer")
		return 0
	}
	return int(to)
}

// tableAt is the table at pos: its vtable has the place of each field.
func (b *buffer) tableAt(pos int) table {
	t := table{buffer: b, pos: pos}
	at := int64(pos) - int64(int32(b.u32(pos)))
	if at < 0 || at >= int64(len(b.data)) {
		b.fail(pos, "the offset of a vtable leads outside of the buffer")
	}
	size := b.u16(int(at))
	if b.err == nil && size < 4 {
		b.fail(int(at), "a vtable has %d bytes", size)
	}
	if !b.has(int(at), size, "a vtable") || !b.spend(pos, 4) {
		return table{buffer: b}
	}
	t.fields, t.count = int(at)+4, (size-4)/2
	return t
}

// field is the place of a field, 0 if it has its default.
func (t table) field(i int) int {
	if t.buffer == nil || t.err != nil || i >= t.count {
		return 0
	}
	offset := t.u16(t.fields + 2*i)
	if offset == 0 {
		return 0
	}
	return t.pos + offset
}

func (t table) int(i, otherwise int) int {
	pos := t.field(i)
	if pos == 0 {
		return otherwise
	}
	return int(int32(t.u32(pos)))
}

func (t table) byte(i, otherwise int) int {
	pos := t.field(i)
	if pos == 0 || !t.has(pos, 1, "a number") {
		return otherwise
	}
	return int(t.data[pos])
}

func (t table) float32(i int, otherwise float32) float32 {
	pos := t.field(i)
	if pos == 0 {
		return otherwise
	}
	return math.Float32frombits(t.u32(pos))
}

func (t table) float64(i int, otherwise float64) float64 {
	pos := t.field(i)
	if pos == 0 || !t.has(pos, 8, "a number") {
		return otherwise
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(t.data[pos:]))
}

func (t table) table(i int) table {
	pos := t.field(i)
	if pos == 0 {
		return table{buffer: t.buffer}
	}
	return t.tableAt(t.follow(pos))
}

// vector is a field that holds elements of so many bytes.
func (t table) vector(i, size int) vector {
	v := vector{buffer: t.buffer, size: size}
	pos := t.field(i)
	if pos == 0 {
		return v
	}
	pos = t.follow(pos)
	n := int(t.u32(pos))
	if n > len(t.data)/size || !t.has(pos+4, n*size, "a vector") {
		t.fail(pos, "a vector of %d elements", n)
		return v
	}
	if t.spend(pos, n*size) {
		v.pos, v.n = pos+4, n
	}
	return v
}

func (t table) bytes(i int) []byte {
	v := t.vector(i, 1)
	if v.n == 0 {
		return nil
	}
	return t.data[v.pos:][:v.n]
}

func (t table) text(i int) string { return string(t.bytes(i)) }

// table is element i of a vector of tables.
func (v vector) table(i int) table { return v.tableAt(v.follow(v.pos + 4*i)) }

func (v vector) text(i int) string {
	pos := v.follow(v.pos + 4*i)
	n := int(v.u32(pos))
	if !v.has(pos+4, n, "a string") || !v.spend(pos, n) {
		return ""
	}
	return string(v.data[pos+4:][:n])
}

func (t table) ints(i int) []int32 {
	v := t.vector(i, 4)
	list := make([]int32, v.n)
	for k := range list {
		list[k] = int32(binary.LittleEndian.Uint32(v.data[v.pos+4*k:]))
	}
	return list
}

func (t table) floats32(i int) []float32 {
	v := t.vector(i, 4)
	list := make([]float32, v.n)
	for k := range list {
		list[k] = math.Float32frombits(binary.LittleEndian.Uint32(v.data[v.pos+4*k:]))
	}
	return list
}

func (t table) floats64(i int) []float64 {
	v := t.vector(i, 8)
	list := make([]float64, v.n)
	for k := range list {
		list[k] = math.Float64frombits(binary.LittleEndian.Uint64(v.data[v.pos+8*k:]))
	}
	return list
}
