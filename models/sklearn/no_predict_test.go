package sklearn

import (
	"strings"
	"testing"
)

func TestNoPredictIsRefusedWithTheReason(t *testing.T) {
	f := func(class, want string) {
		t.Helper()
		_, err := compile(object(class, "labels_", list(int64(0), int64(1))))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", class, err, want)
		}
	}
	f("DBSCAN", "has no predict: it can only label the data it was fitted on")
	f("TSNE", "has no transform: it can only embed the data it was fitted on")
	f("LedoitWolf", "it describes the data it was fitted on")
	f("NoSuchClass", "sklearn.x.NoSuchClass is not supported")
}
