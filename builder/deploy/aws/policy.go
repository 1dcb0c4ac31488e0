package aws

import (
	"encoding/json"
	"fmt"
	"reflect"
)

// A policy is an IAM policy document.
type policy struct {
	Version   string
	Statement []statement
}

type statement struct {
	Sid       string `json:",omitempty"`
	Effect    string
	Principal map[string]string            `json:",omitempty"`
	Action    []string                     `json:",omitempty"`
	Resource  []string                     `json:",omitempty"`
	Condition map[string]map[string]string `json:",omitempty"`
}

func (p policy) String() string {
	b, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		panic(fmt.Sprintf("aws: policy: %v", err)) // only plain data inside
	}
	return string(b)
}

// trustPolicy lets SageMaker assume the role, for this account and region only:
// https://docs.aws.amazon.com/sagemaker/latest/dg/security-confused-deputy-prevention.html,
// which also says not to narrow aws:SourceArn to one endpoint for inference.
func (n names) trustPolicy() policy {
	return policy{"2012-10-17", []statement{{
		Effect:    "Allow",
		Principal: map[string]string{"Service": "sagemaker.amazonaws.com"},
		Action:    []string{"sts:AssumeRole"},
		Condition: map[string]map[string]string{
			"StringEquals": {"aws:SourceAccount": n.Account},
			"ArnLike":      {"aws:SourceArn": n.arn("sagemaker", "*")},
		},
	}}}
}

// rolePolicy is the least that an endpoint needs: pull its image, write its
// logs and metrics, and read its model data where there is any. Base:
// https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html,
// "CreateModel API"; the page has "*" where the resources here are narrower.
func (n names) rolePolicy(repositoryARN string, modelData bool) policy {
	group := n.arn("logs", "log-group:"+logGroup(n.endpoint))
	p := policy{"2012-10-17", []statement{
		{Sid: "Login", Effect: "Allow", Action: []string{"ecr:GetAuthorizationToken"}, Resource: []string{"*"}},
		{Sid: "Pull", Effect: "Allow",
			Action:   []string{"ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"},
			Resource: []string{repositoryARN}},
		{Sid: "Logs", Effect: "Allow",
			Action:   []string{"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"},
			Resource: []string{group, group + ":*"}},
		{Sid: "Metrics", Effect: "Allow", Action: []string{"cloudwatch:PutMetricData"}, Resource: []string{"*"}},
	}}
	if modelData {
		p.Statement = append(p.Statement, statement{Sid: "ModelData", Effect: "Allow", Action: []string{"s3:GetObject"},
			Resource: []string{"arn:" + n.Partition + ":s3:::" + n.bucket() + "/" + n.endpoint + "/*"}})
	}
	return p
}

// equalPolicies compares two documents as JSON values: IAM gives back what it
// was given, but not necessarily its spaces.
func equalPolicies(a, b string) bool {
	var x, y any
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return false
	}
	return reflect.DeepEqual(x, y)
}
