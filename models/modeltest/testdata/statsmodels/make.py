"""As ../sklearn/make.py, for statsmodels."""

import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(os.path.dirname(here), "sklearn"))

import suite

if __name__ == "__main__":
    suite.main(here, sys.argv[1], sys.argv[2:])
