"""Make the fixtures of a library: a model file and what the library answers.

    python make.py OUTDIR [GROUP…]

runs under whatever version is installed and writes, for every case that
this version knows, OUTDIR/<case>.pkl and OUTDIR/<case>.json: those of the files
cases_GROUP.py, or of all. ../../fixtures.sh runs it once per line of
versions.txt. The layout of the JSON is described by type Fixture in
models/modeltest/fixture.go.

To add a class, add a function to the cases_*.py of its group.
"""

import os
import sys

import suite

if __name__ == "__main__":
    suite.main(os.path.dirname(os.path.abspath(__file__)), sys.argv[1], sys.argv[2:])
