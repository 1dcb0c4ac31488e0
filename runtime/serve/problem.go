package serve

import (
	"encoding/json"
	"errors"
	"strconv"
	"unicode/utf8"

	"github.com/valyala/fasthttp"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/codec"
	"github.com/copal-ml/copal/runtime/contract"
)

// A Problem is the body of every refusal. SageMaker shows it to the caller as
// the OriginalMessage of a ModelError, so it stays below 1 KB.
type Problem struct {
	Status   int    `json:"-"`
	Error    string `json:"error"`              // what is wrong, without what the caller sent
	Got      string `json:"got,omitempty"`      // what the caller sent
	Expected string `json:"expected,omitempty"` // what would be right

	Row    *int   `json:"row,omitempty"`    // of the data, from 0
	Column *int   `json:"column,omitempty"` // of the data, from 0
	Name   string `json:"name,omitempty"`   // of the column
	Line   int    `json:"line,omitempty"`   // of the body, from 1
	Offset *int   `json:"offset,omitempty"` // of the first byte in question, from 0

	allow string // the header Allow of a 405
	retry int    // seconds of Retry-After; 0 for none
	cause error  // for the log
}

// bytes of a Problem's texts; what is cut ends in an ellipsis.
const (
	maxError = 400
	maxGot   = 160
)

// write answers with p.
func (s *Server) write(ctx *fasthttp.RequestCtx, p Problem) {
	p.Error, p.Got, p.Expected, p.Name = cut(p.Error, maxError), cut(p.Got, maxGot), cut(p.Expected, maxGot), cut(p.Name, 64)
	body, err := json.Marshal(p)
	if err != nil {
		panic("serve: problem: " + err.Error()) // only strings and numbers inside
	}
	ctx.Response.Reset()
	s.endKeepAlive(ctx)
	ctx.SetStatusCode(p.Status)
	ctx.SetContentType("application/json")
	ctx.SetBody(body)
	if p.allow != "" {
		ctx.Response.Header.Set(fasthttp.HeaderAllow, p.allow)
	}
	if p.retry > 0 {
		ctx.Response.Header.Set(fasthttp.HeaderRetryAfter, strconv.Itoa(p.retry))
	}
	s.logProblem(ctx, p)
}

// logProblem writes one line, without what the caller sent.
func (s *Server) logProblem(ctx *fasthttp.RequestCtx, p Problem) {
	attrs := []any{"status", p.Status, "error", p.Error}
	if id := ctx.Request.Header.Peek(contract.HeaderInferenceID); len(id) > 0 {
		attrs = append(attrs, "inference_id", cut(string(id), 64))
	}
	if p.cause != nil {
		attrs = append(attrs, "cause", p.cause.Error())
	}
	if p.Status >= 500 && p.retry == 0 {
		s.log.Error("request failed", attrs...)
		return
	}
	s.log.Warn("request refused", attrs...)
}

// problemOf makes an answer of what decoding or predicting returned.
func problemOf(err error) Problem {
	var bad *codec.Error
	var data *models.DataError
	switch {
	case errors.As(err, &bad):
		return Problem{
			Status: fasthttp.StatusBadRequest, Error: bad.Text(), Got: bad.Got, Expected: bad.Expected, Name: bad.Name,
			Row: index(bad.Row), Column: index(bad.Column), Line: bad.Line, Offset: index(bad.Offset),
		}
	case errors.As(err, &data):
		return Problem{
			Status: fasthttp.StatusBadRequest, Error: data.Error(), Name: data.Name,
			Row: index(data.Row), Column: index(data.Column),
		}
	}
	return Problem{Status: fasthttp.StatusInternalServerError, Error: "the model failed on this request; the log has the cause", cause: err}
}

// index is nil for the -1 that stands for no place.
func index(i int) *int {
	if i < 0 {
		return nil
	}
	return &i
}

// cut bounds s to n bytes and makes it valid UTF-8.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	s = s[:n]
	for len(s) > 0 && !utf8.RuneStart(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	if len(s) > 0 && s[len(s)-1] >= utf8.RuneSelf {
		s = s[:len(s)-1]
	}
	return s + "…"
}
