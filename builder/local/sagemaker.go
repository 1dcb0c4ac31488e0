package local

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/copal-ml/copal/builder/local/wire"
)

func (p *Platform) sagemakerOps() map[string]jsonOperation {
	return map[string]jsonOperation{
		"CreateModel":            jsonOp(p.createModel),
		"DescribeModel":          jsonOp(p.describeModel),
		"DeleteModel":            jsonOp(p.deleteModel),
		"ListModels":             jsonOp(p.listModels),
		"CreateEndpointConfig":   jsonOp(p.createEndpointConfig),
		"DescribeEndpointConfig": jsonOp(p.describeEndpointConfig),
		"DeleteEndpointConfig":   jsonOp(p.deleteEndpointConfig),
		"ListEndpointConfigs":    jsonOp(p.listEndpointConfigs),
		"CreateEndpoint":         jsonOp(p.createEndpoint),
		"UpdateEndpoint":         jsonOp(p.updateEndpoint),
		"DescribeEndpoint":       jsonOp(p.describeEndpoint),
		"DeleteEndpoint":         jsonOp(p.deleteEndpoint),
		"ListEndpoints":          jsonOp(p.listEndpoints),
		"AddTags":                jsonOp(p.addTags),
		"ListTags":               jsonOp(p.listTags),
		"DeleteTags":             jsonOp(p.deleteTags),
	}
}

func sagemakerARN(region, kind, name string) string {
	return "arn:aws:sagemaker:" + region + ":" + AccountID + ":" + kind + "/" + strings.ToLower(name)
}

// The texts of absence and of doubles; what is absent is named by its ARN.

func couldNotFind(noun, arn string) error {
	return wire.Errorf("ValidationException", "Could not find %s \"%s\".", noun, arn)
}

func alreadyExists(noun, arn string) error {
	return wire.Errorf("ValidationException", "Cannot create already existing %s \"%s\".", noun, arn)
}

// A listIn is the input of the List operations.
type listIn struct {
	SortBy                 string
	SortOrder              string
	NextToken              string
	MaxResults             *int
	NameContains           string
	CreationTimeBefore     *wire.Time
	CreationTimeAfter      *wire.Time
	LastModifiedTimeBefore *wire.Time
	LastModifiedTimeAfter  *wire.Time
	StatusEquals           string
}

// A listed resource has what lists sort and filter by.
type listed struct {
	name, arn, status string
	created, modified time.Time
}

// list filters, sorts and cuts a page.
func (in *listIn) list(all []listed, sorts ...string) ([]listed, string, error) {
	var v violations
	v.number("maxResults", in.MaxResults, 1, 100)
	v.enum("sortBy", in.SortBy, sorts...)
	v.enum("sortOrder", in.SortOrder, "Ascending", "Descending")
	if err := v.err(); err != nil {
		return nil, "", err
	}
	all = slices.DeleteFunc(all, func(l listed) bool { return !in.admits(l) })
	key := func(l listed) string { return fmt.Sprintf("%020d %s", l.created.UnixNano(), l.name) }
	descending := in.SortOrder != "Ascending"
	switch in.SortBy {
	case "Name":
		key = func(l listed) string { return l.name }
	case "Status":
		key = func(l listed) string { return l.status + " " + l.name }
	}
	size := 10 // the default of all three lists
	if in.MaxResults != nil {
		size = *in.MaxResults
	}
	out, next, err := page(all, key, descending, in.NextToken, size)
	if err != nil {
		return nil, "", wire.Errorf("ValidationException", "%v", err)
	}
	return out, next, nil
}

func (in *listIn) admits(l listed) bool {
	before := func(t time.Time, limit *wire.Time) bool { return limit == nil || t.Before(time.Time(*limit)) }
	after := func(t time.Time, limit *wire.Time) bool { return limit == nil || t.After(time.Time(*limit)) }
	return strings.Contains(strings.ToLower(l.name), strings.ToLower(in.NameContains)) &&
		(in.StatusEquals == "" || in.StatusEquals == l.status) &&
		before(l.created, in.CreationTimeBefore) && after(l.created, in.CreationTimeAfter) &&
		before(l.modified, in.LastModifiedTimeBefore) && after(l.modified, in.LastModifiedTimeAfter)
}

// Tags belong to ARNs.

type addTagsIn struct {
	ResourceArn string
	Tags        []wire.Tag
}

type tagsOut struct {
	Tags      []wire.Tag
	NextToken string `json:",omitempty"`
}

// taggable finds the resource behind an ARN.
func (p *Platform) taggable(arn string) error {
	if _, ok := p.tags.Get(arn); !ok {
		parts := strings.SplitN(arn, ":", 6)
		if len(parts) != 6 || parts[2] != "sagemaker" {
			return wire.Errorf("ValidationException", "Value '%s' at 'resourceArn' is not the ARN of a SageMaker resource", arn)
		}
		kind, _, _ := strings.Cut(parts[5], "/")
		return couldNotFind(strings.ReplaceAll(kind, "endpoint-config", "endpoint configuration"), arn)
	}
	return nil
}

func (p *Platform) addTags(_ *call, in *addTagsIn) (*tagsOut, error) {
	if err := p.taggable(in.ResourceArn); err != nil {
		return nil, err
	}
	old, _ := p.tags.Get(in.ResourceArn)
	merged := mergeTags(old, in.Tags)
	var v violations
	v.tags("tags", merged)
	if err := v.err(); err != nil {
		return nil, err
	}
	return &tagsOut{Tags: merged}, p.tags.Put(in.ResourceArn, merged)
}

type listTagsIn struct {
	ResourceArn string
	NextToken   string
	MaxResults  int
}

// listTags gives all at once: 50 is the least page size there is.
func (p *Platform) listTags(_ *call, in *listTagsIn) (*tagsOut, error) {
	if err := p.taggable(in.ResourceArn); err != nil {
		return nil, err
	}
	tags, _ := p.tags.Get(in.ResourceArn)
	return &tagsOut{Tags: append([]wire.Tag{}, tags...)}, nil
}

type deleteTagsIn struct {
	ResourceArn string
	TagKeys     []string
}

func (p *Platform) deleteTags(_ *call, in *deleteTagsIn) (*emptyOut, error) {
	if err := p.taggable(in.ResourceArn); err != nil {
		return nil, err
	}
	tags, _ := p.tags.Get(in.ResourceArn)
	left := slices.DeleteFunc(slices.Clone(tags), func(t wire.Tag) bool { return slices.Contains(in.TagKeys, t.Key) })
	return &emptyOut{}, p.tags.Put(in.ResourceArn, left)
}
