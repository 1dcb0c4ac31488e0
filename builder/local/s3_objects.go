package local

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/copal-ml/copal/builder/local/wire"
)

// An object is an S3 object; its bytes are in a file of their own.
type object struct {
	Bucket    string            `json:"bucket"`
	Key       string            `json:"key"`
	Size      int64             `json:"size"`
	ETag      string            `json:"etag"`
	Modified  time.Time         `json:"modified"`
	Headers   map[string]string `json:"headers,omitempty"` // Content-Type, x-amz-meta-…
	Checksums map[string]string `json:"checksums,omitempty"`
	File      string            `json:"file"`
}

func objectKey(bucket, key string) string { return bucket + "/" + key }

func (p *Platform) objectPath(o object) string { return p.dir.Path("s3", o.File) }

// checksums are the algorithms of x-amz-checksum-…; CRC-64/NVME by its reversed
// polynomial.
func newChecksum(name string) hash.Hash {
	switch name {
	case "crc32":
		return crc32.NewIEEE()
	case "crc32c":
		return crc32.New(crc32.MakeTable(crc32.Castagnoli))
	case "crc64nvme":
		return crc64.New(crc64.MakeTable(0x9a6c9329ac4bc9b5))
	case "sha1":
		return sha1.New()
	case "sha256":
		return sha256.New()
	}
	return nil
}

const checksumPrefix = "x-amz-checksum-"

func (p *Platform) putObject(w http.ResponseWriter, r *http.Request, c s3Call) error {
	p.mu.Lock()
	_, err := p.bucketOf(c.bucket)
	p.mu.Unlock()
	if err != nil {
		return err
	}
	o := object{Bucket: c.bucket, Key: c.key, Modified: c.now, Headers: keptHeaders(r.Header), File: strings.ToLower(secret(15))}
	temp, err := p.receive(r, c, &o)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.storeObject(r, o, temp); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	w.Header().Set("ETag", o.ETag)
	setChecksums(w.Header(), o)
	w.WriteHeader(http.StatusOK)
	return nil
}

func (p *Platform) storeObject(r *http.Request, o object, temp string) error {
	if _, err := p.bucketOf(o.Bucket); err != nil { // deleted meanwhile
		return err
	}
	old, exists := p.objects.Get(objectKey(o.Bucket, o.Key))
	if exists && r.Header.Get("If-None-Match") == "*" {
		return s3Error(http.StatusPreconditionFailed, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
	}
	if err := os.Rename(temp, p.objectPath(o)); err != nil {
		return err
	}
	if err := p.objects.Put(objectKey(o.Bucket, o.Key), o); err != nil {
		return err
	}
	if exists {
		return os.Remove(p.objectPath(old))
	}
	return nil
}

// receive writes the body into a temporary file and checks every sum that came with it.
func (p *Platform) receive(r *http.Request, c s3Call, o *object) (string, error) {
	f, err := p.dir.Temp()
	if err != nil {
		return "", err
	}
	sums := map[string]hash.Hash{}
	sum := md5.New()
	writers := []io.Writer{f, sum}
	for _, name := range wantedChecksums(r.Header) {
		if h := newChecksum(name); h != nil {
			sums[name] = h
			writers = append(writers, h)
		}
	}
	o.Size, err = io.Copy(io.MultiWriter(writers...), c.signed.Body)
	err = errors.Join(err, f.Close())
	if err == nil {
		err = o.verify(r.Header, c.signed.Trailer(), sum.Sum(nil), sums)
	}
	if err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

func wantedChecksums(h http.Header) []string {
	var out []string
	for k := range h {
		if name, ok := strings.CutPrefix(strings.ToLower(k), checksumPrefix); ok {
			out = append(out, name)
		}
	}
	for name := range strings.SplitSeq(h.Get("X-Amz-Trailer"), ",") {
		if name, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(name)), checksumPrefix); ok {
			out = append(out, name)
		}
	}
	return out
}

func (o *object) verify(header, trailer http.Header, md5sum []byte, sums map[string]hash.Hash) error {
	o.ETag = `"` + hex.EncodeToString(md5sum) + `"`
	if want := header.Get("Content-Md5"); want != "" && want != base64.StdEncoding.EncodeToString(md5sum) {
		return wire.Errorf("BadDigest", "The Content-MD5 you specified did not match what we received.")
	}
	o.Checksums = map[string]string{}
	for name, h := range sums {
		got := base64.StdEncoding.EncodeToString(h.Sum(nil))
		want := header.Get(checksumPrefix + name)
		if want == "" {
			want = trailer.Get(checksumPrefix + name)
		}
		if want != got {
			return wire.Errorf("BadDigest", "The %s you specified did not match the calculated checksum.", strings.ToUpper(name))
		}
		o.Checksums[name] = got
	}
	return nil
}

// keptHeaders are what a GET gives back. The framing of the upload is not part of
// the object.
func keptHeaders(h http.Header) map[string]string {
	out := map[string]string{"Content-Type": "binary/octet-stream"}
	for _, name := range []string{"Content-Type", "Content-Disposition", "Content-Language", "Cache-Control", "Content-Encoding"} {
		v := h.Get(name)
		if name == "Content-Encoding" {
			v = strings.Trim(strings.ReplaceAll(v, "aws-chunked", ""), ", ")
		}
		if v != "" {
			out[name] = v
		}
	}
	for name := range h {
		if strings.HasPrefix(name, "X-Amz-Meta-") {
			out[name] = h.Get(name)
		}
	}
	return out
}

func setChecksums(h http.Header, o object) {
	for name, v := range o.Checksums {
		h.Set(checksumPrefix+name, v)
		h.Set("X-Amz-Checksum-Type", "FULL_OBJECT")
	}
}

func (p *Platform) getObject(w http.ResponseWriter, r *http.Request, c s3Call) error {
	p.mu.Lock()
	_, err := p.bucketOf(c.bucket)
	o, ok := p.objects.Get(objectKey(c.bucket, c.key))
	p.mu.Unlock()
	if err != nil {
		return err
	}
	missing := s3Error(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
	if !ok {
		return missing
	}
	f, err := os.Open(p.objectPath(o))
	if errors.Is(err, fs.ErrNotExist) { // deleted meanwhile
		return missing
	}
	if err != nil {
		return err
	}
	defer f.Close()
	for name, v := range o.Headers {
		w.Header().Set(name, v)
	}
	w.Header().Set("ETag", o.ETag)
	if strings.EqualFold(r.Header.Get("X-Amz-Checksum-Mode"), "ENABLED") && r.Header.Get("Range") == "" {
		setChecksums(w.Header(), o)
	}
	http.ServeContent(w, r, "", o.Modified, f)
	return nil
}

// removeObject is called with mu held; it is no error if there is no such object.
func (p *Platform) removeObject(bucket, key string) error {
	o, ok := p.objects.Get(objectKey(bucket, key))
	if !ok {
		return nil
	}
	if err := p.objects.Delete(objectKey(bucket, key)); err != nil {
		return err
	}
	return os.Remove(p.objectPath(o))
}

type listedObject struct {
	Key          string
	LastModified string
	ETag         string
	Size         int64
	StorageClass string
}

type commonPrefix struct{ Prefix string }

type listObjectsOut struct {
	XMLName               xml.Name `xml:"ListBucketResult"`
	Namespace             string   `xml:"xmlns,attr"`
	Name                  string
	Prefix                string
	Delimiter             string `xml:",omitempty"`
	StartAfter            string `xml:",omitempty"`
	ContinuationToken     string `xml:",omitempty"`
	NextContinuationToken string `xml:",omitempty"`
	KeyCount              int
	MaxKeys               int
	EncodingType          string `xml:",omitempty"`
	IsTruncated           bool
	Contents              []listedObject
	CommonPrefixes        []commonPrefix
}

func (p *Platform) listObjects(w http.ResponseWriter, _ *http.Request, c s3Call) error {
	out := &listObjectsOut{
		Namespace: s3Namespace, Name: c.bucket, Prefix: c.query.Get("prefix"), Delimiter: c.query.Get("delimiter"),
		StartAfter: c.query.Get("start-after"), ContinuationToken: c.query.Get("continuation-token"), MaxKeys: 1000,
		EncodingType: c.query.Get("encoding-type"),
	}
	if s := c.query.Get("max-keys"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 {
			return wire.Errorf("InvalidArgument", "Provided max-keys not an integer or within integer range")
		}
		out.MaxKeys = min(n, 1000)
	}
	after := out.StartAfter
	if out.ContinuationToken != "" {
		last, err := base64.RawURLEncoding.DecodeString(out.ContinuationToken)
		if err != nil {
			return wire.Errorf("InvalidArgument", "The continuation token provided is incorrect")
		}
		after = string(last)
	}
	p.mu.Lock()
	_, err := p.bucketOf(c.bucket)
	if err == nil {
		p.fillList(out, after)
	}
	p.mu.Unlock()
	if err != nil {
		return err
	}
	if out.EncodingType == "url" {
		out.escape()
	}
	wire.WriteXML(w, c.id, out)
	return nil
}

func (p *Platform) fillList(out *listObjectsOut, after string) {
	bucketPrefix, last := objectKey(out.Name, ""), ""
	keys := p.objects.Keys()
	first, _ := slices.BinarySearch(keys, bucketPrefix+out.Prefix)
	for _, full := range keys[first:] {
		key, ok := strings.CutPrefix(full, bucketPrefix)
		if !ok || !strings.HasPrefix(key, out.Prefix) {
			break
		}
		group := ""
		if i := strings.Index(key[len(out.Prefix):], out.Delimiter); out.Delimiter != "" && i >= 0 {
			group = key[:len(out.Prefix)+i+len(out.Delimiter)]
		}
		if key <= after || group != "" && (group == last || group <= after) {
			continue
		}
		if out.KeyCount == out.MaxKeys {
			out.IsTruncated = out.MaxKeys > 0
			if out.IsTruncated {
				out.NextContinuationToken = base64.RawURLEncoding.EncodeToString([]byte(last))
			}
			return
		}
		out.KeyCount++
		if group != "" {
			last = group
			out.CommonPrefixes = append(out.CommonPrefixes, commonPrefix{group})
			continue
		}
		last = key
		o, _ := p.objects.Get(full)
		out.Contents = append(out.Contents, listedObject{key, s3Time(o.Modified), o.ETag, o.Size, "STANDARD"})
	}
}

// escape is encoding-type=url, which boto3 asks for.
func (out *listObjectsOut) escape() {
	esc := func(s *string) { *s = strings.ReplaceAll(url.QueryEscape(*s), "%2F", "/") }
	for _, s := range []*string{&out.Prefix, &out.Delimiter, &out.StartAfter} {
		esc(s)
	}
	for i := range out.Contents {
		esc(&out.Contents[i].Key)
	}
	for i := range out.CommonPrefixes {
		esc(&out.CommonPrefixes[i].Prefix)
	}
}
