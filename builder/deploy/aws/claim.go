package aws

import (
	"context"
	"errors"
	"fmt"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/copal-ml/copal/builder/deploy"
	"github.com/copal-ml/copal/builder/progress"
)

// A claim is what the account has of one endpoint, by Copal's tags.
type claim struct {
	account        *Account
	names          names
	endpoint       *endpoint
	logs           *logs
	configurations []string
	models         []string
	data           []*modelData
	bucket         *bucket
	repository     *repository
	role           *role
	notes          []string // what was not looked at, or left alone
}

// claim looks everywhere. An endpoint of the name that is not Copal's is an
// error, and nothing else is claimed. A log group has no tags of its own: it is
// claimed beside other things, or when ours says that there were some.
func (a *Account) claim(ctx context.Context, n names, ours bool) (*claim, error) {
	c := &claim{account: a, names: n}
	e := a.bareEndpoint(n.endpoint)
	f, err := e.find(ctx)
	if err != nil {
		return nil, err
	}
	if !f.absent() {
		c.endpoint = e
	}
	if c.configurations, c.models, err = a.leftovers(ctx, n.endpoint); err != nil {
		return nil, err
	}
	err = errors.Join(c.findRepository(ctx), c.findRole(ctx), c.findData(ctx))
	if err == nil && (ours || c.tagged()) {
		err = c.findLogs(ctx)
	}
	return c, err
}

// tagged reports whether anything was found whose tags name the endpoint.
func (c *claim) tagged() bool {
	return c.endpoint != nil || c.configurations != nil || c.models != nil || c.data != nil || c.repository != nil || c.role != nil
}

// resources are what was found. It is deleted from the last group to the first:
// the endpoint, its log group (or a lost answer would leave one that nothing
// claims), configurations, models, what models are made of, and the role at the
// end, since SageMaker needs it until the endpoint is gone.
func (c *claim) resources() (all []deploy.Resource) {
	groups := make([][]deploy.Resource, 7)
	add := func(group int, r deploy.Resource) { groups[group] = append(groups[group], r) }
	if c.role != nil {
		add(0, c.role)
	}
	if c.bucket != nil {
		add(1, c.bucket)
	}
	if c.repository != nil {
		add(2, c.repository)
	}
	for _, d := range c.data {
		add(2, d)
	}
	for _, name := range c.models {
		add(3, &leftover{account: c.account, endpoint: c.names.endpoint, id: deploy.ID{Kind: "model", Name: name}})
	}
	for _, name := range c.configurations {
		add(4, &leftover{account: c.account, endpoint: c.names.endpoint, id: deploy.ID{Kind: configurationKind, Name: name}})
	}
	if c.logs != nil {
		add(5, c.logs)
	}
	if c.endpoint != nil {
		add(6, c.endpoint)
	}
	var earlier []deploy.ID
	for _, group := range groups {
		needs := earlier
		for _, r := range group {
			all, earlier = append(all, outliving{r, needs}), append(earlier, r.ID())
		}
	}
	return all
}

func (c *claim) ids() []deploy.ID {
	ids := []deploy.ID{}
	for _, r := range c.resources() {
		ids = append(ids, r.ID())
	}
	return ids
}

// outliving is a resource that needs others than it says.
type outliving struct {
	deploy.Resource
	needs []deploy.ID
}

func (o outliving) Needs() []deploy.ID { return o.needs }

func (c *claim) findRepository(ctx context.Context) error {
	r := c.account.repository(c.names, nil)
	found, err := r.find(ctx)
	if found {
		c.repository = r
	}
	return c.excuse(err, "repository "+r.name)
}

func (c *claim) findRole(ctx context.Context) error {
	r := c.account.role(c.names, nil, policy{})
	existing, err := r.find(ctx)
	if existing != nil {
		c.role = r
	}
	return c.excuse(err, "role "+r.name)
}

// findData lists the endpoint's model data, and the bucket itself when there is
// no other's in it.
func (c *claim) findData(ctx context.Context) error {
	b := c.account.bucket(c.names)
	found, _, err := b.find(ctx)
	if err != nil || !found {
		return c.excuse(err, "bucket "+b.name)
	}
	others := false
	in := &s3.ListObjectsV2Input{Bucket: &b.name, ExpectedBucketOwner: &b.names.Account}
	for more := true; more; {
		out, err := b.api.ListObjectsV2(ctx, in)
		if err != nil {
			return c.excuse(explain("list bucket "+b.name, err), "bucket "+b.name)
		}
		for _, o := range out.Contents {
			if d := (&modelData{api: c.account.s3, bucket: b, key: sdk.ToString(o.Key)}); d.of(c.names.endpoint) {
				c.data = append(c.data, d)
			} else {
				others = true
			}
		}
		in.ContinuationToken, more = out.NextContinuationToken, sdk.ToBool(out.IsTruncated)
	}
	if !others {
		c.bucket = b
	}
	return nil
}

func (c *claim) findLogs(ctx context.Context) error {
	l := &logs{api: c.account.logs, group: logGroup(c.names.endpoint)}
	found, err := l.find(ctx)
	if found || err == nil && c.endpoint != nil { // whose containers may yet begin to write
		c.logs = l
	}
	return c.excuse(err, "log group "+l.group)
}

// excuse turns a refusal to look, or a thing of the name that is not Copal's,
// into a note: neither keeps the rest from being destroyed.
func (c *claim) excuse(err error, what string) error {
	var denied *Denied
	switch {
	case errors.As(err, &denied):
		c.notes = append(c.notes, fmt.Sprintf("not looked at, for lack of %s: %s", denied.Action, what))
		return nil
	case errors.Is(err, deploy.ErrNotOurs):
		c.notes = append(c.notes, "left alone, since it does not carry Copal's tags: "+what)
		return nil
	}
	return err
}

type logsAPI interface {
	DescribeLogStreams(context.Context, *cloudwatchlogs.DescribeLogStreamsInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.DescribeLogStreamsOutput, error)
	DeleteLogGroup(context.Context, *cloudwatchlogs.DeleteLogGroupInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.DeleteLogGroupOutput, error)
}

// logs is the log group of an endpoint. SageMaker makes it, with no tags; it
// belongs to the endpoint by name.
type logs struct {
	api    logsAPI
	group  string
	absent bool // when it was to be deleted
}

func (l *logs) ID() deploy.ID      { return deploy.ID{Kind: "log group", Name: l.group} }
func (l *logs) Needs() []deploy.ID { return nil }

func (l *logs) find(ctx context.Context) (bool, error) {
	_, err := l.api.DescribeLogStreams(ctx, &cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: &l.group, Limit: sdk.Int32(1)})
	if isCode(err, "ResourceNotFoundException") {
		return false, nil
	}
	return err == nil, explain("look for log group "+l.group, err)
}

func (l *logs) Diff(context.Context) (deploy.Change, error)               { return deploy.Change{}, nil }
func (l *logs) Apply(context.Context, deploy.Change, progress.Func) error { return nil }

func (l *logs) Delete(ctx context.Context, _ progress.Func) error {
	_, err := l.api.DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: &l.group})
	if isCode(err, "ResourceNotFoundException") {
		l.absent = true
		return nil
	}
	return explain("delete log group "+l.group, err)
}
