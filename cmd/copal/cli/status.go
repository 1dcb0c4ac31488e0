package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/copal-ml/copal/builder/deploy/aws"
)

// A listResult is what `copal status --json` prints without a name.
type listResult struct {
	Endpoints []aws.Summary `json:"endpoints"`
}

func newStatus(a *app) *cobra.Command {
	var account accountFlags
	cmd := &cobra.Command{
		Use:   "status [NAME]",
		Short: "Show Copal's endpoints, or one of them in full",
		Long: `Status lists the endpoints that Copal has made in this account and region.
With a name it shows that endpoint, whoever made it: its state, what it runs on, the
image, the model and the method it answers with.`,
		Example: `  copal status
  copal status iris
  copal status iris --json | jq -r .state`,
		Args: between(0, "NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.list(cmd.Context(), account)
			}
			return a.status(cmd.Context(), account, args[0])
		},
	}
	account.register(cmd)
	return cmd
}

func (a *app) list(ctx context.Context, flags accountFlags) error {
	account, err := flags.open(ctx)
	if err != nil {
		return err
	}
	endpoints, err := account.List(ctx)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(listResult{Endpoints: append([]aws.Summary{}, endpoints...)})
	}
	if len(endpoints) == 0 {
		a.note("no endpoints of Copal in %s", account.Region)
		return nil
	}
	w := tabwriter.NewWriter(a.Out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, "NAME\tSTATE\tMODEL\tMETHOD\tUPDATED")
	for _, e := range endpoints {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", e.Name, e.State, e.Class, e.Method, stamp(e.Updated))
	}
	return w.Flush()
}

func (a *app) status(ctx context.Context, flags accountFlags, name string) error {
	if err := checkEndpointName("", name); err != nil {
		return err
	}
	account, err := flags.open(ctx)
	if err != nil {
		return err
	}
	s, err := account.Status(ctx, name)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(s)
	}
	return writeStatus(a.Out, s)
}

// writeStatus prints one endpoint, a fact a line; facts that it does not have
// are left out.
func writeStatus(out io.Writer, s aws.Status) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "%s\t%s\n", name, value)
		}
	}
	line("endpoint", s.Name)
	line("state", s.State)
	line("failure", s.FailureReason)
	line("runs", s.Detail)
	for _, v := range s.Variants {
		line("variant", variantText(v))
	}
	line("model", strings.TrimSpace(s.Class+"  "+s.ModelFile))
	line("method", s.Method)
	line("image", s.Image)
	line("model data", s.ModelData)
	line("configuration", s.Configuration)
	line("role", s.RoleARN)
	line("created", stamp(s.Created))
	line("updated", stamp(s.Updated))
	if !s.Managed {
		line("managed", "no: not made by Copal, and not touched by copal destroy")
	}
	return w.Flush()
}

func variantText(v aws.Variant) string {
	parts := []string{v.Name}
	switch {
	case v.MemoryMB > 0:
		parts = append(parts, fmt.Sprintf("%d MB, up to %d requests at once", v.MemoryMB, v.Concurrency))
	case v.InstanceType != "":
		parts = append(parts, fmt.Sprintf("%d of %d × %s", v.Instances, max(v.Wanted, v.Instances), v.InstanceType))
	}
	if v.State != "" {
		parts = append(parts, v.State)
	}
	return strings.Join(parts, " · ")
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("2006-01-02 15:04:05 MST")
}
