// Package cli is the command line of Copal: a file per command, and the rules
// that all of them keep.
//
// Standard output carries the result and nothing else: a reference by digest, an
// endpoint's name, a prediction. Standard error carries the story. With --json
// the result is one object whose keys are stable, on every command, also when it
// fails. The exit code says what kind of end it was; see [Main].
//
// A command does its cheap checks first: flags, then the model, then the
// account, and only then anything slow or billable. Nothing later has happened
// when something earlier fails.
package cli

import (
	"context"
	"io"
)

// Exit codes. They are part of the interface: pipelines branch on them.
const (
	ExitOK          = 0
	ExitFailure     = 1
	ExitUsage       = 2 // the command line was wrong; nothing was done
	ExitUnsupported = 3 // the model holds something that Copal cannot run
	ExitDenied      = 4 // AWS refused: permissions, credentials or a quota
	ExitPending     = 5 // still running in the account; the same command resumes
	ExitSmoke       = 6 // the endpoint answered wrongly and was rolled back
)

// A Console is what a command has of the process around it.
type Console struct {
	In       io.Reader
	Out, Err io.Writer
	Env      func(name string) string // os.Getenv
}

// Main runs the command line args (without the program's name) and returns the
// exit code. It returns soon after ctx is done; whatever goes on in an account
// by then has been said on con.Err.
func Main(ctx context.Context, args []string, con Console) int {
	a := &app{Console: con, args: args}
	root := newRoot(a)
	root.SetArgs(args)
	root.SetIn(con.In)
	root.SetOut(con.Out)
	root.SetErr(con.Err)
	err := root.ExecuteContext(ctx)
	defer a.closeDisplay()
	if err == nil {
		return ExitOK
	}
	if a.progress != "json" { // else the errors are its last events
		a.closeDisplay()
	}
	return a.report(explain(err))
}
