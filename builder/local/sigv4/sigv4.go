// Package sigv4 verifies AWS Signature Version 4 on a server.
//
// The algorithm is that of
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
// and, for bodies in signed chunks,
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html.
package sigv4

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// What Verify's errors wrap; each service has its own code and text for them.
var (
	ErrMissing    = errors.New("missing authentication token")
	ErrIncomplete = errors.New("incomplete signature")
	ErrUnknownKey = errors.New("unknown access key")
	ErrMismatch   = errors.New("the request signature we calculated does not match the signature you provided")
	ErrSkewed     = errors.New("signature expired or not yet current")
	ErrTooLarge   = errors.New("request body too large")
	ErrPayload    = errors.New("the provided x-amz-content-sha256 header does not match what was computed")
	ErrBadChunk   = errors.New("malformed aws-chunked body")
)

const (
	algorithm  = "AWS4-HMAC-SHA256"
	timeFormat = "20060102T150405Z"
	maxSkew    = 15 * time.Minute
	maxExpires = 7 * 24 * time.Hour // of a presigned URL

	unsignedPayload = "UNSIGNED-PAYLOAD"
	streamSigned    = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
	streamSignedT   = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
	streamUnsignedT = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
)

// A Verifier knows the keys and the limits.
type Verifier struct {
	Secret  func(accessKeyID string) (secret string, ok bool)
	Now     func() time.Time
	MaxBody int64 // bytes of a body that must be hashed before the signature can be judged
}

// A Signed is a request whose signature held.
type Signed struct {
	AccessKeyID, Region, Service string

	// Body gives the payload, aws-chunked framing removed. For S3 it is read from
	// the network and may end in an error that wraps ErrPayload, ErrMismatch or
	// ErrBadChunk: what was read before counts for nothing.
	Body io.Reader

	trailer http.Header
}

// Trailer is what an aws-chunked body carried after its last chunk: read Body to its end first.
func (s *Signed) Trailer() http.Header { return s.trailer }

// claim is what a request says about its own signature.
type claim struct {
	accessKey, date, region, service string
	signedHeaders                    []string
	signature                        string
	time                             time.Time
	presigned                        bool
	expires                          time.Duration
}

func (c *claim) scope() string {
	return c.date + "/" + c.region + "/" + c.service + "/aws4_request"
}

// Service tells what service r claims to be signed for, before any check: an
// error must be told in the service's own protocol.
func Service(r *http.Request) string {
	c, err := readClaim(r)
	if err != nil {
		return ""
	}
	return c.service
}

// Verify checks r, signed in its headers or in its query.
func (v Verifier) Verify(r *http.Request) (*Signed, error) {
	c, err := readClaim(r)
	if err != nil {
		return nil, err
	}
	secret, ok := v.Secret(c.accessKey)
	if !ok {
		return nil, ErrUnknownKey
	}
	if err := c.checkTime(v.Now()); err != nil {
		return nil, err
	}
	hash, body, err := v.payload(r, c)
	if err != nil {
		return nil, err
	}
	key := signingKey(secret, c)
	canonical := canonicalRequest(r, c, hash)
	want := sign(key, stringToSign(algorithm, c, hexSum([]byte(canonical))))
	if !hmac.Equal([]byte(want), []byte(c.signature)) {
		return nil, ErrMismatch
	}
	s := &Signed{AccessKeyID: c.accessKey, Region: c.region, Service: c.service, Body: body}
	if strings.HasPrefix(hash, "STREAMING-") {
		s.trailer = http.Header{}
		s.Body = newChunkReader(r, c, key, hash, s.trailer)
	}
	return s, nil
}

// payload gives the payload hash that was signed, and the body to read.
func (v Verifier) payload(r *http.Request, c *claim) (string, io.Reader, error) {
	if c.service == "s3" {
		return s3Payload(r, c)
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, v.MaxBody+1))
	if err != nil {
		return "", nil, err
	}
	if int64(len(body)) > v.MaxBody {
		return "", nil, fmt.Errorf("%w: limit is %d bytes", ErrTooLarge, v.MaxBody)
	}
	sum := hexSum(body)
	if h := r.Header.Get("X-Amz-Content-Sha256"); h == unsignedPayload {
		sum = h
	} else if h != "" && h != sum {
		return "", nil, ErrPayload
	}
	return sum, bytes.NewReader(body), nil
}

func s3Payload(r *http.Request, c *claim) (string, io.Reader, error) {
	hash := r.Header.Get("X-Amz-Content-Sha256")
	switch {
	case hash == "" && c.presigned, hash == unsignedPayload:
		return unsignedPayload, r.Body, nil
	case hash == streamSigned, hash == streamSignedT, hash == streamUnsignedT:
		return hash, nil, nil
	case len(hash) == 2*sha256.Size:
		return hash, newHashReader(r.Body, hash), nil
	}
	return "", nil, fmt.Errorf("%w: x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a STREAMING- value known here, or a SHA-256, not %q", ErrIncomplete, hash)
}

func readClaim(r *http.Request) (*claim, error) {
	if auth := r.Header.Get("Authorization"); auth != "" {
		return headerClaim(r, auth)
	}
	if q := r.URL.Query(); q.Has("X-Amz-Signature") {
		return queryClaim(q.Get)
	}
	return nil, ErrMissing
}

func headerClaim(r *http.Request, auth string) (*claim, error) {
	rest, ok := strings.CutPrefix(auth, algorithm+" ")
	if !ok {
		return nil, fmt.Errorf("%w: Authorization must begin with %s", ErrIncomplete, algorithm)
	}
	fields := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		k, v, _ := strings.Cut(strings.TrimSpace(part), "=")
		fields[k] = v
	}
	c := &claim{signature: fields["Signature"]}
	stamp := r.Header.Get("X-Amz-Date")
	if stamp == "" {
		if t, err := http.ParseTime(r.Header.Get("Date")); err == nil {
			stamp = t.UTC().Format(timeFormat)
		}
	}
	return c, c.fill(fields["Credential"], fields["SignedHeaders"], stamp)
}

func queryClaim(get func(string) string) (*claim, error) {
	if get("X-Amz-Algorithm") != algorithm {
		return nil, fmt.Errorf("%w: X-Amz-Algorithm must be %s", ErrIncomplete, algorithm)
	}
	seconds, err := strconv.Atoi(get("X-Amz-Expires"))
	if err != nil || seconds < 0 || time.Duration(seconds)*time.Second > maxExpires {
		return nil, fmt.Errorf("%w: X-Amz-Expires must be 0 to 604800 seconds", ErrIncomplete)
	}
	c := &claim{signature: get("X-Amz-Signature"), presigned: true, expires: time.Duration(seconds) * time.Second}
	return c, c.fill(get("X-Amz-Credential"), get("X-Amz-SignedHeaders"), get("X-Amz-Date"))
}

func (c *claim) fill(credential, signedHeaders, stamp string) error {
	parts := strings.Split(credential, "/")
	if len(parts) != 5 || parts[4] != "aws4_request" {
		return fmt.Errorf("%w: Credential must be KEY/DATE/REGION/SERVICE/aws4_request", ErrIncomplete)
	}
	c.accessKey, c.date, c.region, c.service = parts[0], parts[1], parts[2], parts[3]
	t, err := time.Parse(timeFormat, stamp)
	if err != nil || stamp[:8] != c.date {
		return fmt.Errorf("%w: X-Amz-Date is missing or not of the credential's date", ErrIncomplete)
	}
	c.time = t
	c.signedHeaders = strings.Split(signedHeaders, ";")
	for _, h := range c.signedHeaders {
		if h == "host" {
			return nil
		}
	}
	return fmt.Errorf("%w: 'Host' must be a signed header", ErrIncomplete)
}

func (c *claim) checkTime(now time.Time) error {
	first, last := c.time.Add(-maxSkew), c.time.Add(maxSkew)
	if c.presigned {
		last = c.time.Add(c.expires)
	}
	switch {
	case now.Before(first):
		return fmt.Errorf("%w: Signature not yet current: %s is still later than %s", ErrSkewed, c.time.Format(timeFormat), now.UTC().Format(timeFormat))
	case now.After(last):
		return fmt.Errorf("%w: Signature expired: %s is now earlier than %s", ErrSkewed, last.Format(timeFormat), now.UTC().Format(timeFormat))
	}
	return nil
}

func signingKey(secret string, c *claim) []byte {
	key := []byte("AWS4" + secret)
	for _, s := range []string{c.date, c.region, c.service, "aws4_request"} {
		key = mac(key, s)
	}
	return key
}

func stringToSign(algorithm string, c *claim, rest string) string {
	return algorithm + "\n" + c.time.Format(timeFormat) + "\n" + c.scope() + "\n" + rest
}

func sign(key []byte, s string) string { return hex.EncodeToString(mac(key, s)) }

func mac(key []byte, s string) []byte {
	h := hmac.New(sha256.New, key)
	io.WriteString(h, s)
	return h.Sum(nil)
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
