package pickle

import (
	"bytes"
	"fmt"
	"os"
	"testing"
)

// benchmarks are pickles of about 10 MB, of the kinds that models are made of.
var benchmarks = []struct {
	name string
	make func(b *bytes.Buffer)
}{
	{"vocabulary", func(b *bytes.Buffer) { // {"word000001": 1, …}
		b.WriteString("\x80\x04}")
		for i := range 600 {
			b.WriteByte('(')
			for j := range 1000 {
				fmt.Fprintf(b, "\x8c\x0aword%06d\x94M", 1000*i+j)
				b.Write([]byte{byte(j), byte(j >> 8)})
			}
			b.WriteByte('u')
		}
	}},
	{"floats", func(b *bytes.Buffer) {
		b.WriteString("\x80\x04](")
		for range 1_100_000 {
			b.WriteString("G\x3f\xf8\x00\x00\x00\x00\x00\x01")
		}
		b.WriteString("e")
	}},
	{"bytes", func(b *bytes.Buffer) {
		b.WriteString("\x80\x04B\x80\x96\x98\x00")
		b.Write(make([]byte, 10_000_000))
	}},
	{"objects", func(b *bytes.Buffer) { // instances with a state
		b.WriteString("\x80\x04](\x8c\x01m\x94\x8c\x01C\x94\x93\x94\x8c\x01x\x940")
		for range 800_000 {
			b.WriteString("h\x02)\x81}h\x03K\x01sb")
		}
		b.WriteString("e")
	}},
}

func BenchmarkDecode(b *testing.B) {
	for _, c := range benchmarks {
		var buf bytes.Buffer
		c.make(&buf)
		buf.WriteByte('.')
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(buf.Len()))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Decode(bytes.NewReader(buf.Bytes()), Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkFixture(b *testing.B) {
	data, err := os.ReadFile("testdata/arrays-py313-p5.pkl")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(bytes.NewReader(data), Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
