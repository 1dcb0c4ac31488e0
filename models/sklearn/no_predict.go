package sklearn

import "slices"

const (
	labelsOnly = "has no predict: it can only label the data it was fitted on"
	placesOnly = "has no transform: it can only embed the data it was fitted on"
	describes  = "has no predict and no transform: it describes the data it was fitted on"
)

// A Refusal is an estimator that has nothing to ask, why, and what to use instead.
type Refusal struct{ Class, Reason, Instead string }

// unables are the estimators of scikit-learn 0.20 to 1.9 without predict and
// transform, or with one that is no question for an endpoint.
var unables = []Refusal{
	{"AgglomerativeClustering", labelsOnly, "Fit a KNeighborsClassifier on its labels_."},
	{"DBSCAN", labelsOnly, "Fit a KNeighborsClassifier on its labels_."},
	{"HDBSCAN", labelsOnly, "Fit a KNeighborsClassifier on its labels_."},
	{"OPTICS", labelsOnly, "Fit a KNeighborsClassifier on its labels_."},
	{"SpectralClustering", labelsOnly, "Fit a KNeighborsClassifier on its labels_."},
	{"SpectralBiclustering", labelsOnly, "Use KMeans."},
	{"SpectralCoclustering", labelsOnly, "Use KMeans."},
	{"PatchExtractor", "makes many rows of each image, where an endpoint answers one for one", "Cut the patches before you send them."},
	{"ClassicalMDS", placesOnly, "Use PCA or Isomap."},
	{"MDS", placesOnly, "Use PCA or Isomap."},
	{"SpectralEmbedding", placesOnly, "Use PCA or Isomap."},
	{"TSNE", placesOnly, "Use PCA or Isomap."},
	{"EmpiricalCovariance", describes, "Use EllipticEnvelope."},
	{"GraphicalLasso", describes, "Use EllipticEnvelope."},
	{"GraphLasso", describes, "Use EllipticEnvelope."},
	{"GraphicalLassoCV", describes, "Use EllipticEnvelope."},
	{"GraphLassoCV", describes, "Use EllipticEnvelope."},
	{"LedoitWolf", describes, "Use EllipticEnvelope."},
	{"MinCovDet", describes, "Use EllipticEnvelope."},
	{"OAS", describes, "Use EllipticEnvelope."},
	{"ShrunkCovariance", describes, "Use EllipticEnvelope."},
}

// Refused lists the estimators that an endpoint has no question for.
func Refused() []Refusal { return slices.Clone(unables) }

// cannotAnswer says why an estimator has nothing to ask, and what to use
// instead; "" if it is not one of these.
func cannotAnswer(module, name string) (reason, instead string) {
	if !within(module, "sklearn") {
		return "", ""
	}
	for _, u := range unables {
		if u.Class == name {
			return name + ", which " + u.Reason + ",", u.Instead
		}
	}
	return "", ""
}
