"""The libraries' side of the bench of trees: fits models, asks them, times them.

    trees_peer.py FOLDER

reads commands from standard input and answers each with one line. Times are
nanoseconds of processor time, the least of what was measured:

    fit NAME                 fit it, write its file, NAME.rows and NAME.answers
                             (float64) into FOLDER; answers FILE WHAT…, or - WHY…
    time NAME ROWS SECONDS   one predict of ROWS rows, the rows rotating
    compile OTHER NAME       hand the model to OTHER, which time then knows as
                             OTHER/NAME; answers ready, or - WHY…
    load NAME                to load the file, in a process of its own; answers
                             TIME BYTES, by which the process has grown
"""

import importlib
import os
import subprocess
import sys
import time
from importlib import metadata

import numpy as np

ROWS = 10_000
FITTED_ROWS = 20_000
FEATURES = 50
TREES = 500
LARGE = 200e6  # bytes of the large LightGBM model


def points(rng, rows):
    """Numbers that float32 holds, and a target that takes many features to tell."""
    x = rng.normal(size=(rows, FEATURES)).astype(np.float32).astype(np.float64)
    y = x[:, 0] * x[:, 1] + np.sin(3 * x[:, 2]) + x[:, 3:23] @ np.linspace(1, 0.1, 20) + rng.normal(size=rows)
    return x, y


class XGBoost:
    module, file = "xgboost", "xgboost.ubj"

    def fit(self, x, y, file):
        library = importlib.import_module(self.module)
        parameters = {"max_depth": 6, "eta": 0.1, "tree_method": "hist", "objective": "binary:logistic"}
        library.train(parameters, library.DMatrix(x, y > 0), TREES).save_model(file)
        return f"{TREES} trees of depth 6"

    def load(self, file):
        return importlib.import_module(self.module).Booster(model_file=file)

    def predict(self, model, x):
        return model.inplace_predict(x, predict_type="margin")


class LightGBM:
    module, file = "lightgbm", "lightgbm.txt"

    def fit(self, x, y, file, trees=TREES, leaves=31):
        library = importlib.import_module(self.module)
        parameters = {"num_leaves": leaves, "objective": "binary", "min_data_in_leaf": 5, "verbose": -1, "num_threads": 1}
        library.train(parameters, library.Dataset(x, y > 0), trees).save_model(file)
        return f"{trees} trees of {leaves} leaves"

    def load(self, file):
        return importlib.import_module(self.module).Booster(model_file=file)

    def predict(self, model, x):
        return model.predict(x, raw_score=True, num_threads=1)


class LargeLightGBM(LightGBM):
    """A large file: the trees of a small one, again and again."""

    file = "large.txt"

    def fit(self, x, y, file):
        super().fit(x, y, file, 100, 255)
        with open(file) as f:
            head, *trees = f.read().split("Tree=")
        trees[-1], _, rest = trees[-1].partition("end of trees")
        trees = [t.split("\n", 1)[1] for t in trees]
        copies = int(LARGE / sum(map(len, trees)))
        trees = [f"Tree={i}\n{t}" for i, t in enumerate(trees * copies)]
        sizes = " ".join(str(len(t)) for t in trees)
        head = "\n".join(f"tree_sizes={sizes}" if line.startswith("tree_sizes=") else line for line in head.split("\n"))
        with open(file, "w") as f:
            f.write(head + "".join(trees) + "end of trees" + rest)
        return f"{len(trees)} trees of 255 leaves"


class CatBoost:
    module, file = "catboost", "catboost.cbm"

    def fit(self, x, y, file):
        library = importlib.import_module(self.module)
        model = library.CatBoostClassifier(iterations=TREES, depth=6, verbose=False, thread_count=1, allow_writing_files=False)
        model.fit(x, y > 0).save_model(file)
        return f"{TREES} trees of depth 6"

    def load(self, file):
        return importlib.import_module(self.module).CatBoost().load_model(file)

    def predict(self, model, x):
        return model.predict(x, prediction_type="RawFormulaVal", thread_count=1)


class RandomForest:
    module, file = "sklearn", "forest.pkl"

    def fit(self, x, y, file):
        from joblib import dump
        from sklearn.ensemble import RandomForestClassifier

        model = RandomForestClassifier(100, random_state=0).fit(x, y > 0)
        dump(model, file)
        depths = [t.get_depth() for t in model.estimators_]
        nodes = sum(t.tree_.node_count for t in model.estimators_)
        return f"100 trees of depth {max(depths)}, {nodes} nodes"

    def load(self, file):
        from joblib import load

        return load(file)

    def predict(self, model, x):
        return model.predict_proba(x)


class Lleaves:
    module = "lleaves"

    def compile(self, file):
        model = importlib.import_module(self.module).Model(model_file=file)
        model.compile(raw_score=True)
        return model

    def predict(self, model, x):
        return model.predict(x, n_jobs=1)


class Treelite:
    """Its predictor without a compiler, GTIL; compiled, 500 trees take minutes until they run."""

    module = "treelite"

    def compile(self, file):
        frontend = importlib.import_module(self.module).frontend
        read = frontend.load_lightgbm_model if file.endswith(".txt") else frontend.load_xgboost_model
        return read(file)

    def predict(self, model, x):
        return importlib.import_module("treelite.gtil").predict(model, x.astype(np.float32), nthread=1, pred_margin=True)


CASES = {"xgboost": XGBoost(), "lightgbm": LightGBM(), "catboost": CatBoost(), "forest": RandomForest(), "large": LargeLightGBM()}
OTHERS = {"lleaves": Lleaves(), "treelite": Treelite()}


def resident():
    """Bytes of memory that this process has."""
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def load(name, file):
    """Loads file a few times, and prints the least time and by how much the first made this process grow."""
    case = CASES[name]
    importlib.import_module(case.module)
    took, grown, models = [], None, []
    for _ in range(5 if os.path.getsize(file) < 50e6 else 2):
        models.clear()
        before, begin = resident(), time.process_time_ns()
        models.append(case.load(file))
        took.append(time.process_time_ns() - begin)
        grown = resident() - before if grown is None else grown
    print(min(took), grown)


class Peer:
    def __init__(self, folder):
        self.folder, self.models, self.asked = folder, {}, {}

    def fit(self, name):
        case = CASES[name]
        try:
            importlib.import_module(case.module)
        except ImportError as e:
            return f"- {e}"
        rng = np.random.default_rng(0)
        file = os.path.join(self.folder, case.file)
        what = case.fit(*points(rng, FITTED_ROWS), file)
        if name == "large":
            return f"{case.file} {what}"
        x, model = points(rng, ROWS)[0], case.load(file)
        x.tofile(os.path.join(self.folder, name + ".rows"))
        case.predict(model, x).astype(np.float64).tofile(os.path.join(self.folder, name + ".answers"))
        self.models[name] = case, model
        self.asked = {"1": [x[i : i + 1].copy() for i in range(1000)], str(ROWS): [x]}
        return f"{case.file} {what}"

    def compile(self, other, name):
        case = OTHERS[other]
        try:
            model = case.compile(os.path.join(self.folder, CASES[name].file))
        except Exception as e:  # it is absent, or does not go with what else is installed
            return f"- {type(e).__name__}: {e}".splitlines()[0]
        self.models[f"{other}/{name}"] = case, model
        return "ready"

    def time(self, name, rows, seconds):
        case, model = self.models[name]
        asked, took, n = self.asked[rows], [], 0
        at_once = 50 if rows == "1" else 1
        end = time.perf_counter() + float(seconds)
        while not took or time.perf_counter() < end:
            begin = time.process_time_ns()
            for _ in range(at_once):
                case.predict(model, asked[n % len(asked)])
                n += 1
            took.append((time.process_time_ns() - begin) // at_once)
        return min(took)

    def load(self, name):
        command = [sys.executable, __file__, "load", name, os.path.join(self.folder, CASES[name].file)]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def versions():
    owners = metadata.packages_distributions()
    modules = ["xgboost", "lightgbm", "catboost", "sklearn", "lleaves", "treelite"]
    return ", ".join(f"{m} {metadata.version(owners[m][0])}" for m in modules if m in owners)


def main():
    if sys.argv[1] == "load":
        load(*sys.argv[2:])
        return
    peer = Peer(sys.argv[1])
    print(versions(), flush=True)
    for line in sys.stdin:
        command, *args = line.split()
        print(getattr(peer, command)(*args), flush=True)


main()
