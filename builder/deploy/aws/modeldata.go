package aws

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/klauspost/compress/gzip"

	"github.com/copal-ml/copal/builder/deploy"
	"github.com/copal-ml/copal/builder/progress"
	"github.com/copal-ml/copal/runtime/contract"
)

type bucketAPI interface {
	HeadBucket(context.Context, *s3.HeadBucketInput, ...func(*s3.Options)) (*s3.HeadBucketOutput, error)
	CreateBucket(context.Context, *s3.CreateBucketInput, ...func(*s3.Options)) (*s3.CreateBucketOutput, error)
	DeleteBucket(context.Context, *s3.DeleteBucketInput, ...func(*s3.Options)) (*s3.DeleteBucketOutput, error)
	ListObjectsV2(context.Context, *s3.ListObjectsV2Input, ...func(*s3.Options)) (*s3.ListObjectsV2Output, error)
}

// A bucket holds the model.tar.gz files of all endpoints in a region, for images
// that do not embed their model. Its name is Copal's mark: it has the account's
// number and is looked up with it as the expected owner.
type bucket struct {
	api   bucketAPI
	names names
	name  string
}

func (a *Account) bucket(n names) *bucket { return &bucket{api: a.s3, names: n, name: n.bucket()} }

func (b *bucket) ID() deploy.ID      { return deploy.ID{Kind: "bucket", Name: b.name} }
func (b *bucket) Needs() []deploy.ID { return nil }

func (b *bucket) Diff(ctx context.Context) (deploy.Change, error) {
	found, err := b.find(ctx)
	if err != nil || found {
		return deploy.Change{}, err
	}
	return deploy.Change{Action: deploy.Create}, nil
}

func (b *bucket) find(ctx context.Context) (bool, error) {
	_, err := b.api.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &b.name, ExpectedBucketOwner: &b.names.Account})
	if isCode(err, "NotFound", "NoSuchBucket") {
		return false, nil
	}
	return err == nil, explain("look for bucket "+b.name, err)
}

func (b *bucket) Apply(ctx context.Context, _ deploy.Change, _ progress.Func) error {
	in := &s3.CreateBucketInput{Bucket: &b.name}
	if b.names.region != "us-east-1" { // which is no valid constraint
		in.CreateBucketConfiguration = &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(b.names.region)}
	}
	_, err := b.api.CreateBucket(ctx, in)
	if isCode(err, "BucketAlreadyOwnedByYou") {
		return nil
	}
	return explain("make bucket "+b.name, err)
}

// Delete removes the bucket if no endpoint uses it any more.
func (b *bucket) Delete(ctx context.Context, p progress.Func) error {
	if found, err := b.find(ctx); err != nil || !found {
		return err
	}
	out, err := b.api.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &b.name, MaxKeys: sdk.Int32(1), ExpectedBucketOwner: &b.names.Account})
	if err != nil {
		return explain("list bucket "+b.name, err)
	}
	if len(out.Contents) > 0 {
		p.Send(progress.Event{Kind: progress.Note, ID: b.ID().String(), Text: "Bucket " + b.name + " stays: other endpoints have model data in it"})
		return nil
	}
	_, err = b.api.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &b.name, ExpectedBucketOwner: &b.names.Account})
	if isCode(err, "NoSuchBucket", "NotFound", "BucketNotEmpty") {
		return nil
	}
	return explain("delete bucket "+b.name, err)
}

type objectAPI interface {
	HeadObject(context.Context, *s3.HeadObjectInput, ...func(*s3.Options)) (*s3.HeadObjectOutput, error)
	PutObject(context.Context, *s3.PutObjectInput, ...func(*s3.Options)) (*s3.PutObjectOutput, error)
	DeleteObject(context.Context, *s3.DeleteObjectInput, ...func(*s3.Options)) (*s3.DeleteObjectOutput, error)
}

// A modelData is a model.tar.gz in the bucket, at a key that says what is in it.
type modelData struct {
	api    objectAPI
	bucket *bucket
	key    string
	file   string // on this machine
	model  contract.ModelFile
}

func (a *Account) modelData(b *bucket, s Spec) *modelData {
	m := s.Image.Manifest.Model
	return &modelData{api: a.s3, bucket: b, key: s.Name + "/" + m.SHA256 + "/model.tar.gz", file: s.ModelFile, model: m}
}

func (d *modelData) ID() deploy.ID      { return deploy.ID{Kind: "model data", Name: d.url()} }
func (d *modelData) Needs() []deploy.ID { return []deploy.ID{d.bucket.ID()} }
func (d *modelData) url() string        { return "s3://" + d.bucket.name + "/" + d.key }

// of reports whether the object is an endpoint's: keys begin with its name.
func (d *modelData) of(endpoint string) bool { return strings.HasPrefix(d.key, endpoint+"/") }

func (d *modelData) Diff(ctx context.Context) (deploy.Change, error) {
	_, err := d.api.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &d.bucket.name, Key: &d.key, ExpectedBucketOwner: &d.bucket.names.Account})
	if isCode(err, "NotFound", "NoSuchKey", "NoSuchBucket") {
		return deploy.Change{Action: deploy.Create, Fields: []deploy.Field{{Path: "from", New: d.file}}}, nil
	}
	return deploy.Change{}, explain("look for "+d.url(), err)
}

// Apply packs the model into a temporary file, since an upload must know its
// length and be able to start over, and puts it in one request: an object is
// there whole or not at all.
func (d *modelData) Apply(ctx context.Context, _ deploy.Change, _ progress.Func) error {
	tmp, err := os.CreateTemp("", "copal-model-*.tar.gz")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	if err := packModel(tmp, d.file, d.model); err != nil {
		return err
	}
	if _, err := tmp.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err = d.api.PutObject(ctx, &s3.PutObjectInput{Bucket: &d.bucket.name, Key: &d.key, Body: tmp,
		ContentType: sdk.String("application/gzip"), ExpectedBucketOwner: &d.bucket.names.Account})
	return explain("upload "+d.url(), err)
}

func (d *modelData) Delete(ctx context.Context, _ progress.Func) error {
	_, err := d.api.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &d.bucket.name, Key: &d.key, ExpectedBucketOwner: &d.bucket.names.Account})
	if isCode(err, "NoSuchKey", "NoSuchBucket", "NotFound") {
		return nil
	}
	return explain("delete "+d.url(), err)
}

// packModel writes the model file as the only entry of a tar, compressed, the
// same bytes for the same model: SageMaker unpacks it at
// contract.MountedModelDir. The file must be the one that the image was built for.
func packModel(w io.Writer, path string, m contract.ModelFile) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	zip, err := gzip.NewWriterLevel(w, gzip.BestSpeed) // weights barely compress
	if err != nil {
		return err
	}
	tw := tar.NewWriter(zip)
	if err := tw.WriteHeader(&tar.Header{Name: m.Name, Mode: 0o644, Size: st.Size(), Format: tar.FormatUSTAR}); err != nil {
		return fmt.Errorf("pack %s: %w", path, err)
	}
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(tw, sum), f); err != nil {
		return fmt.Errorf("pack %s: %w", path, err)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != m.SHA256 {
		return &Problem{What: fmt.Sprintf("%s is not the model that the image was built for: its SHA-256 is %s, not %s", path, got, m.SHA256),
			Next: "build the image anew from this file"}
	}
	if err := tw.Close(); err != nil {
		return err
	}
	return zip.Close()
}
