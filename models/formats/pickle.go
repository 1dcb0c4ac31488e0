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
	m.Info.Format = "pickle"
	if file.Joblib || file.Compression != "" {
		m.Info.Format = "joblib"
	}
	m.Info.Compression, m.Info.Protocol, m.Info.Globals = file.Compression, file.Protocol, file.Globals
	return m, nil
}
