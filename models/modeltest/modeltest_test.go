package modeltest_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/copal-ml/copal/models/formats"
	"github.com/copal-ml/copal/models/modeltest"
)

// Compositions tell the names of their results wherever the library does.
func TestNamesOfCompositions(t *testing.T) {
	const dir = "testdata/sklearn"
	known := 0
	for _, name := range modeltest.List(t, dir) {
		if !strings.Contains(name, "/compose_") && !strings.Contains(name, "/union_") {
			continue
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		f, err := modeltest.ReadFixture(path + ".json")
		if err != nil {
			t.Fatal(err)
		}
		if len(f.Names) == 0 {
			continue
		}
		known++
		m, err := formats.OpenFile(path + ".pkl")
		if err != nil {
			t.Fatal(err)
		}
		if got := modeltest.NamesOut(m); len(got) != len(f.Names) {
			t.Errorf("%s: the model tells %d names, the library %d", name, len(got), len(f.Names))
		}
	}
	if known == 0 {
		t.Error("no fixture has names")
	}
}

func TestSklearn(t *testing.T) { modeltest.Run(t, "testdata/sklearn") }

func TestCatBoost(t *testing.T) { modeltest.Run(t, "testdata/catboost") }

// TestCloudpickle has the models of the same cases as cloudpickle, which MLflow
// uses, and dill write them.
func TestCloudpickle(t *testing.T) { modeltest.Run(t, "testdata/cloudpickle") }

// TestSkops has the models of the same cases in .skops files.
func TestSkops(t *testing.T) { modeltest.Run(t, "testdata/skops") }

func TestLightGBM(t *testing.T) { modeltest.Run(t, "testdata/lightgbm") }

func TestXGBoost(t *testing.T) { modeltest.Run(t, "testdata/xgboost") }

func TestImblearn(t *testing.T) { modeltest.Run(t, "testdata/imblearn") }

func TestSklearnPandas(t *testing.T) { modeltest.Run(t, "testdata/sklearn_pandas") }

func TestStatsmodels(t *testing.T) { modeltest.Run(t, "testdata/statsmodels") }

func TestCategoryEncoders(t *testing.T) { modeltest.Run(t, "testdata/category_encoders") }
