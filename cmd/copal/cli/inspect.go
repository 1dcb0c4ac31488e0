package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/copal-ml/copal/builder/source"
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/formats"
)

// An inspectResult is what `copal inspect --json` prints.
type inspectResult struct {
	File      string            `json:"file"`
	Size      int64             `json:"size"`
	SHA256    string            `json:"sha256"`
	Supported bool              `json:"supported"` // always true: what is not supported ends with code 3
	Info      models.Info       `json:"info"`
	Signature *models.Signature `json:"signature"`
}

func newInspect(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "inspect MODEL",
		Short: "Show what a model file holds, and whether it can be served",
		Long: `Inspect reads a model file without executing anything in it, and shows the estimators,
the library and version that wrote it, what it takes and answers, and every global
that the pickle names. It ends with 0 if Copal can serve the model and with 3 if not.`,
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
	m, err := formats.OpenFile(path)
	if err != nil {
		return err
	}
	digest, err := file.SHA256(ctx, nil)
	if err != nil {
		return err
	}
	r := inspectResult{File: path, Size: file.Size, SHA256: digest, Supported: true, Info: m.Info, Signature: m.Signature()}
	if a.json {
		return a.printJSON(r)
	}
	return a.writeInspect(a.Out, r)
}

// writeInspect prints a fact a line.
func (a *app) writeInspect(out io.Writer, r inspectResult) error {
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fmt.Fprintf(w, "file\t%s, %s\n", r.File, size(r.Size))
	fmt.Fprintf(w, "sha256\t%s\n", r.SHA256)
	fmt.Fprintf(w, "format\t%s\n", formatText(r.Info))
	fmt.Fprintf(w, "written by\t%s\n", strings.TrimSpace(r.Info.Library+" "+r.Info.Version))
	for i, line := range outline(r.Info.Outline, "", "") {
		fmt.Fprintf(w, "%s\t%s\n", first(i, "model"), line)
	}
	for i, p := range r.Signature.Inputs {
		fmt.Fprintf(w, "%s\t%s\n", first(i, "takes"), portText(p))
	}
	if names := r.Signature.Features; len(names) > 0 {
		fmt.Fprintf(w, "features\t%s\n", shortList(names, 8))
	}
	if c := r.Signature.Classes; len(c) > 0 {
		fmt.Fprintf(w, "classes\t%s\n", shortList(classTexts(c), 8))
	}
	for i, m := range r.Signature.Methods {
		fmt.Fprintf(w, "%s\t%s → %s\n", first(i, "answers"), m.Name, portTexts(m.Outputs))
	}
	for i, g := range r.Info.Globals {
		fmt.Fprintf(w, "%s\t%s  (byte %d)\n", first(i, "globals"), g.Name, g.Offset)
	}
	fmt.Fprintf(w, "verdict\tsupported; nothing in the file is executed\n")
	return w.Flush()
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
	if i.Format == "pickle" || i.Format == "joblib" {
		parts = append(parts, fmt.Sprintf("pickle protocol %d", i.Protocol))
	}
	return strings.Join(parts, ", ")
}

// outline draws the estimators as a tree. Indents of the two prefixes go before
// the node itself and before what is below it.
func outline(n models.Node, own, below string) []string {
	line := own + n.Class
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

func portText(p models.Port) string {
	s := p.DType.String()
	if p.Width > 0 {
		s = fmt.Sprintf("%s × %d", s, p.Width)
	}
	if p.Name != "" {
		s = p.Name + " " + s
	}
	return s
}

func portTexts(ports []models.Port) string {
	texts := make([]string, len(ports))
	for i, p := range ports {
		texts[i] = portText(p)
	}
	return strings.Join(texts, ", ")
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
	return []cobra.Completion{"pkl", "pickle", "joblib", "json", "ubj", "bin", "gz", "z", "bz2", "xz", "lzma", "lz4"}, cobra.ShellCompDirectiveFilterFileExt
}
