package cli

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/spf13/cobra"

	"github.com/copal-ml/copal/builder"
	"github.com/copal-ml/copal/builder/deploy/aws"
	"github.com/copal-ml/copal/builder/image"
	"github.com/copal-ml/copal/builder/registry"
	"github.com/copal-ml/copal/models"
)

func newDeploy(a *app) *cobra.Command {
	var o deployOptions
	cmd := &cobra.Command{
		Use:   "deploy IMAGE|MODEL --serverless|--realtime",
		Short: "Bring a model file or an image to an endpoint that answers",
		Long: `Deploy brings an endpoint to the wanted state and prints its name: it makes what is
missing (repository, role, model, configuration, endpoint), changes what differs, and
sends a test request before it calls it done. Of a model file it makes the image first.
The test is the rows with known answers that copal build --verify stored in the image; an
endpoint that answers them otherwise goes back to what it was. Else it is a made-up row.

Run again it continues, changes what has changed, or does nothing. Its state is in the
account, in names and tags. --plan shows what would be done and does nothing.`,
		Example: `  copal deploy iris:v1 --serverless --name iris
  copal deploy model.pkl --realtime --instance-type ml.m5.large
  copal deploy model.pkl --serverless --memory 1024 --max-concurrency 20 --method predict_proba
  copal deploy iris:v1 --serverless --plan
  copal deploy model.pkl --realtime --no-embed          # the model in S3, not in the image
  copal deploy iris:v1 --serverless --local             # on this machine: see copal local`,
		Args:              exactly("IMAGE|MODEL"),
		ValidArgsFunction: completeModelOrImage,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.target = args[0]
			spec, err := o.spec(cmd)
			if err != nil {
				return err
			}
			verify, err := o.verify.duringBuild(a, cmd)
			if err != nil {
				return err
			}
			return a.deploy(cmd.Context(), o, spec, verify)
		},
	}
	o.register(cmd)
	return cmd
}

// deploy goes from cheap to billable: the model or the image, what can be
// checked without an account, the account, and only then anything that stays.
func (a *app) deploy(ctx context.Context, o deployOptions, spec aws.Spec, verify judgement) error {
	account := o.account.lazy()
	if err := a.fillImage(ctx, &o, &spec, verify, account); err != nil {
		return err
	}
	if err := aws.Validate(spec); err != nil {
		return wrongSpec(err)
	}
	acc, err := account(ctx)
	if err != nil {
		return err
	}
	if o.plan {
		plan, err := acc.PlanOnly(ctx, spec)
		if err != nil {
			return err
		}
		return a.result(strings.TrimSuffix(plan.Text(), "\n"), plan)
	}
	r, err := acc.Deploy(ctx, spec, a.show)
	if err != nil {
		return err
	}
	a.noteDeploy(r, o)
	return a.result(r.Endpoint, r)
}

// fillImage resolves what is to be deployed: a model file, of which the image is
// made here; an image of the local store; or one in a registry.
func (a *app) fillImage(ctx context.Context, o *deployOptions, spec *aws.Spec, verify judgement, account func(context.Context) (*aws.Account, error)) error {
	client := a.registryClient(account, a.standsIn(o.account))
	switch {
	case isModelFile(o.target):
		if o.model != "" {
			return usagef("leave --model out", "--model is for images without their model, and %s is a model file", o.target)
		}
		artifact, err := a.imageOfModel(ctx, o, verify)
		if err != nil {
			return err
		}
		if o.noEmbed {
			spec.ModelFile = o.target
		}
		spec.Method = artifact.Manifest.Method
		return a.describeImage(&spec.Image, artifact.Image, client)
	case verify != nil:
		return usagef("copal build --embed MODEL --verify "+o.verify.data+" --expect "+o.verify.expect, "--verify is for model files, and %s is none", o.target)
	case o.noEmbed:
		return usagef("leave it out", "--no-embed is for model files, and %s is none", o.target)
	}
	spec.Method = models.Method(o.method)
	if !hasRegistry(o.target) {
		img, err := a.localImage(o.target)
		if err == nil {
			return a.describeImage(&spec.Image, img, client)
		}
		ref, found := a.pushed(ctx, o.target, account)
		if !found {
			return err
		}
		return a.fillPushed(ctx, o, spec, client, ref)
	}
	ref, err := parseReference(o.target)
	if err != nil {
		return err
	}
	return a.fillPushed(ctx, o, spec, client, ref)
}

// fillPushed describes an image that is in a registry. SageMaker can pull it
// from there if that is ECR; else it is pushed anew.
func (a *app) fillPushed(ctx context.Context, o *deployOptions, spec *aws.Spec, client *registry.Client, ref name.Reference) error {
	img, err := client.Fetch(ctx, ref, o.platform())
	if err != nil {
		return err
	}
	if err := a.describeImage(&spec.Image, img, client); err != nil {
		return err
	}
	if isECR(ref.Context().RegistryStr()) || a.standsIn(o.account) {
		spec.Image.Ref = ref.Context().Digest(spec.Image.Digest).String()
	}
	return nil
}

// imageOfModel builds for where the endpoint will run.
func (a *app) imageOfModel(ctx context.Context, o *deployOptions, verify judgement) (*image.Artifact, error) {
	return builder.Build(ctx, builder.Spec{
		Model: o.target, Embed: !o.noEmbed, Method: models.Method(o.method),
		Platform: o.platform(), Format: image.Docker, Open: openFor(o.method), Verify: verify,
	}, a.show)
}

// describeImage says of an image what a deployment must know.
func (a *app) describeImage(to *aws.Image, img v1.Image, client registryPusher) error {
	manifest, err := image.ReadManifest(img)
	if err != nil {
		return err
	}
	digest, err1 := img.Digest()
	list, err2 := img.Manifest()
	config, err3 := img.ConfigFile()
	media, err4 := img.MediaType()
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return err
	}
	*to = aws.Image{
		Digest: digest.String(), MediaType: string(media), Manifest: manifest,
		Platform: config.OS + "/" + config.Architecture,
	}
	for _, l := range list.Layers {
		to.Size += l.Size
	}
	to.Push = pushToRepository(client, img, to.Tag())
	return nil
}

// wrongSpec makes usage errors of what Validate found: all of it was on the
// command line.
func wrongSpec(err error) error {
	var list []error
	for _, f := range explain(err) {
		list = append(list, &failure{code: ExitUsage, err: f.err, hints: f.hints})
	}
	return errors.Join(list...)
}

// noteDeploy says what there is now, and the next command.
func (a *app) noteDeploy(r aws.Result, o deployOptions) {
	verb := "is unchanged"
	if r.Changed {
		verb = "answers"
	}
	a.note("Endpoint %s %s after %s: %s, method %s, in %s.", r.Endpoint, verb, r.Elapsed.Round(100*time.Millisecond), r.Mode, r.Method, r.Region)
	a.note("Ask it: copal invoke %s --data '{\"features\": [[…]]}'%s", r.Endpoint, o.account.suffix())
}
