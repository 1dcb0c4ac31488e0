package formats

import (
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/internal/archive"
	"github.com/copal-ml/copal/models/internal/bounded"
	"github.com/copal-ml/copal/models/sklearn"
	"github.com/copal-ml/copal/models/skops"
)

// sniffZip accepts a zip archive that is not empty. What it is shows in its
// directory, at its end.
func sniffZip(head []byte) bool { return strings.HasPrefix(string(head), "PK\x03\x04") }

// loadZip loads a .skops file, and refuses other archives by name.
func loadZip(src models.Source) (*models.Model, error) {
	names, err := zipNames(src)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(names, skops.Schema) {
		what, hint := zipKind(names)
		return nil, &models.UnsupportedError{Feature: what, Offset: -1, Hint: hint}
	}
	file, err := skops.Decode(src, src.Size, skops.Options{})
	if err != nil {
		return nil, err
	}
	m, err := sklearn.Compile(file.Root, file.Globals)
	if err != nil {
		return nil, inSkops(err)
	}
	tellSkops(&m.Info, file)
	return m, nil
}

// inspectZip tells what can be read of a .skops file whose model cannot be loaded.
func inspectZip(src models.Source) (info models.Info) {
	// The error is that of loadZip, which the caller has.
	file, _ := skops.Decode(src, src.Size, skops.Options{})
	if file != nil {
		tellSkops(&info, file)
		sklearn.Describe(&info, file.Root)
	}
	return info
}

func tellSkops(info *models.Info, file *skops.File) {
	info.Format, info.Compression, info.Protocol, info.Globals = "skops", file.Compression, file.Protocol, file.Globals
	info.Writer = strings.TrimSpace("skops " + file.Version)
}

// inSkops says of values that contradict themselves which kind of file they were in.
func inSkops(err error) error {
	var e *models.FormatError
	if errors.As(err, &e) && e.Format == "pickle" {
		e.Format = "skops"
	}
	return err
}

// zipNames lists the members of an archive.
func zipNames(src models.Source) ([]string, error) {
	meter := &bounded.Meter{What: "memory for its directory", Allow: bounded.Allowance{Base: 32 << 20, PerByte: 128},
		Input: func() int64 { return src.Size }}
	a, err := archive.Open(src, src.Size, meter)
	if err != nil {
		return nil, err
	}
	return a.Names(), nil
}

// zipKinds are the archives that people take for models, by a member that the
// others do not have.
var zipKinds = []struct{ member, what, hint string }{
	{"model.weights.h5", "a Keras model (.keras)", "Copal does not run Keras models. Export it to ONNX with tf2onnx."},
	{"*/constants.pkl", "a TorchScript program", "Copal does not run PyTorch models. Export it to ONNX with torch.onnx.export."},
	{"*/data.pkl", "a PyTorch checkpoint", "Copal does not run PyTorch models. Export it to ONNX with torch.onnx.export."},
	{"policy.pth", "a Stable-Baselines3 model", "Copal does not run PyTorch models. Export its policy to ONNX with torch.onnx.export."},
	{"stages/*", "a Spark ML pipeline", "Copal does not run Spark models. Export it to ONNX with onnxmltools."},
	{"?Content_Types?.xml", "an Office document", hint},
	{"META-INF/MANIFEST.MF", "a Java archive", hint},
	{"*.npy", "NumPy arrays (.npz)", "Arrays are no estimator. Save the fitted estimator itself with joblib.dump."},
	{"MLmodel", "an MLflow model in a zip archive", "Unpack it, and give Copal the model.pkl inside."},
	{"*.pkl", "a zip archive with a pickle inside", "Unpack it, and give Copal the pickle inside."},
	{"*.joblib", "a zip archive with a joblib file inside", "Unpack it, and give Copal the joblib file inside."},
	{"*.skops", "a zip archive with a .skops file inside", "Unpack it, and give Copal the .skops file inside."},
}

// zipKind says what an archive without a schema is, and what to do about it.
func zipKind(names []string) (what, next string) {
	for _, kind := range zipKinds {
		for _, name := range names {
			whole, _ := path.Match(kind.member, name)
			if last, _ := path.Match(kind.member, path.Base(name)); whole || last {
				return kind.what, kind.hint
			}
		}
	}
	return "a zip archive that is no model", hint
}
