package xgboost

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// Sniff reports whether a file that begins with head is a model of XGBoost, in any
// format.
func Sniff(head []byte) bool { return isJSON(head) || isUBJSON(head) || isBinary(head) }

// keys are those that a document may begin with: XGBoost sorts them.
var keys = []string{"learner", "version", "Config", "Model"}

func isJSON(head []byte) bool {
	rest, ok := bytes.CutPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("{"))
	rest = bytes.TrimLeft(rest, " \t\r\n")
	for _, key := range keys {
		if ok && bytes.HasPrefix(rest, []byte(`"`+key+`"`)) {
			return true
		}
	}
	return false
}

// isUBJSON: XGBoost writes the length of a key with 64 bits.
func isUBJSON(head []byte) bool {
	for _, key := range keys {
		if bytes.HasPrefix(head, append([]byte{'{', 'L', 0, 0, 0, 0, 0, 0, 0, byte(len(key))}, key...)) {
			return true
		}
	}
	return false
}

// isBinary: the magic, or what save_raw writes, where a name such as "reg:linear"
// stands behind the first struct.
func isBinary(head []byte) bool {
	if bytes.HasPrefix(head, []byte(snapshotMagic)) || bytes.HasPrefix(head, []byte("binf")) {
		return true
	}
	const most = 64
	if len(head) < learnerSize+8 {
		return false
	}
	n := binary.LittleEndian.Uint64(head[learnerSize:])
	name := head[learnerSize+8:]
	if n > most || n > uint64(len(name)) {
		return false
	}
	kind, what, ok := strings.Cut(string(name[:n]), ":")
	return ok && isLower(kind) && isLower(what)
}

func isLower(s string) bool {
	for _, c := range s {
		if c != '_' && (c < 'a' || c > 'z') {
			return false
		}
	}
	return s != ""
}
