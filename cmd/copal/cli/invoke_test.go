package cli

import "testing"

func TestMediaTypeOf(t *testing.T) {
	f := func(data, body, want string) {
		t.Helper()
		if got := mediaTypeOf(data, []byte(body)); got != want {
			t.Errorf("%s, %q: got %s, want %s", data, body, got, want)
		}
	}
	f("@rows.json", "1,2", "application/json")
	f("@rows.CSV", "[", "text/csv")
	f("@rows.libsvm", "1 0:1", "text/libsvm")
	f("@rows.svm", "1 0:1", "text/libsvm")
	f("@rows.svmlight", "1 0:1", "text/libsvm")
	f("@rows.txt", "1,2", "text/csv")
	f("@-", " [1]", "application/json")
	f(`{"features": []}`, `{"features": []}`, "application/json")
}
