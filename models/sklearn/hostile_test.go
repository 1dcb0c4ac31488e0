package sklearn

import (
	"errors"
	"math"
	"testing"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

func dictOf(pairs ...any) *pyobj.Dict {
	d := new(pyobj.Dict)
	for i := 0; i < len(pairs); i += 2 {
		d.Set(pairs[i], pairs[i+1])
	}
	return d
}

func rowsOfOnes(rows, cols int) *pyobj.List {
	l := list()
	for range rows {
		row := list()
		for range cols {
			row.Items = append(row.Items, 1.0)
		}
		l.Items = append(l.Items, row)
	}
	return l
}

// Parameters that contradict each other are refused, and nothing panics.
func TestContradictionsAreRefused(t *testing.T) {
	f := func(class string, attributes ...any) {
		t.Helper()
		_, err := compile(object(class, attributes...))
		var format *models.FormatError
		var unsupported *models.UnsupportedError
		if !errors.As(err, &format) && !errors.As(err, &unsupported) {
			t.Errorf("%s: got %v, want a *models.FormatError or *models.UnsupportedError", class, err)
		}
	}
	ones, pair, text := rowsOfOnes, list(1.0, 2.0), []any{"analyzer", "word", "ngram_range", pyobj.Tuple{int64(1), int64(1)}}
	vectorizer := func(class string, more ...any) { f(class, append(append([]any(nil), text...), more...)...) }

	vectorizer("CountVectorizer", "vocabulary_", dictOf("a", int64(1)))
	vectorizer("CountVectorizer", "vocabulary_", dictOf("a", int64(-1)))
	vectorizer("CountVectorizer", "vocabulary_", dictOf("a", int64(0), "b", int64(0)))
	vectorizer("CountVectorizer", "vocabulary_", dictOf())
	vectorizer("CountVectorizer", "vocabulary_", dictOf("a", int64(0)), "token_pattern", `(?<=x)y`)
	vectorizer("CountVectorizer", "vocabulary_", dictOf("a", int64(0)), "tokenizer", &pyobj.Global{Module: "nltk", Name: "word_tokenize"})
	vectorizer("CountVectorizer", "vocabulary_", dictOf("a", int64(0)), "ngram_range", pyobj.Tuple{int64(1), int64(1 << 40)})
	vectorizer("TfidfVectorizer", "vocabulary_", dictOf("a", int64(0)), "_tfidf", object("TfidfTransformer", "idf_", pair))
	vectorizer("TfidfVectorizer", "vocabulary_", dictOf("a", int64(0)), "_tfidf", object("TfidfTransformer", "norm", "max", "idf_", list(1.0)))
	vectorizer("HashingVectorizer", "n_features", int64(0))
	vectorizer("HashingVectorizer", "n_features", int64(1<<40))
	f("FeatureHasher", "n_features", int64(8), "input_type", "pair")
	f("DictVectorizer", "vocabulary_", dictOf("a=b", int64(0), "a", int64(1)))
	f("DictVectorizer", "vocabulary_", dictOf(int64(1), int64(0)))

	f("PCA", "components_", ones(2, 3), "mean_", pair, "explained_variance_", pair)
	f("PCA", "components_", ones(2, 2), "mean_", pair, "explained_variance_", list(1.0), "whiten", true)
	f("PCA", "components_", ones(2, 2), "explained_variance_", pair)
	f("TruncatedSVD", "components_", pair)
	f("FactorAnalysis", "components_", ones(2, 2), "mean_", pair, "noise_variance_", list(1.0))
	f("FactorAnalysis", "components_", ones(5000, 1), "mean_", list(1.0), "noise_variance_", list(1.0))
	f("SparsePCA", "components_", ones(2, 2), "mean_", pair, "ridge_alpha", 0.0)
	f("SparsePCA", "components_", ones(2, 2), "mean_", list(1.0))
	f("SparseCoder", "dictionary", ones(2, 2), "transform_algorithm", "lasso_lars")
	f("SparseCoder", "dictionary", ones(2, 2), "transform_n_nonzero_coefs", int64(3))
	f("NMF", "components_", ones(2, 2), "max_iter", int64(1<<50))
	f("NMF", "components_", ones(2, 2), "shuffle", true)
	f("LatentDirichletAllocation", "exp_dirichlet_component_", ones(2, 2), "doc_topic_prior_", 0.5, "max_doc_update_iter", 1e300)
	f("KernelPCA", "X_fit_", ones(2, 3), "kernel", "precomputed")
	f("KernelPCA", "X_fit_", ones(2, 3), "kernel", "rbf", "_centerer", object("KernelCenterer", "K_fit_rows_", list(1.0), "K_fit_all_", 1.0))

	f("KMeans", "cluster_centers_", pair)
	f("Birch", "subcluster_centers_", ones(2, 2), "subcluster_labels_", list(int64(1)))
	f("BisectingKMeans", "cluster_centers_", ones(2, 2), "_bisecting_tree", object("_BisectingTree", "left", object("_BisectingTree", "center", list(1.0)), "right", nil))
	f("FeatureAgglomeration", "labels_", list(int64(1), int64(1)))
	f("FeatureAgglomeration", "labels_", list(int64(7), int64(0)))
	f("FeatureAgglomeration", "labels_", list(int64(0)), "pooling_func", &pyobj.Global{Module: "numpy", Name: "load"})
	f("GaussianMixture", "means_", ones(2, 2), "precisions_cholesky_", pair, "covariance_type", "full", "weights_", pair)
	f("GaussianMixture", "means_", ones(2, 2), "precisions_cholesky_", pair, "covariance_type", "spherical", "weights_", list(1.0))
	f("EllipticEnvelope", "location_", pair, "precision_", ones(2, 3), "offset_", 0.0)
	f("EllipticEnvelope", "location_", pair, "covariance_", ones(2, 3), "offset_", 0.0)
	f("EllipticEnvelope", "location_", pair, "covariance_", ones(2, 2), "offset_", 0.0)
	f("LabelSpreading", "X_", ones(2, 2), "label_distributions_", ones(2, 3), "classes_", list(int64(0), int64(1)), "kernel", "rbf")
	f("Isomap", "n_neighbors", int64(5), "nbrs_", object("NearestNeighbors", "_fit_X", ones(2, 2)))
	f("LocallyLinearEmbedding", "n_neighbors", int64(1), "nbrs_", object("NearestNeighbors", "_fit_X", ones(2, 2)), "embedding_", ones(3, 1))
}

func TestDigamma(t *testing.T) {
	f := func(x, want float64) {
		t.Helper()
		if got := digamma(x); math.Abs(got-want) > 1e-14 {
			t.Errorf("%v: got %v, want %v", x, got, want)
		}
	}
	f(1, -0.5772156649015329)
	f(0.5, -1.9635100260214235)
	f(10, 2.2517525890667211)
	for _, x := range []float64{0, -1e300, math.Inf(-1), math.NaN()} { // at once
		if got := digamma(x); !math.IsNaN(got) {
			t.Errorf("%v: got %v", x, got)
		}
	}
}

// A tree that contains itself.
func TestBisectingCycle(t *testing.T) {
	tree := object("_BisectingTree", "center", list(1.0, 1.0))
	tree.State.(*pyobj.Dict).Set("left", tree)
	tree.State.(*pyobj.Dict).Set("right", tree)
	_, err := compile(object("BisectingKMeans", "cluster_centers_", rowsOfOnes(2, 2), "_bisecting_tree", tree))
	var format *models.FormatError
	if !errors.As(err, &format) {
		t.Errorf("got %v, want a *models.FormatError", err)
	}
}
