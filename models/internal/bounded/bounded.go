// Package bounded reads files whose lengths are claims. A declared length never
// decides an allocation: bytes are taken in steps that grow with what has
// arrived, and everything kept is charged to a [Meter] first.
package bounded

import "fmt"

// An Allowance is what a file may cost: Base bytes, and PerByte more for each
// byte of the file itself that has been read. A small file can therefore never
// take much more than Base, however it is packed, and a large honest one is
// never refused.
type Allowance struct {
	Base    int64
	PerByte int64
}

// At is the allowance after input bytes of the file.
func (a Allowance) At(input int64) int64 {
	const most = 1 << 62
	if a.PerByte > 0 && input > (most-a.Base)/a.PerByte {
		return most
	}
	return a.Base + a.PerByte*input
}

// An OverError reports that a file wants more than its allowance.
type OverError struct {
	What  string // "memory for its values", "decompressed bytes"
	Allow Allowance
	Input int64 // bytes of the file, as far as known
}

func (e *OverError) Error() string {
	return fmt.Sprintf("it needs more than %s of %s (the limit is %s and %d bytes for each of the %d bytes of the file)",
		Size(e.Allow.At(e.Input)), e.What, Size(e.Allow.Base), e.Allow.PerByte, e.Input)
}

// A Meter counts what a file costs. It is not safe for concurrent use.
type Meter struct {
	What  string
	Allow Allowance
	Input func() int64 // bytes of the file, or of it read so far; nil counts as 0

	used, limit int64
}

// Charge counts n further bytes, or returns an *OverError if they are too many.
func (m *Meter) Charge(n int64) error {
	if n >= 0 && n <= m.limit-m.used {
		m.used += n
		return nil
	}
	var input int64
	if m.Input != nil {
		input = m.Input()
	}
	m.limit = m.Allow.At(input)
	if n < 0 || n > m.limit-m.used {
		return &OverError{m.What, m.Allow, input}
	}
	m.used += n
	return nil
}

// Used is the number of bytes charged so far.
func (m *Meter) Used() int64 { return m.used }

// Size writes a number of bytes for people: "32 MiB", "1.5 KiB", "17 bytes".
func Size(n int64) string {
	units := []string{"KiB", "MiB", "GiB", "TiB"}
	if n < 1<<10 {
		return fmt.Sprintf("%d bytes", n)
	}
	f, unit := float64(n)/1024, 0
	for f >= 1024 && unit < len(units)-1 {
		f, unit = f/1024, unit+1
	}
	if f == float64(int64(f)) {
		return fmt.Sprintf("%d %s", int64(f), units[unit])
	}
	return fmt.Sprintf("%.1f %s", f, units[unit])
}
