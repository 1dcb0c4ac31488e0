"""Make pandas-VERSION.pkl: objects of pandas by name, as that version pickles them.

    python pandas.py

runs under whatever pandas is installed; pandas.json says what is in them. The
versions here: 0.23.4 and 0.25.3 (NumPy 1.15.4 and 1.19.5), 1.2.5, 1.5.3, 2.3.3,
3.1.1.
"""

import os
import pickle
import sys

here = sys.path.pop(0)  # this file is called as what it imports

import numpy as np
import pandas as pd

VERSION = tuple(int(p) for p in pd.__version__.split(".")[:2])

objects = {
    "index": pd.Index(["a", "b", "c"]),
    "index_of_ints": pd.Index([3, 1, 2]),
    "index_of_floats": pd.Index([0.5, np.nan]),
    "range": pd.RangeIndex(2, 10, 3),
    "range_down": pd.RangeIndex(3, 0, -1),
    "categories": pd.CategoricalIndex(["u", "v", "u"]),
    "series": pd.Series([1.5, 2.5, np.nan], index=["a", "b", None], name="x"),
    "series_of_texts": pd.Series(["p", "q"], index=[7, -1]),
    "series_of_bools": pd.Series([True, False]),
    "categorical": pd.Categorical(["b", "a", None, "b"], categories=["b", "a"]),
    "frame": pd.DataFrame(
        {"n": [1, 2], "t": ["x", "y"], "f": [0.5, 1.5], "m": [3, 4], "c": pd.Categorical([8, None])},
        columns=["n", "t", "f", "m", "c"],
        index=["i", "j"],
    ),
    "frame_in_rows": pd.DataFrame(np.arange(6.0).reshape(2, 3), columns=[0, 1, 2]),
    "frame_empty": pd.DataFrame({"a": []}, dtype=float),
    "multi": pd.MultiIndex.from_tuples([(1, "a"), (2, "b")]),
    "dates": pd.DatetimeIndex(["2020-01-01"]),
}
if VERSION >= (1, 0):
    objects["integers"] = pd.array([1, None, 3], dtype="Int64")
    objects["integers_whole"] = pd.array([1, 2], dtype="Int64")
    objects["flags"] = pd.array([True, None], dtype="boolean")
    objects["texts"] = pd.array(["s", "t"], dtype="string")

with open(os.path.join(here, "pandas-%d.%d.pkl" % VERSION), "wb") as f:
    pickle.dump(objects, f, protocol=4)
