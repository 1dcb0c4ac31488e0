package aws

import "github.com/aws/aws-sdk-go-v2/service/ecr"

// ECR is the account's client for its image registry, for who pushes images
// outside of a deployment.
func (a *Account) ECR() *ecr.Client { return a.ecr }
