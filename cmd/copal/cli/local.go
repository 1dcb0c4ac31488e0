package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/copal-ml/copal/builder/local"
)

type localOptions struct {
	state, addr, region string
	inProcess, verbose  bool
	fail                []string
	delays              local.Delays
}

func newLocal(a *app) *cobra.Command {
	var o localOptions
	cmd := &cobra.Command{
		Use:   "local",
		Short: "Run a SageMaker for this machine",
		Long: `Local runs a platform on one loopback port that speaks the AWS protocols Copal uses
(ECR, SageMaker, SageMaker Runtime, IAM, STS, S3, CloudWatch Logs), checks signatures,
and really runs the image of every endpoint. Copal, boto3, the AWS CLI and every AWS SDK
can use it. It is for development and tests; production is SageMaker itself.

It stays in the foreground until Ctrl-C and prints the environment that clients need.
What was deployed survives a restart: it is in the state folder. The port is that of the
last run, so that image references stay good; the first run takes ` + local.DefaultPort + `, or a free port
if that is taken.`,
		Example: `  copal local &
  eval "$(copal local env)"              # now every AWS client talks to it
  aws sagemaker list-endpoints

  copal deploy iris:v1 --serverless --local      # or without the variables

  # Rehearse bad days: a slow role, the second CreateEndpoint throttled.
  copal local --role-delay 10s --fail sagemaker:CreateEndpoint@2=throttle`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.runLocal(cmd.Context(), o) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.state, "state", "", "`folder` that everything is kept in; default: "+defaultStateText)
	flags.StringVar(&o.addr, "addr", "", "loopback `address` to listen on, such as 127.0.0.1:9000; default: the last run's")
	flags.StringVar(&o.region, "region", "us-east-1", "AWS `region` to be")
	flags.BoolVar(&o.inProcess, "in-process", false, "serve models in this process even where a sandbox is possible")
	flags.BoolVarP(&o.verbose, "verbose", "v", false, "a line for each request and each change of state")
	flags.DurationVar(&o.delays.RoleReady, "role-delay", 0, "how long a new role cannot be assumed (AWS: about 10s)")
	flags.DurationVar(&o.delays.Settle, "settle", 0, "least `time` that an endpoint stays Creating, Updating or Deleting")
	flags.StringArrayVar(&o.fail, "fail", nil, "make a call fail: `OPERATION@N=KIND`; KIND: throttle, server-fail, lost-answer, lost-call, denied")
	must(cmd.MarkFlagDirname("state"))
	cmd.AddCommand(newLocalEnv(a))
	return cmd
}

const defaultStateText = "copal/local below XDG_STATE_HOME (~/.local/state)"

func (a *app) runLocal(ctx context.Context, o localOptions) error {
	faults, err := parseFaults(o.fail)
	if err != nil {
		return err
	}
	runner, err := a.runner(o.inProcess)
	if err != nil {
		return err
	}
	log := io.Discard
	if o.verbose {
		log = a.Err
	}
	p, err := local.Open(local.Config{
		StateDir: o.state, Addr: o.addr, Region: o.region,
		Runner: runner, Log: log, Delays: o.delays, Faults: faults,
	})
	if err != nil {
		return err
	}
	ln, err := p.Listen()
	if err != nil {
		return errors.Join(err, p.Close())
	}
	env := p.Env()
	a.note("The local platform listens on %s, state in %s.", env.Endpoint, stateDir(o.state))
	a.note("Containers: %s.", runner.Describe())
	a.note("Every AWS client can use it with these variables (alone: `copal local env`); Ctrl-C stops it.")
	if a.json {
		err = a.printJSON(env)
	} else {
		_, err = io.WriteString(a.Out, env.Exports())
	}
	if err != nil {
		return errors.Join(err, ln.Close(), p.Close())
	}
	if err := p.Serve(ctx, ln); err != nil {
		return err
	}
	a.note("Stopped. What was deployed comes back with the next `copal local`.")
	return nil
}

func stateDir(flag string) string {
	if flag == "" {
		return local.DefaultStateDir()
	}
	return flag
}

// parseFaults reads OPERATION@N=KIND; N is 1 if it is left out.
func parseFaults(specs []string) (*local.Faults, error) {
	if len(specs) == 0 {
		return nil, nil
	}
	faults := new(local.Faults)
	for _, s := range specs {
		target, kind, _ := strings.Cut(s, "=")
		operation, count, numbered := strings.Cut(target, "@")
		n := 1
		if numbered {
			var err error
			if n, err = strconv.Atoi(count); err != nil || n < 1 {
				return nil, usagef("for example: --fail sagemaker:CreateEndpoint@2=throttle", "--fail %q: %q does not number a call", s, count)
			}
		}
		kinds := []string{string(local.Throttle), string(local.ServerFail), string(local.LostAnswer), string(local.LostCall), string(local.Denied)}
		if err := oneOf("--fail "+operation, kind, kinds...); err != nil {
			return nil, err
		}
		faults.FailCall(operation, n, local.FaultKind(kind))
	}
	return faults, nil
}

func newLocalEnv(a *app) *cobra.Command {
	var state string
	var wait time.Duration
	cmd := &cobra.Command{
		Use:   "env",
		Short: "Print the environment that clients of the local platform need",
		Long: `Env prints the export lines of the local platform that runs on this machine, and
nothing else, for eval. It fails if none is running.`,
		Example: `  eval "$(copal local env)"
  copal local env --wait 10s          # right after copal local &`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			env, err := waitEnv(cmd.Context(), state, wait)
			if err != nil {
				return err
			}
			return a.result(strings.TrimSuffix(env.Exports(), "\n"), env)
		},
	}
	cmd.Flags().StringVar(&state, "state", "", "state `folder` of the platform; default: "+defaultStateText)
	cmd.Flags().DurationVar(&wait, "wait", 0, "wait so long for a platform that is just starting")
	must(cmd.MarkFlagDirname("state"))
	return cmd
}

// waitEnv reads the platform's environment, again and again for the given time
// while there is none.
func waitEnv(ctx context.Context, state string, wait time.Duration) (local.Env, error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	for {
		env, err := local.ReadEnv(state)
		if err == nil || !errors.Is(err, local.ErrNotRunning) || wait == 0 {
			return env, err
		}
		select {
		case <-ctx.Done():
			return local.Env{}, fmt.Errorf("%w (waited %s)", err, wait)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
