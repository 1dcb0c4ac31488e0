package local

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/copal-ml/copal/builder/local/wire"
)

const s3Namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

var bucketPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// A bucket is an S3 bucket.
type bucket struct {
	Name    string     `json:"name"`
	Region  string     `json:"region"`
	Created time.Time  `json:"created"`
	Tags    []wire.Tag `json:"tags,omitempty"`
}

// An s3Call is a path-style request.
type s3Call struct {
	*call
	bucket, key string
	query       url.Values
}

// An s3Operation is found by method, by what the path names, and by a sub-resource
// in the query.
type s3Operation struct {
	method string
	object bool   // the path names an object
	sub    string // query parameter that must be there; "" for none
	name   string
	serve  func(p *Platform, w http.ResponseWriter, r *http.Request, c s3Call) error
}

// s3Operations is in the order of trial: sub-resources before the plain ones.
func s3Operations() []s3Operation {
	return []s3Operation{
		{http.MethodGet, false, "location", "GetBucketLocation", (*Platform).getBucketLocation},
		{http.MethodGet, false, "tagging", "GetBucketTagging", (*Platform).getBucketTagging},
		{http.MethodPut, false, "tagging", "PutBucketTagging", (*Platform).putBucketTagging},
		{http.MethodPost, false, "delete", "DeleteObjects", (*Platform).deleteObjects},
		{http.MethodGet, false, "list-type", "ListObjectsV2", (*Platform).listObjects},
		{http.MethodPut, false, "", "CreateBucket", (*Platform).createBucket},
		{http.MethodHead, false, "", "HeadBucket", (*Platform).headBucket},
		{http.MethodDelete, false, "", "DeleteBucket", (*Platform).deleteBucket},
		{http.MethodPut, true, "", "PutObject", (*Platform).putObject},
		{http.MethodGet, true, "", "GetObject", (*Platform).getObject},
		{http.MethodHead, true, "", "HeadObject", (*Platform).getObject},
		{http.MethodDelete, true, "", "DeleteObject", (*Platform).deleteObject},
	}
}

// plainParameters change how an operation works, not which it is. Any other is a
// sub-resource: what is not in the table above is not done here.
var plainParameters = map[string]bool{
	"x-id": true, "list-type": true, "prefix": true, "delimiter": true, "max-keys": true, "continuation-token": true,
	"start-after": true, "encoding-type": true, "fetch-owner": true, "max-buckets": true, "bucket-region": true,
}

func (p *Platform) routeS3(r *http.Request) route {
	rt := route{operation: "s3:?", protocol: wire.S3{Resource: r.URL.Path}}
	query := r.URL.Query()
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if bucket == "" && r.Method == http.MethodGet {
		rt.operation, rt.serve = "s3:ListBuckets", p.listBuckets
		return rt
	}
	for _, op := range s3Operations() {
		if op.method != r.Method || op.object != (key != "") || bucket == "" || op.sub != "" && !query.Has(op.sub) {
			continue
		}
		if other := foreignParameter(query, op.sub); other != "" || r.Header.Get("X-Amz-Copy-Source") != "" {
			break
		}
		rt.operation = "s3:" + op.name
		rt.serve = func(w http.ResponseWriter, r *http.Request, c *call) error {
			if !bucketPattern.MatchString(bucket) {
				return wire.Errorf("InvalidBucketName", "The specified bucket is not valid.")
			}
			if len(key) > 1024 {
				return wire.Errorf("KeyTooLongError", "Your key is too long")
			}
			w.Header().Set("X-Amz-Request-Id", c.id)
			return op.serve(p, w, r, s3Call{c, bucket, key, query})
		}
		return rt
	}
	rt.serve = func(http.ResponseWriter, *http.Request, *call) error {
		names := []string{"ListBuckets"}
		for _, op := range s3Operations() {
			names = append(names, op.name)
		}
		return &wire.Error{Status: http.StatusNotImplemented, Code: "NotImplemented",
			Message: fmt.Sprintf("the local platform does not do %s %s; it does %s", r.Method, r.URL.RequestURI(), strings.Join(names, ", "))}
	}
	return rt
}

func foreignParameter(query url.Values, sub string) string {
	for k := range query {
		if k != sub && !plainParameters[k] && !strings.HasPrefix(k, "X-Amz-") && !strings.HasPrefix(k, "response-") {
			return k
		}
	}
	return ""
}

func s3Error(status int, code, format string, args ...any) error {
	return &wire.Error{Status: status, Code: code, Message: fmt.Sprintf(format, args...)}
}

func s3Time(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func (p *Platform) bucketOf(name string) (bucket, error) {
	b, ok := p.buckets.Get(name)
	if !ok {
		return b, s3Error(http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist")
	}
	return b, nil
}

// readXML reads a small request body.
func readXML(r io.Reader, into any) error {
	data, err := io.ReadAll(io.LimitReader(r, 2<<20))
	if err != nil {
		return err
	}
	if err := xml.Unmarshal(data, into); err != nil {
		return wire.Errorf("MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema: %v", err)
	}
	return nil
}

func (p *Platform) listBuckets(w http.ResponseWriter, _ *http.Request, c *call) error {
	type entry struct{ Name, CreationDate string }
	var out struct {
		XMLName   xml.Name `xml:"ListAllMyBucketsResult"`
		Namespace string   `xml:"xmlns,attr"`
		Owner     struct{ ID string }
		Buckets   struct{ Bucket []entry }
	}
	out.Namespace, out.Owner.ID = s3Namespace, AccountID
	p.mu.Lock()
	for _, name := range p.buckets.Keys() {
		b, _ := p.buckets.Get(name)
		out.Buckets.Bucket = append(out.Buckets.Bucket, entry{b.Name, s3Time(b.Created)})
	}
	p.mu.Unlock()
	wire.WriteXML(w, c.id, out)
	return nil
}

// createBucket: outside us-east-1 the region must be said, and it must be the
// client's (CreateBucket, API reference).
func (p *Platform) createBucket(w http.ResponseWriter, _ *http.Request, c s3Call) error {
	data, err := io.ReadAll(io.LimitReader(c.signed.Body, 64<<10))
	if err != nil {
		return err
	}
	var in struct{ LocationConstraint string }
	if len(data) > 0 {
		if err := readXML(strings.NewReader(string(data)), &in); err != nil {
			return err
		}
	}
	where := in.LocationConstraint
	if where == "" {
		where = "unspecified"
	}
	if (c.region == "us-east-1") != (in.LocationConstraint == "") || in.LocationConstraint != "" && in.LocationConstraint != c.region {
		return wire.Errorf("IllegalLocationConstraintException", "The %s location constraint is incompatible for the region specific endpoint this request was sent to.", where)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.buckets.Get(c.bucket); !ok {
		if err := p.buckets.Put(c.bucket, bucket{Name: c.bucket, Region: c.region, Created: c.now}); err != nil {
			return err
		}
	} else if c.region != "us-east-1" { // there, for once, it is no error
		return s3Error(http.StatusConflict, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.")
	}
	w.Header().Set("Location", "/"+c.bucket)
	w.WriteHeader(http.StatusOK)
	return nil
}

func (p *Platform) headBucket(w http.ResponseWriter, _ *http.Request, c s3Call) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	b, err := p.bucketOf(c.bucket)
	if err != nil {
		return err
	}
	w.Header().Set("X-Amz-Bucket-Region", b.Region)
	w.WriteHeader(http.StatusOK)
	return nil
}

func (p *Platform) deleteBucket(w http.ResponseWriter, _ *http.Request, c s3Call) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, err := p.bucketOf(c.bucket); err != nil {
		return err
	}
	for _, key := range p.objects.Keys() {
		if strings.HasPrefix(key, objectKey(c.bucket, "")) {
			return s3Error(http.StatusConflict, "BucketNotEmpty", "The bucket you tried to delete is not empty")
		}
	}
	if err := p.buckets.Delete(c.bucket); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (p *Platform) getBucketLocation(w http.ResponseWriter, _ *http.Request, c s3Call) error {
	p.mu.Lock()
	b, err := p.bucketOf(c.bucket)
	p.mu.Unlock()
	if err != nil {
		return err
	}
	out := struct {
		XMLName   xml.Name `xml:"LocationConstraint"`
		Namespace string   `xml:"xmlns,attr"`
		Region    string   `xml:",chardata"`
	}{Namespace: s3Namespace, Region: b.Region}
	if b.Region == "us-east-1" { // for which the answer is empty
		out.Region = ""
	}
	wire.WriteXML(w, c.id, out)
	return nil
}

type tagging struct {
	XMLName   xml.Name   `xml:"Tagging"`
	Namespace string     `xml:"xmlns,attr,omitempty"`
	Tags      []wire.Tag `xml:"TagSet>Tag"`
}

func (p *Platform) putBucketTagging(w http.ResponseWriter, _ *http.Request, c s3Call) error {
	var in tagging
	if err := readXML(c.signed.Body, &in); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	b, err := p.bucketOf(c.bucket)
	if err != nil {
		return err
	}
	if len(in.Tags) > 50 {
		return wire.Errorf("BadRequest", "Bucket tag count cannot be greater than 50")
	}
	b.Tags = in.Tags
	if err := p.buckets.Put(b.Name, b); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (p *Platform) getBucketTagging(w http.ResponseWriter, _ *http.Request, c s3Call) error {
	p.mu.Lock()
	b, err := p.bucketOf(c.bucket)
	p.mu.Unlock()
	if err != nil {
		return err
	}
	if len(b.Tags) == 0 {
		return s3Error(http.StatusNotFound, "NoSuchTagSet", "The TagSet does not exist")
	}
	wire.WriteXML(w, c.id, tagging{Namespace: s3Namespace, Tags: b.Tags})
	return nil
}

func (p *Platform) deleteObjects(w http.ResponseWriter, _ *http.Request, c s3Call) error {
	type object struct{ Key string }
	var in struct {
		XMLName xml.Name `xml:"Delete"`
		Object  []object
		Quiet   bool
	}
	if err := readXML(c.signed.Body, &in); err != nil {
		return err
	}
	if n := len(in.Object); n < 1 || n > 1000 {
		return wire.Errorf("MalformedXML", "1 to 1000 keys can be deleted at once, not %d", n)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, err := p.bucketOf(c.bucket); err != nil {
		return err
	}
	out := struct {
		XMLName   xml.Name `xml:"DeleteResult"`
		Namespace string   `xml:"xmlns,attr"`
		Deleted   []object
	}{Namespace: s3Namespace}
	for _, o := range in.Object {
		if err := p.removeObject(c.bucket, o.Key); err != nil {
			return err
		}
		if !in.Quiet {
			out.Deleted = append(out.Deleted, o)
		}
	}
	wire.WriteXML(w, c.id, out)
	return nil
}

func (p *Platform) deleteObject(w http.ResponseWriter, _ *http.Request, c s3Call) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, err := p.bucketOf(c.bucket)
	if err := errors.Join(err, p.removeObject(c.bucket, c.key)); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
