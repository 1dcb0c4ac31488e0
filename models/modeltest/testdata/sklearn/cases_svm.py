"""Support vector machines with kernels."""

from sklearn.svm import SVC, SVR, NuSVC, NuSVR, OneClassSVM

from suite import *

OLD_NEW = [(0, 20), (0, 22), (1, 0), (1, 9)]
SOME = [(0, 22), (1, 9)]


def at(versions):
    """Only these versions: the format is the same in between."""
    return case() if VERSION in versions else lambda f: f


# Before 0.21 the ovr form depends on all rows of a batch, and is not offered.
OVO = {"decision_function_shape": "ovo"} if VERSION < (0, 21) else {}

# predict of a class; decisions are sums over support vectors, with cancellation
SVM = dict(BLAS, predict_proba="exp")
REG = dict(BLAS, predict="blas")
X2, Y2 = IRIS[50:150:3], SPECIES[50:150:3]
X3, Y3 = IRIS[::4], SPECIES[::4]
NAMES = np.array(["setosa", "versicolor", "virginica"])
FEW = [ROWS, ONE, INTEGERS]


@at(OLD_NEW)
def svc_rbf():
    return default_joblib(SVC(gamma="auto", **OVO).fit(X3, Y3), SVM, [ROWS, ONE, MISSING, INFINITE, NARROW, INTEGERS])


@at(OLD_NEW)
def svc_binary_proba():
    return default_joblib(SVC(gamma=0.3, probability=True, random_state=0).fit(X2, NAMES[Y2]), SVM, FEW)


@at(OLD_NEW)
def svc_multiclass_proba():
    return default_joblib(SVC(kernel="linear", probability=True, random_state=0, **OVO).fit(X3, Y3), SVM, FEW)


@at(SOME)
def svc_poly_ovo():
    model = SVC(kernel="poly", degree=2, coef0=1.0, gamma=0.1, decision_function_shape="ovo")
    return default_joblib(model.fit(X3, Y3), SVM, FEW)


@at(SOME)
def svc_sigmoid_break_ties():
    model = SVC(kernel="sigmoid", gamma=0.01, coef0=-0.5, break_ties=True)
    return default_joblib(model.fit(X3, Y3), SVM, FEW)


@at(SOME)
def svc_sparse():
    model = SVC(gamma=0.2, probability=True, random_state=0).fit(scipy.sparse.csr_matrix(X3), Y3)
    return default_joblib(model, SVM, FEW)


@at(SOME)
def svc_sparse_poly():
    return default_joblib(SVC(kernel="poly", gamma=0.1, coef0=0.5).fit(scipy.sparse.csr_matrix(X2), Y2), SVM, FEW)


@at(SOME)
def svc_precomputed():
    K = X2.dot(X2.T)
    model = SVC(kernel="precomputed", probability=True, random_state=0).fit(K, Y2)
    return default_joblib(model, SVM, [ROWS.dot(X2.T), ROWS[:2]])


@at(SOME)
def svc_many_classes():
    y = np.arange(len(X3)) % 7
    return default_joblib(SVC(gamma=1.0, probability=True, random_state=1).fit(X3, y), SVM, [ROWS])


@at(OLD_NEW)
def nusvc():
    return default_joblib(NuSVC(nu=0.2, gamma=0.5, probability=True, random_state=0, **OVO).fit(X3, NAMES[Y3]), SVM, FEW)


@at(SOME)
def nusvc_binary():
    return default_joblib(NuSVC(nu=0.3, kernel="linear").fit(X2, Y2 == 2), SVM, FEW)


DX, DY = DIABETES[::10], PROGRESSION[::10]


@at(OLD_NEW)
def svr_rbf():
    return default_joblib(SVR(gamma="scale", C=100.0).fit(DX, DY), REG, [DIABETES[5::60], ONE, MISSING])


@at(SOME)
def svr_poly():
    return default_joblib(SVR(kernel="poly", gamma=20.0, coef0=1.0).fit(DX, DY), REG, [DIABETES[5::60]])


@at(SOME)
def svr_sparse():
    return default_joblib(SVR(kernel="linear", C=50.0).fit(scipy.sparse.csr_matrix(DX), DY), REG, [DIABETES[5::60]])


@at(OLD_NEW)
def nusvr():
    return default_joblib(NuSVR(gamma=5.0, C=10.0).fit(DX, DY), REG, [DIABETES[5::60], ONE])


@at(OLD_NEW)
def one_class_svm():
    return default_joblib(OneClassSVM(gamma=0.2, nu=0.3).fit(X3), dict(BLAS, predict="exact"), FEW)


@at(SOME)
def one_class_svm_linear_sparse():
    model = OneClassSVM(kernel="sigmoid", gamma=0.01, nu=0.3).fit(scipy.sparse.csr_matrix(X3))
    return default_joblib(model, dict(BLAS, predict="exact"), FEW)
