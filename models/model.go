package models

// A Predictor is a model that can answer. It is immutable and safe for
// concurrent use.
type Predictor interface {
	// Signature says what the model takes and what each method answers.
	// The caller must not change it.
	Signature() *Signature

	// Predict overwrites dst with one output row per row of src, as method
	// (one of Signature().Methods) computes it. It retains neither frame and
	// does not modify src. src has passed Signature().Check, so the errors
	// left are *DataError: a value the model cannot take, with its place.
	Predict(dst, src *Frame, method Method) error
}

// A Model is a loaded model file: the predictor and what the file said of itself.
type Model struct {
	Predictor
	Info Info
}

// A Method is a way to ask a model, named as scikit-learn names it.
type Method string

// The methods that models may offer.
const (
	Predict          Method = "predict"
	PredictProba     Method = "predict_proba"
	PredictLogProba  Method = "predict_log_proba"
	DecisionFunction Method = "decision_function"
	PredictStd       Method = "predict_std" // predict with return_std: mean and deviation
	ScoreSamples     Method = "score_samples"
	Apply            Method = "apply"         // the leaf of each tree
	Margin           Method = "margin"        // of a booster: before the link of its objective
	Contributions    Method = "contributions" // of each feature to the margin (SHAP), and the mean
	KNeighbors       Method = "kneighbors"
	Transform        Method = "transform"
)

// A Signature is the shape of a model's questions and answers.
type Signature struct {
	// Inputs is either one port with Width > 0 (a matrix of that many
	// features, whose names, if the model knows them, are in Features) or one
	// port per named column.
	Inputs   []Port   `json:"inputs"`
	Features []string `json:"features,omitempty"`

	// Open says that there are no Inputs, and that the model takes columns of any
	// name, each of numbers or of strings, in which values may be missing.
	Open bool `json:"open,omitempty"`

	// Absent is what a value is that a sparse row leaves out.
	Absent Absent `json:"absent,omitempty"`

	// Estimator is the class that the input meets first, as Check names it:
	// "StandardScaler" where that is the first step of a pipeline.
	Estimator string `json:"estimator,omitempty"`

	// Methods, the default one first.
	Methods []MethodSignature `json:"methods"`

	// Classes are the labels of a classifier in the order of its
	// predict_proba columns: int64, float64, bool or string values.
	Classes []any `json:"classes,omitempty"`
}

// An Absent is what a model takes an entry for that a sparse row does not have.
type Absent string

// The answers of the libraries. A sparse matrix of SciPy has zeros there, so that
// is what scikit-learn computes with; to LightGBM "the unrecorded values in sparse
// matrices (and LightSVM) are treated as zeros" (docs/Advanced-Topics.rst), and
// whether a zero is missing is for its model to say; CatBoost fills the rows of a
// libsvm:// file with zeros as well. To a DMatrix of XGBoost they are missing
// (doc/faq.rst, on sparse elements).
const (
	AbsentZero    Absent = ""
	AbsentMissing Absent = "missing"
)

// A MethodSignature says what one method answers.
type MethodSignature struct {
	Name    Method `json:"name"`
	Outputs []Port `json:"outputs"`
}

// A Port is one column of a frame, as the model wants or gives it.
type Port struct {
	Name  string `json:"name,omitempty"`
	DType DType  `json:"dtype"`
	Width int    `json:"width,omitempty"` // 0: one bare value a row; see Column.Width

	// Names are those of the Width values, if the model knows them.
	Names []string `json:"names,omitempty"`

	// Optional says that a request may leave the column out, which then misses
	// all its values.
	Optional bool `json:"optional,omitempty"`

	// Integers says that a port of strings takes integers and truth values too,
	// which stand for their decimal text. No value may be missing.
	Integers bool `json:"integers,omitempty"`
}

// Stride is the number of values that a row of the port takes.
func (p Port) Stride() int { return max(p.Width, 1) }

// Info is what a model file says of itself; none of it is needed to predict.
type Info struct {
	Format      string   `json:"format"`                // "joblib", "skops", "XGBoost UBJSON"
	Compression string   `json:"compression,omitempty"` // "zlib", "lz4", …
	Protocol    int      `json:"protocol"`              // of the pickle or of skops, if it is one
	Library     string   `json:"library"`               // "scikit-learn"
	Version     string   `json:"version,omitempty"`     // that wrote the file: "1.3.2"
	Writer      string   `json:"writer,omitempty"`      // the program beside the library, if the file tells: "skops 0.16.0"
	Outline     Node     `json:"outline"`               // the model as a tree
	Globals     []Global `json:"globals,omitempty"`     // every global that the file names
}

// A Node is one estimator in the outline of a model.
type Node struct {
	Path    string `json:"path"`              // "Pipeline.steps['scale']"
	Class   string `json:"class"`             // "StandardScaler"
	Summary string `json:"summary,omitempty"` // "4 features", "3 classes · multinomial"

	// Columns are those that the node is given of a table, by their names or, if
	// they have none, their places; empty if it is given all.
	Columns  []string `json:"columns,omitempty"`
	Children []Node   `json:"children,omitempty"`
}

// A Global is a module attribute that a file names: a class or a function.
type Global struct {
	Name   string `json:"name"`   // "sklearn.linear_model._logistic.LogisticRegression"
	Offset int64  `json:"offset"` // of what first named it: of an opcode in the uncompressed stream, of a node in schema.json
}
