package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/copal-ml/copal/builder/source"
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/formats"
)

// An inspectResult is what `copal inspect --json` prints. What is not supported
// has no signature, and the members of an errorResult.
type inspectResult struct {
	File      string            `json:"file"`
	Size      int64             `json:"size"`
	SHA256    string            `json:"sha256"`
	Supported bool              `json:"supported"`
	Info      models.Info       `json:"info"`
	Signature *models.Signature `json:"signature,omitempty"`

	Error    string   `json:"error,omitempty"`
	Hints    []string `json:"hints,omitempty"`
	ExitCode int      `json:"exit_code"`
}

func newInspect(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "inspect MODEL",
		Short: "Show what a model file holds, and whether it can be served",
		Long: `Inspect reads a model file without executing anything in it, and shows the estimators,
the library and version that wrote it, what it takes and answers, and every global
that the file names. It ends with 0 if Copal can serve the model and with 3 if not.`,
		Example: `  copal inspect model.pkl
  copal inspect model.pkl --json | jq .signature`,
		Args:              exactly("MODEL"),
		ValidArgsFunction: completeModel,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.inspect(cmd.Context(), args[0])
		},
	}
}

func (a *app) inspect(ctx context.Context, path string) error {
	file, err := source.Open(path)
	if err != nil {
		return err
	}
	info, signature, refusal := formats.InspectFile(path)
	if refusal != nil && info.Format == "" {
		return refusal // nothing is known of it
	}
	digest, err := file.SHA256(ctx, nil)
	if err != nil {
		return err
	}
	r := inspectResult{File: path, Size: file.Size, SHA256: digest, Supported: refusal == nil, Info: info, Signature: signature}
	if a.json {
		return a.printInspect(r, refusal)
	}
	if err := a.writeInspect(a.Out, r, refusal); err != nil {
		return err
	}
	return refusal
}

// printInspect prints r with the words and the exit code of the refusal, if there
// is one, which then need not be printed again.
func (a *app) printInspect(r inspectResult, refusal error) error {
	if refusal == nil {
		return a.printJSON(r)
	}
	f := explainOne(refusal)
	r.Error, r.Hints, r.ExitCode = f.Error(), f.hints, f.code
	if err := a.printJSON(r); err != nil {
		return err
	}
	return &printed{refusal}
}

// writeInspect prints a fact a line.
func (a *app) writeInspect(out io.Writer, r inspectResult, refusal error) error {
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	row := func(label, format string, args ...any) { fmt.Fprintf(w, label+"\t"+format+"\n", args...) }
	rows := func(label string, lines []string) {
		for i, line := range lines {
			row(first(i, label), "%s", line)
		}
	}
	row("file", "%s, %s", r.File, size(r.Size))
	row("sha256", "%s", r.SHA256)
	row("format", "%s", formatText(r.Info))
	if writers := writersText(r.Info); writers != "" {
		row("written by", "%s", writers)
	}
	if r.Info.Outline.Class != "" {
		rows("model", outline(r.Info.Outline, "", ""))
	}
	if r.Signature != nil {
		signatureRows(r.Signature, row, rows)
	}
	rows("globals", globalTexts(r.Info.Globals))
	row("verdict", "%s", modelVerdict(refusal))
	return w.Flush()
}

// signatureRows prints what a model takes and answers.
func signatureRows(s *models.Signature, row func(label, format string, args ...any), rows func(string, []string)) {
	if s.Open {
		row("takes", "columns of any name, each of numbers or of strings")
	}
	rows("takes", takes(s.Inputs))
	if len(s.Features) > 0 {
		rows("features", wrapped(s.Features))
	}
	if c := s.Classes; len(c) > 0 {
		row("classes", "%s", shortList(classTexts(c), 8))
	}
	for i, m := range s.Methods {
		row(first(i, "answers"), "%s → %s", m.Name, portTexts(m.Outputs))
	}
}

// modelVerdict says in a line whether the model can be served.
func modelVerdict(refusal error) string {
	var unsupported *models.UnsupportedError
	switch {
	case refusal == nil:
		return "supported; nothing in the file is executed"
	case errors.As(refusal, &unsupported):
		return "not supported: " + strings.TrimSuffix(unsupported.Subject(), ",") + "; nothing in the file was executed"
	}
	return "damaged; nothing in the file was executed"
}

func globalTexts(globals []models.Global) []string {
	lines := make([]string, len(globals))
	for i, g := range globals {
		lines[i] = fmt.Sprintf("%s  (byte %d)", g.Name, g.Offset)
	}
	return lines
}

// writersText names the library that made the model and the program that wrote
// the file, as far as the file tells.
func writersText(i models.Info) string {
	var parts []string
	for _, s := range []string{strings.TrimSpace(i.Library + " " + i.Version), i.Writer} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ", ")
}

// first is the label of a list's first line.
func first(i int, label string) string {
	if i == 0 {
		return label
	}
	return ""
}

func formatText(i models.Info) string {
	parts := []string{i.Format}
	if i.Compression != "" {
		parts = append(parts, i.Compression)
	}
	protocol := fmt.Sprintf("protocol %d", i.Protocol)
	switch i.Format {
	case "joblib": // which has none of its own
		protocol = "pickle " + protocol
	case "pickle", "skops":
	default: // the files of a library have none
		return strings.Join(parts, ", ")
	}
	return strings.Join(append(parts, protocol), ", ")
}

// outline draws the estimators as a tree. Indents of the two prefixes go before
// the node itself and before what is below it.
func outline(n models.Node, own, below string) []string {
	line := own + n.Class
	if len(n.Columns) > 0 {
		line += " of " + shortNames(n.Columns)
	}
	if n.Summary != "" {
		line += "  " + n.Summary
	}
	lines := []string{line}
	for i, c := range n.Children {
		branch, rest := "├─ ", "│  "
		if i == len(n.Children)-1 {
			branch, rest = "└─ ", "   "
		}
		label := strings.TrimPrefix(c.Path, n.Path)
		if label != "" {
			c.Class = strings.TrimPrefix(label, ".") + "  " + c.Class
		}
		lines = append(lines, outline(c, below+branch, below+rest)...)
	}
	return lines
}

// shortNames joins the first names of a list, as many as fit, and counts the rest.
func shortNames(list []string) string {
	const room = 48
	n, length := 0, 0
	for n < len(list) && (n == 0 || length+len(list[n]) <= room) {
		length += len(list[n]) + len(", ")
		n++
	}
	return shortList(list, n)
}

// The columns of a table are listed one by one up to this many; more are grouped
// by their types.
const maxRows = 20

// takes lists the inputs of a model.
func takes(ports []models.Port) []string {
	var lines []string
	if len(ports) <= maxRows {
		width := 0
		for _, p := range ports {
			width = max(width, utf8.RuneCountInString(p.Name))
		}
		for _, p := range ports {
			name := p.Name
			p.Name = ""
			lines = append(lines, strings.TrimSpace(fmt.Sprintf("%-*s  %s", min(width, 40), name, portText(p))))
		}
		return lines
	}
	var types []models.DType
	names := make(map[models.DType][]string)
	for _, p := range ports {
		if names[p.DType] == nil {
			types = append(types, p.DType)
		}
		names[p.DType] = append(names[p.DType], p.Name)
	}
	for _, t := range types {
		lines = append(lines, fmt.Sprintf("%s × %d:", t, len(names[t])))
		for _, line := range wrapped(names[t]) {
			lines = append(lines, "  "+line)
		}
	}
	return lines
}

// The width of lines of names, and how many names are shown; --json has all.
const (
	lineWidth = 90
	maxNames  = 100
)

// wrapped joins a list into lines.
func wrapped(list []string) []string {
	var lines []string
	line := ""
	for i, name := range list {
		if i == maxNames {
			line += fmt.Sprintf("… %d more", len(list)-i)
			break
		}
		if i < len(list)-1 {
			name += ", "
		}
		if line != "" && utf8.RuneCountInString(line+name) > lineWidth {
			lines, line = append(lines, strings.TrimSuffix(line, " ")), ""
		}
		line += name
	}
	return append(lines, line)
}

func portText(p models.Port) string {
	s := p.DType.String()
	if p.Width > 0 {
		s = fmt.Sprintf("%s × %d", s, p.Width)
	}
	if p.Name != "" {
		s = p.Name + " " + s
	}
	if p.Optional {
		s += ", may be left out"
	}
	return s
}

// portTexts joins the outputs of a method, and the names within one.
func portTexts(ports []models.Port) string {
	texts := make([]string, len(ports))
	for i, p := range ports {
		texts[i] = portText(p)
	}
	if len(ports) == 1 && len(ports[0].Names) > 0 {
		return texts[0] + ": " + shortNames(ports[0].Names)
	}
	return shortList(texts, 8)
}

func classTexts(classes []any) []string {
	texts := make([]string, len(classes))
	for i, c := range classes {
		texts[i] = fmt.Sprint(c)
	}
	return texts
}

// shortList joins the first n of a list and counts the rest.
func shortList(list []string, n int) string {
	if len(list) > n {
		list = append(slices.Clone(list[:n]), fmt.Sprintf("… %d more", len(list)-n))
	}
	return strings.Join(list, ", ")
}

// size writes bytes as people read them.
func size(n int64) string {
	switch {
	case n < 10_000:
		return fmt.Sprintf("%d B", n)
	case n < 1_000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	case n < 1_000_000_000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}

// completeModel offers files that may be models.
func completeModel(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return []cobra.Completion{"pkl", "pickle", "joblib", "skops", "json", "ubj", "bin", "gz", "z", "bz2", "xz", "lzma", "lz4"}, cobra.ShellCompDirectiveFilterFileExt
}
