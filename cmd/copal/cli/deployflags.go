package cli

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/copal-ml/copal/builder/deploy/aws"
)

// deployOptions are the flags of `copal deploy`, as typed.
type deployOptions struct {
	account      accountFlags
	target       string // image or model file
	name         string
	serverless   bool
	memory       int
	concurrency  int
	realTime     bool
	instanceType string
	instances    int
	method       string
	role         string
	model        string
	noEmbed      bool
	replace      bool
	noSmoke      bool
	smoke        string
	tags         []string
	plan         bool
	verify       verifyFlags
}

func (o *deployOptions) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVarP(&o.name, "name", "n", "", "`name` of the endpoint; default: from the image or the file")
	flags.BoolVar(&o.serverless, "serverless", false, "compute per request; nothing is billed while nobody asks")
	flags.IntVar(&o.memory, "memory", aws.DefaultMemoryMB, "`MB` of a serverless endpoint: 1024, 2048, … 6144")
	flags.IntVar(&o.concurrency, "max-concurrency", aws.DefaultMaxConcurrency, "`requests` that a serverless endpoint serves at once, 1 to 200")
	flags.BoolVar(&o.realTime, "realtime", false, "instances that run all the time, billed by the hour")
	flags.StringVar(&o.instanceType, "instance-type", "", "instance `type` of a real-time endpoint (default ml.m5.large)")
	flags.IntVar(&o.instances, "instances", 1, "`number` of instances of a real-time endpoint")
	flags.StringVar(&o.method, "method", "", "`method` that the endpoint answers with, such as predict_proba; default: the image's")
	flags.StringVar(&o.role, "role-arn", "", "execution role (`ARN`) to use; default: make one with the least privilege")
	flags.StringVar(&o.model, "model", "", "model `file` for an image that does not embed it")
	flags.BoolVar(&o.noEmbed, "no-embed", false, "with a model file: keep it out of the image, upload it to S3 (real-time only)")
	flags.BoolVar(&o.replace, "replace", false, "allow a change that needs the endpoint to be deleted and made anew")
	flags.StringVar(&o.smoke, "smoke", "", "`JSON` of the test request after the endpoint is in service; default: the rows stored in the image, else one made-up row")
	flags.BoolVar(&o.noSmoke, "no-smoke", false, "send no test request")
	flags.StringArrayVar(&o.tags, "tag", nil, "a `KEY=VALUE` tag for everything that is made; repeatable")
	flags.BoolVar(&o.plan, "plan", false, "only show what would be done")
	flags.BoolVar(&o.plan, "dry-run", false, "the same as --plan")
	o.verify.registerBuild(cmd)
	o.account.register(cmd)
	must(cmd.RegisterFlagCompletionFunc("memory", choices("1024", "2048", "3072", "4096", "5120", "6144")))
	must(cmd.RegisterFlagCompletionFunc("method", choices(methodNames...)))
	must(cmd.RegisterFlagCompletionFunc("instance-type", choices("ml.t2.medium", "ml.m5.large", "ml.m5.xlarge", "ml.c6g.large", "ml.c7g.large")))
}

// spec checks the flags against each other and resolves what they mean; the
// image is not known yet.
func (o *deployOptions) spec(cmd *cobra.Command) (aws.Spec, error) {
	mode, err := o.mode(cmd)
	if err != nil {
		return aws.Spec{}, err
	}
	if o.name == "" {
		o.name = nameFor(o.target)
	}
	if err := checkEndpointName("--name ", o.name); err != nil {
		return aws.Spec{}, err
	}
	tags, err := parseTags(o.tags)
	if err != nil {
		return aws.Spec{}, err
	}
	s := aws.Spec{
		Name: o.name, Mode: mode, RoleARN: o.role, ModelFile: o.model,
		Tags: tags, NoSmoke: o.noSmoke, Replace: o.replace,
	}
	if o.smoke != "" {
		if o.noSmoke {
			return aws.Spec{}, usagef("leave one of them out", "--smoke and --no-smoke contradict each other")
		}
		if !json.Valid([]byte(o.smoke)) {
			return aws.Spec{}, usagef(`for example: --smoke '{"features": [[5.1, 3.5, 1.4, 0.2]]}'`, "--smoke is not JSON: %s", o.smoke)
		}
		s.Smoke = []byte(o.smoke)
	}
	return s, nil
}

// mode is how the endpoint computes. Nobody is billed by the hour by default:
// the choice has to be made.
func (o *deployOptions) mode(cmd *cobra.Command) (aws.Mode, error) {
	switch {
	case o.serverless && o.noEmbed:
		return nil, usagef("leave --no-embed out, or deploy it --realtime", "--serverless and --no-embed contradict each other: a serverless container would fetch the model from S3 at every cold start")
	case o.serverless && o.realTime:
		return nil, usagef("leave one of them out", "--serverless and --realtime contradict each other")
	case !o.serverless && !o.realTime && cmd.Flags().Changed("instance-type"):
		return nil, usagef(o.suggest("--realtime"), "--instance-type belongs to --realtime")
	case !o.serverless && !o.realTime:
		return nil, usagef(o.suggest("--serverless")+"    (billed by use)\n"+o.suggest("--realtime --instance-type ml.m5.large")+"    (billed by the hour)",
			"copal deploy needs --serverless or --realtime")
	}
	other, belongs := []string{"instance-type", "instances"}, "--realtime"
	if o.realTime {
		other, belongs = []string{"memory", "max-concurrency"}, "--serverless"
	}
	for _, name := range other {
		if cmd.Flags().Changed(name) {
			return nil, usagef("`copal deploy -h` says what each mode takes", "--%s belongs to %s", name, belongs)
		}
	}
	if o.serverless {
		return o.serverlessMode()
	}
	if o.instances < 1 {
		return nil, usagef("for example: --instances 2", "--instances %d: a real-time endpoint has at least one", o.instances)
	}
	if o.instanceType != "" && !strings.HasPrefix(o.instanceType, "ml.") {
		return nil, usagef("did you mean --instance-type ml."+o.instanceType+"?", "--instance-type %q: SageMaker's types begin with ml.", o.instanceType)
	}
	return aws.RealTime{InstanceType: o.instanceType, Count: o.instances}, nil
}

// serverlessMode keeps to the limits of ProductionVariantServerlessConfig
// (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantServerlessConfig.html).
func (o *deployOptions) serverlessMode() (aws.Mode, error) {
	if o.memory%1024 != 0 || o.memory < 1024 || o.memory > 6144 {
		return nil, usagef("one of: 1024, 2048, 3072, 4096, 5120, 6144", "--memory %d is not a size that SageMaker has", o.memory)
	}
	if o.concurrency < 1 || o.concurrency > 200 {
		return nil, usagef("for example: --max-concurrency 5", "--max-concurrency %d is not between 1 and 200", o.concurrency)
	}
	return aws.Serverless{MemoryMB: o.memory, MaxConcurrency: o.concurrency}, nil
}

// suggest is the command with one more flag, where it can be pasted.
func (o *deployOptions) suggest(flag string) string {
	target := o.target
	if needsQuoting(target) {
		target = "MODEL"
	}
	line := "copal deploy " + target + " " + flag
	if o.name != "" && !needsQuoting(o.name) {
		line += " --name " + o.name
	}
	return line + o.account.suffix()
}

// arm matches the instance types with Graviton processors: ml.c7g, ml.m6gd,
// ml.c6gn, but not ml.g5 or ml.g4dn, whose g is a GPU.
var arm = regexp.MustCompile(`^ml\.[a-z]+[0-9]+g[a-z]*\.`)

// platform is what the image must be built for. It follows from where it runs,
// never from the machine that builds it.
func (o *deployOptions) platform() string {
	if o.realTime && arm.MatchString(o.instanceType) {
		return "linux/arm64"
	}
	return "linux/amd64"
}

func parseTags(list []string) (map[string]string, error) {
	if len(list) == 0 {
		return nil, nil
	}
	tags := map[string]string{}
	for _, t := range list {
		key, value, ok := strings.Cut(t, "=")
		if !ok || key == "" {
			return nil, usagef("for example: --tag team=risk", "--tag %q is not KEY=VALUE", t)
		}
		if old, twice := tags[key]; twice {
			return nil, usagef("leave one of them out", "%s", fmt.Sprintf("--tag %s is given twice: %q and %q", key, old, value))
		}
		tags[key] = value
	}
	return tags, nil
}
