package sklearn

import "testing"

func TestKnownGlobals(t *testing.T) {
	f := func(want bool, name string) {
		t.Helper()
		if got := known(split(name)); got != want {
			t.Errorf("%s: known is %v", name, got)
		}
	}
	f(true, "numpy.core.multiarray._reconstruct")
	f(true, "numpy._core.multiarray._reconstruct")
	f(true, "numpy._core.numeric._frombuffer")
	f(true, "numpy.ndarray")
	f(true, "numpy.random._pickle.__randomstate_ctor")
	f(true, "__builtin__.set")
	f(true, "builtins.frozenset")
	f(true, "copy_reg._reconstructor")
	f(true, "collections.OrderedDict")
	f(true, "scipy.sparse._csr.csr_matrix")
	f(true, "pandas.core.indexes.base._new_Index")
	f(true, "joblib.numpy_pickle.NumpyArrayWrapper")
	f(true, "sklearn.externals.joblib.numpy_pickle.NumpyArrayWrapper")
	f(true, "sklearn.svm.classes.SVC")      // refused by its path
	f(true, "xgboost.sklearn.XGBRegressor") // refused by its path

	f(false, "builtins.eval")
	f(false, "builtins.getattr")
	f(false, "__builtin__.apply")
	f(false, "os.system")
	f(false, "posix.system")
	f(false, "nt.system")
	f(false, "subprocess.Popen")
	f(false, "__main__.f")
	f(false, "numpy.load")
	f(false, "numpy.core.numeric.load")
	f(false, "numpy.testing._private.utils.runstring")
	f(false, "numpyx.random.seed")
	f(false, "sklearn.externals.joblib.pool.Pool")
	f(false, "sklearnx.linear_model.Ridge")
	f(false, "pandas.eval")
	f(false, "pandas.io.common.get_handle")
	f(false, "joblib.parallel.Parallel")
	f(false, "cloudpickle.cloudpickle._make_function")
	f(false, "dill._dill._create_function")
	f(false, "types.CodeType")
	f(false, "webbrowser.open")
	f(false, "builtins.set.__init__")
	f(false, ".")
	f(false, "")
}
