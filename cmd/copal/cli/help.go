package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// writeHelp prints the help of a command: what it does, how to call it, examples
// that can be pasted, then the flags in the order in which they were declared.
func writeHelp(w io.Writer, cmd *cobra.Command) {
	text := cmd.Long
	if text == "" {
		text = cmd.Short
	}
	fmt.Fprintf(w, "%s\n\nUsage:\n  %s\n", strings.TrimSpace(text), useLine(cmd))
	if cmd.Example != "" {
		fmt.Fprintf(w, "\nExamples:\n%s\n", strings.TrimRight(cmd.Example, "\n"))
	}
	writeCommands(w, cmd)
	writeFlags(w, "Flags", cmd.LocalNonPersistentFlags())
	global := cmd.InheritedFlags()
	if !cmd.HasParent() {
		global = cmd.PersistentFlags()
	}
	writeFlags(w, "Flags of every command", global)
	if !cmd.HasParent() {
		fmt.Fprintf(w, "\n%s\n", rootFooter)
	}
}

func useLine(cmd *cobra.Command) string {
	if cmd.HasAvailableSubCommands() && !cmd.Runnable() {
		return cmd.CommandPath() + " COMMAND"
	}
	if !cmd.HasParent() {
		return "copal COMMAND [ARGUMENTS] [FLAGS]"
	}
	return cmd.UseLine()
}

func writeCommands(w io.Writer, cmd *cobra.Command) {
	if !cmd.HasAvailableSubCommands() {
		return
	}
	fmt.Fprintf(w, "\nCommands:\n")
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			fmt.Fprintf(w, "  %-11s %s\n", c.Name(), c.Short)
		}
	}
}

func writeFlags(w io.Writer, title string, flags *pflag.FlagSet) {
	flags.SortFlags = false
	if usages := flags.FlagUsagesWrapped(100); strings.TrimSpace(usages) != "" {
		fmt.Fprintf(w, "\n%s:\n%s", title, usages)
	}
}
