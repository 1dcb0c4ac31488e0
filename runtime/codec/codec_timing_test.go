package codec_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/codec"
)

// rows makes a request of n rows of w floats, as measurements look (six digits)
// or as computed features do (seventeen).
func rows(n, w, digits int, asJSON bool) []byte {
	rng := rand.New(rand.NewPCG(1, 2))
	open, shut, next := "", "\n", ""
	if asJSON {
		open, shut, next = "[", "]", ","
	}
	b := []byte(open)
	for i := range n {
		if i > 0 {
			b = append(b, next...)
		}
		b = append(b, open...)
		for k := range w {
			if k > 0 {
				b = append(b, ',')
			}
			b = strconv.AppendFloat(b, rng.NormFloat64(), 'g', digits, 64)
		}
		b = append(b, shut...)
	}
	if asJSON {
		b = append(b, shut...)
	}
	return b
}

func BenchmarkDecode(b *testing.B) {
	f := func(name string, c codec.Codec, want *models.Signature, body []byte) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				var r codec.Request
				for pb.Next() {
					if err := c.Decode(&r, want, body); err != nil || r.Frame.Rows == 0 {
						panic("not decoded")
					}
				}
			})
		})
	}
	f("json/one row", codec.JSON{}, matrix(4), []byte(`{"features": [[5.1, 3.5, 1.4, 0.2]]}`))
	f("json/6 digits", codec.JSON{}, matrix(50), rows(1000, 50, 6, true))
	f("json/17 digits", codec.JSON{}, matrix(50), rows(1000, 50, 17, true))
	f("csv/one row", codec.CSV{}, matrix(4), []byte("5.1,3.5,1.4,0.2\n"))
	f("csv/6 digits", codec.CSV{}, matrix(50), rows(1000, 50, 6, false))
	f("csv/17 digits", codec.CSV{}, matrix(50), rows(1000, 50, 17, false))
}

// The standard library on the same bodies, for the ratio.
func BenchmarkDecodeStd(b *testing.B) {
	jsonBody, csvBody := rows(1000, 50, 6, true), rows(1000, 50, 6, false)
	b.Run("json/6 digits", func(b *testing.B) {
		b.SetBytes(int64(len(jsonBody)))
		for b.Loop() {
			var x [][]float64
			if err := json.Unmarshal(jsonBody, &x); err != nil || len(x) != 1000 {
				panic("not decoded")
			}
		}
	})
	b.Run("csv/6 digits", func(b *testing.B) {
		b.SetBytes(int64(len(csvBody)))
		for b.Loop() {
			records, err := csv.NewReader(bytes.NewReader(csvBody)).ReadAll()
			if err != nil || len(records) != 1000 {
				panic("not decoded")
			}
			for _, r := range records {
				for _, field := range r {
					if _, err := strconv.ParseFloat(field, 64); err != nil {
						panic(err)
					}
				}
			}
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	src := &models.Frame{Rows: 1000, Columns: []models.Column{{Width: 3, F64: make([]float64, 3000)}}}
	for i := range src.Columns[0].F64 {
		src.Columns[0].F64[i] = rng.Float64()
	}
	for _, c := range []codec.Codec{codec.JSON{}, codec.CSV{}} {
		b.Run(map[codec.Codec]string{codec.JSON{}: "json", codec.CSV{}: "csv"}[c], func(b *testing.B) {
			b.ReportAllocs()
			var dst []byte
			for b.Loop() {
				var err error
				if dst, err = c.Append(dst[:0], src); err != nil {
					panic(err)
				}
				b.SetBytes(int64(len(dst)))
			}
		})
	}
}
