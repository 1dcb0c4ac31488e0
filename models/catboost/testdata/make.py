"""Make text.cbm and embedding.cbm, which the reader refuses: python make.py

They are those of catboost 1.2.8, pandas 2.2.3, numpy 1.26.4.
"""

import catboost as cb
import pandas

N = 60
NUMBERS = [float(i % 7) for i in range(N)]
TARGET = [i % 7 > 3 for i in range(N)]


def save(column, values, **features):
    table = pandas.DataFrame({"x": NUMBERS, column: values})
    m = cb.CatBoostClassifier(iterations=1, depth=2, thread_count=1, verbose=False, allow_writing_files=False)
    m.fit(table, TARGET, **features)
    for key in ("training", "train_finish_time", "model_guid"):
        del m.get_metadata()[key]
    m.save_model(list(features)[0].split("_")[0] + ".cbm")


save("story", ["red house" if t else "blue sea" for t in TARGET], text_features=["story"])
save("vector", [[float(t), 1.0] for t in TARGET], embedding_features=["vector"])
