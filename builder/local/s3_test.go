package local

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	smtypes "github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

func (r *running) s3() *s3.Client {
	return s3.NewFromConfig(r.aws(), func(o *s3.Options) { o.UsePathStyle = true })
}

func TestS3(t *testing.T) {
	r := start(t, t.TempDir(), nil)
	c, ctx := r.s3(), t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	bucket := aws.String("models")
	_, err := c.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: bucket})
	wantError(t, err, "404")
	_, err = c.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: aws.String("x"), Body: strings.NewReader("x")})
	wantError(t, err, "NoSuchBucket")
	_, err = c.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: bucket})
	must(err)
	_, err = c.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String("elsewhere"), CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: "eu-west-1"}})
	wantError(t, err, "IllegalLocationConstraintException")
	_, err = c.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String("No_Bucket")})
	wantError(t, err, "InvalidBucketName")

	keys := []string{"a b/ü+=%25~.tar.gz", "a/1", "a/2", "b"}
	for _, key := range keys {
		_, err := c.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: &key, Body: strings.NewReader("body of " + key), Metadata: map[string]string{"made-by": "copal"}, ContentType: aws.String("text/plain"), ChecksumAlgorithm: types.ChecksumAlgorithmCrc32})
		must(err)
		out, err := c.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: &key, ChecksumMode: types.ChecksumModeEnabled})
		must(err)
		body, err := io.ReadAll(out.Body)
		must(err)
		if string(body) != "body of "+key || out.Metadata["made-by"] != "copal" || *out.ContentType != "text/plain" || out.ChecksumCRC32 == nil {
			t.Errorf("%q: %q %v %v", key, body, out.Metadata, out.ChecksumCRC32)
		}
	}
	_, err = c.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: aws.String("b"), Body: strings.NewReader("x"), IfNoneMatch: aws.String("*")})
	wantError(t, err, "PreconditionFailed")
	_, err = c.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: aws.String("b"), Body: strings.NewReader("x"), ChecksumSHA256: aws.String("AAAA")})
	wantError(t, err, "BadDigest")
	_, err = c.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: aws.String("c")})
	wantError(t, err, "NoSuchKey")
	_, err = c.GetObjectAcl(ctx, &s3.GetObjectAclInput{Bucket: bucket, Key: aws.String("b")})
	wantError(t, err, "NotImplemented", "it does ListBuckets")

	list, err := c.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: bucket, Delimiter: aws.String("/"), MaxKeys: aws.Int32(2)})
	must(err)
	if len(list.CommonPrefixes) != 2 || len(list.Contents) != 0 || !*list.IsTruncated {
		t.Errorf("%+v", list)
	}
	list, err = c.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: bucket, Delimiter: aws.String("/"), ContinuationToken: list.NextContinuationToken})
	must(err)
	if len(list.Contents) != 1 || *list.Contents[0].Key != "b" || *list.IsTruncated {
		t.Errorf("%+v", list)
	}
	_, err = c.PutBucketTagging(ctx, &s3.PutBucketTaggingInput{Bucket: bucket, Tagging: &types.Tagging{TagSet: []types.Tag{{Key: aws.String("a"), Value: aws.String("b")}}}})
	must(err)
	tags, err := c.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: bucket})
	must(err)
	if len(tags.TagSet) != 1 || *tags.TagSet[0].Value != "b" {
		t.Errorf("%+v", tags.TagSet)
	}
	_, err = c.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: bucket})
	wantError(t, err, "BucketNotEmpty")
	var ids []types.ObjectIdentifier
	for _, key := range append(keys, "never-there") {
		ids = append(ids, types.ObjectIdentifier{Key: &key})
	}
	gone, err := c.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: bucket, Delete: &types.Delete{Objects: ids}})
	must(err)
	if len(gone.Deleted) != 5 {
		t.Errorf("%+v", gone)
	}
	_, err = c.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: bucket})
	must(err)
	if left, _ := os.ReadDir(r.dir.Path("s3")); len(left) != 0 {
		t.Errorf("%d files left", len(left))
	}
}

// signed sends a request as an SDK would sign it, with a payload hash of one's choice.
func (r *running) signed(t *testing.T, method, path, hash, body string, headers ...string) *http.Response {
	t.Helper()
	e := r.Env()
	req, err := http.NewRequest(method, e.Endpoint+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	req.Header.Set("X-Amz-Content-Sha256", hash)
	err = v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }).SignHTTP(t.Context(),
		aws.Credentials{AccessKeyID: e.AccessKeyID, SecretAccessKey: e.SecretAccessKey}, req, hash, "s3", e.Region, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	return res
}

func TestS3Bodies(t *testing.T) {
	r := start(t, t.TempDir(), nil)
	r.signed(t, "PUT", "/models", emptyHash, "")
	sum := sha256.Sum256([]byte("hello"))
	f := func(hash, body string, status int, code string, headers ...string) {
		t.Helper()
		res := r.signed(t, "PUT", "/models/x", hash, body, headers...)
		text, _ := io.ReadAll(res.Body)
		if res.StatusCode != status || !strings.Contains(string(text), code) {
			t.Errorf("%d %s, want %d %s", res.StatusCode, text, status, code)
		}
		got, _ := io.ReadAll(r.signed(t, "GET", "/models/x", emptyHash, "").Body)
		if status == 200 && string(got) != "hello" || status != 200 && string(got) == "hello" {
			t.Errorf("object is %q", got)
		}
		r.signed(t, "DELETE", "/models/x", emptyHash, "")
	}
	f(hex.EncodeToString(sum[:]), "hello", 200, "")
	f(hex.EncodeToString(sum[:]), "Hello", 400, "XAmzContentSHA256Mismatch")
	f("UNSIGNED-PAYLOAD", "hello", 200, "")
	f("nonsense", "hello", 403, "AuthorizationHeaderMalformed")
	const unsigned = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
	f(unsigned, "2\r\nhe\r\n3\r\nllo\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", 200, "", "X-Amz-Trailer", "x-amz-checksum-crc32", "X-Amz-Decoded-Content-Length", "5", "Content-Encoding", "aws-chunked")
	f(unsigned, "2\r\nhe\r\n3\r\nllo\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", 400, "BadDigest", "X-Amz-Trailer", "x-amz-checksum-crc32")
	f(unsigned, "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", 400, "BadDigest", "X-Amz-Trailer", "x-amz-checksum-crc32")
	f(unsigned, "5\r\nhello\r\n0\r\n\r\n", 400, "IncompleteBody", "X-Amz-Decoded-Content-Length", "6")
	f(unsigned, "5\r\nhel", 400, "IncompleteBody")
	f(unsigned, "zz\r\nhello\r\n", 400, "IncompleteBody")
	f(unsigned, "-1\r\nhello\r\n", 400, "IncompleteBody")
	f(unsigned, strings.Repeat("0", 5000), 400, "IncompleteBody")
	f("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "5;chunk-signature=00\r\nhello\r\n0;chunk-signature=00\r\n\r\n", 403, "SignatureDoesNotMatch")
	f("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "5\r\nhello\r\n0\r\n\r\n", 400, "IncompleteBody")
	if left, _ := os.ReadDir(r.dir.Path("tmp")); len(left) != 0 {
		t.Errorf("%d temporary files left", len(left))
	}
}

const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

func archive(t *testing.T, headers ...tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, h := range headers {
		body := ""
		if h.Typeflag == tar.TypeReg {
			body = "content"
		}
		h.Size = int64(len(body))
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, body)
	}
	w.Close()
	z.Close()
	return b.Bytes()
}

func TestHostileArchives(t *testing.T) {
	f := func(want string, headers ...tar.Header) {
		t.Helper()
		outside := t.TempDir()
		dir := filepath.Join(outside, "model")
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		err := unpackTarGz(bytes.NewReader(archive(t, headers...)), dir)
		wantError(t, err, want)
		if entries, _ := os.ReadDir(outside); len(entries) != 1 {
			t.Errorf("wrote outside: %v", entries)
		}
	}
	file := func(name string) tar.Header { return tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644} }
	f("leads out of the model folder", file("../evil"))
	f("leads out of the model folder", file("a/../../evil"))
	f("leads out of the model folder", file("/etc/evil"))
	f("is a link", tar.Header{Typeflag: tar.TypeSymlink, Name: "x", Linkname: "/etc"}, file("x/evil"))
	f("is a link", tar.Header{Typeflag: tar.TypeLink, Name: "x", Linkname: "../evil"})
	f("neither file nor folder", tar.Header{Typeflag: tar.TypeChar, Name: "null", Devmajor: 1, Devminor: 3})
	f("neither file nor folder", tar.Header{Typeflag: tar.TypeFifo, Name: "pipe"})
	wantError(t, unpackTarGz(strings.NewReader("PK\x03\x04"), t.TempDir()), "not a gzip file")
	whole := archive(t, file("model.pkl"))
	wantError(t, unpackTarGz(bytes.NewReader(whole[:len(whole)/2]), t.TempDir()), "broken")
}

func TestModelData(t *testing.T) {
	a := newAccount(t, nil)
	c := a.s3()
	_, err := c.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("models")})
	a.must(err)
	put := func(key string, body []byte) {
		_, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("models"), Key: &key, Body: bytes.NewReader(body)})
		a.must(err)
	}
	put("good/model.tar.gz", archive(t, tar.Header{Typeflag: tar.TypeDir, Name: "./"}, tar.Header{Typeflag: tar.TypeReg, Name: "./sub/model.pkl", Mode: 0o600}))
	put("bad/model.tar.gz", []byte("no archive"))
	deploy := func(name string) *sagemaker.DescribeEndpointOutput {
		url := fmt.Sprintf("s3://models/%s/model.tar.gz", name)
		_, err := a.sm.CreateModel(t.Context(), &sagemaker.CreateModelInput{ModelName: &name, ExecutionRoleArn: aws.String(roleARN),
			PrimaryContainer: &smtypes.ContainerDefinition{Image: &a.image, ModelDataUrl: &url}})
		a.must(err)
		a.must(a.config(name, name, false))
		_, err = a.sm.CreateEndpoint(t.Context(), &sagemaker.CreateEndpointInput{EndpointName: &name, EndpointConfigName: &name})
		a.must(err)
		return a.settled(name)
	}
	deploy("good")
	if got, err := a.invoke("good", "read sub/model.pkl"); got != "content<nil>" {
		t.Errorf("%q %v", got, err)
	}
	if out := deploy("bad"); !strings.Contains(aws.ToString(out.FailureReason), `Failed to extract model data archive for container "container_1" from URL "s3://models/bad/model.tar.gz".`) {
		t.Errorf("%+v", out)
	}
	_, err = a.sm.DeleteEndpoint(t.Context(), &sagemaker.DeleteEndpointInput{EndpointName: aws.String("good")})
	a.must(err)
	a.gone("good")
	if left, _ := os.ReadDir(a.dir.Path("run")); len(left) != 0 {
		t.Errorf("%d unpacked models left", len(left))
	}
}
