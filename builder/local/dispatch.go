package local

import "net/http"

// ServeHTTP answers one request of any of the protocols.
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	http.Error(w, "not yet", http.StatusNotImplemented)
}
