package aws

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/copal-ml/copal/models"
)

// dockerManifest is the one manifest type that SageMaker takes: CreateModel
// refuses OCI manifests and every index (aws/amazon-sagemaker-feedback#180).
const dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"

// maxUpload is what one PutObject takes
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html).
const maxUpload = 5 << 30

var (
	digestForm = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	roleForm   = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+$`) // RoleArn in the API model
)

// Validate checks what can be checked without a network: names, limits, and
// whether image and mode fit each other. The error joins one *Problem per
// finding.
func Validate(s Spec) error {
	errs := []error{checkName(s.Name), s.Image.check(), s.checkModelFile(), s.checkMethod(), checkTags(s.Tags)}
	if s.Mode == nil {
		errs = append(errs, &Problem{What: "the endpoint has no mode", Next: "choose --serverless or --realtime"})
	} else {
		errs = append(errs, s.Mode.check(s))
	}
	if s.RoleARN != "" && !roleForm.MatchString(s.RoleARN) {
		errs = append(errs, &Problem{What: fmt.Sprintf("%q is not the ARN of a role", s.RoleARN),
			Next: "it looks like arn:aws:iam::123456789012:role/service-role/NAME, path included"})
	}
	return errors.Join(errs...)
}

func (i Image) check() error {
	if !digestForm.MatchString(i.Digest) {
		return &Problem{What: fmt.Sprintf("image digest %q is not of the form sha256:…", i.Digest)}
	}
	if i.Ref == "" && i.Push == nil {
		return &Problem{What: "the image is in no registry and there is no way to push it"}
	}
	return errors.Join(i.checkRef(), checkMediaType(i.MediaType))
}

func (i Image) checkRef() error {
	if i.Ref == "" {
		return nil
	}
	ref, err := parseReference(i.Ref)
	if err != nil {
		return err
	}
	if ref.digest != "" && ref.digest != i.Digest {
		return &Problem{What: fmt.Sprintf("the reference %s is of another image than %s", i.Ref, i.Digest)}
	}
	if n := len(i.Ref); n > 255 {
		return &Problem{What: fmt.Sprintf("the image reference has %d characters and SageMaker takes 255", n),
			Next: "use a repository with a shorter name"}
	}
	return nil
}

func checkMediaType(mediaType string) error {
	if mediaType == "" || mediaType == dockerManifest {
		return nil
	}
	return &Problem{What: "the image has a manifest of type " + mediaType,
		Why:  "SageMaker refuses all but Docker schema 2, single platform: \"Unsupported manifest media type\"",
		Next: "build it with copal, whose default is the right one (no --format oci); with docker buildx: --provenance=false --sbom=false -o type=image,oci-mediatypes=false"}
}

func (s Spec) checkModelFile() error {
	m := s.Image.Manifest.Model
	if m.Embedded || m.Name == "" {
		return nil
	}
	if s.ModelFile == "" {
		return &Problem{What: fmt.Sprintf("the image does not embed its model, %s, and no model file is given", m.Name),
			Next: "name the file, or build the image with --embed"}
	}
	st, err := os.Stat(s.ModelFile)
	if err != nil {
		return &Problem{What: "the model file cannot be read", Why: err.Error(), Err: err}
	}
	if m.Size > 0 && st.Size() != m.Size {
		return &Problem{What: fmt.Sprintf("%s has %d bytes and the image was built for a model of %d bytes", s.ModelFile, st.Size(), m.Size),
			Next: "build the image anew from this file"}
	}
	if st.Size() > maxUpload {
		return &Problem{What: fmt.Sprintf("%s has %d bytes and one upload to S3 takes 5 GiB", s.ModelFile, st.Size()),
			Next: "build the image with --embed: ECR takes layers of 50 GiB"}
	}
	return nil
}

func (s Spec) checkMethod() error {
	sig := s.Image.Manifest.Signature
	if sig == nil {
		if s.Smoke == nil && s.Image.Manifest.Smoke == nil && !s.NoSmoke {
			return &Problem{What: "the image says nothing of the rows it takes, so there is no test request to make",
				Next: "give one, or leave the test out with --no-smoke"}
		}
		return nil
	}
	if s.Method == "" {
		return nil
	}
	var known []string
	for _, m := range sig.Methods {
		if m.Name == s.Method {
			return nil
		}
		known = append(known, string(m.Name))
	}
	return &Problem{What: fmt.Sprintf("the model has no method %q", s.Method), Next: "it has " + strings.Join(known, ", ")}
}

// method is the method that the deployment answers with.
func (s Spec) method() models.Method {
	if s.Method != "" {
		return s.Method
	}
	return s.Image.Manifest.Method
}

// checkTags applies the limits of SageMaker's Tag; some are ours.
func checkTags(tags map[string]string) error {
	const room = 50 - 8 // what we set ourselves
	if len(tags) > room {
		return &Problem{What: fmt.Sprintf("%d tags are too many", len(tags)), Next: fmt.Sprintf("AWS takes 50, of which %d are left", room)}
	}
	var errs []error
	for k, v := range tags {
		switch {
		case strings.HasPrefix(strings.ToLower(k), "aws:"), strings.HasPrefix(k, "copal:"):
			errs = append(errs, &Problem{What: fmt.Sprintf("the tag %q has a reserved prefix", k), Next: "choose another key"})
		case k == "" || len(k) > 128 || len(v) > 256 || tagValue(k) != k || tagValue(v) != v:
			errs = append(errs, &Problem{What: fmt.Sprintf("the tag %q=%q is not valid", k, v),
				Next: "keys have up to 128 and values up to 256 letters, digits, spaces and _.:/=+-@"})
		}
	}
	return errors.Join(errs...)
}
