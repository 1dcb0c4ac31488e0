// Package codec turns request bodies into frames and frames into answers. A
// codec knows a media type and nothing of models beyond their signature.
//
// # Requests
//
// JSON is a list of rows, bare or as the member "features", "instances",
// "inputs" or "dataframe_records" of an object. A row is a list of values in the
// model's order, or an object with a value for each name. The "dataframe_split"
// of MLflow has the names once:
//
//	{"features": [[5.1, 3.5, 1.4, 0.2], [6.0, 2.9, 4.5, 1.5]]}
//	[[5.1, 3.5, 1.4, 0.2]]
//	[5.1, 3.5, 1.4, 0.2]                                         one row
//	{"instances": [[31, "Oslo", true, null]], "method": "predict_proba"}
//	[{"age": 31, "city": "Oslo"}, {"city": null, "age": 58}]
//	{"dataframe_split": {"columns": ["city", "age"], "data": [["Oslo", 31]]}}
//
// A flat list is one row, unless a row is one value:
//
//	["good value", "broke at once"]                              two texts
//
// CSV is a line for each row, with or without a line of names above.
//
// Columns with names may come in any order, among others that the model does not
// know; one that it knows and that is missing is an error. A model that knows no
// names takes columns in the order in which they come, as scikit-learn does.
//
// LibSVM is a line for each row: a label, which is skipped and may be absent, and
// index:value for the values that are there, in any order:
//
//	1 0:5.1 3:0.2
//	0:6 1:2.9 2:nan                                              no label
//	-1 qid:7 2:4.5  # from Oslo                                  query and comment are skipped
//
// It follows SageMaker's XGBoost container (the functions _get_sparse_matrix_from_libsvm
// of sagemaker_xgboost_container/algorithm_mode/serve_utils.py and libsvm_to_dmatrix
// of encoder.py) and the parser of XGBoost itself (dmlc-core, src/data/libsvm_parser.h):
//
//   - Indices count from 0, as they do for XGBoost and LightGBM in training files,
//     whatever the request holds: index i is the model's value i. The parameter
//     indexing_mode=1 of the media type, named as in XGBoost's, counts from 1, as
//     the files of CatBoost do. The containers up to XGBoost 3.0 count from 0, too.
//     Those since May 2026 count from 1 if no row of a request has an index 0, so
//     that an answer depends on the other rows; that is not done here.
//   - A value that is absent is what the library takes it for (models.Absent):
//     missing to XGBoost; 0 to LightGBM, CatBoost and scikit-learn, also before an
//     XGBoost behind transformers.
//   - An empty line between others is a row in which all is absent, as in the
//     container; XGBoost's own parser skips it. A line of a comment alone is no row.
//   - A first word with a colon is a value, as in the container, not a label with a
//     weight, as in training files.
//   - An index that the model does not have is an error, as for XGBoost. So is one
//     that a row has twice, of which the container takes the sum or the last, and
//     a word behind the label without a colon, which the container skips.
//
// A column that is optional (models.Port) may be left out, and a model that is open
// (models.Signature) takes columns of any name, in each row others:
//
//	[{"city": "Oslo", "wet": true}, {"temperature": 12}]
//
// A missing value (null, an empty field, one that is absent from a sparse row) is marked in Column.Null, and is NaN as
// well where the column holds floats. NaN, Infinity and -Infinity are taken as
// Python writes them. Whether a model can take such values is for it to say.
//
// # Answers
//
// Integers, booleans and strings are written as what they are, and floats as
// Python writes them: the shortest decimal that reads back as the same number,
// always with a point or an exponent.
//
//	{"predictions": ["setosa", "virginica"]}
//	{"predictions": [[0.9, 0.1], [0.25, 0.75]]}
//
// JSON has no NaN: it is answered as null. Infinity is answered as 1e999, a
// number that JSON allows and that Python and JavaScript read as infinity. CSV
// has nan, inf and -inf. Requests in LibSVM are answered as CSV unless they accept
// JSON only.
//
// # Beside SageMaker's XGBoost container
//
// CSV answers are the same: a line for each row, the classes between commas, and
// CSV requests of numbers without a header are read the same. JSON answers have the
// values themselves; those of the container are objects with one member:
//
//	{"predictions": [0.43, 0.06]}                                here
//	{"predictions": [{"score": 0.43}, {"score": 0.06}]}          there
//
// It also finds other delimiters of CSV than the comma, fills columns that are
// absent at the end of a row as missing, reads application/x-recordio-protobuf,
// answers application/jsonlines if SAGEMAKER_INFERENCE_OUTPUT is set, and takes a
// body without a content type for LibSVM (algorithm_mode/serve.py and encoder.py).
// Here an empty line of CSV is skipped, which there is an error, and a body that
// is empty is an error, which there is answered with 204.
package codec

import "github.com/copal-ml/copal/models"

// A Codec reads and writes one media type. Its methods are safe for concurrent
// use.
type Codec interface {
	// Decode overwrites dst with the rows in body, as want.Inputs types them.
	// Strings in dst, and its Method, may alias body. The errors are *Error.
	Decode(dst *Request, want *models.Signature, body []byte) error

	// Append appends the encoding of src to dst, as the Append functions of
	// strconv do.
	Append(dst []byte, src *models.Frame) ([]byte, error)
}

// A Request is what a body asks for. Its memory is reused by the next Decode.
type Request struct {
	Frame  models.Frame
	Method models.Method // that the body names; "" if it names none

	text  []byte // unescaped strings that Frame refers to
	names nameIndex
	order []int // of the values of a row: the model's number of each; -1 for none
	seen  []int // of the model's values: 1 + the last row that gave it

	lacking []int // the model's values that a header, or a record, does not give
}

// Reset drops every reference to the last request's data.
func (r *Request) Reset() {
	r.Frame.Reset()
	r.Method = ""
	r.text = r.text[:0]
	r.lacking = r.lacking[:0]
	r.names.forget()
}
