// Package sklearn compiles fitted estimators of scikit-learn, and of the libraries
// that follow its conventions ([Libraries]), into an immutable plan.
//
// A pickle gives inert values; the registry ([classes], one line a class) gives
// the constructor for the class that a value names; the constructor reads the
// attributes it needs, checks every shape once, and returns a node. Nodes nest
// as the estimators did. Whatever cannot be compiled is refused there, with its
// path inside the model, so a request can fail only for its data.
//
//	Pipeline                      node: the methods of its last step
//	├─ steps['scale']  StandardScaler     transform: matrix → matrix
//	└─ steps['model']  LogisticRegression predict, predict_proba, decision_function
//
// A pickle is read by the rules of the version that wrote it
// (_sklearn_version); where a formula changed, the constructor decides.
//
// To add a class: a constructor in the file of its scikit-learn module, a line
// in that file's table (registry.go joins the tables), and a case in a cases_*.py
// of models/modeltest/testdata/sklearn. The conformance suite fails while a
// registered class has no fixture.
package sklearn
