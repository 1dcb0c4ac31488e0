// Package xgboost reads models of XGBoost (0.80 to 3.x): JSON, UBJSON, the old
// binary format, and what a pickled Booster holds. It knows no Python and no
// scikit-learn: a [Booster] is what the file says, checked, and a [Model] is that
// made ready to run.
//
//	b, err := xgboost.Read(src)
//	m, err := b.Compile(xgboost.Options{})
//	m.Margin(out, x)  // Booster.predict(output_margin=True)
//	m.Predict(out, x) // Booster.predict
//	m.Apply(out, x)   // Booster.predict(pred_leaf=True)
//
// Rows are float64 and rounded to float32, as DMatrix does; NaN is missing.
// Margins and leaves have the very bits of the release that wrote the file, which
// differ between releases: see addsLast. Links (the sigmoid, the softmax) use
// [kernel.Exp32] and have the bits of XGBoost on Linux, whose expf is glibc's.
//
// Trees know categories by code. Since 3.1 a file has what the codes stand for, if
// the model was trained on a table: see Booster.Codes, by which [Load] takes values
// of the table. Files of older releases do not say, and rows hold codes.
//
// Sources, in https://github.com/dmlc/xgboost: src/learner.cc, src/gbm,
// src/tree/tree_model.cc, src/predictor/cpu_predictor.cc, src/objective, and
// doc/model.schema. They are cited by these names.
package xgboost
