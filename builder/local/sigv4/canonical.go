package sigv4

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// canonicalRequest is the text that was signed, by the rules of the signature's
// documentation, from the request as it came over the wire.
func canonicalRequest(r *http.Request, c *claim, payloadHash string) string {
	var b strings.Builder
	b.WriteString(r.Method + "\n")
	b.WriteString(canonicalPath(r, c.service) + "\n")
	b.WriteString(canonicalQuery(r.URL.RawQuery) + "\n")
	for _, name := range c.signedHeaders {
		b.WriteString(name + ":" + canonicalHeader(r, name) + "\n")
	}
	b.WriteString("\n" + strings.Join(c.signedHeaders, ";") + "\n" + payloadHash)
	return b.String()
}

// canonicalPath: S3 signs the path encoded once; all others encode the encoded
// path again.
func canonicalPath(r *http.Request, service string) string {
	path := r.URL.EscapedPath()
	if path == "" {
		return "/"
	}
	if service != "s3" {
		return escape(path, true)
	}
	plain, err := url.PathUnescape(path)
	if err != nil {
		return path
	}
	return escape(plain, true)
}

func canonicalQuery(raw string) string {
	var pairs []string
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		k, v, _ := strings.Cut(part, "=")
		k, v = reescape(k), reescape(v)
		if k != "X-Amz-Signature" {
			pairs = append(pairs, k+"="+v)
		}
	}
	// Sorted by name, then by value: '=' sorts before every character that an
	// escaped name can hold except '-', '.', '%' and digits, so compare the parts.
	slices.SortFunc(pairs, func(a, b string) int {
		ak, av, _ := strings.Cut(a, "=")
		bk, bv, _ := strings.Cut(b, "=")
		if n := strings.Compare(ak, bk); n != 0 {
			return n
		}
		return strings.Compare(av, bv)
	})
	return strings.Join(pairs, "&")
}

func reescape(s string) string {
	plain, err := url.PathUnescape(s) // keeps '+', unlike QueryUnescape
	if err != nil {
		return s
	}
	return escape(plain, false)
}

func canonicalHeader(r *http.Request, name string) string {
	switch name {
	case "host":
		return r.Host
	case "content-length":
		if r.Header.Get("Content-Length") == "" {
			return strconv.FormatInt(r.ContentLength, 10)
		}
	case "transfer-encoding":
		return strings.Join(r.TransferEncoding, ",")
	}
	values := r.Header.Values(name)
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = strings.Join(strings.Fields(v), " ")
	}
	return strings.Join(out, ",")
}

// escape is the UriEncode of the documentation: all but the unreserved
// characters of RFC 3986, with upper-case hexadecimal.
func escape(s string, keepSlash bool) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
			c == '-' || c == '.' || c == '_' || c == '~' || c == '/' && keepSlash {
			b.WriteByte(c)
			continue
		}
		b.Write([]byte{'%', digits[c>>4], digits[c&15]})
	}
	return b.String()
}
