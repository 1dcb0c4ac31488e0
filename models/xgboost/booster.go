package xgboost

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/booster"
)

// A Booster is a model as its file says it, checked.
type Booster struct {
	Format     string // "XGBoost JSON", "XGBoost UBJSON", "XGBoost binary"
	Version    string // of XGBoost that wrote the file: "1.7.6", or "1.7" in the old binary format; "" before 1.0
	Kind       string // "gbtree", "dart", "gblinear"
	Objective  string // "binary:logistic"
	Features   int    // of a row
	Outputs    int    // margins a row: classes, targets, or quantiles
	Names      []string
	Types      []string          // of the features: "float", "c", …; nil if not known
	Attributes map[string]string // best_iteration, …

	// Codes are the categories that the columns of the training table had, nil
	// where a feature has none. Trees know codes only: whoever calls Model looks
	// them up. Files before 3.1 have none, and rows hold codes.
	Codes []*booster.Codes

	document
	rounds int
	base   []float32 // margins that every row begins with, one an output
	link   link
}

// The limits of what a file may claim without holding it.
const (
	maxFeatures = 1 << 26
	maxOutputs  = 1 << 20
)

// Formats are the names of the formats, as errors give them.
const (
	formatJSON   = "XGBoost JSON"
	formatUBJSON = "XGBoost UBJSON"
	formatBinary = "XGBoost binary"
)

// Read takes a model, told by its first bytes: JSON, UBJSON, the old binary
// format with or without its magic, or a snapshot, which is what a pickle holds
// (configuration beside a model). Errors are *models.FormatError,
// *models.UnsupportedError, or of src.
func Read(src io.Reader) (*Booster, error) {
	in := newInput(src, "XGBoost model")
	d, err := readDocument(in)
	if err != nil {
		return nil, err
	}
	b, err := d.check()
	if err == nil {
		b.Format = in.format
	}
	if err != nil {
		if _, ok := err.(*models.UnsupportedError); ok {
			return nil, err
		}
		return nil, &models.FormatError{Format: in.format, Offset: -1, Text: err.Error()}
	}
	return b, nil
}

func readDocument(in *input) (*document, error) {
	d := new(document)
	head := in.ahead(lookahead)
	switch {
	case len(head) == 0:
		return nil, in.ended()
	case bytes.HasPrefix(head, []byte(snapshotMagic)):
		in.format = formatBinary
		return d, d.readSnapshot(in)
	case bytes.HasPrefix(head, []byte("bs64")):
		return nil, &models.UnsupportedError{Feature: "an XGBoost model in base64", Offset: 0,
			Hint: "Load it with XGBoost 0.8 and save it again."}
	case head[0] != '{' && head[0] != ' ' && head[0] != '\n':
		in.format = formatBinary
		return d, d.readBinary(in)
	case len(head) > 1 && head[0] == '{' && strings.IndexByte("iUIlL#$", head[1]) >= 0:
		in.format = formatUBJSON
		return d, d.read(&ubjTokens{input: in})
	}
	in.format = formatJSON
	return d, d.read(&jsonTokens{input: in})
}

// snapshotMagic begins the snapshots of 1.0 to 1.5 (src/learner.cc,
// serialisation_header_); the length of the model follows, and the model.
const snapshotMagic = "CONFIG-offset:"

// check holds the parts of the document against each other.
func (d *document) check() (*Booster, error) {
	b := &Booster{Kind: d.booster, Objective: strings.TrimPrefix(d.objective["name"], "gpu:"),
		Names: d.names, Types: d.types, Attributes: d.attributes, document: *d}
	if d.version != [3]int{} {
		b.Version = fmt.Sprintf("%d.%d", d.version[0], d.version[1])
		if d.version[2] >= 0 {
			b.Version += fmt.Sprintf(".%d", d.version[2])
		}
	}
	if err := b.shape(); err != nil {
		return nil, err
	}
	if err := b.intercept(); err != nil {
		return nil, err
	}
	if err := b.setCodes(); err != nil {
		return nil, err
	}
	switch b.Kind {
	case "gbtree", "dart":
		return b, b.checkTrees()
	case "gblinear":
		if want := (b.Features + 1) * b.Outputs; len(b.linear) != want {
			return nil, fmt.Errorf("%d weights of %d features for %d outputs, want %d", len(b.linear), b.Features, b.Outputs, want)
		}
		return b, nil
	}
	return nil, &models.UnsupportedError{Feature: fmt.Sprintf("the booster %q", b.Kind), Version: b.Version, Offset: -1,
		Hint: "Copal runs gbtree, dart and gblinear."}
}

// shape reads how many values go in and come out.
func (b *Booster) shape() error {
	counts := [3]int{}
	for i, name := range []string{"num_feature", "num_class", "num_target"} {
		n, ok := b.param.integer(name, 0)
		if !ok || n < 0 || n > maxFeatures || i > 0 && n > maxOutputs {
			return fmt.Errorf("%s is %q", name, b.param[name])
		}
		counts[i] = n
	}
	b.Features, b.Outputs = counts[0], max(counts[1], counts[2], 1)
	switch {
	case b.Features == 0:
		return fmt.Errorf("num_feature is 0: is the model fitted?")
	case len(b.Names) > 0 && len(b.Names) != b.Features:
		return fmt.Errorf("%d feature_names for %d features", len(b.Names), b.Features)
	case len(b.Types) > 0 && len(b.Types) != b.Features:
		return fmt.Errorf("%d feature_types for %d features", len(b.Types), b.Features)
	}
	return nil
}

// intercept makes margins of base_score, which is a number, or since 3.1 a list in
// brackets.
func (b *Booster) intercept() error {
	text, ok := b.param["base_score"]
	if !ok {
		return fmt.Errorf("there is no base_score")
	}
	for _, part := range strings.Split(strings.Trim(text, "[]"), ",") {
		v, err := strconv.ParseFloat(strings.TrimSpace(part), 32)
		if err != nil || v != v {
			return fmt.Errorf("base_score is %q", text)
		}
		b.base = append(b.base, float32(v))
	}
	for len(b.base) == 1 && b.Outputs > 1 {
		b.base = append(b.base, make([]float32, b.Outputs-1)...)
		for i := range b.base {
			b.base[i] = b.base[0]
		}
	}
	if len(b.base) != b.Outputs {
		return fmt.Errorf("base_score has %d values for %d outputs", len(b.base), b.Outputs)
	}
	var err error
	if b.link, err = b.linkOf(); err == nil && !b.margins && b.link.margin != nil {
		b.link.margin(b.base)
	}
	return err
}

// checkTrees checks what stands beside the trees.
func (b *Booster) checkTrees() error {
	n := len(b.trees)
	if len(b.groups) != n {
		return fmt.Errorf("tree_info is of %d trees, and there are %d", len(b.groups), n)
	}
	if len(b.weights) > n {
		return fmt.Errorf("weight_drop is of %d trees, and there are %d", len(b.weights), n)
	}
	if b.parallel < 1 {
		b.parallel = 1
	}
	for i, at := range b.boundaries {
		if at < 0 || int(at) > n || i > 0 && at < b.boundaries[i-1] {
			return fmt.Errorf("iteration_indptr[%d] is %d of %d trees", i, at, n)
		}
	}
	for i := range b.trees {
		if b.trees[i].width != b.trees[0].width {
			return fmt.Errorf("tree %d has leaves of %d values, the first of %d", i, b.trees[i].width, b.trees[0].width)
		}
	}
	if n > 0 && b.trees[0].width > 0 && b.trees[0].width != b.Outputs {
		return fmt.Errorf("leaves have %d values for %d outputs", b.trees[0].width, b.Outputs)
	}
	if b.rounds = n / b.perRound(); len(b.boundaries) > 0 {
		b.rounds = len(b.boundaries) - 1
	}
	return nil
}

// Before reports whether the file was written before that release; files that do
// not say are of 0.x.
func (b *Booster) Before(major, minor int) bool {
	v := b.version
	return v[0] < major || v[0] == major && v[1] < minor
}

// Rounds is the number of boosting iterations.
func (b *Booster) Rounds() int { return b.rounds }

// perRound is the number of trees of an iteration, where the file does not list them.
func (b *Booster) perRound() int {
	if len(b.trees) > 0 && b.trees[0].width > 0 {
		return b.parallel
	}
	return b.parallel * b.Outputs
}

// trees up to that round; all for 0.
func (b *Booster) until(rounds int) int {
	switch {
	case rounds <= 0 || rounds >= b.Rounds():
		return len(b.trees)
	case len(b.boundaries) > 0:
		return int(b.boundaries[rounds])
	}
	return rounds * b.perRound()
}

// BestIteration is the round that early stopping found best, from 0.
func (b *Booster) BestIteration() (int, bool) {
	text, ok := b.Attributes["best_iteration"]
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 0
}

// RoundsOf is the number of rounds that grow that many trees for each output.
func (b *Booster) RoundsOf(trees int) int { return (trees + b.parallel - 1) / max(b.parallel, 1) }

// Names of errors that a Booster makes after it was read.
func (b *Booster) broken(format string, args ...any) error {
	return &models.FormatError{Format: "XGBoost model", Offset: -1, Text: fmt.Errorf(format, args...).Error()}
}

func (b *Booster) unsupported(feature, hint string) error {
	return &models.UnsupportedError{Feature: feature, Version: b.Version, Offset: -1, Hint: hint}
}
