package aws

import "github.com/aws/aws-sdk-go-v2/service/ecr"

// ECR is the account's client for its image registry, for who pushes images
// outside of a deployment.
func (a *Account) ECR() *ecr.Client { return a.ecr }

// Explain turns what AWS answered to a call of such a client into a *Denied, a
// *Quota or a *Problem, where it is one. What was being done is a phrase like
// "make repository iris". It returns nil for nil.
func Explain(what string, err error) error {
	if err == nil {
		return nil
	}
	return explain(what, err)
}
