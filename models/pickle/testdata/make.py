"""Makes the fixtures of package pickle, for the Python and NumPy that run it.

    python make.py TAG      writes plain-TAG-pN.pkl, arrays-TAG-pN.pkl for the
                            protocols N given, and what is in them as JSON:
                            plain-py2.json, plain-py3.json, arrays-py2.json, ...

The committed files come from (Python, NumPy): py27 (2.7.18, 1.11.3),
py36 (3.6.15, 1.13.3), py38 (3.8.18, 1.17.3), py313 (3.13.0, 2.5.5):

    python2.7  make.py py27 0 1 2
    python3.6  make.py py36 0 2 4
    python3.8  make.py py38 3 5
    python3.13 make.py py313 0 1 2 3 4 5
"""
import io
import json
import os
import pickle
import sys

import values

here = os.path.dirname(os.path.abspath(__file__))


def write(name, text):
    with io.open(os.path.join(here, name), "wb") as f:
        f.write(text)


def expect(name, value):
    """Writes what is expected, or checks that it is what another version expects."""
    text = json.dumps(values.render(value), sort_keys=True, separators=(",", ":"))
    path = os.path.join(here, name)
    if os.path.exists(path):
        with io.open(path, "rb") as f:
            assert json.loads(f.read().decode("ascii")) == json.loads(text), "%s: this version disagrees" % name
    write(name, text.encode("ascii"))


tag, protocols = sys.argv[1], [int(p) for p in sys.argv[2:]]
for group in ("plain", "arrays"):
    made = dict(getattr(values, group)())
    expect("%s-%s.json" % (group, tag[:3]), made)
    for protocol in protocols:
        write("%s-%s-p%d.pkl" % (group, tag, protocol), pickle.dumps(made, protocol))
        if values.PY2:  # the C pickler numbers the memo from 1
            import cPickle
            write("%s-%s-c-p%d.pkl" % (group, tag, protocol), cPickle.dumps(made, protocol))
if "4" in sys.argv[2:]:
    named = values.Named(1, key=2)
    expect("named-py3.json", named)
    write("named-%s-p4.pkl" % tag, pickle.dumps(named, 4))
