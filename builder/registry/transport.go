package registry

import (
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// NewTransport returns a transport that speaks HTTP/1.1 only: the flow control
// of HTTP/2 halves the speed of uploads (golang/go#47840; BuildKit does the
// same). It honours HTTPS_PROXY and NO_PROXY.
func NewTransport() *http.Transport {
	t := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   15 * time.Second,
		ResponseHeaderTimeout: 5 * time.Minute, // a registry verifies a whole layer before it answers PUT
		IdleConnTimeout:       60 * time.Second,
		MaxIdleConnsPerHost:   8,
		WriteBufferSize:       256 << 10,
		Protocols:             new(http.Protocols),
	}
	t.Protocols.SetHTTP1(true)
	return t
}

// guard refuses to send anything in the clear to another machine.
type guard struct {
	http.RoundTripper
	insecure bool
}

func (g guard) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != "https" && !g.insecure && !isLoopback(req.URL.Host) {
		return nil, fmt.Errorf("%s speaks plain HTTP, which is used for this machine only; --insecure allows it", req.URL.Host)
	}
	return g.RoundTripper.RoundTrip(req)
}

// authTransport adds credentials to requests for one repository. It saves the
// usual ping: credentials for HTTP Basic, as ECR's, go with the first request,
// and only an answer of 401 starts the token exchange.
type authTransport struct {
	inner http.RoundTripper
	repo  name.Repository
	auth  authn.Authenticator

	mu       sync.Mutex
	exchange http.RoundTripper // after a 401
}

func (t *authTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Host != t.repo.RegistryStr() {
		return t.inner.RoundTrip(req) // an upload that was sent elsewhere carries its own signature
	}
	if rt := t.exchanged(); rt != nil {
		return rt.RoundTrip(req.Clone(req.Context()))
	}
	first := req.Clone(req.Context())
	if err := t.basic(first); err != nil {
		return nil, err
	}
	resp, err := t.inner.RoundTrip(first)
	if err != nil || resp.StatusCode != http.StatusUnauthorized || req.Body != nil && req.Body != http.NoBody {
		return resp, err
	}
	resp.Body.Close()
	rt, err := t.startExchange(req.Context())
	if err != nil {
		return nil, err
	}
	return rt.RoundTrip(req.Clone(req.Context()))
}

func (t *authTransport) exchanged() http.RoundTripper {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.exchange
}

// basic adds a user name and password, or a ready token, if the keychain had one.
func (t *authTransport) basic(req *http.Request) error {
	a, err := authn.Authorization(req.Context(), t.auth)
	if err != nil {
		return fmt.Errorf("credentials for %s: %w", t.repo.RegistryStr(), err)
	}
	switch {
	case a.RegistryToken != "":
		req.Header.Set("Authorization", "Bearer "+a.RegistryToken)
	case a.Username != "" && a.Password != "":
		req.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(a.Username+":"+a.Password)))
	case a.Auth != "":
		req.Header.Set("Authorization", "Basic "+a.Auth)
	}
	return nil
}

// startExchange pings the registry for its challenge and gets a token, once.
func (t *authTransport) startExchange(ctx context.Context) (http.RoundTripper, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.exchange != nil {
		return t.exchange, nil
	}
	rt, err := transport.NewWithContext(ctx, t.repo.Registry, t.auth, t.inner, []string{t.repo.Scope(transport.PushScope)})
	if err != nil {
		return nil, err
	}
	t.exchange = rt
	return rt, nil
}
