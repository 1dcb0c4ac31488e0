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

// Names lists the media types for messages: "application/json, text/csv".
func Names() string {
	names := make([]string, len(types))
	for i := range types {
		names[i] = types[i].Name
	}
	return strings.Join(names, ", ")
}

// ForContentType finds the codec of a request. The parameters charset (UTF-8 or
// ASCII only) and header (of CSV: present, absent) are obeyed, others ignored.
// Without a content type, or with one that clients put there unasked, the body
// decides: JSON starts with a bracket or a brace, all else is CSV. If ok is
// false, expected says what would be right.
func ForContentType(contentType, body []byte) (t Type, expected string, ok bool) {
	name, params, _ := bytes.Cut(contentType, []byte{';'})
	name = bytes.TrimSpace(name)
	if len(name) == 0 || equal(name, "application/octet-stream") || // botocore
		equal(name, "application/x-www-form-urlencoded") { // curl -d
		return sniff(body), "", true
	}
	for i := range types {
		if equal(name, types[i].Name) {
			t = types[i]
		}
	}
	if t.Codec == nil {
		return t, Names(), false
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
	return types[1]
}

// ForAccept chooses the media type of an answer (RFC 9110 section 12.5.1): the
// one with the highest weight; among equals that of the request, then the first
// of the table. Without Accept it is that of the request.
func ForAccept(accept []byte, request Type) (Type, bool) {
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
