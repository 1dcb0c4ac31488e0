package bounded

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func unlimited() *Meter { return &Meter{Allow: Allowance{Base: 1 << 40}} }

const noLimit = 1 << 40

func TestMeter(t *testing.T) {
	input := int64(0)
	m := &Meter{What: "memory", Allow: Allowance{Base: 100, PerByte: 10}, Input: func() int64 { return input }}
	f := func(n int64, want string) {
		t.Helper()
		got := "ok"
		if err := m.Charge(n); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("charge %d: got %s, want %s", n, got, want)
		}
	}
	f(100, "ok")
	f(1, "it needs more than 100 bytes of memory (the limit is 100 bytes and 10 bytes for each of the 0 bytes of the file)")
	input = 3
	f(30, "ok")
	f(1, "it needs more than 130 bytes of memory (the limit is 100 bytes and 10 bytes for each of the 3 bytes of the file)")
	f(-1, "it needs more than 130 bytes of memory (the limit is 100 bytes and 10 bytes for each of the 3 bytes of the file)")
	f(1<<63-1, "it needs more than 130 bytes of memory (the limit is 100 bytes and 10 bytes for each of the 3 bytes of the file)")
	if m.Used() != 130 {
		t.Errorf("%d bytes are counted", m.Used())
	}
	input = 1<<63 - 1 // no overflow
	f(1<<40, "ok")
}

func TestSize(t *testing.T) {
	f := func(n int64, want string) {
		t.Helper()
		if got := Size(n); got != want {
			t.Errorf("%d: got %s, want %s", n, got, want)
		}
	}
	f(0, "0 bytes")
	f(1023, "1023 bytes")
	f(1024, "1 KiB")
	f(1536, "1.5 KiB")
	f(32<<20, "32 MiB")
	f(64<<30, "64 GiB")
	f(1<<62, "4194304 TiB")
}

// sources give the same text in every way that a reader may.
func sources(text string) map[string]io.Reader {
	return map[string]io.Reader{
		"whole":    strings.NewReader(text),
		"blind":    io.MultiReader(strings.NewReader(text)),
		"one byte": iotest.OneByteReader(strings.NewReader(text)),
		"half":     iotest.HalfReader(strings.NewReader(text)),
		"data+EOF": iotest.DataErrReader(strings.NewReader(text)),
	}
}

func TestReader(t *testing.T) {
	long := strings.Repeat("0123456789abcdef", 40_000) // 640 kB, more than any buffer
	for name, src := range sources("ab" + long + "line\n" + long + "\ncde") {
		r := NewReader(src, unlimited(), noLimit)
		var got []string
		add := func(b []byte, err error) {
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if len(b) > 20 {
				if string(b) != long {
					t.Fatalf("%s: the long text is damaged", name)
				}
				b = []byte("long")
			}
			got = append(got, fmt.Sprintf("%s@%d", b, r.Offset()))
		}
		c, err := r.Byte()
		add([]byte{c}, err)
		add(r.Take(1))
		add(r.Bytes(int64(len(long))))
		add(r.Line())
		add(r.Line())
		add(r.Take(2))
		last := make([]byte, 1)
		err = r.Full(last)
		add(last, err)
		want := "[a@1 b@2 long@640002 line@640007 long@1280008 cd@1280010 e@1280011]"
		if text := fmt.Sprint(got); text != want {
			t.Errorf("%s: got %s, want %s", name, text, want)
		}
		if _, err := r.Byte(); err != io.EOF {
			t.Errorf("%s: at the end %v", name, err)
		}
	}
}

// TestEnd: a read past the end says so, and the offset is then the length.
func TestEnd(t *testing.T) {
	reads := map[string]func(*Reader) error{
		"take":  func(r *Reader) error { _, err := r.Take(10); return err },
		"bytes": func(r *Reader) error { _, err := r.Bytes(1 << 50); return err },
		"line":  func(r *Reader) error { _, err := r.Line(); return err },
		"full":  func(r *Reader) error { return r.Full(make([]byte, 1<<16)) },
	}
	for what, read := range reads {
		for name, src := range sources("abc") {
			r := NewReader(src, unlimited(), noLimit)
			r.Byte()
			if err := read(r); err != io.ErrUnexpectedEOF || r.Offset() != 3 {
				t.Errorf("%s, %s: got %v at byte %d", what, name, err, r.Offset())
			}
		}
	}
}

func TestLimit(t *testing.T) {
	zeros := zeroReader{}
	reads := map[string]func(*Reader) error{
		"bytes": func(r *Reader) error { _, err := r.Bytes(1 << 40); return err },
		"line":  func(r *Reader) error { _, err := r.Line(); return err },
		"drain": func(r *Reader) error { _, err := r.Drain(); return err },
		"full":  func(r *Reader) error { return r.Full(make([]byte, 2<<20)) },
	}
	for what, read := range reads {
		err := read(NewReader(zeros, unlimited(), 1<<20))
		var long *LongError
		if !errors.As(err, &long) || err.Error() != "it is longer than the limit of 1 MiB" {
			t.Errorf("%s: got %v", what, err)
		}
	}
}

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) { clear(p); return len(p), nil }

type idleReader struct{}

func (idleReader) Read(p []byte) (int, error) { return 0, nil }

func TestNoProgress(t *testing.T) {
	if _, err := NewReader(idleReader{}, unlimited(), noLimit).Byte(); err != io.ErrNoProgress {
		t.Errorf("got %v", err)
	}
	if _, err := NewReader(idleReader{}, unlimited(), noLimit).Take(1); err != io.ErrNoProgress {
		t.Errorf("got %v", err)
	}
}

// TestClaim: a claimed length allocates no more than what arrives, twice over.
func TestClaim(t *testing.T) {
	m := unlimited()
	r := NewReader(io.MultiReader(strings.NewReader("abc")), m, noLimit)
	if _, err := r.Bytes(1 << 39); err != io.ErrUnexpectedEOF || m.Used() > firstStep {
		t.Errorf("got %v, %d bytes charged", err, m.Used())
	}
}
