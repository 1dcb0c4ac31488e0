package wire

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

type leaf struct {
	Count *int
	Raw   json.RawMessage
}

type input struct {
	Name    string
	At      *Time
	Lower   string `json:"lowerCase"`
	Tags    []Tag
	Free    map[string]string
	Nested  *leaf
	Leaves  []leaf
	NextOne string
}

func TestDecodeJSON(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		var in input
		err := DecodeJSON("CreateThing", []byte(text), &in)
		if want == "" && err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: error %v, want %q", text, err, want)
		}
	}
	f(``, "")
	f(`{}`, "")
	f(`{"Name":null,"Free":{"any":"thing"},"Nested":{"Raw":{"x":[1]}},"At":1.5e9,"lowerCase":"x"}`, "")
	f(`{`, "SerializationException: malformed JSON")
	f(`{} {}`, "data after the JSON value")
	f(`[]`, "Start of structure or map found where not expected.")
	f(`null`, "Start of structure or map found where not expected.")
	f(`{"name":"x"}`, "ValidationException: CreateThing.name: the local platform does not know this member")
	f(`{"Nested":{"Countt":1}}`, "CreateThing.Nested.Countt")
	f(`{"Leaves":[{},{"X":1}]}`, "CreateThing.Leaves[1].X")
	f(`{"Name":1}`, "SerializationException: number cannot be converted to string at Name")
	f(`{"Nested":[]}`, "SerializationException")
	f(`{"Leaves":{"a":1}}`, "SerializationException")
	f(`{"At":"2026-01-01"}`, "timestamp must be a number of seconds")
	f(`{"At":1e300}`, "timestamp must be a number of seconds")
	f(`{"Nested":{"Count":1.5}}`, "SerializationException")
}

func TestTime(t *testing.T) {
	at := time.UnixMilli(1795438051351)
	b, err := json.Marshal(Time(at))
	if err != nil || string(b) != "1795438051.351" {
		t.Errorf("%s %v", b, err)
	}
	var back Time
	if err := json.Unmarshal(b, &back); err != nil || !time.Time(back).Equal(at) {
		t.Errorf("%v %v", time.Time(back), err)
	}
}

func TestForm(t *testing.T) {
	in, err := ParseForm([]byte("Action=TagRole&Tags.member.1.Key=a+b&Tags.member.1.Value=c%26d&Tags.member.2.Key=e&Tags.member.2.Value="))
	if err != nil {
		t.Fatal(err)
	}
	if got := in.Tags("Tags"); len(got) != 2 || got[0] != (Tag{"a b", "c&d"}) || got[1] != (Tag{"e", ""}) {
		t.Errorf("%+v", got)
	}
	var e *Error
	if _, err := ParseForm([]byte("a=%zz")); !errors.As(err, &e) || e.Code != "MalformedQueryString" {
		t.Errorf("%v", err)
	}
}

func TestErrors(t *testing.T) {
	f := func(p Protocol, e *Error, status int, contentType, body string) *http.Response {
		t.Helper()
		w := httptest.NewRecorder()
		p.WriteError(w, "id-1", e)
		if w.Code != status || w.Header().Get("Content-Type") != contentType || !strings.Contains(w.Body.String(), body) {
			t.Errorf("%d %s %s", w.Code, w.Header().Get("Content-Type"), w.Body)
		}
		return w.Result()
	}
	e := Errorf("ValidationException", "no <%s>", "x")
	f(JSON{}, e, 400, "application/x-amz-json-1.1", `{"__type":"ValidationException","message":"no \u003cx\u003e"}`)
	f(Query{"ns"}, e, 400, "text/xml", `<ErrorResponse xmlns="ns"><Error><Type>Sender</Type><Code>ValidationException</Code><Message>no &lt;x&gt;</Message></Error><RequestId>id-1</RequestId></ErrorResponse>`)
	f(S3{"/b/k"}, e, 400, "application/xml", `<Error><Code>ValidationException</Code><Message>no &lt;x&gt;</Message><Resource>/b/k</Resource><RequestId>id-1</RequestId></Error>`)
	model := &Error{Status: 424, Code: "ModelError", Message: "m", Members: map[string]any{"OriginalStatusCode": 500}}
	if res := f(RestJSON{}, model, 424, "application/json", `{"Message":"m","OriginalStatusCode":500}`); res.Header.Get("X-Amzn-Errortype") != "ModelError" {
		t.Errorf("%v", res.Header)
	}
}

// By hand, from the specification; that SDKs read it is tested with the platform.
func TestEvent(t *testing.T) {
	got := hex.EncodeToString(Event(map[string]string{":event-type": "A"}, []byte("hi")))
	const total, headers = "00000022", "00000010"
	const header = "0b" + "3a6576656e742d74797065" + "07" + "0001" + "41"
	if !strings.HasPrefix(got, total+headers) || got[24:56] != header || got[56:60] != "6869" || len(got) != 2*0x22 {
		t.Errorf("%s", got)
	}
}

func FuzzDecodeJSON(f *testing.F) {
	f.Add(`{"Name":"x","Leaves":[{"Count":1}],"Tags":[{"Key":"a","Value":"b"}]}`)
	f.Add(`{"Nested":{"Raw":[[[[1]]]]},"At":1}`)
	f.Fuzz(func(t *testing.T, text string) {
		var in input
		err := DecodeJSON("CreateThing", []byte(text), &in)
		var e *Error
		if err != nil && !errors.As(err, &e) {
			t.Errorf("%T %v has no code", err, err)
		}
	})
}

func FuzzForm(f *testing.F) {
	f.Add("Action=CreateRole&Tags.member.1.Key=a&Tags.member.1.Value=b")
	f.Fuzz(func(t *testing.T, text string) {
		if in, err := ParseForm([]byte(text)); err == nil {
			in.Tags("Tags")
		}
	})
}
