package cli

import (
	"github.com/spf13/cobra"
)

const rootLong = `Copal turns a trained model file into a SageMaker endpoint: no Docker, no Python,
and nothing that a pickle holds is ever executed.`

const rootExample = `  copal inspect model.pkl                          # what is in it, and can it be served?
  copal build --embed model.pkl -t iris:v1         # an image of a few megabytes
  copal deploy iris:v1 --serverless --name iris    # or the model file itself
  copal invoke iris --data '{"features": [[5.1, 3.5, 1.4, 0.2]]}'
  copal destroy iris

  # The same without an AWS account, on this machine:
  copal local &
  eval "$(copal local env)"`

const rootFooter = `Exit codes:
  0  done                               4  denied by AWS, or a quota
  1  failure                            5  still running; the same command resumes
  2  wrong command line                 6  smoke test failed, rolled back
  3  the model is not supported

The result is on standard output, everything else on standard error.`

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:               "copal",
		Short:             "Turns a trained model file into a SageMaker endpoint",
		Long:              rootLong,
		Example:           rootExample,
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true}, // ours is in completion.go
		Args:              unknownCommand,
		RunE: func(cmd *cobra.Command, args []string) error {
			writeHelp(a.Err, cmd)
			return usagef("", "copal needs a command")
		},
		PersistentPreRunE: func(*cobra.Command, []string) error { return a.openDisplay() },
	}
	root.SetFlagErrorFunc(a.flagError)
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { writeHelp(cmd.OutOrStdout(), cmd) })
	flags := root.PersistentFlags()
	flags.BoolVar(&a.json, "json", false, "print the result as one JSON object")
	flags.StringVar(&a.progress, "progress", "auto", "how to show progress: auto, tty, plain, json or quiet")
	must(root.RegisterFlagCompletionFunc("progress", choices(progressModes...)))
	root.AddCommand(
		newInspect(a),
		newVerify(a),
		newBuild(a),
		newPush(a),
		newDeploy(a),
		newInvoke(a),
		newStatus(a),
		newLogs(a),
		newDestroy(a),
		newRun(a),
		newLocal(a),
		newVersion(a),
		newCompletion(a),
	)
	return root
}

// unknownCommand answers what is no command with the one that was meant.
func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := "`copal -h` lists the commands"
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	if near := nearest(args[0], names); near != "" {
		hint = "did you mean: copal " + near
	}
	return usagef(hint, "copal has no command %q", args[0])
}

// choices completes a flag from a fixed list.
func choices(words ...string) cobra.CompletionFunc {
	return cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)
}

// must stops on an error that only a programmer can make.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// methodNames are what --method completes to.
var methodNames = []string{"predict", "predict_proba", "decision_function"}
