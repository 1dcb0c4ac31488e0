"""Train the example model of copal and write down what it answers.

    python -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python train.py

writes model.pkl (joblib) and expected.json (rows and scikit-learn's own
answers to them) beside this file. Both are committed, so that neither `make
demo` nor a test needs Python.
"""

import json
import pathlib

import joblib
import sklearn
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

here = pathlib.Path(__file__).parent

X, y = load_iris(return_X_y=True)
model = LogisticRegression(max_iter=1000).fit(X, y)
joblib.dump(model, here / "model.pkl")

rows = [
    [5.1, 3.5, 1.4, 0.2],
    [6.0, 2.9, 4.5, 1.5],
    [6.3, 3.3, 6.0, 2.5],
    [5.9, 3.0, 5.1, 1.8],
    [4.9, 2.4, 3.3, 1.0],
]
expected = {
    "scikit-learn": sklearn.__version__,
    "rows": rows,
    "predict": model.predict(rows).tolist(),
    "predict_proba": model.predict_proba(rows).tolist(),
    "decision_function": model.decision_function(rows).tolist(),
}
(here / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
