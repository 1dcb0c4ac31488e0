package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/copal-ml/copal/builder/deploy/aws"
	"github.com/copal-ml/copal/builder/local"
)

// accountFlags say which account a command works on. Without any of them it is
// the one that the AWS CLI would use.
type accountFlags struct {
	region, profile string
	local           bool
	state           string
}

func (f *accountFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.region, "region", "", "AWS `region`; default: AWS_REGION or the profile's")
	flags.StringVar(&f.profile, "profile", "", "`profile` of the shared AWS configuration; default: AWS_PROFILE")
	flags.BoolVar(&f.local, "local", false, "use the local platform that runs on this machine, not AWS")
	flags.StringVar(&f.state, "state", "", "state `folder` of the local platform; implies --local")
	must(cmd.MarkFlagDirname("state"))
}

// config resolves the flags. It makes no call.
func (f *accountFlags) config() (aws.Config, error) {
	if !f.local && f.state == "" {
		return aws.Config{Region: f.region, Profile: f.profile}, nil
	}
	if f.profile != "" {
		return aws.Config{}, usagef("", "--profile and --local contradict each other: the local platform has its own credentials")
	}
	env, err := local.ReadEnv(f.state)
	if err != nil {
		return aws.Config{}, err
	}
	region := f.region
	if region == "" {
		region = env.Region
	}
	return aws.Config{
		Region:          region,
		Endpoint:        env.Endpoint,
		AccessKeyID:     env.AccessKeyID,
		SecretAccessKey: env.SecretAccessKey,
	}, nil
}

// open resolves credentials. Commands that need no account never come here, so
// they start without making any AWS client.
func (f *accountFlags) open(ctx context.Context) (*aws.Account, error) {
	c, err := f.config()
	if err != nil {
		return nil, err
	}
	return aws.Open(ctx, c)
}

// suffix is what a suggested command must repeat to reach the same account.
func (f *accountFlags) suffix() string {
	s := ""
	for _, flag := range []struct{ name, value string }{
		{"region", f.region}, {"profile", f.profile}, {"state", f.state},
	} {
		if flag.value != "" && !needsQuoting(flag.value) {
			s += " --" + flag.name + " " + flag.value
		}
	}
	if f.local {
		s += " --local"
	}
	return s
}
