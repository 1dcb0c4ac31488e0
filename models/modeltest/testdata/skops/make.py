"""Make the .skops fixtures: models of the scikit-learn cases, written by skops.

    python make.py OUTDIR

runs under whatever skops and scikit-learn are installed and writes, for each
case in CHOSEN that this version of scikit-learn has, OUTDIR/<case>.skops and
OUTDIR/<case>.json. See ../sklearn/make.py for the rest.
"""

import glob
import importlib
import os
import sys
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "sklearn"))

import skops.io  # noqa: E402
import suite  # noqa: E402

# Every kind of node that fitted estimators hold, and every group of estimators.
CHOSEN = """
    ada_boost_classifier bagging_classifier bayesian_mixture calibrated_sigmoid classifier_chain
    compose_census compose_census_search compose_pipeline compose_text_beside_numbers count_vectorizer
    decision_tree_classifier decision_tree_regressor_outputs dict_vectorizer_logistic dummy_classifier_prior
    elastic_net extra_trees_classifier function_arguments function_expit function_log1p gaussian_mixture_full
    gaussian_nb gp_classifier_binary gp_regressor gradient_boosting_classifier gradient_boosting_regressor_huber
    hist_gradient_boosting_classifier_categories hist_gradient_boosting_regressor isolation_forest
    iterative_imputer_linear k_means kbins_onehot kernel_density_gaussian kernel_pca_rbf knn_classifier
    knn_classifier_sparse knn_imputer knn_regressor label_propagation_knn latent_dirichlet_text lda linear_svc
    local_outlier_factor logistic_dataframe logistic_sparsified logistic_strings mlp_classifier mlp_regressor
    multi_output_classifier nearest_neighbors nystroem_rbf one_class_svm one_vs_rest onehot_dataframe
    onehot_nan_objects ordinal_infrequent_missing pca_logistic pipeline_dataframe pipeline_logistic
    pipeline_nested poisson power_yeo_johnson qda quantile_normal random_forest_classifier
    random_forest_regressor rfe search_frozen search_grid sgd_classifier sgd_classifier_log
    sgd_one_class_svm simple_imputer_strings_indicator spline_periodic stacking_classifier standard_scaler svc_rbf
    svc_sparse svr_rbf target_multiclass tfidf_vectorizer_logistic truncated_svd_text union_passthrough voting_regressor
""".split()

# skops stores members as they are unless it is told otherwise, and a schema is
# long: most files are deflated here.
COMPRESSION = {
    "function_log1p": zipfile.ZIP_STORED,
    "pipeline_logistic": zipfile.ZIP_STORED,
    "standard_scaler": zipfile.ZIP_STORED,
    "pipeline_nested": zipfile.ZIP_BZIP2,
}


def to_skops(name):
    def save(model, path):
        skops.io.dump(model, path, compression=COMPRESSION.get(name, zipfile.ZIP_DEFLATED))

    return save


def main(outdir):
    here = os.path.dirname(os.path.abspath(suite.__file__))
    os.makedirs(outdir, exist_ok=True)
    for path in sorted(glob.glob(os.path.join(here, "cases_*.py"))):
        importlib.import_module(os.path.basename(path)[: -len(".py")])
    for case in suite.CASES:
        name = case.__name__
        if name in CHOSEN:
            model, tolerance, batches, _ = case()
            suite.write(outdir, name, model, tolerance, batches, to_skops(name), ending=".skops")


if __name__ == "__main__":
    main(sys.argv[1])
