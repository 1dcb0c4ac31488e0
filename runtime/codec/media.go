package codec

import (
	"bytes"
	"strings"
)

// A Type is a media type and who reads and writes it.
type Type struct {
	Name  string
	Codec Codec
}

// The media types, the preferred one first. Order decides among equals in Accept.
var types = [...]Type{
	{"application/json", JSON{}},
	{"text/csv", CSV{}},
}

// Those of requests alone, and the other names that the XGBoost container of
// SageMaker knows (sagemaker_xgboost_container/data_utils.py, get_content_type).
var requestTypes = [...]Type{
	{"text/libsvm", LibSVM{}},
	{"text/x-libsvm", LibSVM{}},
	{"libsvm", LibSVM{}},
	{"csv", CSV{}},
}

// Names lists the media types of answers for messages: "application/json, text/csv".
func Names() string {
	names := make([]string, len(types))
	for i := range types {
		names[i] = types[i].Name
	}
	return strings.Join(names, ", ")
}

// RequestNames lists the media types of requests.
func RequestNames() string { return Names() + ", " + requestTypes[0].Name }

// named is the type of that name; its Codec is nil if there is none.
func named(name []byte) Type {
	for i := range types {
		if equal(name, types[i].Name) {
			return types[i]
		}
	}
	for i := range requestTypes {
		if equal(name, requestTypes[i].Name) {
			return requestTypes[i]
		}
	}
	return Type{}
}

// ForContentType finds the codec of a request. The parameters charset (UTF-8 or
// ASCII only), header (of CSV: present, absent) and indexing_mode (of LibSVM: 0,
// 1) are obeyed, others ignored. Without a content type, or with one that clients
// put there unasked, the body decides: JSON starts with a bracket or a brace, a
// first line of index:value is LibSVM, all else is CSV. If ok is false, expected
// says what would be right.
func ForContentType(contentType, body []byte) (t Type, expected string, ok bool) {
	name, params, _ := bytes.Cut(contentType, []byte{';'})
	name = bytes.TrimSpace(name)
	if len(name) == 0 || equal(name, "application/octet-stream") || // botocore
		equal(name, "application/x-www-form-urlencoded") { // curl -d
		return sniff(body), "", true
	}
	if t = named(name); t.Codec == nil {
		return t, RequestNames(), false
	}
	for len(params) > 0 {
		var p []byte
		p, params, _ = bytes.Cut(params, []byte{';'})
		key, value, _ := bytes.Cut(bytes.TrimSpace(p), []byte{'='})
		value = bytes.Trim(value, `"`)
		switch {
		case equal(key, "charset"):
			if !equal(value, "utf-8") && !equal(value, "utf8") && !equal(value, "us-ascii") {
				return t, "charset=utf-8", false
			}
		case t.Codec == Codec(CSV{}) && equal(key, "header"):
			t.Codec = CSV{Header: header(value)}
		case t.Codec == Codec(LibSVM{}) && equal(key, "indexing_mode") && !equal(value, "0"):
			if !equal(value, "1") {
				return t, "indexing_mode=0 or indexing_mode=1", false
			}
			t.Codec = LibSVM{OneBased: true}
		}
	}
	return t, "", true
}

func header(value []byte) Header {
	switch {
	case equal(value, "present"):
		return HeaderPresent
	case equal(value, "absent"):
		return HeaderAbsent
	}
	return HeaderAuto
}

func sniff(body []byte) Type {
	b := bytes.TrimLeft(skipBOM(body), " \t\r\n")
	if len(b) == 0 || b[0] == '[' || b[0] == '{' {
		return types[0]
	}
	if isLibSVM(b) {
		return requestTypes[0]
	}
	return types[1]
}

// isLibSVM reports whether the first line is a row of index:value, at least one,
// behind a label or none. b starts with it.
func isLibSVM(b []byte) bool {
	line, _, _ := bytes.Cut(b, []byte{'\n'})
	pairs := 0
	for t := nextToken(line, 0); len(t.text) > 0; t = nextToken(line, t.at+len(t.text)) {
		index, value, pair := bytes.Cut(t.text, []byte{':'})
		if !pair {
			value = t.text
		}
		_, number := looseNumber(value)
		if !number || pair && !whole(index) && string(index) != "qid" || !pair && t.at > 0 {
			return false
		}
		if pair {
			pairs++
		}
	}
	return pairs > 0
}

// ForAccept chooses the media type of an answer (RFC 9110 section 12.5.1): the
// one with the highest weight; among equals that of the request, then the first
// of the table. Without Accept it is that of the request, or CSV for one that has
// no answers of its type.
func ForAccept(accept []byte, request Type) (Type, bool) {
	if !answers(request.Name) {
		request = types[1]
	}
	if len(accept) == 0 || string(accept) == "*/*" || equal(accept, request.Name) {
		return request, true
	}
	best, bestWeight := Type{}, 0
	for _, t := range types {
		w := 2 * weight(accept, t.Name)
		if w > 0 && t.Name == request.Name {
			w++
		}
		if w > bestWeight {
			best, bestWeight = t, w
		}
	}
	return best, bestWeight > 0
}

// answers reports whether there are answers of that type.
func answers(name string) bool {
	for i := range types {
		if types[i].Name == name {
			return true
		}
	}
	return false
}

// weight is what an Accept header gives a media type, in thousandths. The most
// specific range that matches decides.
func weight(accept []byte, name string) int {
	w, specific := 0, 0
	for len(accept) > 0 {
		var r []byte
		r, accept, _ = bytes.Cut(accept, []byte{','})
		media, params, _ := bytes.Cut(r, []byte{';'})
		if s := specificity(bytes.TrimSpace(media), name); s > specific {
			specific, w = s, quality(params)
		}
	}
	return w
}

// specificity is 3 for the type itself, 2 for type/*, 1 for */*, 0 for others.
func specificity(media []byte, name string) int {
	major := name[:strings.IndexByte(name, '/')]
	switch {
	case equal(media, name):
		return 3
	case len(media) == len(major)+2 && equal(media[:len(major)], major) && string(media[len(major):]) == "/*":
		return 2
	case string(media) == "*/*":
		return 1
	}
	return 0
}

// quality reads the q of a media range, in thousandths; 1000 if there is none.
func quality(params []byte) int {
	for len(params) > 0 {
		var p []byte
		p, params, _ = bytes.Cut(params, []byte{';'})
		key, value, _ := bytes.Cut(bytes.TrimSpace(p), []byte{'='})
		if !equal(key, "q") {
			continue
		}
		if f, ok := looseNumber(value); ok && f >= 0 && f <= 1 {
			return int(f*1000 + 0.5)
		}
		return 0
	}
	return 1000
}

// equal compares without case, as media types are (RFC 9110 section 8.3.1).
// s is lower case.
func equal(b []byte, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i := range b {
		c := b[i]
		if c-'A' < 26 {
			c |= 0x20
		}
		if c != s[i] {
			return false
		}
	}
	return true
}
