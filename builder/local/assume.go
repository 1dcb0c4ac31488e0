package local

import (
	"fmt"
	"strings"
	"time"

	"github.com/copal-ml/copal/builder/local/policy"
	"github.com/copal-ml/copal/builder/local/wire"
)

const sagemakerPrincipal = "sagemaker.amazonaws.com"

// assumable tells whether SageMaker can assume the role yet: it exists, its trust
// policy allows the service, and both are old enough to have spread.
func (p *Platform) assumable(roleARN, region string, now time.Time) bool {
	r, ok := p.roleByARN(roleARN)
	if !ok || now.Sub(r.TrustSince) < p.cfg.Delays.RoleReady {
		return false
	}
	trust, err := policy.Parse(r.Trust)
	return err == nil && policy.Allows([]*policy.Document{trust}, policy.Request{
		Action:  "sts:AssumeRole",
		Service: sagemakerPrincipal,
		Context: map[string]string{
			"aws:sourceaccount": AccountID,
			// What SageMaker sends is not documented beyond "in the format provided",
			// arn:partition:sagemaker:region:account:*; a narrower ARN must not be relied on.
			"aws:sourcearn": fmt.Sprintf("arn:aws:sagemaker:%s:%s:*", region, AccountID),
		},
	})
}

func (p *Platform) roleByARN(arn string) (role, bool) {
	r, ok := p.findRole(arn[strings.LastIndexByte(arn, '/')+1:])
	return r, ok && r.arn() == arn
}

// roleAllows tells whether the inline policies of a role allow an action.
func (p *Platform) roleAllows(roleARN, action, resource string) bool {
	r, ok := p.roleByARN(roleARN)
	if !ok {
		return false
	}
	var docs []*policy.Document
	for _, text := range r.Policies {
		if d, err := policy.Parse(text); err == nil {
			docs = append(docs, d)
		}
	}
	return policy.Allows(docs, policy.Request{Action: action, Resource: resource, Context: map[string]string{
		"aws:sourceaccount": AccountID, "aws:principalaccount": AccountID,
	}})
}

// cannotAssume is what CreateModel says
// (awslabs/predictive-maintenance-using-machine-learning, issue 3).
func cannotAssume(roleARN string) error {
	return wire.Errorf("ValidationException", "Could not assume role %s. Please ensure that the role exists and allows principal '%s' to assume the role.", roleARN, sagemakerPrincipal)
}

// checkPull tells whether the role may pull from a repository, in the words of
// CreateModel (aws/deep-learning-containers, issue 759).
func (p *Platform) checkPull(roleARN, image, repository, region string) error {
	arn := repositoryARN(region, repository)
	for _, action := range []string{"BatchGetImage", "GetDownloadUrlForLayer", "BatchCheckLayerAvailability"} {
		if !p.roleAllows(roleARN, "ecr:"+action, arn) {
			return wire.Errorf("ValidationException", "The role '%s' does not have %s permission for the image: '%s'.", roleARN, action, image)
		}
	}
	if !p.roleAllows(roleARN, "ecr:GetAuthorizationToken", "*") {
		return wire.Errorf("ValidationException", "The role '%s' does not have GetAuthorizationToken permission for the image: '%s'.", roleARN, image)
	}
	return nil
}
