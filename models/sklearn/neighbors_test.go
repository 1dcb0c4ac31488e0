package sklearn

import (
	"fmt"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

// numberLine is a NearestNeighbors over points of one feature.
func numberLine(k int, points ...float64) *pyobj.Object {
	rows := list()
	for _, p := range points {
		rows.Items = append(rows.Items, list(p))
	}
	params := new(pyobj.Dict)
	return object("NearestNeighbors", "n_neighbors", int64(k), "_fit_X", rows,
		"effective_metric_", "euclidean", "effective_metric_params_", params)
}

// Of neighbours at equal distance the first rows win, nearest first, however
// many there are.
func TestNeighborsAtEqualDistance(t *testing.T) {
	f := func(k int, query float64, want string, points ...float64) {
		t.Helper()
		m, err := compile(numberLine(k, points...))
		if err != nil {
			t.Fatal(err)
		}
		dst := new(models.Frame)
		src := &models.Frame{Rows: 1, Columns: []models.Column{{DType: models.Float64, Width: 1, F64: []float64{query}}}}
		if err := m.Predict(dst, src, models.KNeighbors); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(dst.Columns[0].F64, dst.Columns[1].I64); got != want {
			t.Errorf("the %d nearest of %v to %v: got %s, want %s", k, points, query, got, want)
		}
	}
	f(1, 0, "[1] [0]", 1, -1, 1, -1)
	f(2, 0, "[1 1] [0 1]", 1, -1, 1, -1)
	f(3, 0, "[0 1 1] [3 0 1]", 1, -1, 1, 0, -1)
	f(2, 0, "[0 2] [4 0]", 2, 2, -2, 2, 0)
	f(2, 5, "[0 0] [0 1]", 5, 5, 5)
	f(17, 0, "[0 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1] [16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15]",
		1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1)
}

func TestNeighborsRefuse(t *testing.T) {
	f := func(want string, pairs ...any) {
		t.Helper()
		failsWith(t, altered(numberLine(2, 1, 2, 3), pairs...), want)
	}
	f("NearestNeighbors.n_neighbors: more neighbours than training rows, or less than 1, is not supported", "n_neighbors", int64(4))
	f("NearestNeighbors.n_neighbors: more neighbours than training rows, or less than 1, is not supported", "n_neighbors", int64(0))
	f("NearestNeighbors.effective_metric_: the metric 'precomputed' is not supported", "effective_metric_", "precomputed")
	f("NearestNeighbors.effective_metric_: the metric 'mahalanobis' without VI is not supported", "effective_metric_", "mahalanobis")
	f("NearestNeighbors.effective_metric_: the metric 'yule' is not supported", "effective_metric_", "yule")
	f("NearestNeighbors.effective_metric_: a metric that is a Python function is not supported (byte 0)",
		"effective_metric_", &pyobj.Global{Module: "__main__", Name: "d"})
	f("NearestNeighbors.effective_metric_: the metric 'seuclidean' without V is not supported", "effective_metric_", "seuclidean")
	f("NearestNeighbors.weights: weights that are a Python function is not supported (byte 0)",
		"weights", &pyobj.Global{Module: "__main__", Name: "w"})
	f("not a valid pickle file: NearestNeighbors._fit_X: want a matrix, got shape [2]", "_fit_X", list(1.0, 2.0))
	f("not a valid pickle file: NearestNeighbors._fit_X: want a matrix, got shape [0]", "_fit_X", list())
}

func TestKNeighborsClassifierRefuses(t *testing.T) {
	whole := altered(numberLine(2, 1, 2, 3), "classes_", list("a", "b"), "_y", list(int64(0), int64(1), int64(1)))
	whole.Class = &pyobj.Global{Module: "sklearn.x", Name: "KNeighborsClassifier"}
	f := func(want string, pairs ...any) {
		t.Helper()
		failsWith(t, altered(whole, pairs...), want)
	}
	if _, err := compile(whole); err != nil {
		t.Fatal(err)
	}
	f("not a valid pickle file: at byte 7: KNeighborsClassifier: _y has class 2 of 2", "_y", list(int64(0), int64(1), int64(2)))
	f("not a valid pickle file: at byte 7: KNeighborsClassifier: _y has class -1 of 2", "_y", list(int64(0), int64(1), int64(-1)))
	f("not a valid pickle file: at byte 7: KNeighborsClassifier: _y has 2 values for 3 rows and 1 targets", "_y", list(int64(0), int64(1)))
	f("not a valid pickle file: at byte 7: KNeighborsClassifier: _y has 3 values for 3 rows and 0 targets",
		"outputs_2d_", true, "classes_", list())
	f("KNeighborsClassifier.classes_[1]: targets whose labels differ in type is not supported",
		"outputs_2d_", true, "classes_", list(list("a", "b"), list(int64(1), int64(2))))
}

// A row without neighbours within the radius and without outlier_label is an error
// that names the row.
func TestRadiusWithoutNeighbors(t *testing.T) {
	whole := altered(numberLine(1, 1, 2, 3), "classes_", list("a", "b"), "_y", list(int64(0), int64(1), int64(1)),
		"radius", 1.0, "outlier_label_", nil)
	whole.Class = &pyobj.Global{Module: "sklearn.x", Name: "RadiusNeighborsClassifier"}
	m, err := compile(whole)
	if err != nil {
		t.Fatal(err)
	}
	src := &models.Frame{Rows: 3, Columns: []models.Column{{DType: models.Float64, Width: 1, F64: []float64{1, 2, 9}}}}
	err = m.Predict(new(models.Frame), src, models.Predict)
	if e, ok := err.(*models.DataError); !ok || e.Row != 2 {
		t.Errorf("got %v, want an error at row 2", err)
	}
}
