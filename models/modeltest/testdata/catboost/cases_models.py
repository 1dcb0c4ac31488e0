"""Models of every loss and kind of feature, as files and as pickles."""

from suite import *


def plain(y=Y, make=regressor, **params):
    return make(**params).fit(X, y)


add("rmse", plain, [ROWS, X[:200:13], edges(plain())])
add("missing_max", lambda: plain(nan_mode="Max"))
add("missing_min", lambda: plain(nan_mode="Min"))
add("no_missing", lambda: regressor().fit(FULL, Y))
add("constant_feature", lambda: regressor().fit(np.column_stack([FULL, np.ones(N)]), Y), [np.column_stack([FULL, np.ones(N)])[:5]])
add("depth_one", lambda: plain(depth=1))
add("deep", lambda: plain(depth=9, iterations=2))
add("many_borders", lambda: regressor(border_count=300, depth=5).fit(RNG.randn(2000, 1), RNG.randn(2000)), [RNG.randn(20, 1)], since=(0, 23))
add("many_trees", lambda: plain(iterations=60, depth=2))
for name in "MAE Quantile:alpha=0.3 LogLinQuantile MAPE Lq:q=1.5 Huber:delta=0.7 Expectile:alpha=0.3 Cox LogCosh".split():
    if VERSION >= ((0, 21) if name != "Cox" and name != "LogCosh" else (1, 2)):
        y = POSITIVE if name.startswith("Log") or name == "MAPE" or name == "Cox" else Y
        add("loss_" + name.split(":")[0].lower(), lambda name=name, y=y: plain(y, loss_function=name))
add("regressor_poisson", lambda: plain(POSITIVE, loss_function="Poisson"), save="pkl")
add("regressor_tweedie", lambda: plain(POSITIVE, loss_function="Tweedie:variance_power=1.4"), save="pkl", since=(0, 24))
add("regressor_uncertainty", lambda: plain(loss_function="RMSEWithUncertainty"), save="pkl", since=(0, 25))
add("uncertainty", lambda: plain(loss_function="RMSEWithUncertainty"), since=(0, 25))
add("multi_quantile", lambda: plain(loss_function="MultiQuantile:alpha=0.1,0.5,0.9"), since=(1, 2))
add("multi_rmse", lambda: plain(np.column_stack([Y, -2 * Y + 1]), loss_function="MultiRMSE"), since=(0, 25))
add("scaled", lambda: scaled(), since=(0, 25))
add("logloss", lambda: plain(TWO, classifier))
add("cross_entropy", lambda: plain(UNIT, bare, loss_function="CrossEntropy"))
add("three", lambda: plain(THREE, classifier, loss_function="MultiClass"))
add("one_vs_all", lambda: plain(THREE, classifier, loss_function="MultiClassOneVsAll"))
add("multi_logloss", lambda: plain(np.column_stack([TWO, THREE > 1]).astype(int), classifier, loss_function="MultiLogloss"), save="pkl", since=(1, 0))
add("multi_cross_entropy", lambda: plain(np.column_stack([UNIT, 1 - UNIT]), classifier, loss_function="MultiCrossEntropy"), save="pkl", since=(1, 0))
add("classifier", lambda: plain(TWO, classifier), save="pkl")
add("classifier_three", lambda: plain(THREE, classifier, loss_function="MultiClass"), save="pkl")
add("classifier_texts", lambda: plain(np.array(["no", "yes"])[TWO], classifier), save="pkl", since=(0, 20))
add("classifier_texts_three", lambda: plain(np.array(["a", "bb", "c"])[THREE], classifier, loss_function="MultiClass"), save="pkl", since=(0, 20))
add("classifier_numbers", lambda: plain(np.array([10, 20, 35])[THREE], classifier, loss_function="MultiClass"), save="pkl", since=(0, 15))
add("classifier_floats", lambda: plain(np.array([0.5, 1.5])[TWO], classifier), save="pkl")
add("classifier_truth", lambda: plain(TWO == 1, classifier), save="pkl", since=(0, 23))
add("classifier_ova", lambda: plain(THREE, classifier, loss_function="MultiClassOneVsAll"), save="pkl")
add("regressor", plain, save="pkl")
add("ranker", lambda: cb.CatBoostRanker(**dict(SMALL, loss_function="YetiRank")).fit(X, THREE, group_id=GROUPS), save="pkl", since=(0, 26))
add("bare", lambda: plain(Y, bare, loss_function="RMSE"), save="pkl")
add("depthwise", lambda: plain(grow_policy="Depthwise", min_data_in_leaf=3), since=(0, 21))
add("lossguide", lambda: plain(grow_policy="Lossguide", max_leaves=7, depth=6), since=(0, 21))
add("lossguide_three", lambda: plain(THREE, classifier, grow_policy="Lossguide", max_leaves=5, loss_function="MultiClass"), since=(0, 21))
add("depthwise_pickle", lambda: plain(TWO, classifier, grow_policy="Depthwise"), save="pkl", since=(0, 21))
add("named", lambda: regressor().fit(pandas.DataFrame(FULL, columns=list("abcde")), Y), [pandas.DataFrame(FULL[:5], columns=list("abcde"))])
add("regressor_named", lambda: regressor().fit(pandas.DataFrame(FULL, columns=list("abcde")), Y), [pandas.DataFrame(FULL[:5], columns=list("abcde"))], "pkl")
add("json", plain, save="json")
add("json_three", lambda: plain(THREE, classifier, loss_function="MultiClass"), save="json")


def scaled():
    m = plain()
    m.set_scale_and_bias(0.7, 1.3)
    m.scaled = True  # the library then gives no contributions
    return m


@case(since=(0, 25))
def classifier_threshold():
    m = plain(TWO, classifier)
    m.set_probability_threshold(0.8)
    return m, [ROWS], "pkl"


@case()
def regressor_stopped():
    m = regressor(iterations=60, learning_rate=0.9, depth=4)
    return m.fit(X[60:], Y[60:], eval_set=(X[:60], Y[:60]), use_best_model=True), [ROWS], "pkl"


@case(since=(1, 0))
def in_pipeline():
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    return Pipeline([("scale", StandardScaler()), ("model", classifier(loss_function="MultiClass"))]).fit(FULL, THREE), [FULL[:6]], "pkl"
