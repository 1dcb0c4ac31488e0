package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/copal-ml/copal/builder/deploy"
	"github.com/copal-ml/copal/builder/deploy/aws"
)

type destroyOptions struct {
	account accountFlags
	name    string
	yes     bool
}

// A destroyResult is what `copal destroy --json` prints.
type destroyResult struct {
	Endpoint string   `json:"endpoint"`
	Found    bool     `json:"found"`
	Deleted  []string `json:"deleted"`
	Left     []string `json:"left"`
	Notes    []string `json:"notes,omitempty"`
}

func newDestroy(a *app) *cobra.Command {
	var o destroyOptions
	cmd := &cobra.Command{
		Use:   "destroy NAME",
		Short: "Delete an endpoint and everything that Copal made for it",
		Long: `Destroy deletes an endpoint, its configurations, models, image repository, uploaded
model data and role, in the safe order, and lists the account again to prove that
nothing is left. It deletes what Copal's tags claim for this endpoint and nothing else.

It asks first. Without a terminal to ask on it wants --yes.`,
		Example: `  copal destroy iris
  copal destroy iris --yes          # in a pipeline`,
		Args: exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.name = args[0]
			return a.destroy(cmd.Context(), o)
		},
	}
	cmd.Flags().BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	o.account.register(cmd)
	return cmd
}

func (a *app) destroy(ctx context.Context, o destroyOptions) error {
	if err := checkEndpointName("", o.name); err != nil {
		return err
	}
	if !o.yes && !isTerminal(a.In) {
		return usagef(fmt.Sprintf("copal destroy %s --yes%s", o.name, o.account.suffix()),
			"copal destroy asks before it deletes, and standard input is no terminal")
	}
	account, err := o.account.open(ctx)
	if err != nil {
		return err
	}
	if !o.yes {
		if err := a.confirm(ctx, account, o.name); err != nil {
			return err
		}
	}
	report, err := account.Destroy(ctx, o.name, a.show)
	if err != nil {
		return err
	}
	return a.printReport(report, account.Region)
}

// confirm shows what would go and asks. Anything but yes is no.
func (a *app) confirm(ctx context.Context, account *aws.Account, name string) error {
	what := "endpoint " + name
	if s, err := account.Status(ctx, name); err == nil {
		what = fmt.Sprintf("endpoint %s (%s, %s)", name, s.State, s.Detail)
	}
	fmt.Fprintf(a.Err, "Delete %s in %s and everything that Copal made for it? [y/N] ", what, account.Region)
	answer, err := bufio.NewReader(a.In).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	}
	return failf("", "not confirmed: nothing was deleted")
}

func (a *app) printReport(r aws.Report, region string) error {
	for _, n := range r.Notes {
		a.note("%s", n)
	}
	if len(r.Left) > 0 {
		return failf("run the same command again; what is then still there needs a look in the console",
			"still there of endpoint %s: %s", r.Name, strings.Join(names(r.Left), ", "))
	}
	if a.json {
		return a.printJSON(destroyResult{Endpoint: r.Name, Found: r.Found, Deleted: names(r.Deleted), Left: names(r.Left), Notes: r.Notes})
	}
	switch {
	case len(r.Deleted) == 0:
		a.note("nothing to delete: no endpoint %s in %s, and nothing of Copal's for it", r.Name, region)
		return nil
	case !r.Found:
		a.note("endpoint %s was not there; what was left of it is deleted", r.Name)
	}
	a.note("%s deleted, nothing left of %s in %s", resources(len(r.Deleted)), r.Name, region)
	_, err := fmt.Fprintln(a.Out, r.Name)
	return err
}

func names(ids []deploy.ID) []string {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = id.String()
	}
	return list
}

func resources(n int) string {
	if n == 1 {
		return "1 resource"
	}
	return fmt.Sprintf("%d resources", n)
}
