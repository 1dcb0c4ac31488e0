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
	"github.com/klauspost/compress/gzip"

	"github.com/copal-ml/copal/builder/deploy"
	"github.com/copal-ml/copal/builder/progress"
	"github.com/copal-ml/copal/runtime/contract"
)

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
	return &modelData{api: a.s3, bucket: b, key: s.Name + "/" + m.SHA256[:min(len(m.SHA256), hashLen)] + "/model.tar.gz", file: s.ModelFile, model: m}
}

func (d *modelData) ID() deploy.ID      { return deploy.ID{Kind: "model data", Name: d.key} }
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
