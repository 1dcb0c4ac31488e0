package cli

import (
	"context"
	"errors"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/copal-ml/copal/builder"
	"github.com/copal-ml/copal/builder/image"
	"github.com/copal-ml/copal/builder/sink"
	"github.com/copal-ml/copal/builder/sink/store"
	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/formats"
	"github.com/copal-ml/copal/runtime/contract"
)

type buildOptions struct {
	account  accountFlags
	model    string
	embed    bool
	tag      string
	output   string
	push     bool
	platform string
	format   string
	method   string
	verify   verifyFlags
}

// A buildResult is what `copal build --json` prints.
type buildResult struct {
	Reference string             `json:"reference"`        // as printed without --json
	Output    string             `json:"output,omitempty"` // what -o wrote
	Digest    string             `json:"digest"`
	Size      int64              `json:"size"` // of all blobs, compressed
	Platform  string             `json:"platform"`
	Format    string             `json:"format"`
	Embedded  bool               `json:"embedded"`
	Method    models.Method      `json:"method"`
	Model     contract.ModelFile `json:"model"`
	Layers    []layerResult      `json:"layers"`
}

type layerResult struct {
	Holds  string `json:"holds"`
	Digest string `json:"digest"`
	Size   int64  `json:"size"`
}

func newBuild(a *app) *cobra.Command {
	var o buildOptions
	cmd := &cobra.Command{
		Use:   "build MODEL",
		Short: "Make a container image of a model file",
		Long: `Build makes a container image that serves a model, without Docker, a base image or
Python, and prints its reference by digest. It loads the model with the code that the
container runs and asks it one row first. Equal inputs give an equal digest, everywhere.

With --verify X.csv --expect y.csv it first compares the model's answers with those of your
own Python, as copal verify does, and stores a few of these rows in the image as the test
that copal deploy asks its endpoints. Who can pull the image can read them; --smoke-rows 0
stores none.

With --embed the model is in the image. Without, the image expects it at /opt/ml/model,
where SageMaker unpacks it from S3; copal deploy uploads it.

The image goes into the local store of this user, or with -o into a file, or with --push
into a registry: the one that -t names, else the account's ECR.`,
		Example: `  copal build --embed model.pkl -t iris:v1
  copal build model.pkl --embed -o iris.tar            # for docker load, podman load, skopeo
  copal build --embed model.pkl -o oci:iris            # an OCI image layout
  copal build --embed model.pkl -t iris:v1 --push      # into ECR, repository iris
  copal build --embed model.pkl -t ghcr.io/me/iris:v1 --push --format oci
  copal build --embed model.pkl --verify X.csv --expect y.csv
  copal build --embed model.pkl --platform linux/arm64 --method predict_proba`,
		Args:              exactly("MODEL"),
		ValidArgsFunction: completeModel,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.model = args[0]
			verify, err := o.verify.duringBuild(a, cmd)
			if err != nil {
				return err
			}
			return a.build(cmd.Context(), o, verify)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.embed, "embed", false, "put the model into the image")
	flags.StringVarP(&o.tag, "tag", "t", "", "`NAME:TAG` of the image; default: the file's name, and latest")
	flags.StringVarP(&o.output, "output", "o", "", "write a docker-archive `FILE.tar`, or an OCI layout oci:DIR")
	flags.BoolVar(&o.push, "push", false, "push it to a registry")
	flags.StringVar(&o.platform, "platform", image.Platforms[0], "`platform` to run on: linux/amd64 or linux/arm64")
	flags.StringVar(&o.format, "format", "docker", "`format` of the image: docker, the one that SageMaker takes, or oci")
	flags.StringVar(&o.method, "method", "", "`method` that the server answers with, such as predict_proba; default: the model's first")
	o.verify.registerBuild(cmd)
	o.account.register(cmd)
	must(cmd.RegisterFlagCompletionFunc("platform", choices(image.Platforms...)))
	must(cmd.RegisterFlagCompletionFunc("format", choices("docker", "oci")))
	must(cmd.RegisterFlagCompletionFunc("method", choices(methodNames...)))
	return cmd
}

// spec checks the flags and resolves what they mean.
func (o *buildOptions) spec(env func(string) string) (builder.Spec, error) {
	if err := oneOf("--platform", o.platform, image.Platforms...); err != nil {
		return builder.Spec{}, err
	}
	format, err := image.ParseFormat(o.format)
	if err != nil {
		return builder.Spec{}, oneOf("--format", o.format, "docker", "oci")
	}
	if o.tag == "" {
		o.tag = tagFor(o.model)
	}
	if _, err := store.Name(o.tag); err != nil {
		return builder.Spec{}, usagef("for example: -t "+tagFor(o.tag), "%w", err)
	}
	created, err := sourceDate(env("SOURCE_DATE_EPOCH"))
	if err != nil {
		return builder.Spec{}, err
	}
	return builder.Spec{
		Model: o.model, Embed: o.embed, Method: models.Method(o.method),
		Platform: o.platform, Format: format, Created: created, Open: openFor(o.method),
	}, nil
}

// openFor loads a model and refuses a method that it does not offer as what it
// is: a wrong flag.
func openFor(method string) func(path string) (*models.Model, error) {
	return func(path string) (*models.Model, error) {
		m, err := formats.OpenFile(path)
		if err != nil {
			return nil, err
		}
		_, err = methodOf(m.Signature(), method)
		return m, err
	}
}

// sourceDate reads SOURCE_DATE_EPOCH
// (https://reproducible-builds.org/specs/source-date-epoch/).
func sourceDate(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0, usagef("unset SOURCE_DATE_EPOCH", "SOURCE_DATE_EPOCH=%q is not a number of seconds", s)
	}
	return n, nil
}

func (a *app) build(ctx context.Context, o buildOptions, verify judgement) error {
	spec, err := o.spec(a.Env)
	if err != nil {
		return err
	}
	spec.Verify = verify
	write, err := o.localSink()
	if err != nil {
		return err
	}
	artifact, err := builder.Build(ctx, spec, a.show)
	if err != nil {
		return err
	}
	result, err := describeBuild(artifact, o)
	if err != nil {
		return err
	}
	if write != nil {
		if result.Reference, err = write(ctx, artifact, a.show); err != nil {
			return err
		}
	}
	if o.output != "" {
		result.Output = result.Reference
	}
	if o.push {
		if result.Reference, err = a.pushArtifact(ctx, o, artifact); err != nil {
			return err
		}
	}
	a.noteBuild(result)
	return a.result(result.Reference, result)
}

// localSink is where the image goes on this machine; nil if it is only pushed.
func (o *buildOptions) localSink() (sink.Sink, error) {
	switch {
	case o.output != "":
		write, err := sink.Output(o.output, o.tag, o.model)
		if err != nil {
			return nil, usagef("", "%w", err)
		}
		return write, nil
	case o.push:
		return nil, nil
	}
	s, err := localStore()
	if err != nil {
		return nil, err
	}
	return sink.Store(s, o.tag), nil
}

func (a *app) pushArtifact(ctx context.Context, o buildOptions, artifact *image.Artifact) (string, error) {
	account := o.account.lazy()
	ref, err := a.pushTarget(ctx, o.tag, account)
	if err != nil {
		return "", err
	}
	return sink.Registry(a.registryClient(account, a.standsIn(o.account)), ref)(ctx, artifact, a.show)
}

func describeBuild(artifact *image.Artifact, o buildOptions) (buildResult, error) {
	img := artifact.Image
	digest, err1 := img.Digest()
	manifest, err2 := img.Manifest()
	if err := errors.Join(err1, err2); err != nil {
		return buildResult{}, err
	}
	r := buildResult{
		Digest: digest.String(), Size: manifest.Config.Size, Platform: o.platform, Format: o.format,
		Embedded: o.embed, Method: artifact.Manifest.Method, Model: artifact.Manifest.Model,
	}
	for i, holds := range image.LayerNames(img) {
		l := manifest.Layers[i]
		r.Size += l.Size
		r.Layers = append(r.Layers, layerResult{holds, l.Digest.String(), l.Size})
	}
	return r, nil
}

// noteBuild tells what the image is made of.
func (a *app) noteBuild(r buildResult) {
	for _, l := range r.Layers {
		a.note("  %-9s %9s  %s", l.Holds, size(l.Size), l.Digest)
	}
	a.note("  %-9s %9s  %s, %s", "image", size(r.Size), r.Platform, r.Format)
	if !r.Embedded {
		a.note("The model is not in the image: it is expected at %s (copal deploy --model %s uploads it).", r.Model.Path(), r.Model.Name)
	}
	if r.Format == "oci" {
		a.note("SageMaker does not take OCI images; for it leave out --format oci.")
	}
}
