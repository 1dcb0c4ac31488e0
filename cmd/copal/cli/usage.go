package cli

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// exactly says that a command takes n arguments, called names in its messages.
func exactly(names ...string) cobra.PositionalArgs {
	return between(len(names), names...)
}

// between says that a command takes at least low of the named arguments.
func between(low int, names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < low:
			return usagef(firstExample(cmd), "%s needs %s", cmd.CommandPath(), missing(names[len(args):low]))
		case len(names) == 0 && len(args) > 0:
			return usagef("`"+cmd.CommandPath()+" -h` has examples", "%s takes no arguments, got %q", cmd.CommandPath(), args[0])
		case len(args) > len(names):
			return usagef(firstExample(cmd), "%s takes %d argument(s) (%s), got another one: %q",
				cmd.CommandPath(), len(names), strings.Join(names, " "), args[len(names)])
		}
		return nil
	}
}

func missing(names []string) string { return "an argument: " + strings.Join(names, " ") }

// firstExample is the first line of a command's examples that is a command.
func firstExample(cmd *cobra.Command) string {
	for line := range strings.Lines(cmd.Example) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "copal ") {
			return "for example: " + strings.TrimSpace(strings.Split(line, "  #")[0])
		}
	}
	return "`" + cmd.CommandPath() + " -h` has examples"
}

// flagError turns the flag parser's error into a usage error, with the command
// line as it was probably meant.
func (a *app) flagError(cmd *cobra.Command, err error) error {
	help := fmt.Sprintf("`%s -h` lists the flags", cmd.CommandPath())
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return usagef(help, "%s: %w", cmd.CommandPath(), err)
	}
	name := unknown.GetSpecifiedName()
	if unknown.GetSpecifiedShortnames() != "" {
		return usagef(help, "%s has no flag -%s", cmd.CommandPath(), name)
	}
	near := nearest(name, flagNames(cmd))
	if near == "" {
		return usagef(help, "%s has no flag --%s", cmd.CommandPath(), name)
	}
	return usagef(a.corrected(name, near), "%s has no flag --%s", cmd.CommandPath(), name)
}

// corrected is the line as typed with one flag renamed, if every word of it can
// be shown without quoting; else just the flag. A line that pastes into a shell
// as something else would be worse than none.
func (a *app) corrected(wrong, right string) string {
	words := slices.Clone(a.args)
	for i, w := range words {
		if name, _, _ := strings.Cut(w, "="); name == "--"+wrong {
			words[i] = "--" + right + strings.TrimPrefix(w, name)
		}
	}
	if !slices.ContainsFunc(words, needsQuoting) {
		return "did you mean: copal " + strings.Join(words, " ")
	}
	return "did you mean --" + right + "?"
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:=@,+-]+$`)

func needsQuoting(word string) bool { return !plainWord.MatchString(word) }

func flagNames(cmd *cobra.Command) []string {
	var names []string
	add := func(f *pflag.Flag) { names = append(names, f.Name) }
	cmd.LocalFlags().VisitAll(add)
	cmd.InheritedFlags().VisitAll(add)
	return names
}

// nearest is the candidate that s was probably meant to be, or "".
func nearest(s string, candidates []string) string {
	best, distance := "", 3
	for _, c := range candidates {
		d := editDistance(s, c)
		if len(s) >= 3 && strings.HasPrefix(c, s) {
			d = min(d, 1)
		}
		if d < distance {
			best, distance = c, d
		}
	}
	return best
}

// editDistance is the Levenshtein distance of two short words.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// oneOf refuses a value that is not in the list, and shows the list.
func oneOf(flag, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	hint := "one of: " + strings.Join(allowed, ", ")
	return usagef(hint, "%s %q is not a choice", flag, value)
}
