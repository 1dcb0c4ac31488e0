"""Lists of labels: MultiLabelBinarizer."""

from sklearn.preprocessing import MultiLabelBinarizer

from suite import *  # noqa: F403

SPARSE = dict(LABELS, transform="exact")


@milestones()
def multi_label_binarizer():
    fitted = MultiLabelBinarizer().fit([["sea", "sun"], ["rain"], ["d\u00e9sert", "sun"]])
    return default_joblib(fitted, SPARSE, [Lists([["sun"], ["sea", "rain", "sun"], ["snow", "sea"], ["rain", "rain"]])])


@milestones()
def multi_label_binarizer_numbers():
    fitted = MultiLabelBinarizer(classes=[7, 2, 5], sparse_output=True).fit([[2], [5, 7]])
    return default_joblib(fitted, SPARSE, [Lists([[2.0, 5.0], [7.0], [1.0, 7.0, 2.0]])])
