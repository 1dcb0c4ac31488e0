// Package contract holds what the two halves of Copal agree on: the constants of
// the SageMaker container contract and the manifest inside an image. It is the
// one package that both builder and runtime import.
package contract

import "time"

// Paths inside an image. The model is not below /opt/ml: SageMaker mounts
// there and what an image holds below it may be hidden
// (https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html).
const (
	ServerPath   = "/copal/serve"
	ManifestPath = "/copal/manifest.json"
	ModelPath    = "/model/model" // of an embedded model; one name for all, so that equal models are equal layers

	// MountedModelDir is where SageMaker unpacks model.tar.gz before start, read-only.
	MountedModelDir = "/opt/ml/model"
)

// The HTTP contract.
const (
	DefaultPort     = 8080
	PingPath        = "/ping"
	InvocationsPath = "/invocations"
	SignaturePath   = "/"     // what the model takes and answers, as JSON
	ServeArgument   = "serve" // SageMaker runs `docker run IMAGE serve`
)

// Environment variables that the server reads.
const (
	EnvPort   = "SAGEMAKER_BIND_TO_PORT" // listen here instead of DefaultPort
	EnvMethod = "COPAL_METHOD"           // default method of the deployment: predict, predict_proba, …

	EnvMaxBody       = "COPAL_MAX_BODY_MB"    // largest request body, in MiB; DefaultMaxBody if not set
	EnvMaxConcurrent = "COPAL_MAX_CONCURRENT" // predictions computed at a time
	EnvMaxQueue      = "COPAL_MAX_QUEUE"      // requests that may wait for their turn

	// EnvBatchPayload is set by batch transform jobs that set MaxPayloadInMB
	// (https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-batch-code.html).
	EnvBatchPayload = "SAGEMAKER_MAX_PAYLOAD_IN_MB"
)

// Request headers. SageMaker strips all but its own
// (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html).
const (
	// HeaderAttributes is opaque to SageMaker, at most 1024 bytes. Copal reads
	// "method=NAME" in it; pairs stand apart by a comma or a semicolon.
	HeaderAttributes = "X-Amzn-SageMaker-Custom-Attributes"

	// HeaderAccept and HeaderContentType stand in for the plain headers in
	// calls of the streaming and asynchronous APIs.
	HeaderAccept      = "X-Amzn-SageMaker-Accept"
	HeaderContentType = "X-Amzn-SageMaker-Content-Type"

	// HeaderInferenceID names the call in logs, if the caller gave it a name.
	HeaderInferenceID = "X-Amzn-SageMaker-Inference-Id"
)

// Limits of the platform.
const (
	RealTimePayload   = 25 << 20 // docs: "up to 25 MB"; the API model still says 6 MiB
	ServerlessPayload = 4 << 20
	InvokeTimeout     = 60 * time.Second
	PingTimeout       = 2 * time.Second
	StopGrace         = 30 * time.Second // SIGTERM to SIGKILL
	ServerlessStart   = 3 * time.Minute  // image start to the first healthy ping
	RealTimeStart     = 8 * time.Minute
	ResponseHeaders   = 4096 // bytes in all; more is rejected (deep-learning-containers#4668)
)

// Budgets of the server, inside the platform's.
const (
	DefaultMaxBody = RealTimePayload
	Deadline       = 55 * time.Second // of one request: our own error, not the platform's timeout
	DrainTime      = 25 * time.Second // SIGTERM to the end of the process
)

// LabelBindToPort declares that the server obeys EnvPort; SageMaker requires the
// label (value "true") of containers in inference pipelines.
const LabelBindToPort = "com.amazonaws.sagemaker.capabilities.accept-bind-to-port"

// LabelManifest is the image label that repeats the manifest as JSON, so that a
// deployer can read it from the image configuration without a layer.
const LabelManifest = "ml.copal.manifest"
