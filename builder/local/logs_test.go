package local

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

func TestLogs(t *testing.T) {
	a := newAccount(t, nil)
	a.deploy("iris", true, nil)
	_, err := a.invoke("iris", "crash")
	wantError(t, err, "ModelError")
	c, ctx := cloudwatchlogs.NewFromConfig(a.aws()), t.Context()
	group := aws.String("/aws/sagemaker/Endpoints/iris")
	groups, err := c.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: aws.String("/aws/sagemaker/Endpoints/")})
	a.must(err)
	if len(groups.LogGroups) != 1 || *groups.LogGroups[0].LogGroupName != *group {
		t.Errorf("%+v", groups.LogGroups)
	}
	streams, err := c.DescribeLogStreams(ctx, &cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: group, OrderBy: "LastEventTime", Descending: aws.Bool(true)})
	a.must(err)
	stream := streams.LogStreams[0].LogStreamName
	if !strings.HasPrefix(*stream, "AllTraffic/i-0") {
		t.Errorf("stream %s", *stream)
	}
	events, err := c.GetLogEvents(ctx, &cloudwatchlogs.GetLogEventsInput{LogGroupName: group, LogStreamName: stream, StartFromHead: aws.Bool(true)})
	a.must(err)
	if n := len(events.Events); n != 2 || *events.Events[0].Message != "serving" || *events.Events[1].Message != "killed: out of memory" {
		t.Errorf("%d events", n)
	}
	again, err := c.GetLogEvents(ctx, &cloudwatchlogs.GetLogEventsInput{LogGroupName: group, LogStreamName: stream, NextToken: events.NextForwardToken})
	a.must(err)
	if len(again.Events) != 0 || *again.NextForwardToken != *events.NextForwardToken { // how clients know the end
		t.Errorf("%+v", again)
	}
	f := func(pattern string, want int) {
		t.Helper()
		out, err := c.FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: group, FilterPattern: &pattern})
		a.must(err)
		if len(out.Events) != want {
			t.Errorf("%q: %d events, want %d", pattern, len(out.Events), want)
		}
	}
	f("", 2)
	f("memory killed", 1)
	f(`"out of memory"`, 1)
	f(`"memory of out"`, 0)
	f("?serving ?killed", 2)
	f("-killed", 1)
	_, err = c.FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: group, FilterPattern: aws.String("{ $.level = 1 }")})
	wantError(t, err, "InvalidParameterException", "filters by terms")
	_, err = c.PutRetentionPolicy(ctx, &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: group, RetentionInDays: aws.Int32(8)})
	wantError(t, err, "retentionInDays")
	_, err = c.PutRetentionPolicy(ctx, &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: group, RetentionInDays: aws.Int32(7)})
	a.must(err)
	_, err = c.DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: group})
	a.must(err)
	_, err = c.DescribeLogStreams(ctx, &cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: group})
	wantError(t, err, "ResourceNotFoundException", "The specified log group does not exist.")
}

// A role without the actions for logs runs, silently.
func TestNoLogsWithoutPermission(t *testing.T) {
	a := newAccount(t, nil)
	_, err := a.iam.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: aws.String("copal-iris"), PolicyName: aws.String("run"),
		PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecr:*","Resource":"*"}}`)})
	a.must(err)
	a.deploy("iris", true, nil)
	groups, err := cloudwatchlogs.NewFromConfig(a.aws()).DescribeLogGroups(t.Context(), &cloudwatchlogs.DescribeLogGroupsInput{})
	a.must(err)
	if len(groups.LogGroups) != 0 {
		t.Errorf("%+v", groups.LogGroups)
	}
}

func TestLogsAreBounded(t *testing.T) {
	r := start(t, t.TempDir(), nil)
	for i := range 80 {
		line := fmt.Sprintf("%d %s", i, strings.Repeat("x", logLine-100))
		if err := r.logs.append("us-east-1", "g", "s", line); err != nil {
			t.Fatal(err)
		}
	}
	r.logs.mu.Lock()
	defer r.logs.mu.Unlock()
	events := r.logs.read(r.logs.of("g")[0])
	if last := events[len(events)-1]; last.Seq != 80 || !strings.HasPrefix(last.Message, "79 ") || events[0].Seq == 1 {
		t.Errorf("%d events, %d to %d", len(events), events[0].Seq, last.Seq)
	}
	var size int64
	files, _ := os.ReadDir(r.dir.Path("logs"))
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		size += info.Size()
	}
	if size > 2*(logSegment+2*logLine) {
		t.Errorf("%d bytes of logs", size)
	}
}
