//go:build !race

// The race detector makes sync.Pool drop things at random.

package sklearn_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/modeltest"
)

func TestPredictDoesNotAllocate(t *testing.T) {
	m := open(t, "1.9/pipeline_logistic")
	f := func(name string, src *models.Frame) {
		t.Helper()
		dst := new(models.Frame)
		for _, method := range m.Signature().Methods {
			run := func() {
				if err := m.Signature().Check(src); err != nil {
					t.Fatal(err)
				}
				if err := m.Predict(dst, src, method.Name); err != nil {
					t.Fatal(err)
				}
			}
			run()
			if n := testing.AllocsPerRun(100, run); n != 0 {
				t.Errorf("%s, %s: %v allocations", name, method.Name, n)
			}
		}
	}
	f("one row", matrix(1, 1, 2, 3, 4))
	f("many rows", matrix(20_000, make([]float64, 80_000)...))
	f("ints", &models.Frame{Rows: 2, Columns: []models.Column{{DType: models.Int64, Width: 4, I64: make([]int64, 8)}}})
	f("columns", &models.Frame{Rows: 1, Columns: []models.Column{
		{F64: []float64{1}}, {F64: []float64{2}}, {F64: []float64{3}}, {F64: []float64{4}}}})
}

func TestTextDoesNotAllocate(t *testing.T) {
	f := func(fixture string, methods ...models.Method) {
		t.Helper()
		m, dst := open(t, fixture), new(models.Frame)
		text := "This Document is the first; naïve CAFÉ, ΟΔΥΣΣΕΥΣ and not the second one. " + strings.Repeat("again the same words ", 40)
		src := &models.Frame{Rows: 2, Columns: []models.Column{{DType: models.String, Str: []string{text, "one"}}}}
		for _, method := range methods {
			run := func() {
				if err := m.Predict(dst, src, method); err != nil {
					t.Fatal(err)
				}
			}
			run()
			if n := testing.AllocsPerRun(50, run); n != 0 {
				t.Errorf("%s, %s: %v allocations", fixture, method, n)
			}
		}
	}
	f("1.9/tfidf_vectorizer_logistic", models.Predict, models.PredictProba)
	f("1.9/hashing_vectorizer_logistic", models.PredictProba)
	f("1.9/count_vectorizer_bigrams", models.Transform)
	f("1.9/count_vectorizer_char_wb", models.Transform)
}

// Neither do tables of numbers and texts, nor what keeps sparse rows sparse.
func TestFixturesDoNotAllocate(t *testing.T) {
	f := func(fixture string, methods ...models.Method) {
		t.Helper()
		m, dst := open(t, fixture), new(models.Frame)
		fix, err := modeltest.ReadFixture(filepath.Join(fixtures, fixture+".json"))
		if err != nil {
			t.Fatal(err)
		}
		src := fix.Batches[0].Frame()
		for _, method := range methods {
			run := func() {
				if err := m.Signature().Check(src); err != nil {
					t.Fatal(err)
				}
				if err := m.Predict(dst, src, method); err != nil {
					t.Fatal(err)
				}
			}
			run()
			if n := testing.AllocsPerRun(50, run); n != 0 {
				t.Errorf("%s, %s: %v allocations", fixture, method, n)
			}
		}
	}
	f("1.9/compose_census", models.Predict, models.PredictProba)
	f("1.9/sparse_into_knn", models.Predict, models.PredictProba)
	f("1.9/sparse_into_svc", models.Predict, models.DecisionFunction)
	f("1.9/sparse_into_mlp", models.Predict, models.PredictProba)
	f("1.9/sparse_into_truncated_svd", models.Transform)
	f("1.9/sparse_into_kmeans", models.Predict, models.Transform)
	f("1.9/sparse_into_nystroem", models.Transform)
	f("1.9/sparse_into_binarizer", models.Transform)
}

func BenchmarkTfidfLogistic(b *testing.B) {
	m, dst := open(b, "1.9/tfidf_vectorizer_logistic"), new(models.Frame)
	text := strings.Repeat("this is the first document and the third one of a lazy dog ", 17)
	src := &models.Frame{Rows: 1, Columns: []models.Column{{DType: models.String, Str: []string{text}}}}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if err := m.Predict(dst, src, models.Predict); err != nil {
			b.Fatal(err)
		}
	}
}
