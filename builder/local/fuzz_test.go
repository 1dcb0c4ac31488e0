package local

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func FuzzRegistryPath(f *testing.F) {
	f.Add("/v2/iris/blobs/uploads/1-2")
	f.Add("/v2/a/b/manifests/v1")
	f.Add("/v2/iris/tags/list")
	f.Fuzz(func(t *testing.T, path string) {
		rc, ok := parseRegistryPath(path)
		if ok && (strings.Contains(rc.repository, "..") || strings.ContainsAny(rc.reference, "/") || rc.kind == "") {
			t.Errorf("%q: %+v", path, rc)
		}
	})
}

func FuzzS3Path(f *testing.F) {
	f.Add("PUT", "/bucket/key", "tagging")
	f.Add("GET", "/bucket", "list-type=2&prefix=a")
	f.Fuzz(func(t *testing.T, method, path, query string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.Method, r.URL.Path, r.URL.RawQuery = method, path, query
		if rt := (&Platform{}).routeS3(r); rt.serve == nil || rt.operation == "" {
			t.Errorf("%s %q %q: %+v", method, path, query, rt)
		}
	})
}

func FuzzFilterPattern(f *testing.F) {
	f.Add(`a -b ?c "d e"`, "a c")
	f.Fuzz(func(t *testing.T, pattern, line string) {
		if match, err := parseFilter(pattern); err == nil {
			match(line)
		}
	})
}

// Any line of text matches the filter that quotes it.
func TestFilterQuotes(t *testing.T) {
	for _, line := range []string{"plain", "two words", `{"level":"error"}`} {
		match, err := parseFilter(`"` + strings.ReplaceAll(line, `"`, "") + `"`)
		if err != nil || !match(strings.ReplaceAll(line, `"`, "")) {
			t.Errorf("%q: %v", line, err)
		}
	}
}
