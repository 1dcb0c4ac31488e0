"""Make the CatBoost fixtures: a model file and what the library answers.

    python make.py OUTDIR [GROUP…]

runs under whatever catboost is installed and writes, for every case that this
version knows, OUTDIR/<case>.json and the model beside it: those of the files
cases_GROUP.py, or of all. ../../fixtures.sh runs it once per line of
versions.txt. The layout of the JSON is described by type Fixture in
models/modeltest/fixture.go.
"""

import glob
import importlib
import os
import sys

import suite


def main(outdir, groups):
    here = os.path.dirname(os.path.abspath(__file__))
    os.makedirs(outdir, exist_ok=True)
    for path in sorted(glob.glob(os.path.join(here, "cases_*.py"))):
        group = os.path.basename(path)[len("cases_") : -len(".py")]
        if groups and group not in groups:
            continue
        first = len(suite.CASES)
        importlib.import_module("cases_" + group)
        for f in suite.CASES[first:]:
            try:
                suite.write(outdir, f.__name__, *f())
            except Exception:
                print("cases_%s.py: %s" % (group, f.__name__), file=sys.stderr)
                raise


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
