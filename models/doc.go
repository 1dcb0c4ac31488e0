// Package models turns a trained model file into a [Predictor].
//
// Nothing here knows HTTP, containers or AWS, and nothing here runs code that a
// model file holds. A file becomes inert values (packages pickle, joblib), the
// inert values become an immutable plan (package sklearn and its siblings), and
// the plan is compiled once, at load: whatever is unsupported is refused there,
// with its path inside the model, and cannot surface at request time.
//
// # The data
//
// A [Frame] is a batch. It holds columns, and every column has the same number
// of rows. A column with Width 0 holds one bare value a row; a column with
// Width n holds n values a row, row-major:
//
//	Frame{Rows: 2, Columns: {                      row 0    row 1
//	    {Name: "age",  DType: Int64, Width: 0}      31       58
//	    {Name: "",     DType: Float64, Width: 3}    a b c    d e f    F64 = a b c d e f
//	}}
//
// A dense matrix is therefore a frame of one column, and a table with names is
// a frame of many. The same type carries requests, answers and everything
// between two steps of a pipeline, so a codec never knows a model and a model
// never knows a media type.
package models
