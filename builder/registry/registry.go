// Package registry moves images to and from container registries: ECR and
// everything else that speaks the OCI distribution protocol.
//
// Pulling is go-containerregistry's. Pushing is our own, because its layers are
// read three times, its uploads go over HTTP/2 and the cause of a broken one is
// lost. What ECR needs decides the shape of an upload
// (https://docs.aws.amazon.com/AmazonECR/latest/userguide/, and
// aws/containers-roadmap#2831): HEAD first; POST, then one PATCH with the whole
// blob, then PUT; a retry begins with a new POST. Small blobs go in the PUT.
package registry

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
)

// Options are what a Client may be told. The zero value is right for everything
// but tests and registries without TLS.
type Options struct {
	// Keychain finds credentials; nil means Docker's configuration with its
	// credential helpers. For ECR see ECRKeychain and authn.NewMultiKeychain.
	Keychain authn.Keychain
	// Insecure allows plain HTTP to hosts other than this machine.
	Insecure bool
	// Transport carries requests; nil means NewTransport().
	Transport http.RoundTripper
	// Attempts at one request or blob; 0 means 5.
	Attempts int
	// Backoff is the wait before the second attempt, and doubles; 0 means 500 ms.
	Backoff time.Duration
}

// A Client pushes and pulls. It is safe for concurrent use.
type Client struct{ o Options }

// New returns a client.
func New(o Options) *Client {
	if o.Keychain == nil {
		o.Keychain = authn.DefaultKeychain
	}
	if o.Transport == nil {
		o.Transport = NewTransport()
	}
	if o.Attempts == 0 {
		o.Attempts = 5
	}
	if o.Backoff == 0 {
		o.Backoff = 500 * time.Millisecond
	}
	o.Transport = guard{o.Transport, o.Insecure}
	return &Client{o}
}

// ParseReference reads HOST[:PORT]/REPOSITORY[:TAG|@DIGEST]. The host is
// required: an image must not go to a public registry because a name was short.
// Plain HTTP is chosen for loopback hosts only, and for others if insecure.
func ParseReference(s string, insecure bool) (name.Reference, error) {
	host, _, ok := strings.Cut(s, "/")
	if !ok || !strings.ContainsAny(host, ".:") && host != "localhost" {
		return nil, fmt.Errorf("image %q names no registry: write it as HOST/REPOSITORY:TAG, as in 123456789012.dkr.ecr.eu-west-1.amazonaws.com/iris:v1", s)
	}
	var opts []name.Option
	if insecure || isLoopback(host) {
		opts = append(opts, name.Insecure)
	}
	ref, err := name.ParseReference(s, opts...)
	if err != nil {
		return nil, fmt.Errorf("image %q: %w", s, err)
	}
	return ref, nil
}

// isLoopback reports whether host, perhaps with a port, is this machine.
func isLoopback(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if ip := net.ParseIP(strings.Trim(host, "[]")); ip != nil {
		return ip.IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}
