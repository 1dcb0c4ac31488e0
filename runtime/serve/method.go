package serve

import (
	"bytes"

	"github.com/valyala/fasthttp"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/contract"
)

// methodOf is the method that a request asks for: in its body, else in its
// attributes, else in its query, else the default.
func (m *model) methodOf(ctx *fasthttp.RequestCtx, inBody models.Method) (models.Method, Problem, bool) {
	if inBody != "" {
		return m.named([]byte(inBody), "the body")
	}
	if a := ctx.Request.Header.Peek(contract.HeaderAttributes); len(a) > 0 {
		if name := attribute(a, "method"); len(name) > 0 {
			return m.named(name, contract.HeaderAttributes)
		}
	}
	if len(ctx.URI().QueryString()) > 0 {
		if name := ctx.QueryArgs().Peek("method"); len(name) > 0 {
			return m.named(name, "the query")
		}
	}
	return m.method, Problem{}, true
}

func (m *model) named(name []byte, where string) (models.Method, Problem, bool) {
	for i := range m.signature.Methods {
		if own := m.signature.Methods[i].Name; string(own) == string(name) {
			return own, Problem{}, true
		}
	}
	return "", Problem{
		Status: fasthttp.StatusBadRequest, Error: "the model does not offer the method that " + where + " asks for",
		Got: string(name), Expected: "one of " + m.methods(),
	}, false
}

// attribute finds key=value among pairs that stand apart by commas or
// semicolons. The rest of the header belongs to the caller and is not looked at.
func attribute(attributes []byte, key string) []byte {
	for len(attributes) > 0 {
		pair := attributes
		if i := bytes.IndexAny(attributes, ",;"); i >= 0 {
			pair, attributes = attributes[:i], attributes[i+1:]
		} else {
			attributes = nil
		}
		if k, v, ok := bytes.Cut(pair, []byte{'='}); ok && string(bytes.TrimSpace(k)) == key {
			return bytes.TrimSpace(v)
		}
	}
	return nil
}
