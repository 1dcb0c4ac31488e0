"""Values for the fixtures of packages pickle and joblib, and their rendering.

render(v) says in JSON what a decoder should answer; render in
package models/pyobj/pyobjtest does the same for decoded values.
"""
import struct
import sys
from collections import OrderedDict

import numpy as np

PY2 = sys.version_info[0] == 2
if not PY2:
    long, unicode = int, str


class Point(object):
    def __init__(self, x, y):
        self.x, self.y = x, y


class Slotted(object):
    __slots__ = ("a", "b")

    def __init__(self, a, b):
        self.a, self.b = a, b

    def __getstate__(self):
        return (None, {"a": self.a, "b": self.b})

    def __setstate__(self, state):
        self.a, self.b = state[1]["a"], state[1]["b"]


class Named(object):
    """Made with arguments: NEWOBJ_EX in protocol 4."""

    def __new__(cls, *args, **kwargs):
        self = object.__new__(cls)
        self.how = (args, kwargs)
        return self

    def __getnewargs_ex__(self):
        return self.how

    def __getstate__(self):
        return {"kept": 1}

    def __setstate__(self, state):
        pass


class Stack(list):
    pass


class Table(dict):
    pass


def render_str(v):
    """A Python 2 str is text if it looks like it."""
    if PY2 and all(0 < ord(c) < 0x80 for c in v):
        return {"s": v.decode("ascii")}
    if isinstance(v, unicode):
        return {"s": v}
    return {"b": bytes(v).hex() if not PY2 else v.encode("hex")}


def render_array(a):
    kind = a.dtype.kind
    flat = a.ravel("C")
    if kind == "O":
        items = [render(v) for v in flat]
    elif kind in "f":
        items = [float(v).hex() for v in flat]
    elif kind in "iu":
        items = [str(int(v)) for v in flat]
    elif kind == "b":
        items = [bool(v) for v in flat]
    elif kind in "mM":
        items = [str(int(v)) for v in flat.astype("i8")]
    elif kind == "U":
        items = [unicode(v) for v in flat]
    elif kind == "S":
        items = [bytes(v).decode("latin1") for v in flat]
    else:  # the bytes in C order
        data = flat.tobytes()
        items = [data.encode("hex") if PY2 else data.hex()]
    return {"array": {"kind": kind, "shape": list(a.shape), "items": items}}


def render(v):
    if v is None or isinstance(v, bool):
        return v
    if isinstance(v, np.generic):
        if v.dtype.kind in "mMcV":
            return render_array(np.asarray(v))
        if v.dtype.kind == "S":
            return {"b": bytes(v).hex() if not PY2 else bytes(v).encode("hex")}
        v = v.item()
        return render(v)
    if isinstance(v, (int, long)):
        return {"i": str(v)}
    if isinstance(v, float):
        return {"f": v.hex()}
    if isinstance(v, unicode):
        return {"s": v}
    if isinstance(v, (bytes, bytearray)):
        return render_str(v) if isinstance(v, bytes) else {"b": bytes(v).hex() if not PY2 else bytes(v).encode("hex")}
    if isinstance(v, np.ndarray):
        return render_array(v)
    name = "values." + type(v).__name__
    if isinstance(v, Point):
        return {"object": name, "state": render({"x": v.x, "y": v.y})}
    if isinstance(v, Slotted):
        return {"object": name, "state": render((None, {"a": v.a, "b": v.b}))}
    if isinstance(v, Named):
        return {"object": name, "state": render({"kept": 1})}
    if isinstance(v, Stack):
        return {"object": name, "list": [render(i) for i in v]}
    if isinstance(v, Table):
        return {"object": name, "dict": [[render(k), render(v[k])] for k in v]}
    if isinstance(v, OrderedDict):
        return {"object": "collections.OrderedDict"}
    if isinstance(v, list):
        return {"list": [render(i) for i in v]}
    if isinstance(v, tuple):
        return {"tuple": [render(i) for i in v]}
    if isinstance(v, dict):
        return {"dict": sorted(([render(k), render(i)] for k, i in v.items()), key=repr)}
    if isinstance(v, (set, frozenset)):
        return {"set": sorted((render(i) for i in v), key=repr)}
    raise TypeError(type(v))


def plain():
    shared = [u"shared"]
    values = OrderedDict([
        ("constants", [None, True, False]),
        ("ints", [0, 1, -1, 255, 256, 65535, 65536, 2**31 - 1, -2**31, 2**31, 2**63 - 1, -2**63, 2**63, -2**63 - 1,
                  10**40, -10**40, 2**2039, -2**2047, long(0), long(-1), long(-128), long(128)]),
        ("floats", [0.0, -0.0, 1.5, -1e308, 5e-324, 0.1, float("inf"), float("-inf"), float("nan")]),
        ("text", [u"", u"abc", u"\u00e9\u20ac\U0001d11e", u"\\u0041 \\ \n\r\t'\"\\\\", u"\x00\x1a", u"x" * 300]),
        ("str", ["", "plain", "it's", 'say "x"', "tab\t", "back\\slash"]),
        ("bytes", [b"", b"bytes", b"\x00\x01\xff", bytes(bytearray(range(256))), bytearray(b"array\xff")]),
        ("tuples", [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), ((), ((),))]),
        ("dict", {u"a": 1, 2: u"b", None: None, (1, 2): [3], 1.5: u"c"}),
        ("set", set([1, 2, u"x"])),
        ("frozenset", frozenset([3])),
        ("empty", [[], {}, set(), frozenset()]),
        ("batch", list(range(1001))),
        ("shared", [shared, shared]),
        ("point", Point(1, [2.5])),
        ("slotted", Slotted(u"a", 7)),
        ("stack", Stack([1, 2])),
        ("table", Table({u"k": u"v"})),
        ("ordered", OrderedDict([(u"one", 1)])),
    ])
    if not PY2:
        values["surrogate"] = "\ud800x"
    return values


def arrays():
    matrix = np.arange(6, dtype="f8").reshape(2, 3) / 4
    objects = np.empty((2, 2), dtype=object)
    objects[0, 0], objects[0, 1], objects[1, 0], objects[1, 1] = 1, u"two", None, [3.5]
    return OrderedDict([
        ("f8", matrix),
        ("f8_fortran", np.asfortranarray(matrix)),
        ("f8_view", np.arange(12.0).reshape(3, 4)[::2, 1:3]),
        ("f8_big_endian", matrix.astype(">f8")),
        ("f4", np.array([1.5, -0.0, np.inf, np.nan], dtype="f4")),
        ("f2", np.array([1.5, 65504, 6e-8, -2, np.inf, 0], dtype="f2")),
        ("ints", [np.array([-1, 2, -3], dtype=t) for t in ("i1", "<i2", ">i2", "<i4", ">i4", "<i8", ">i8")]),
        ("uints", [np.array([1, 2, 200], dtype=t) for t in ("u1", "<u2", ">u4", "<u8")] + [np.array([2**64 - 1], "u8")]),
        ("bool", np.array([[True, False], [False, False]])),
        ("unicode", np.array([u"setosa", u"\u00e9\U0001d11e", u""])),
        ("unicode_big_endian", np.array([u"ab", u"\u20ac"], dtype=">U2")),
        ("bytes", np.array([b"ab", b"c"])),
        ("objects", objects),
        ("objects_fortran", np.asfortranarray(objects)),
        ("object_strings", np.array([u"a", u"bb", u"a"], dtype=object)),
        ("structured", np.array([(1, 2.5, u"x"), (3, 4.5, u"yz")], dtype=[(str("i"), "<i4"), (str("f"), ">f8"), (str("u"), "<U2")])),
        ("subarray", np.zeros(2, dtype=[(str("v"), "<f4", (2, 2)), (str("n"), "<i2")])),
        ("datetime", np.array(["2020-01-02", "1969-12-31"], dtype="M8[D]")),
        ("datetime_ns", np.array([1, -1], dtype="M8[ns]")),
        ("timedelta", np.array([5], dtype="m8[ms]")),
        ("complex", np.array([1 + 2j])),
        ("empty", np.zeros((0, 3))),
        ("zero_d", np.array(2.5)),
        ("one_column", np.asfortranarray(np.array([[1.0], [2.0]]))),
        ("scalars", [np.float64(1.5), np.float32(0.1), np.int64(-7), np.uint8(200), np.bool_(True), np.uint64(2**63),
                     np.array([u"\u00e9t"])[0], np.array([b"raw"])[0], np.float16(0.5), np.datetime64("2020-01-02", "D"),
                     np.array([(1, 2)], dtype="i4,i4")[0]]),
        ("dtype_shared", [np.array([1.0]), np.array([2.0])]),
    ])
