package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/copal-ml/copal/builder/deploy/aws"
)

type logsOptions struct {
	account accountFlags
	name    string
	follow  bool
	since   string
	limit   int
}

// A logsResult is what `copal logs --json` prints; with --follow it is one line
// of the log an object.
type logsResult struct {
	Endpoint string        `json:"endpoint"`
	Lines    []aws.LogLine `json:"lines"`
}

func newLogs(a *app) *cobra.Command {
	var o logsOptions
	cmd := &cobra.Command{
		Use:   "logs NAME",
		Short: "Print what an endpoint's containers wrote",
		Long: `Logs prints the lines that the containers of an endpoint wrote, oldest first.
With --follow it goes on until Ctrl-C.`,
		Example: `  copal logs iris
  copal logs iris --follow
  copal logs iris --since 10m --limit 100
  copal logs iris --since 2026-11-22T08:00:00Z --json`,
		Args: exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.name = args[0]
			return a.logs(cmd.Context(), o)
		},
	}
	flags := cmd.Flags()
	flags.BoolVarP(&o.follow, "follow", "f", false, "go on with new lines until Ctrl-C")
	flags.StringVar(&o.since, "since", "1h", "lines of this `time` and later: a duration back from now, or RFC 3339")
	flags.IntVar(&o.limit, "limit", 0, "only the last `n` lines; 0 for all")
	o.account.register(cmd)
	return cmd
}

func (a *app) logs(ctx context.Context, o logsOptions) error {
	since, err := timeOf(o.since, time.Now())
	if err != nil {
		return err
	}
	if err := checkEndpointName("", o.name); err != nil {
		return err
	}
	account, err := o.account.open(ctx)
	if err != nil {
		return err
	}
	result := logsResult{Endpoint: o.name, Lines: []aws.LogLine{}}
	emit := func(l aws.LogLine) error {
		_, err := fmt.Fprintf(a.Out, "%s %s\n", l.Time.UTC().Format("2006-01-02T15:04:05.000Z"), l.Text)
		return err
	}
	switch {
	case a.json && o.follow:
		emit = func(l aws.LogLine) error { return json.NewEncoder(a.Out).Encode(l) }
	case a.json:
		emit = func(l aws.LogLine) error { result.Lines = append(result.Lines, l); return nil }
	}
	err = account.Logs(ctx, o.name, aws.LogOptions{Since: since, Follow: o.follow, Limit: o.limit}, emit)
	if o.follow && errors.Is(err, context.Canceled) {
		return nil // Ctrl-C is how following ends
	}
	if err == nil && a.json && !o.follow {
		return a.printJSON(result)
	}
	return err
}

// timeOf reads a point in time: "10m" before now, or an RFC 3339 time.
func timeOf(s string, now time.Time) (time.Time, error) {
	if d, err := time.ParseDuration(s); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	return time.Time{}, usagef("for example: --since 10m, --since 2026-11-22T08:00:00Z", "--since %q is neither a duration nor a time", s)
}
