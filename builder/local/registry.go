package local

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/copal-ml/copal/builder/local/wire"
)

// The registry's own protocol: the OCI Distribution Specification 1.1 as ECR does it.

var (
	digestPattern = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	tagPattern    = regexp.MustCompile(`^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$`)
)

// maxManifest is ECR's limit (ecr service model, ImageManifest).
const maxManifest = 4 << 20

// registryProtocol writes errors as the distribution specification has them.
type registryProtocol struct{}

func (registryProtocol) WriteError(w http.ResponseWriter, requestID string, e *wire.Error) {
	type entry struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	body, err := json.Marshal(map[string][]entry{"errors": {{e.Code, e.Message}}})
	if err != nil {
		panic("registry: " + err.Error()) // strings only
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-Request-Id", requestID)
	w.WriteHeader(max(e.Status, http.StatusBadRequest))
	w.Write(body)
}

func registryError(status int, code, format string, args ...any) error {
	return &wire.Error{Status: status, Code: code, Message: fmt.Sprintf(format, args...)}
}

// A registryCall is a request for something of a repository.
type registryCall struct {
	repository string
	kind       string // "manifests", "blobs", "uploads", "tags"
	reference  string // digest, tag or upload id
}

var registryPath = regexp.MustCompile(`^/v2/(.+)/(?:(manifests|blobs)/([^/]+)|blobs/(uploads)/([^/]*)|(tags)/list)$`)

func parseRegistryPath(path string) (registryCall, bool) {
	m := registryPath.FindStringSubmatch(path)
	if m == nil || !repositoryPattern.MatchString(m[1]) {
		return registryCall{}, false
	}
	return registryCall{repository: m[1], kind: m[2] + m[4] + m[6], reference: m[3] + m[5]}, true
}

// registryOperations names every request of the protocol, for the log and for faults.
var registryOperations = map[string]string{
	"HEAD manifests":   "HeadManifest",
	"GET manifests":    "GetManifest",
	"PUT manifests":    "PutManifest",
	"DELETE manifests": "DeleteManifest",
	"HEAD blobs":       "HeadBlob",
	"GET blobs":        "GetBlob",
	"POST uploads":     "StartUpload",
	"GET uploads":      "UploadStatus",
	"PATCH uploads":    "UploadChunk",
	"PUT uploads":      "CompleteUpload",
	"DELETE uploads":   "CancelUpload",
	"GET tags":         "ListTags",
}

func (p *Platform) routeRegistry(r *http.Request) route {
	rt := route{operation: "registry:Ping", protocol: registryProtocol{}}
	path := strings.TrimSuffix(r.URL.Path, "/")
	if path == "/v2" {
		rt.serve = p.authenticated(func(w http.ResponseWriter, _ *http.Request, _ *call) error {
			w.WriteHeader(http.StatusOK)
			return nil
		})
		return rt
	}
	rc, ok := parseRegistryPath(r.URL.Path)
	name, known := registryOperations[r.Method+" "+rc.kind]
	switch {
	case !ok:
		name = "Unknown"
		rt.serve = func(http.ResponseWriter, *http.Request, *call) error {
			return registryError(http.StatusNotFound, "NAME_INVALID", "no registry path: %s", r.URL.Path)
		}
	case !known:
		name = "Unknown"
		rt.serve = func(http.ResponseWriter, *http.Request, *call) error {
			return registryError(http.StatusMethodNotAllowed, "UNSUPPORTED", "%s on %s", r.Method, rc.kind)
		}
	default:
		rt.serve = p.authenticated(func(w http.ResponseWriter, r *http.Request, c *call) error {
			return p.serveRegistry(w, r, c, name, rc)
		})
	}
	rt.operation = "registry:" + name
	return rt
}

// authenticated asks for the password of GetAuthorizationToken.
func (p *Platform) authenticated(next func(http.ResponseWriter, *http.Request, *call) error) func(http.ResponseWriter, *http.Request, *call) error {
	return func(w http.ResponseWriter, r *http.Request, c *call) error {
		w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
		user, password, _ := r.BasicAuth()
		valid, expired := p.checkPassword(password, c.now)
		if user == "AWS" && valid {
			return next(w, r, c)
		}
		w.Header().Set("Www-Authenticate", fmt.Sprintf("Basic realm=\"http://%s/\",service=\"ecr.amazonaws.com\"", r.Host))
		if expired {
			return registryError(http.StatusForbidden, "DENIED", "Your authorization token has expired. Reauthenticate and try again.")
		}
		return registryError(http.StatusUnauthorized, "UNAUTHORIZED", "Not Authorized")
	}
}

// A registry password is its expiry and a signature of it: nothing to store.
func (p *Platform) registryPassword(expires time.Time) string {
	stamp := strconv.FormatInt(expires.Unix(), 10)
	return stamp + "." + p.signPassword(stamp)
}

func (p *Platform) signPassword(stamp string) string {
	h := hmac.New(sha256.New, []byte(p.saved.RegistryKey))
	h.Write([]byte(stamp))
	return hex.EncodeToString(h.Sum(nil))
}

func (p *Platform) checkPassword(password string, now time.Time) (valid, expired bool) {
	stamp, sum, _ := strings.Cut(password, ".")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || !hmac.Equal([]byte(sum), []byte(p.signPassword(stamp))) {
		return false, false
	}
	expired = now.Unix() >= seconds
	return !expired, expired
}

func (p *Platform) serveRegistry(w http.ResponseWriter, r *http.Request, c *call, operation string, rc registryCall) error {
	p.mu.Lock()
	repo, ok := p.repositories.Get(rc.repository)
	p.mu.Unlock()
	if !ok {
		return registryError(http.StatusNotFound, "NAME_UNKNOWN", "The repository with name '%s' does not exist in the registry with id '%s'", rc.repository, AccountID)
	}
	switch operation {
	case "HeadManifest", "GetManifest":
		return p.getManifest(w, r, &repo, rc.reference)
	case "PutManifest":
		return p.putManifest(w, r, c, rc)
	case "DeleteManifest":
		return registryError(http.StatusMethodNotAllowed, "UNSUPPORTED", "ECR deletes images by BatchDeleteImage")
	case "HeadBlob", "GetBlob":
		return p.getBlob(w, r, &repo, rc.reference)
	case "ListTags":
		return listTags(w, r, &repo)
	}
	return p.serveUpload(w, r, operation, rc)
}

func (p *Platform) getManifest(w http.ResponseWriter, r *http.Request, repo *repository, reference string) error {
	id := imageID{ImageTag: reference}
	if digestPattern.MatchString(reference) {
		id = imageID{ImageDigest: reference}
	}
	m := repo.find(id)
	if m == nil {
		return registryError(http.StatusNotFound, "MANIFEST_UNKNOWN", "Requested image not found")
	}
	data, err := p.blobs.Get(hexOf(m.Digest))
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", m.MediaType)
	h.Set("Content-Length", strconv.Itoa(len(data)))
	h.Set("Docker-Content-Digest", m.Digest)
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodGet {
		w.Write(data)
	}
	return nil
}

func (p *Platform) getBlob(w http.ResponseWriter, r *http.Request, repo *repository, digest string) error {
	if _, ok := repo.Layers[digest]; !ok {
		return registryError(http.StatusNotFound, "BLOB_UNKNOWN", "blob unknown to registry")
	}
	f, err := p.blobs.Open(hexOf(digest))
	if os.IsNotExist(err) {
		return registryError(http.StatusNotFound, "BLOB_UNKNOWN", "blob unknown to registry")
	}
	if err != nil {
		return err
	}
	defer f.Close()
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Docker-Content-Digest", digest)
	http.ServeContent(w, r, "", time.Time{}, f) // with ranges
	return nil
}

func listTags(w http.ResponseWriter, r *http.Request, repo *repository) error {
	tags := []string{}
	for _, m := range repo.Images {
		tags = append(tags, m.Tags...)
	}
	slices.Sort(tags)
	if last := r.URL.Query().Get("last"); last != "" {
		i, found := slices.BinarySearch(tags, last)
		if found {
			i++
		}
		tags = tags[i:]
	}
	if n, err := strconv.Atoi(r.URL.Query().Get("n")); err == nil && n > 0 && n < len(tags) {
		tags = tags[:n]
		w.Header().Set("Link", fmt.Sprintf("</v2/%s/tags/list?last=%s&n=%d>; rel=\"next\"", repo.Name, tags[n-1], n))
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	return json.NewEncoder(w).Encode(map[string]any{"name": repo.Name, "tags": tags})
}
