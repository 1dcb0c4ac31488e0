package cli

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// specOf parses the flags of `copal deploy` as a user types them.
func specOf(args ...string) (deployOptions, string, error) {
	var o deployOptions
	cmd := &cobra.Command{Use: "deploy"}
	o.register(cmd)
	if err := cmd.ParseFlags(args); err != nil {
		return o, "", err
	}
	o.target = "iris:v1"
	s, err := o.spec(cmd)
	if err != nil {
		return o, "", err
	}
	return o, s.Name, nil
}

func TestDeployFlagsRefused(t *testing.T) {
	f := func(line, wantError, wantHint string) {
		t.Helper()
		_, _, err := specOf(strings.Fields(line)...)
		got := asFailure(err)
		if got == nil || got.code != ExitUsage {
			t.Errorf("%s: %v, want a usage error", line, err)
			return
		}
		if !strings.Contains(got.Error(), wantError) || !strings.Contains(strings.Join(got.hints, "\n"), wantHint) {
			t.Errorf("%s:\nerror %q, want %q\nhints %q, want %q", line, got, wantError, got.hints, wantHint)
		}
	}
	f("", "needs --serverless or --realtime", "copal deploy iris:v1 --serverless")
	f("--serverless --realtime", "contradict each other", "leave one")
	f("--serverless --no-embed", "at every cold start", "--realtime")
	f("--instance-type ml.m5.large", "belongs to --realtime", "copal deploy iris:v1 --realtime")
	f("--realtime --memory 2048", "--memory belongs to --serverless", "-h")
	f("--serverless --instances 2", "--instances belongs to --realtime", "-h")
	f("--serverless --memory 2000", "--memory 2000", "one of: 1024, 2048")
	f("--serverless --memory 8192", "--memory 8192", "one of: 1024, 2048")
	f("--serverless --max-concurrency 0", "not between 1 and 200", "--max-concurrency 5")
	f("--realtime --instances 0", "at least one", "--instances 2")
	f("--realtime --instance-type m5.large", "begin with ml.", "--instance-type ml.m5.large")
	f("--serverless --name my_iris", "no underscore", "--name my-iris")
	f("--serverless --tag team", "is not KEY=VALUE", "--tag team=risk")
	f("--serverless --tag a=1 --tag a=2", "given twice", "leave one")
	f("--serverless --smoke {", "is not JSON", "features")
	f("--serverless --smoke {} --no-smoke", "contradict", "leave one")
}

func TestDeployFlagsDefaults(t *testing.T) {
	if _, name, err := specOf("--serverless"); err != nil || name != "iris" {
		t.Errorf("name %q, %v; want iris, from the image", name, err)
	}
}

func TestPlatformFollowsInstanceType(t *testing.T) {
	f := func(line, want string) {
		t.Helper()
		o, _, err := specOf(strings.Fields(line)...)
		if err != nil {
			t.Fatal(err)
		}
		if got := o.platform(); got != want {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
	f("--serverless", "linux/amd64")
	f("--realtime", "linux/amd64")
	f("--realtime --instance-type ml.m5.large", "linux/amd64")
	f("--realtime --instance-type ml.g4dn.xlarge", "linux/amd64")
	f("--realtime --instance-type ml.g5.xlarge", "linux/amd64")
	f("--realtime --instance-type ml.c7g.large", "linux/arm64")
	f("--realtime --instance-type ml.m6gd.xlarge", "linux/arm64")
}
