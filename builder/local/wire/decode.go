package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// A Time is a timestamp of the JSON protocols: seconds since 1970, with milliseconds.
type Time time.Time

// MarshalJSON implements json.Marshaler.
func (t Time) MarshalJSON() ([]byte, error) {
	ms := time.Time(t).UnixMilli()
	return strconv.AppendFloat(nil, float64(ms)/1000, 'f', 3, 64), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (t *Time) UnmarshalJSON(b []byte) error {
	s, err := strconv.ParseFloat(string(b), 64)
	if err != nil || math.Abs(s) > 1e11 {
		return fmt.Errorf("timestamp must be a number of seconds, not %.40s", b)
	}
	*t = Time(time.UnixMilli(int64(s * 1000)))
	return nil
}

// DecodeJSON reads the input of an operation. AWS ignores members that it does not
// know; here they are refused, since what the caller asked for would not be done.
func DecodeJSON(operation string, data []byte, into any) error {
	if len(bytes.TrimSpace(data)) == 0 {
		data = []byte("{}")
	}
	var tree any
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(&tree); err != nil {
		return Errorf("SerializationException", "malformed JSON: %v", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Errorf("SerializationException", "data after the JSON value")
	}
	if _, ok := tree.(map[string]any); !ok {
		return Errorf("SerializationException", "Start of structure or map found where not expected.")
	}
	if err := checkMembers(tree, reflect.TypeOf(into).Elem(), operation); err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return Errorf("SerializationException", "%s cannot be converted to %s at %s", wrong.Value, wrong.Type, wrong.Field)
		}
		return Errorf("SerializationException", "%v", err)
	}
	return nil
}

var rawType = reflect.TypeFor[json.RawMessage]()

// checkMembers refuses members that t has not, by their exact case: encoding/json
// would fold it, AWS does not.
func checkMembers(v any, t reflect.Type, path string) error {
	if t == rawType {
		return nil
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch v := v.(type) {
	case []any:
		if t.Kind() != reflect.Slice {
			return nil // a wrong type: Unmarshal says so
		}
		for i, e := range v {
			if err := checkMembers(e, t.Elem(), fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
	case map[string]any:
		if t.Kind() != reflect.Struct {
			return nil
		}
		for name, e := range v {
			f, ok := member(t, name)
			if !ok {
				return Errorf("ValidationException", "%s.%s: the local platform does not know this member", path, name)
			}
			if err := checkMembers(e, f, path+"."+name); err != nil {
				return err
			}
		}
	}
	return nil
}

func member(t reflect.Type, name string) (reflect.Type, bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			if m, ok := member(f.Type, name); ok {
				return m, true
			}
			continue
		}
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if tag == "" {
			tag = f.Name
		}
		if tag == name {
			return f.Type, true
		}
	}
	return nil, false
}

// A Form is the input of an awsQuery call.
type Form struct{ url.Values }

// ParseForm reads a query-protocol body.
func ParseForm(body []byte) (Form, error) {
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return Form{}, Errorf("MalformedQueryString", "The query string contains a syntax error: %v", err)
	}
	return Form{values}, nil
}

// Tags gives the pairs of name.member.N.Key and .Value.
func (f Form) Tags(name string) []Tag {
	var out []Tag
	for i := 1; f.Has(fmt.Sprintf("%s.member.%d.Key", name, i)); i++ {
		prefix := fmt.Sprintf("%s.member.%d.", name, i)
		out = append(out, Tag{f.Get(prefix + "Key"), f.Get(prefix + "Value")})
	}
	return out
}

// A Tag is a tag of any service.
type Tag struct {
	Key   string `json:"Key" xml:"Key"`
	Value string `json:"Value" xml:"Value"`
}
