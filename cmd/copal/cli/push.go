package cli

import (
	"context"

	"github.com/spf13/cobra"
)

// A pushResult is what `copal push --json` prints.
type pushResult struct {
	Reference string `json:"reference"`
	Digest    string `json:"digest"`
}

func newPush(a *app) *cobra.Command {
	var account accountFlags
	cmd := &cobra.Command{
		Use:   "push IMAGE [REF]",
		Short: "Push an image from the local store to a registry",
		Long: `Push uploads an image of the local store and prints its reference by digest. Layers that
the registry has already are not sent again.

REF names the registry, the repository and the tag. Without one, an image whose name
has no registry goes into the account's ECR; the repository is made if there is none.
Credentials for ECR come from AWS, for others from Docker's configuration.`,
		Example: `  copal push iris:v1                                    # into ECR, repository iris
  copal push iris:v1 123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/iris:v1
  copal push iris:v1 ghcr.io/me/iris:v1`,
		Args:              between(1, "IMAGE", "REF"),
		ValidArgsFunction: completeImage,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.push(cmd.Context(), account, args[0], args[len(args)-1])
		},
	}
	account.register(cmd)
	return cmd
}

func (a *app) push(ctx context.Context, flags accountFlags, from, to string) error {
	if hasRegistry(to) {
		if _, err := parseReference(to); err != nil {
			return err
		}
	}
	img, err := a.localImage(from)
	if err != nil {
		return err
	}
	account := flags.lazy()
	ref, err := a.pushTarget(ctx, to, account)
	if err != nil {
		return err
	}
	digest, err := a.registryClient(account, a.standsIn(flags)).Push(ctx, ref, img, a.show)
	if err != nil {
		return err
	}
	return a.result(digest.String(), pushResult{Reference: digest.String(), Digest: digest.DigestStr()})
}
