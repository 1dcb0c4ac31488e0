package formats

import (
	"io"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/joblib"
	"github.com/copal-ml/copal/models/sklearn"
)

// sniffPickle accepts what a pickle, compressed or not, may begin with. Pickles
// of protocols 0 and 1 are text or nearly so; text is taken for one only if it
// begins as the pickle of an object or a container does.
func sniffPickle(head []byte) bool {
	if looksLike(head) != unknown && !startsObject(head) {
		return false
	}
	_, ok := joblib.Sniff(head)
	return ok
}

// startsObject reports whether head begins with GLOBAL ("cmodule\nname\n"), or
// with MARK and then INST, DICT, LIST, TUPLE or another MARK.
func startsObject(head []byte) bool {
	if len(head) > 1 && head[0] == '(' {
		return strings.IndexByte("cdilt(", head[1]) >= 0
	}
	lines := strings.SplitN(string(head), "\n", 3)
	return head[0] == 'c' && len(lines) == 3 && isDotted(lines[0]) && isDotted(lines[1])
}

func isDotted(s string) bool {
	for _, r := range s {
		if r != '.' && r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return false
		}
	}
	return s != ""
}

func loadPickle(src models.Source) (*models.Model, error) {
	file, err := joblib.Decode(io.NewSectionReader(src, 0, src.Size), joblib.Options{Open: src.Beside})
	if err != nil {
		return nil, err
	}
	m, err := sklearn.Compile(file.Root, file.Globals)
	if err != nil {
		return nil, err
	}
	tellPickle(&m.Info, file)
	return m, nil
}

// inspectPickle tells what can be read of a file whose model cannot be loaded.
func inspectPickle(src models.Source) (info models.Info) {
	// The error is that of loadPickle, which the caller has.
	file, _ := joblib.Decode(io.NewSectionReader(src, 0, src.Size), joblib.Options{Open: src.Beside})
	if file != nil {
		tellPickle(&info, file)
		sklearn.Describe(&info, file.Root)
	}
	return info
}

func tellPickle(info *models.Info, file *joblib.File) {
	info.Format = "pickle"
	if file.Joblib || file.Compression != "" {
		info.Format = "joblib"
	}
	info.Compression, info.Protocol, info.Globals = file.Compression, file.Protocol, file.Globals
}
