package aws

import (
	"context"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/copal-ml/copal/builder/deploy"
	"github.com/copal-ml/copal/builder/progress"
)

type bucketAPI interface {
	HeadBucket(context.Context, *s3.HeadBucketInput, ...func(*s3.Options)) (*s3.HeadBucketOutput, error)
	CreateBucket(context.Context, *s3.CreateBucketInput, ...func(*s3.Options)) (*s3.CreateBucketOutput, error)
	DeleteBucket(context.Context, *s3.DeleteBucketInput, ...func(*s3.Options)) (*s3.DeleteBucketOutput, error)
	GetBucketTagging(context.Context, *s3.GetBucketTaggingInput, ...func(*s3.Options)) (*s3.GetBucketTaggingOutput, error)
	PutBucketTagging(context.Context, *s3.PutBucketTaggingInput, ...func(*s3.Options)) (*s3.PutBucketTaggingOutput, error)
	ListObjectsV2(context.Context, *s3.ListObjectsV2Input, ...func(*s3.Options)) (*s3.ListObjectsV2Output, error)
}

// A bucket holds the model.tar.gz files of all endpoints in a region, for images
// that do not embed their model. S3 tags a bucket in a second call, so one
// without tags is ours half made if it is empty, and somebody else's if it is not.
type bucket struct {
	api   bucketAPI
	names names
	name  string
}

func (a *Account) bucket(n names) *bucket { return &bucket{api: a.s3, names: n, name: n.bucket()} }

func (b *bucket) ID() deploy.ID      { return deploy.ID{Kind: "bucket", Name: b.name} }
func (b *bucket) Needs() []deploy.ID { return nil }

func (b *bucket) Diff(ctx context.Context) (deploy.Change, error) {
	found, tagged, err := b.find(ctx)
	switch {
	case err != nil:
		return deploy.Change{}, err
	case !found:
		return deploy.Change{Action: deploy.Create}, nil
	case !tagged:
		return deploy.Change{Action: deploy.Update, Why: "was made and not yet tagged"}, nil
	}
	return deploy.Change{}, nil
}

// find reads the bucket, and fails if it is not ours.
func (b *bucket) find(ctx context.Context) (found, tagged bool, err error) {
	_, err = b.api.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &b.name, ExpectedBucketOwner: &b.names.Account})
	if isCode(err, "NotFound", "NoSuchBucket") {
		return false, false, nil
	}
	if err != nil {
		return false, false, explain("look for bucket "+b.name, err)
	}
	out, err := b.api.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: &b.name, ExpectedBucketOwner: &b.names.Account})
	if isCode(err, "NoSuchBucket") {
		return false, false, nil
	}
	if err != nil && !isCode(err, "NoSuchTagSet") {
		return false, false, explain("read the tags of bucket "+b.name, err)
	}
	if err == nil {
		for _, t := range out.TagSet {
			if sdk.ToString(t.Key) == TagManaged && sdk.ToString(t.Value) == "true" {
				return true, true, nil
			}
		}
	}
	empty, err := b.empty(ctx)
	if err == nil && !empty {
		err = &Problem{What: "bucket " + b.name + " exists, is not empty and does not carry the tag " + TagManaged + "=true",
			Next: "move what is in it elsewhere, or build the image with --embed, which needs no bucket", Err: deploy.ErrNotOurs}
	}
	return true, false, err
}

func (b *bucket) empty(ctx context.Context) (bool, error) {
	out, err := b.api.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &b.name, MaxKeys: sdk.Int32(1), ExpectedBucketOwner: &b.names.Account})
	if isCode(err, "NoSuchBucket") {
		return true, nil
	}
	if err != nil {
		return false, explain("list bucket "+b.name, err)
	}
	return len(out.Contents) == 0, nil
}

func (b *bucket) Apply(ctx context.Context, c deploy.Change, _ progress.Func) error {
	if c.Action == deploy.Create {
		in := &s3.CreateBucketInput{Bucket: &b.name}
		if b.names.region != "us-east-1" { // which is no valid constraint
			in.CreateBucketConfiguration = &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(b.names.region)}
		}
		if _, err := b.api.CreateBucket(ctx, in); err != nil && !isCode(err, "BucketAlreadyOwnedByYou") {
			return explain("make bucket "+b.name, err)
		}
	}
	// All endpoints share the bucket: it has the tag that says who made it, and no
	// endpoint's.
	_, err := b.api.PutBucketTagging(ctx, &s3.PutBucketTaggingInput{Bucket: &b.name, ExpectedBucketOwner: &b.names.Account,
		Tagging: &types.Tagging{TagSet: []types.Tag{{Key: sdk.String(TagManaged), Value: sdk.String("true")}}}})
	return explain("tag bucket "+b.name, err)
}

// Delete removes the bucket, which stays if another endpoint has begun to use it.
func (b *bucket) Delete(ctx context.Context, p progress.Func) error {
	if found, _, err := b.find(ctx); err != nil || !found {
		return err
	}
	_, err := b.api.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &b.name, ExpectedBucketOwner: &b.names.Account})
	switch {
	case isCode(err, "BucketNotEmpty"):
		p.Send(progress.Event{Kind: progress.Note, ID: b.ID().String(), Text: "Bucket " + b.name + " stays: another endpoint has model data in it"})
		return nil
	case isCode(err, "NoSuchBucket", "NotFound"):
		return nil
	}
	return explain("delete bucket "+b.name, err)
}
