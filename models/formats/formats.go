// Package formats opens model files. It is the only importer of all readers:
// whoever wants a model asks here.
//
// A file is told by its first bytes, never by its name. A pickle is told apart
// further by the package of the object that it holds.
package formats

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/catboost"
	"github.com/copal-ml/copal/models/lightgbm"
	"github.com/copal-ml/copal/models/xgboost"
)

// A Format is one way a trained model is stored on disk.
type Format struct {
	Name  string                                         // as error texts name it
	Sniff func(head []byte) bool                         // looks at the first HeadLength bytes, or all if there are fewer
	Load  func(src models.Source) (*models.Model, error) // errors are *models.FormatError, *models.UnsupportedError, or of src

	// Inspect tells what a file says of itself after Load has refused it. It
	// may be nil.
	Inspect func(src models.Source) models.Info
}

// HeadLength is the number of bytes that Detect wants to see.
const HeadLength = 512

// all are the formats in the order in which they are tried.
var all = []Format{
	{Name: "CatBoost", Sniff: catboost.Sniff, Load: catboost.Load},
	{Name: "LightGBM", Sniff: lightgbm.Sniff, Load: lightgbm.Load},
	{Name: "XGBoost", Sniff: xgboost.Sniff, Load: xgboost.Load},
	{Name: "pickle or joblib", Sniff: sniffPickle, Load: loadPickle, Inspect: inspectPickle},
	{Name: "skops", Sniff: sniffZip, Load: loadZip, Inspect: inspectZip},
}

// Detect returns the format of a file that begins with head. If there is none,
// the error says what the file looks like.
func Detect(head []byte) (Format, error) {
	if len(head) == 0 {
		return Format{}, &models.FormatError{Format: "model", Offset: -1, Text: "the file is empty"}
	}
	for _, f := range all {
		if f.Sniff(head) {
			return f, nil
		}
	}
	return Format{}, &models.UnsupportedError{Feature: looksLike(head), Offset: -1, Hint: hint}
}

const hint = "Copal reads pickle, joblib and .skops files of scikit-learn, CatBoost, LightGBM and XGBoost, and the model files of the three boosters: save the fitted estimator with joblib.dump(model, \"model.pkl\")."

// Open loads the model in src. Whatever is not supported is refused here.
func Open(src models.Source) (*models.Model, error) {
	f, err := detect(src)
	if err != nil {
		return nil, err
	}
	return f.Load(src)
}

// Inspect is Open for whoever wants to know what a file holds even if its model
// cannot be loaded: beside the error of Open it tells what could be read of the
// file, which is the zero Info if it is none of the formats here. The signature
// is nil if there is an error.
func Inspect(src models.Source) (models.Info, *models.Signature, error) {
	f, err := detect(src)
	if err != nil {
		return models.Info{}, nil, err
	}
	m, err := f.Load(src)
	switch {
	case err == nil:
		return m.Info, m.Signature(), nil
	case f.Inspect == nil:
		return models.Info{}, nil, err
	}
	return f.Inspect(src), nil, err
}

// detect reads as much of src as Detect wants to see.
func detect(src models.Source) (Format, error) {
	head := make([]byte, min(src.Size, HeadLength))
	if n, err := src.ReadAt(head, 0); n < len(head) {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return Format{}, fmt.Errorf("read %s: %w", src.Name, err)
	}
	return Detect(head)
}

// OpenFile loads the model in the file at path.
func OpenFile(path string) (m *models.Model, err error) {
	err = withFile(path, func(src models.Source) error {
		m, err = Open(src)
		return err
	})
	return m, err
}

// InspectFile is Inspect for the file at path.
func InspectFile(path string) (info models.Info, s *models.Signature, err error) {
	err = withFile(path, func(src models.Source) error {
		info, s, err = Inspect(src)
		return err
	})
	return info, s, err
}

// withFile opens the file at path for f. Errors name the path.
func withFile(path string, f func(models.Source) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s: %w", path, notAFile(info))
	}
	if err := f(models.Source{ReaderAt: file, Name: filepath.Base(path), Size: info.Size(), Beside: beside(path)}); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func notAFile(info os.FileInfo) error {
	what := "a special file"
	if info.IsDir() {
		what = "a folder"
	}
	return &models.UnsupportedError{Feature: what, Offset: -1, Hint: hint}
}

// beside opens files in the folder of path, and none outside it.
func beside(path string) func(string) (io.ReadCloser, error) {
	return func(name string) (io.ReadCloser, error) {
		if name != filepath.Base(name) || name == "." || name == ".." {
			return nil, fmt.Errorf("%q is not the name of a file beside the model", name)
		}
		return os.Open(filepath.Join(filepath.Dir(path), name))
	}
}
