package sklearn

import (
	"fmt"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

// An inert says which globals of a module stand for plain data. No global is
// ever called, so the table is not what keeps code from running; it is what
// keeps a model that depends on code from being taken for one that does not.
type inert struct {
	module string // under its present name (pyobj.Global.Normal); with ".*" the modules below it as well
	names  string // separated by spaces; "*" for all
}

// inerts are the globals that files of fitted estimators name, as seen in files
// of scikit-learn 0.18 to 1.9, numpy 1 and 2, SciPy, pandas and joblib.
var inerts = []inert{
	{"builtins", "DeprecationWarning FutureWarning UserWarning bool bytearray bytes complex dict float frozenset int list object range set slice str tuple"},
	{"copyreg", "_reconstructor __newobj__ __newobj_ex__"},
	{"_codecs", "encode"},
	{"collections", "Counter OrderedDict defaultdict deque"},
	{"datetime", "date datetime time timedelta timezone"},
	{"decimal", "Decimal"},
	{"functools", "partial"},
	{"pathlib", "Path PosixPath PurePosixPath WindowsPath PureWindowsPath"},
	{"pathlib._local", "Path PosixPath PurePosixPath WindowsPath PureWindowsPath"},
	{"uuid", "UUID"},
	{"dill._dill", "_create_array _get_attr _import_module _load_type"}, // see pyobj.Plain

	{"numpy", "bool bool_ dtype ndarray matrix recarray float16 float32 float64 int8 int16 int32 int64" +
		" uint8 uint16 uint32 uint64 intp intc longlong object_ str_ bytes_ void datetime64 timedelta64" +
		" amax amin max mean median min std sum var " + ufuncNames},
	{"numpy.core", "_ufunc_reconstruct"},
	{"numpy.core.multiarray", "_reconstruct scalar"},
	{"numpy.core.numeric", "_frombuffer"},
	{"numpy.core._multiarray_umath", "*"},
	{"numpy.core.fromnumeric", "around clip round_ max mean median min std sum var"},
	{"numpy.lib.type_check", "nan_to_num"},
	{"numpy.dtypes", "*"},
	{"numpy.ma", "MaskedArray"},
	{"numpy.ma.core", "MaskedArray _mareconstruct"},
	{"numpy.matrixlib.defmatrix", "matrix"},
	{"numpy.random.*", "*"},
	{"mtrand", "RandomState __RandomState_ctor"},

	{"scipy.sparse.*", "*"},
	{"scipy.interpolate.*", "*"},
	{"scipy.special.*", "*"},
	{"scipy._lib.array_api_compat.*", "asarray"}, // of a BSpline
	{"scipy.stats.*", "*"},

	{"pandas", "Index RangeIndex Series DataFrame CategoricalDtype StringDtype"},
	{"pandas.arrays", "*"},
	{"pandas.core.*", "*"},
	{"pandas._libs.*", "*"},
	{"pyarrow.lib", "_restore_array py_buffer type_for_alias"},

	{"joblib._store_backends", "FileSystemStoreBackend"},
	{"joblib.memory", "Memory MemorizedFunc"},
	{"joblib.numpy_pickle", "NumpyArrayWrapper"},
	{"joblib.numpy_pickle_compat", "NDArrayWrapper ZNDArrayWrapper"},
	{"sklearn.externals.joblib._store_backends", "FileSystemStoreBackend"},
	{"sklearn.externals.joblib.memory", "Memory MemorizedFunc"},
	{"sklearn.externals.joblib.numpy_pickle", "NumpyArrayWrapper NDArrayWrapper ZNDArrayWrapper"},
	{"sklearn.externals.joblib.numpy_pickle_compat", "NDArrayWrapper ZNDArrayWrapper"},
	{"sklearn._loss.*", "*"},
	{"_loss", "*"}, // how wheels of 1.3 to 1.5 name sklearn._loss._loss
}

// libraries are packages whose estimators Compile refuses by their path in the
// model, which says more than the offset of a global.
var libraries = []string{
	"sklearn", "xgboost", "lightgbm", "catboost", "imblearn", "category_encoders", "sklearn_pandas", "sklearn2pmml",
	"statsmodels", "interpret", "ngboost", "keras", "tensorflow", "torch",
}

// checkGlobals refuses the first global that stands for code, or for something
// that nothing is known of.
func checkGlobals(root pyobj.Value, globals []models.Global) error {
	for _, g := range globals {
		module, name := split(g.Name)
		if known(module, name) {
			continue
		}
		return refuse(root, g, module, name)
	}
	return nil
}

// split is the normal form of "numpy._core.multiarray.scalar". A name within a
// class has a dot of its own ("Outer.Inner"), which no known name has.
func split(full string) (module, name string) {
	dot := strings.LastIndexByte(full, '.')
	if dot < 0 {
		return "", full
	}
	g := pyobj.Global{Module: full[:dot], Name: full[dot+1:]}
	return g.Normal()
}

func known(module, name string) bool {
	for _, entry := range inerts {
		if entry.matches(module) && (entry.names == "*" || hasWord(entry.names, name)) {
			return true
		}
	}
	if within(module, "sklearn.externals") {
		return false
	}
	for _, library := range libraries {
		if within(module, library) {
			return true
		}
	}
	return false
}

func (e inert) matches(module string) bool {
	if tree, ok := strings.CutSuffix(e.module, ".*"); ok {
		return within(module, tree)
	}
	return module == e.module
}

func within(module, tree string) bool {
	rest, ok := strings.CutPrefix(module, tree)
	return ok && (rest == "" || rest[0] == '.')
}

func hasWord(words, word string) bool {
	for w := range strings.FieldsSeq(words) {
		if w == word {
			return true
		}
	}
	return false
}

func refuse(root pyobj.Value, g models.Global, module, name string) error {
	place := locate(root, g)
	e := &models.UnsupportedError{Path: place.path, Feature: "the global " + g.Name, Offset: g.Offset}
	switch {
	case within(module, "cloudpickle") || within(module, "dill") || module == "types":
		e.Feature = "the Python function or class that " + g.Name + " stands for"
		if place.code.name != "" {
			e.Feature = fmt.Sprintf("the Python %s, pickled by value (%s)", place.code, g.Name)
		}
		e.Hint = "Copal runs no Python code. Replace it by a ufunc of NumPy or a transformer of scikit-learn, fit again and save with joblib.dump."
	case module == "__main__":
		e.Hint = "It was defined in the script that saved the model, and Copal runs no Python code. Use estimators of scikit-learn itself and fit again."
	default:
		e.Hint = "Nothing was run. An estimator has no use for it: if you did not expect it, do not load this file in Python."
	}
	return e
}
