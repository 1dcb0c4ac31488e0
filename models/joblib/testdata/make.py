"""Makes the fixtures of package joblib, for the Python and joblib that run it.

    python make.py TAG

The committed files come from (Python, NumPy, joblib): py27 (2.7.18, 1.11.3,
0.8.4), py36 (3.6.15, 1.13.3, 0.11), py38 (3.8.18, 1.17.3, 1.1.1), py313 (3.13.0,
2.5.5, 1.6.0; with lz4 4.4.5). What is in them is in arrays-py2.json and arrays-py3.json.
"""
import io
import json
import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "..", "pickle", "testdata"))

import joblib
import numpy as np
import values

tag = sys.argv[1]
os.chdir(here)


def expect(name, value):
    text = json.dumps(values.render(value), sort_keys=True, separators=(",", ":"))
    if os.path.exists(name):
        with io.open(name, "rb") as f:
            assert json.loads(f.read().decode("ascii")) == json.loads(text), "%s: this version disagrees" % name
    with io.open(name, "wb") as f:
        f.write(text.encode("ascii"))


def dump(name, value, **options):
    path = "%s-%s.joblib" % (name, tag)
    joblib.dump(value, path, **options)
    loaded = joblib.load(path)
    assert values.render(loaded) == values.render(value), path


arrays = dict(values.arrays())
small = {"a": np.arange(40, dtype="f8").reshape(5, 8), "o": np.array([u"x", None], dtype=object), "n": 3}
suffix = tag[:3]
expect("arrays-%s.json" % suffix, arrays)

if tag == "py27":  # arrays in files of their own, and zfiles
    del small["o"]
    expect("siblings-py2.json", small)
    expect("zfile-py2.json", small)
    joblib.dump(small, "siblings-py27.joblib")
    joblib.dump(small, "zfile-py27.joblib", compress=3, cache_size=0)
    joblib.dump(dict(values.arrays()), "arrays-zfile-py27.joblib", compress=3)
    objects = [np.array([u"x", None], dtype=object)]
    expect("objects-py2.json", objects)
    joblib.dump(objects, "objects-py27.joblib")
else:
    expect("small-py3.json", small)
    dump("arrays", arrays)
    compressors = ["zlib", "gzip", "bz2", "xz", "lzma"] + (["lz4"] if tag == "py313" else [])
    for c in compressors:
        dump("small-" + c, small, compress=(c, 3))
    if tag == "py313":
        dump("arrays-lz4", arrays, compress=("lz4", 1))
        dump("small-xz9", small, compress=("xz", 9))
        dump("small-lzma9", small, compress=("lzma", 9))
        for protocol in range(6):
            dump("small-p%d" % protocol, small, protocol=protocol)

if tag == "py313":  # 100 MB of zeros in about 120 bytes
    import bz2

    with open("bomb.bz2", "wb") as f:
        f.write(bz2.compress(b"\x80\x04B\x00\xe1\xf5\x05" + bytes(100000000) + b"."))
