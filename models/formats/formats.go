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
}

// HeadLength is the number of bytes that Detect wants to see.
const HeadLength = 512

// all are the formats in the order in which they are tried.
var all = []Format{
	{Name: "CatBoost", Sniff: catboost.Sniff, Load: catboost.Load},
	{Name: "LightGBM", Sniff: lightgbm.Sniff, Load: lightgbm.Load},
	{Name: "XGBoost", Sniff: xgboost.Sniff, Load: xgboost.Load},
	{Name: "pickle or joblib", Sniff: sniffPickle, Load: loadPickle},
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

const hint = "Copal reads pickle and joblib files of scikit-learn, CatBoost, LightGBM and XGBoost, and the model files of the three boosters: save the fitted estimator with joblib.dump(model, \"model.pkl\")."

// Open loads the model in src. Whatever is not supported is refused here.
func Open(src models.Source) (*models.Model, error) {
	head := make([]byte, min(src.Size, HeadLength))
	if n, err := src.ReadAt(head, 0); n < len(head) {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, fmt.Errorf("read %s: %w", src.Name, err)
	}
	f, err := Detect(head)
	if err != nil {
		return nil, err
	}
	return f.Load(src)
}

// OpenFile loads the model in the file at path.
func OpenFile(path string) (*models.Model, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: %w", path, notAFile(info))
	}
	m, err := Open(models.Source{ReaderAt: f, Name: filepath.Base(path), Size: info.Size(), Beside: beside(path)})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
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
