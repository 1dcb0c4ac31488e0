package aws

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

type eventsAPI interface {
	FilterLogEvents(context.Context, *cloudwatchlogs.FilterLogEventsInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error)
}

// Logs emits what the endpoint's containers wrote, oldest first. With
// LogOptions.Follow it returns ctx.Err() when the context ends.
func (a *Account) Logs(ctx context.Context, name string, o LogOptions, emit func(LogLine) error) error {
	if o.Since.IsZero() {
		o.Since = a.clock.Now().Add(-time.Hour)
	}
	t := &logTail{api: a.logs, group: logGroup(name), from: o.Since, seen: map[string]time.Time{}}
	found, err := t.first(ctx, o.Limit, emit)
	if err != nil {
		return err
	}
	if !found && !o.Follow {
		return a.explainNoLogs(ctx, name)
	}
	if !o.Follow {
		return nil
	}
	return a.poller().until(ctx, func() (bool, error) {
		_, err := t.read(ctx, emit)
		return false, err
	})
}

// explainNoLogs says why there is no log group: no endpoint, or nothing written.
func (a *Account) explainNoLogs(ctx context.Context, name string) error {
	if _, err := a.Status(ctx, name); err != nil {
		return err
	}
	return &Problem{What: fmt.Sprintf("endpoint %s has written no log yet", name),
		Why: "CloudWatch has no group " + logGroup(name), Next: "containers log when they start and when they fail; an execution role without logs:PutLogEvents leaves no log at all"}
}

// A logTail reads a log group onwards. Events of several streams may arrive a
// little out of order, so each read begins some seconds before the last event
// and what was seen already is left out.
type logTail struct {
	api   eventsAPI
	group string
	from  time.Time
	seen  map[string]time.Time // by event ID
}

const logOverlap = 10 * time.Second

// first reads what is there, and emits the last limit lines of it.
func (t *logTail) first(ctx context.Context, limit int, emit func(LogLine) error) (found bool, err error) {
	if limit <= 0 {
		return t.read(ctx, emit)
	}
	var last []LogLine
	found, err = t.read(ctx, func(l LogLine) error {
		if last = append(last, l); len(last) > 2*limit {
			last = append(last[:0], last[len(last)-limit:]...)
		}
		return nil
	})
	if err != nil {
		return found, err
	}
	slices.SortStableFunc(last, func(a, b LogLine) int { return a.Time.Compare(b.Time) })
	for _, l := range last[max(0, len(last)-limit):] {
		if err := emit(l); err != nil {
			return found, err
		}
	}
	return found, nil
}

// read emits the events since the last read; found is false if the group does
// not exist.
func (t *logTail) read(ctx context.Context, emit func(LogLine) error) (found bool, err error) {
	in := &cloudwatchlogs.FilterLogEventsInput{LogGroupName: &t.group, StartTime: sdk.Int64(t.from.UnixMilli())}
	newest := t.from.Add(logOverlap)
	for {
		out, err := t.api.FilterLogEvents(ctx, in)
		if isCode(err, "ResourceNotFoundException") {
			return false, nil
		}
		if err != nil {
			return false, explain("read the log group "+t.group, err)
		}
		for _, e := range out.Events {
			at := time.UnixMilli(sdk.ToInt64(e.Timestamp)).UTC()
			if _, ok := t.seen[sdk.ToString(e.EventId)]; ok {
				continue
			}
			t.seen[sdk.ToString(e.EventId)] = at
			if at.After(newest) {
				newest = at
			}
			if err := emit(logLine(e, at)); err != nil {
				return true, err
			}
		}
		if sdk.ToString(out.NextToken) == "" {
			break
		}
		in.NextToken = out.NextToken
	}
	t.from = newest.Add(-logOverlap)
	for id, at := range t.seen {
		if at.Before(t.from) {
			delete(t.seen, id)
		}
	}
	return true, nil
}

func logLine(e types.FilteredLogEvent, at time.Time) LogLine {
	return LogLine{Time: at, Stream: sdk.ToString(e.LogStreamName), Text: strings.TrimRight(sdk.ToString(e.Message), "\r\n")}
}

// tail is the end of the endpoint's log, for error messages; "" if it cannot be
// had.
func (a *Account) tail(ctx context.Context, name string, n int) string {
	var lines []string
	err := a.Logs(ctx, name, LogOptions{Limit: n}, func(l LogLine) error {
		lines = append(lines, "  "+l.Text)
		return nil
	})
	if err != nil {
		return ""
	}
	return strings.Join(lines, "\n")
}
