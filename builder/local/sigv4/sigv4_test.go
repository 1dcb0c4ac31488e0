package sigv4

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// The examples are AWS's own: the signature test suite's get-vanilla, and those of
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html,
// sigv4-query-string-auth.html, sigv4-streaming.html and sigv4-streaming-trailers.html.

const (
	s3Key    = "AKIAIOSFODNN7EXAMPLE"
	s3Secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	s3Auth   = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
)

func verifier(id, secret string, now time.Time) Verifier {
	return Verifier{
		Secret:  func(k string) (string, bool) { return secret, k == id },
		Now:     func() time.Time { return now },
		MaxBody: 1 << 20,
	}
}

var may24 = time.Date(2013, 5, 24, 0, 5, 0, 0, time.UTC)

func request(method, url, body string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, url, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

func getRange() *http.Request {
	return request("GET", "https://examplebucket.s3.amazonaws.com/test.txt", "",
		"Range", "bytes=0-9", "X-Amz-Date", "20130524T000000Z",
		"X-Amz-Content-Sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"Authorization", s3Auth+"SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
}

func putFile() *http.Request {
	return request("PUT", "https://examplebucket.s3.amazonaws.com/test$file.text", "Welcome to Amazon S3.",
		"Date", "Fri, 24 May 2013 00:00:00 GMT", "X-Amz-Date", "20130524T000000Z", "X-Amz-Storage-Class", "REDUCED_REDUNDANCY",
		"X-Amz-Content-Sha256", "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
		"Authorization", s3Auth+"SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")
}

const presigned = "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"

var chunks = "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n" + strings.Repeat("a", 65536) +
	"\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n" + strings.Repeat("a", 1024) +
	"\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n"

func putChunks(body string) *http.Request {
	return request("PUT", "https://s3.amazonaws.com/examplebucket/chunkObject.txt", body,
		"X-Amz-Date", "20130524T000000Z", "X-Amz-Storage-Class", "REDUCED_REDUNDANCY", "Content-Encoding", "aws-chunked",
		"X-Amz-Decoded-Content-Length", "66560", "Content-Length", "66824", "X-Amz-Content-Sha256", streamSigned,
		"Authorization", s3Auth+"SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class,Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9")
}

var trailed = "10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n" + strings.Repeat("a", 65536) +
	"\r\n400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n" + strings.Repeat("a", 1024) +
	"\r\n0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n" +
	"x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n"

func putTrailed(body string) *http.Request {
	return request("PUT", "https://s3.amazonaws.com/examplebucket/chunkObject.txt", body,
		"X-Amz-Date", "20130524T000000Z", "X-Amz-Storage-Class", "REDUCED_REDUNDANCY", "Content-Encoding", "aws-chunked",
		"X-Amz-Decoded-Content-Length", "66560", "X-Amz-Content-Sha256", streamSignedT, "X-Amz-Trailer", "x-amz-checksum-crc32c",
		"Authorization", s3Auth+"SignedHeaders=content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer,Signature=106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e")
}

func TestExamples(t *testing.T) {
	f := func(r *http.Request, v Verifier, want int) *Signed {
		t.Helper()
		s, err := v.Verify(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(s.Body)
		if err != nil || len(body) != want {
			t.Errorf("body of %d bytes, want %d: %v", len(body), want, err)
		}
		return s
	}
	s3 := verifier(s3Key, s3Secret, may24)
	f(getRange(), s3, 0)
	f(putFile(), s3, 21)
	f(request("GET", presigned, ""), s3, 0)
	f(putChunks(chunks), s3, 66560)
	if s := f(putTrailed(trailed), s3, 66560); s.Trailer().Get("x-amz-checksum-crc32c") != "sOO8/Q==" {
		t.Errorf("trailer %v", s.Trailer())
	}
	vanilla := request("GET", "https://example.amazonaws.com/", "", "X-Amz-Date", "20150830T123600Z",
		"Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")
	s := f(vanilla, verifier("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)), 0)
	if s.Region != "us-east-1" || s.Service != "service" {
		t.Errorf("%+v", s)
	}
}

func TestTampering(t *testing.T) {
	good := verifier(s3Key, s3Secret, may24)
	f := func(want error, r *http.Request, v Verifier) {
		t.Helper()
		s, err := v.Verify(r)
		if err == nil {
			_, err = io.ReadAll(s.Body)
		}
		if !errors.Is(err, want) {
			t.Errorf("error %v, want %v", err, want)
		}
	}
	change := func(r *http.Request, header, value string) *http.Request {
		r.Header.Set(header, value)
		return r
	}
	cut := func(r *http.Request, old, new string) *http.Request {
		return change(r, "Authorization", strings.Replace(r.Header.Get("Authorization"), old, new, 1))
	}
	f(ErrMissing, request("GET", "https://example.com/", ""), good)
	f(ErrUnknownKey, getRange(), verifier("OTHER", s3Secret, may24))
	f(ErrMismatch, getRange(), verifier(s3Key, "wrong", may24))
	f(ErrMismatch, change(getRange(), "Range", "bytes=0-10"), good)
	f(ErrMismatch, cut(getRange(), "us-east-1", "us-east-2"), good)
	f(ErrMismatch, cut(getRange(), "f0e8", "f0e9"), good)
	f(ErrMismatch, request("GET", strings.Replace(presigned, "test.txt", "tesu.txt", 1), ""), good)
	f(ErrMismatch, request("GET", presigned+"&versionId=1", ""), good)
	f(ErrSkewed, getRange(), verifier(s3Key, s3Secret, may24.Add(20*time.Minute)))
	f(ErrSkewed, getRange(), verifier(s3Key, s3Secret, may24.Add(-25*time.Minute)))
	f(ErrSkewed, request("GET", presigned, ""), verifier(s3Key, s3Secret, may24.Add(25*time.Hour)))
	f(ErrIncomplete, request("GET", strings.Replace(presigned, "Expires=86400", "Expires=864000", 1), ""), good)
	f(ErrIncomplete, cut(getRange(), "host;", ""), good)
	f(ErrIncomplete, cut(getRange(), "/aws4_request", ""), good)
	f(ErrIncomplete, cut(getRange(), "AWS4-HMAC-SHA256 ", "AWS "), good)
	f(ErrIncomplete, change(getRange(), "X-Amz-Date", "20130525T000000Z"), good)
	f(ErrIncomplete, change(getRange(), "X-Amz-Content-Sha256", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"), good)
	other := putFile()
	other.Body = io.NopCloser(strings.NewReader("Welcome to Amazon S4."))
	f(ErrPayload, other, good)
	f(ErrMismatch, putChunks(strings.Replace(chunks, "aaa", "aab", 1)), good)
	f(ErrMismatch, putChunks(strings.Replace(chunks, "b6c6", "b6c7", 1)), good)
	f(io.ErrUnexpectedEOF, putChunks(chunks[:60000]), good)
	f(ErrMismatch, putChunks(strings.Replace(chunks, "400;", "3ff;", 1)), good)
	f(ErrMismatch, putTrailed(strings.Replace(trailed, "sOO8", "sOO9", 1)), good)
	f(ErrMismatch, putTrailed(strings.Replace(trailed, "d81f", "d81e", 1)), good)
	f(ErrBadChunk, putTrailed(trailed[:len(trailed)-2]+strings.Repeat("a:b\r\n", 3000)), good)

	// Services other than S3 hash the body whatever the header says.
	v := verifier("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC))
	vanilla := func(body string, headers ...string) *http.Request {
		return request("GET", "https://example.amazonaws.com/", body, append(headers, "X-Amz-Date", "20150830T123600Z",
			"Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")...)
	}
	f(ErrMismatch, vanilla("x"), v)
	f(ErrPayload, vanilla("x", "X-Amz-Content-Sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"), v)
	f(ErrTooLarge, vanilla(strings.Repeat("x", 1<<20+1)), v)
}

func FuzzVerify(f *testing.F) {
	f.Add("Authorization", s3Auth+"SignedHeaders=host,Signature=00", "", "x")
	f.Add("X-Amz-Date", "20130524T000000Z", strings.TrimPrefix(presigned, "https://examplebucket.s3.amazonaws.com"), "x")
	f.Fuzz(func(t *testing.T, header, value, query, body string) {
		r := request("PUT", "https://example.com/", body)
		r.URL.RawQuery = query
		r.Header[http.CanonicalHeaderKey(header)] = []string{value}
		if s, err := verifier(s3Key, "other", may24).Verify(r); err == nil {
			t.Errorf("accepted %+v", s)
		}
	})
}

func FuzzChunks(f *testing.F) {
	f.Add(chunks)
	f.Add(trailed)
	f.Add("5\r\nhello\r\n0\r\na:b\r\n\r\n")
	f.Fuzz(func(t *testing.T, body string) {
		r := request("PUT", "https://example.com/", body)
		c := newChunkReader(r, &claim{}, nil, streamUnsignedT, http.Header{})
		data, err := io.ReadAll(c)
		if len(data) > len(body) {
			t.Errorf("%d bytes of %d", len(data), len(body))
		}
		if n, again := c.Read(make([]byte, 1)); err != nil && (n != 0 || again == nil || again == io.EOF) {
			t.Errorf("after %v: %d, %v", err, n, again)
		}
	})
}
