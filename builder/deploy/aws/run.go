package aws

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/copal-ml/copal/builder/deploy"
	"github.com/copal-ml/copal/builder/progress"
)

// A deployment is a Spec turned into resources.
type deployment struct {
	spec          Spec
	names         names
	configuration *configuration
	model         *model
	endpoint      *endpoint
	resources     []deploy.Resource
	answer        *Answer // of the test request, when it was sent
}

// PlanOnly validates, reads the account and returns what Deploy would do. It
// changes nothing.
func (a *Account) PlanOnly(ctx context.Context, s Spec) (*deploy.Plan, error) {
	_, plan, err := a.plan(ctx, s)
	return plan, err
}

// Deploy brings the endpoint to the wanted state and proves it with a request.
// It may be interrupted anywhere (the error is then *StillRunning) and run again.
func (a *Account) Deploy(ctx context.Context, s Spec, p progress.Func) (Result, error) {
	start := a.clock.Now()
	d, plan, err := a.plan(ctx, s)
	if err != nil {
		return Result{}, err
	}
	if err := plan.Apply(ctx, p); err != nil {
		if ctx.Err() != nil {
			err = a.interrupted(ctx, d.endpoint, start, err)
		}
		return Result{}, err
	}
	return a.result(ctx, d, plan, start)
}

// plan goes through all that is cheap, and ends with the plan.
func (a *Account) plan(ctx context.Context, s Spec) (*deployment, *deploy.Plan, error) {
	if s.Mode != nil {
		s.Mode = s.Mode.resolve(s.Image.Platform)
	}
	if err := Validate(s); err != nil {
		return nil, nil, err
	}
	n, err := a.names(ctx, s.Name)
	if err != nil {
		return nil, nil, err
	}
	d, err := a.deployment(n, s)
	if err != nil {
		return nil, nil, err
	}
	if err := a.addLeftovers(ctx, d); err != nil {
		return nil, nil, err
	}
	plan, err := deploy.MakePlan(ctx, d.resources)
	return d, plan, err
}

// deployment lists the resources that the Spec asks for.
func (a *Account) deployment(n names, s Spec) (*deployment, error) {
	d := &deployment{spec: s, names: n}
	m := model{endpoint: s.Name, env: s.environment(), role: s.RoleARN, tags: s.modelTags()}
	repositoryARN, err := a.addImage(d, &m)
	if err != nil {
		return nil, err
	}
	mounted := s.Image.Manifest.Model.Name != "" && !s.Image.Manifest.Model.Embedded
	if mounted {
		b := a.bucket(n)
		data := a.modelData(b, s)
		m.dataURL, m.needs = data.url(), append(m.needs, data.ID())
		d.resources = append(d.resources, b, data)
	}
	if s.RoleARN == "" {
		m.ownRole = a.role(n, ownTags(s.Name, s.Tags), n.rolePolicy(repositoryARN, mounted))
		m.role, m.needs = n.roleARN(), append(m.needs, m.ownRole.ID())
		d.resources = append(d.resources, m.ownRole)
	}
	d.model = a.newModel(m)
	d.configuration = a.newConfiguration(s.Name, s.Mode, d.model.name, ownTags(s.Name, s.Tags), d.model.ID())
	d.endpoint = a.newEndpoint(d)
	d.resources = append(d.resources, d.model, d.configuration, d.endpoint)
	return d, nil
}

// addImage adds the image, in its own repository or where it is, and tells the
// model how to name it.
func (a *Account) addImage(d *deployment, m *model) (repositoryARN string, err error) {
	s := d.spec
	if s.Image.Ref != "" {
		given, err := a.givenImage(d.names, s.Image)
		if err != nil {
			return "", err
		}
		m.imageEnd, m.needs = given.ref.String(), []deploy.ID{given.ID()}
		m.image = func(context.Context) (string, error) { return given.ref.String(), nil }
		d.resources = append(d.resources, given)
		return given.repositoryARN(), nil
	}
	r := a.repository(d.names, ownTags(s.Name, s.Tags))
	pushed := a.pushedImage(r, s.Image)
	m.imageEnd, m.needs = r.name+"@"+s.Image.Digest, []deploy.ID{pushed.ID()}
	m.image = func(ctx context.Context) (string, error) {
		uri, err := r.uri(ctx)
		return uri + "@" + s.Image.Digest, err
	}
	d.resources = append(d.resources, r, pushed)
	return r.arn(), nil
}

func (a *Account) newEndpoint(d *deployment) *endpoint {
	s := d.spec
	e := &endpoint{
		api: a.sagemaker, poller: a.poller(), name: s.Name, wanted: d.configuration.name, variant: d.configuration.variant,
		tags: s.modelTags(), replace: s.Replace, needs: []deploy.ID{d.configuration.ID()},
		tail:  func(ctx context.Context, n int) string { return a.tail(ctx, s.Name, n) },
		roles: d.model.ownRole.settling,
	}
	if s.NoSmoke {
		return e
	}
	test := smokeOf(s)
	e.smoke = func(ctx context.Context, p progress.Func) error {
		answer, err := a.smokeTest(ctx, s.Name, test)
		if test.madeUp && refusesMadeUpText(s.Image.Manifest.Signature, err) {
			p.Send(progress.Event{Kind: progress.Warning, ID: e.ID().String(), Text: fmt.Sprintf(
				"Endpoint %s runs, and refused the made-up text of the test request (%v); give a real row with --smoke", s.Name, err)})
			return nil
		}
		if err != nil {
			return err
		}
		d.answer = &answer
		p.Send(progress.Event{Kind: progress.Note, ID: e.ID().String(), Text: test.passed(s.Name, answer)})
		return nil
	}
	return e
}

// addLeftovers adds, to be deleted after the endpoint has left them, what
// earlier deploys made and this one does not want.
func (a *Account) addLeftovers(ctx context.Context, d *deployment) error {
	configurations, models, err := a.leftovers(ctx, d.spec.Name)
	if err != nil {
		return err
	}
	var ids []deploy.ID
	for _, name := range configurations {
		if name != d.configuration.name {
			l := &leftover{account: a, endpoint: d.spec.Name, id: deploy.ID{Kind: configurationKind, Name: name}, needs: []deploy.ID{d.endpoint.ID()}}
			d.resources, ids = append(d.resources, l), append(ids, l.id)
		}
	}
	for _, name := range models {
		if name != d.model.name {
			d.resources = append(d.resources, &leftover{account: a, endpoint: d.spec.Name, id: deploy.ID{Kind: "model", Name: name},
				needs: append(slices.Clone(ids), d.endpoint.ID())})
		}
	}
	return nil
}

func (a *Account) result(ctx context.Context, d *deployment, plan *deploy.Plan, start time.Time) (Result, error) {
	s := d.spec
	image, err := d.model.image(ctx)
	if err != nil {
		return Result{}, err
	}
	return Result{
		Endpoint: s.Name, ARN: d.names.sagemakerARN("endpoint", s.Name), Account: d.names.Account, Region: a.Region,
		Mode: s.Mode.kind(), Image: image, Configuration: d.configuration.name, Model: d.model.name, Method: string(s.method()),
		Changed: !plan.Empty(), Plan: plan, Smoke: d.answer, Elapsed: a.clock.Now().Sub(start),
	}, nil
}

// interrupted says, after the context has ended, what goes on in the account.
func (a *Account) interrupted(ctx context.Context, e *endpoint, start time.Time, err error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	s := &StillRunning{Name: e.name, Elapsed: a.clock.Now().Sub(start), Err: err,
		Resume: fmt.Sprintf("Run the same command again to go on from here. `copal status %s` shows the state, `copal destroy %s` removes everything.", e.name, e.name)}
	f, derr := e.describe(ctx)
	switch {
	case derr != nil:
		s.State = fmt.Sprintf("the state of endpoint %s is not known", e.name)
		s.Cost = "It may be running, and billed."
	case f.absent():
		s.State = fmt.Sprintf("endpoint %s is not there (yet)", e.name)
		s.Cost = "Nothing that was made so far is billed by the hour."
	case f.changing():
		s.State = fmt.Sprintf("endpoint %s is %s and goes on without copal", e.name, f.EndpointStatus)
		s.Cost = costText(e.variant, f)
	default:
		s.State = fmt.Sprintf("endpoint %s is %s on configuration %s", e.name, f.EndpointStatus, f.config())
		s.Cost = costText(e.variant, f)
	}
	return s
}

// costText says how the endpoint is billed. Prices differ by region and change,
// so the page that has them is named instead of a number that may be wrong.
func costText(wanted types.ProductionVariant, f found) string {
	const page = "https://aws.amazon.com/sagemaker/pricing/"
	if len(f.ProductionVariants) > 0 && f.ProductionVariants[0].CurrentServerlessConfig != nil || wanted.ServerlessConfig != nil {
		return "A serverless endpoint is billed by requests, so an idle one costs nothing (" + page + ")."
	}
	if wanted.InstanceType == "" {
		return "A real-time endpoint is billed by the hour until it is deleted (" + page + ")."
	}
	return fmt.Sprintf("It is billed for %d × %s by the hour until it is deleted, used or not (%s).", *wanted.InitialInstanceCount, wanted.InstanceType, page)
}
