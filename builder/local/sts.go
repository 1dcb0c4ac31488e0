package local

import "github.com/copal-ml/copal/builder/local/wire"

const (
	stsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"
	userARN      = "arn:aws:iam::" + AccountID + ":user/copal"
)

func (p *Platform) stsOps() map[string]queryOperation {
	return map[string]queryOperation{"GetCallerIdentity": p.getCallerIdentity}
}

func (p *Platform) getCallerIdentity(*call, wire.Form) (any, error) {
	return struct {
		Arn     string
		UserID  string `xml:"UserId"`
		Account string
	}{userARN, "AIDACOPALLOCALUSER000", AccountID}, nil
}
