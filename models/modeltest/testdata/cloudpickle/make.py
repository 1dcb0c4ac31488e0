"""Make the fixtures of cloudpickle (as MLflow saves models) and dill: models of
the scikit-learn cases, whose classes travel by reference.

    python make.py OUTDIR

writes OUTDIR/cloudpickle_<case>.pkl, OUTDIR/dill_<case>.pkl and their .json for
each case in CHOSEN. See ../sklearn/make.py for the rest.
"""

import glob
import importlib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "sklearn"))

import cloudpickle  # noqa: E402
import dill  # noqa: E402
import suite  # noqa: E402

CHOSEN = """
    compose_census function_log1p function_expit function_arguments gradient_boosting_classifier
    hist_gradient_boosting_regressor knn_classifier pipeline_logistic pipeline_nested random_forest_classifier
    search_grid svc_rbf tfidf_vectorizer_logistic
""".split()


def saver(module):
    def save(model, path):
        with open(path, "wb") as f:
            module.dump(model, f)

    return save


def main(outdir):
    os.makedirs(outdir, exist_ok=True)
    here = os.path.dirname(os.path.abspath(suite.__file__))
    for path in sorted(glob.glob(os.path.join(here, "cases_*.py"))):
        importlib.import_module(os.path.basename(path)[: -len(".py")])
    for case in suite.CASES:
        if case.__name__ in CHOSEN:
            model, tolerance, batches, _ = case()
            for module in (cloudpickle, dill):
                suite.write(outdir, module.__name__ + "_" + case.__name__, model, tolerance, batches, saver(module))


if __name__ == "__main__":
    main(sys.argv[1])
