// Package wire encodes and decodes the AWS protocols that the platform answers:
// awsJson 1.1, awsQuery, restJson and restXml (https://smithy.io/2.0/aws/protocols/).
// It has its own structures, not those of an SDK, so that a mistake of an SDK is not
// made on both sides.
package wire

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"strconv"
)

// An Error is an answer that says no, whatever the protocol.
type Error struct {
	Status  int // HTTP; 400 if 0
	Code    string
	Message string
	Members map[string]any // of a modelled error, beside its message
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

func (e *Error) status() int {
	if e.Status == 0 {
		return http.StatusBadRequest
	}
	return e.Status
}

// Errorf makes an Error with status 400.
func Errorf(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// A Protocol writes errors in its own form. Its answers are written by the Write functions.
type Protocol interface {
	WriteError(w http.ResponseWriter, requestID string, e *Error)
}

// The protocols.
type (
	JSON     struct{} // awsJson1_1
	Query    struct{ Namespace string }
	RestJSON struct{}
	S3       struct{ Resource string }
)

// WriteError puts the code into the body's __type.
func (JSON) WriteError(w http.ResponseWriter, requestID string, e *Error) {
	body := map[string]any{"__type": e.Code, "message": e.Message}
	maps.Copy(body, e.Members)
	w.Header().Set("X-Amzn-Requestid", requestID)
	writeJSON(w, e.status(), "application/x-amz-json-1.1", body)
}

// WriteError puts the code into a header.
func (RestJSON) WriteError(w http.ResponseWriter, requestID string, e *Error) {
	body := map[string]any{"Message": e.Message}
	maps.Copy(body, e.Members)
	w.Header().Set("X-Amzn-Requestid", requestID)
	if e.Code != "" {
		w.Header().Set("X-Amzn-Errortype", e.Code)
	}
	writeJSON(w, e.status(), "application/json", body)
}

// WriteError writes an ErrorResponse.
func (q Query) WriteError(w http.ResponseWriter, requestID string, e *Error) {
	type inner struct{ Type, Code, Message string }
	kind := "Sender"
	if e.status() >= 500 {
		kind = "Receiver"
	}
	writeXML(w, e.status(), "text/xml", struct {
		XMLName   xml.Name `xml:"ErrorResponse"`
		Namespace string   `xml:"xmlns,attr"`
		Error     inner
		RequestID string `xml:"RequestId"`
	}{Namespace: q.Namespace, Error: inner{kind, e.Code, e.Message}, RequestID: requestID})
}

// WriteError writes S3's Error.
func (s S3) WriteError(w http.ResponseWriter, requestID string, e *Error) {
	w.Header().Set("X-Amz-Request-Id", requestID)
	writeXML(w, e.status(), "application/xml", struct {
		XMLName   xml.Name `xml:"Error"`
		Code      string
		Message   string
		Resource  string
		RequestID string `xml:"RequestId"`
	}{Code: e.Code, Message: e.Message, Resource: s.Resource, RequestID: requestID})
}

// WriteJSON answers an awsJson call; v nil is an operation without output, whose
// answer has no body.
func WriteJSON(w http.ResponseWriter, requestID string, v any) {
	w.Header().Set("X-Amzn-Requestid", requestID)
	if v == nil {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.Header().Set("Content-Length", "0")
		w.WriteHeader(http.StatusOK)
		return
	}
	writeJSON(w, http.StatusOK, "application/x-amz-json-1.1", v)
}

func writeJSON(w http.ResponseWriter, status int, contentType string, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		panic("wire: " + err.Error()) // only plain data is answered
	}
	write(w, status, contentType, data)
}

// WriteQuery answers an awsQuery call; result is encoded as <OperationResult>, and
// may be nil.
func (q Query) WriteQuery(w http.ResponseWriter, requestID, operation string, result any) {
	type metadata struct {
		RequestID string `xml:"RequestId"`
	}
	writeXML(w, http.StatusOK, "text/xml", struct {
		XMLName   xml.Name
		Namespace string `xml:"xmlns,attr"`
		Result    named
		Metadata  metadata `xml:"ResponseMetadata"`
	}{xml.Name{Local: operation + "Response"}, q.Namespace, named{operation + "Result", result}, metadata{requestID}})
}

// named encodes a value under a name known only at run time.
type named struct {
	name  string
	value any
}

// MarshalXML implements xml.Marshaler.
func (n named) MarshalXML(e *xml.Encoder, _ xml.StartElement) error {
	if n.value == nil {
		return nil
	}
	return e.EncodeElement(n.value, xml.StartElement{Name: xml.Name{Local: n.name}})
}

// WriteXML answers a restXml call.
func WriteXML(w http.ResponseWriter, requestID string, v any) {
	w.Header().Set("X-Amz-Request-Id", requestID)
	writeXML(w, http.StatusOK, "application/xml", v)
}

func writeXML(w http.ResponseWriter, status int, contentType string, v any) {
	data, err := xml.Marshal(v)
	if err != nil {
		panic("wire: " + err.Error())
	}
	write(w, status, contentType, append([]byte(xml.Header), data...))
}

func write(w http.ResponseWriter, status int, contentType string, data []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	w.Write(data) // an answer that cannot be delivered has nobody to tell
}
