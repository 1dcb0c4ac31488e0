package local

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/copal-ml/copal/builder/local/wire"
)

func (p *Platform) logsOps() map[string]jsonOperation {
	return map[string]jsonOperation{
		"DescribeLogGroups":  logsOp(p, (*logStore).describeGroups),
		"DescribeLogStreams": logsOp(p, (*logStore).describeStreams),
		"GetLogEvents":       logsOp(p, (*logStore).getEvents),
		"FilterLogEvents":    logsOp(p, (*logStore).filterEvents),
		"DeleteLogGroup":     logsOp(p, (*logStore).deleteLogGroup),
		"PutRetentionPolicy": logsOp(p, (*logStore).putRetentionPolicy),
	}
}

func logsOp[In, Out any](p *Platform, f func(*logStore, *In) (*Out, error)) jsonOperation {
	return jsonOp(func(_ *call, in *In) (*Out, error) {
		p.logs.mu.Lock()
		defer p.logs.mu.Unlock()
		return f(p.logs, in)
	})
}

func logsInvalid(format string, args ...any) error {
	return wire.Errorf("InvalidParameterException", format, args...)
}

type logGroupIn struct {
	LogGroupName       string `json:"logGroupName"`
	LogGroupIdentifier string `json:"logGroupIdentifier"` // name or ARN
}

// group finds the group that a call names.
func (s *logStore) group(in logGroupIn) (logGroup, error) {
	name := in.LogGroupName
	if id := in.LogGroupIdentifier; id != "" {
		if name != "" {
			return logGroup{}, logsInvalid("LogGroup name and LogGroup ARN are mutually exclusive parameters.")
		}
		if _, after, ok := strings.Cut(id, ":log-group:"); ok {
			id = strings.TrimSuffix(after, ":*")
		}
		name = id
	}
	g, ok := s.groups.Get(name)
	if !ok {
		return g, wire.Errorf("ResourceNotFoundException", "The specified log group does not exist.")
	}
	return g, nil
}

type describeGroupsIn struct {
	LogGroupNamePrefix  string `json:"logGroupNamePrefix"`
	LogGroupNamePattern string `json:"logGroupNamePattern"`
	NextToken           string `json:"nextToken"`
	Limit               int    `json:"limit"`
}

type logGroupOut struct {
	LogGroupName      string `json:"logGroupName"`
	CreationTime      int64  `json:"creationTime"`
	RetentionInDays   int    `json:"retentionInDays,omitempty"`
	MetricFilterCount int    `json:"metricFilterCount"`
	Arn               string `json:"arn"`
	StoredBytes       int64  `json:"storedBytes"`
	LogGroupClass     string `json:"logGroupClass"`
	LogGroupArn       string `json:"logGroupArn"`
}

type describeGroupsOut struct {
	LogGroups []logGroupOut `json:"logGroups"`
	NextToken string        `json:"nextToken,omitempty"`
}

func logGroupARN(region, name string) string {
	return "arn:aws:logs:" + region + ":" + AccountID + ":log-group:" + name
}

func (s *logStore) describeGroups(in *describeGroupsIn) (*describeGroupsOut, error) {
	var names []string
	for _, name := range s.groups.Keys() {
		if strings.HasPrefix(name, in.LogGroupNamePrefix) && strings.Contains(name, in.LogGroupNamePattern) {
			names = append(names, name)
		}
	}
	names, next, err := page(names, func(n string) string { return n }, false, in.NextToken, pageSize(in.Limit, 50, 50))
	if err != nil {
		return nil, logsInvalid("%v", err)
	}
	out := &describeGroupsOut{LogGroups: []logGroupOut{}, NextToken: next}
	for _, name := range names {
		g, _ := s.groups.Get(name)
		arn := logGroupARN(g.Region, name)
		out.LogGroups = append(out.LogGroups, logGroupOut{
			LogGroupName: name, CreationTime: g.Created.UnixMilli(), RetentionInDays: g.Retention,
			Arn: arn + ":*", LogGroupArn: arn, LogGroupClass: "STANDARD",
		})
	}
	return out, nil
}

type describeStreamsIn struct {
	logGroupIn
	LogStreamNamePrefix string `json:"logStreamNamePrefix"`
	OrderBy             string `json:"orderBy"`
	Descending          bool   `json:"descending"`
	NextToken           string `json:"nextToken"`
	Limit               int    `json:"limit"`
}

type logStreamOut struct {
	LogStreamName       string `json:"logStreamName"`
	CreationTime        int64  `json:"creationTime"`
	FirstEventTimestamp int64  `json:"firstEventTimestamp,omitempty"`
	LastEventTimestamp  int64  `json:"lastEventTimestamp,omitempty"`
	LastIngestionTime   int64  `json:"lastIngestionTime,omitempty"`
	Arn                 string `json:"arn"`
	StoredBytes         int64  `json:"storedBytes"`
}

type describeStreamsOut struct {
	LogStreams []logStreamOut `json:"logStreams"`
	NextToken  string         `json:"nextToken,omitempty"`
}

func (s *logStore) describeStreams(in *describeStreamsIn) (*describeStreamsOut, error) {
	g, err := s.group(in.logGroupIn)
	if err != nil {
		return nil, err
	}
	if in.OrderBy == "LastEventTime" && in.LogStreamNamePrefix != "" {
		return nil, logsInvalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
	}
	var list []logStreamOut
	for _, st := range s.of(g.Name) {
		if !strings.HasPrefix(st.Name, in.LogStreamNamePrefix) {
			continue
		}
		o := logStreamOut{LogStreamName: st.Name, CreationTime: st.Created.UnixMilli(), Arn: logGroupARN(g.Region, g.Name) + ":log-stream:" + st.Name}
		if events := s.read(st); len(events) > 0 {
			o.FirstEventTimestamp, o.LastEventTimestamp = events[0].Time, events[len(events)-1].Time
			o.LastIngestionTime = o.LastEventTimestamp
		}
		list = append(list, o)
	}
	key := func(o logStreamOut) string { return o.LogStreamName }
	if in.OrderBy == "LastEventTime" {
		key = func(o logStreamOut) string { return fmt.Sprintf("%020d %s", o.LastEventTimestamp, o.LogStreamName) }
	}
	list, next, err := page(list, key, in.Descending, in.NextToken, pageSize(in.Limit, 50, 50))
	if err != nil {
		return nil, logsInvalid("%v", err)
	}
	return &describeStreamsOut{append([]logStreamOut{}, list...), next}, nil
}

type getEventsIn struct {
	logGroupIn
	LogStreamName string `json:"logStreamName"`
	StartTime     *int64 `json:"startTime"`
	EndTime       *int64 `json:"endTime"`
	NextToken     string `json:"nextToken"`
	Limit         int    `json:"limit"`
	StartFromHead bool   `json:"startFromHead"`
	Unmask        bool   `json:"unmask"`
}

type eventOut struct {
	Timestamp     int64  `json:"timestamp"`
	Message       string `json:"message"`
	IngestionTime int64  `json:"ingestionTime"`
}

type getEventsOut struct {
	Events            []eventOut `json:"events"`
	NextForwardToken  string     `json:"nextForwardToken"`
	NextBackwardToken string     `json:"nextBackwardToken"`
}

// getEvents pages forward ("f/N": from sequence number N) and backward ("b/N":
// before N). At an end it gives back the token it got, as CloudWatch does.
func (s *logStore) getEvents(in *getEventsIn) (*getEventsOut, error) {
	g, err := s.group(in.logGroupIn)
	if err != nil {
		return nil, err
	}
	st, ok := s.streams.Get(streamKey(g.Name, in.LogStreamName))
	if !ok {
		return nil, wire.Errorf("ResourceNotFoundException", "The specified log stream does not exist.")
	}
	events := between(s.read(st), in.StartTime, in.EndTime)
	size := pageSize(in.Limit, 10000, 10000)
	first, last := int64(1), int64(0) // of the page; first > last is an empty page
	forward := in.StartFromHead
	if in.NextToken != "" {
		direction, number, _ := strings.Cut(in.NextToken, "/")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil || direction != "f" && direction != "b" {
			return nil, logsInvalid("The specified nextToken is invalid.")
		}
		forward = direction == "f"
		events = slices.DeleteFunc(events, func(e logEvent) bool { return forward == (e.Seq < n) })
		first, last = n, n-1
	}
	if forward {
		events = events[:min(size, len(events))]
	} else {
		events = events[max(0, len(events)-size):]
	}
	if len(events) > 0 {
		first, last = events[0].Seq, events[len(events)-1].Seq
	}
	out := &getEventsOut{Events: []eventOut{}, NextForwardToken: fmt.Sprintf("f/%d", last+1), NextBackwardToken: fmt.Sprintf("b/%d", first)}
	for _, e := range events {
		out.Events = append(out.Events, eventOut{e.Time, e.Message, e.Time})
	}
	return out, nil
}

func between(events []logEvent, start, end *int64) []logEvent {
	return slices.DeleteFunc(events, func(e logEvent) bool {
		return start != nil && e.Time < *start || end != nil && e.Time >= *end
	})
}

type filterEventsIn struct {
	logGroupIn
	LogStreamNames      []string `json:"logStreamNames"`
	LogStreamNamePrefix string   `json:"logStreamNamePrefix"`
	StartTime           *int64   `json:"startTime"`
	EndTime             *int64   `json:"endTime"`
	FilterPattern       string   `json:"filterPattern"`
	NextToken           string   `json:"nextToken"`
	Limit               int      `json:"limit"`
	Interleaved         bool     `json:"interleaved"`
	Unmask              bool     `json:"unmask"`
}

type filteredEvent struct {
	LogStreamName string `json:"logStreamName"`
	Timestamp     int64  `json:"timestamp"`
	Message       string `json:"message"`
	IngestionTime int64  `json:"ingestionTime"`
	EventID       string `json:"eventId"`
}

type filterEventsOut struct {
	Events             []filteredEvent `json:"events"`
	SearchedLogStreams []struct{}      `json:"searchedLogStreams"`
	NextToken          string          `json:"nextToken,omitempty"`
}

func (s *logStore) filterEvents(in *filterEventsIn) (*filterEventsOut, error) {
	g, err := s.group(in.logGroupIn)
	if err != nil {
		return nil, err
	}
	match, err := parseFilter(in.FilterPattern)
	if err != nil {
		return nil, err
	}
	var events []filteredEvent
	for _, st := range s.of(g.Name) {
		if !strings.HasPrefix(st.Name, in.LogStreamNamePrefix) || in.LogStreamNames != nil && !slices.Contains(in.LogStreamNames, st.Name) {
			continue
		}
		for _, e := range between(s.read(st), in.StartTime, in.EndTime) {
			if match(e.Message) {
				events = append(events, filteredEvent{st.Name, e.Time, e.Message, e.Time, fmt.Sprintf("%020d%012d%s", e.Time, e.Seq, st.File)})
			}
		}
	}
	events, next, err := page(events, func(e filteredEvent) string { return e.EventID }, false, in.NextToken, pageSize(in.Limit, 10000, 10000))
	if err != nil {
		return nil, logsInvalid("The specified nextToken is invalid.")
	}
	return &filterEventsOut{append([]filteredEvent{}, events...), []struct{}{}, next}, nil
}

// parseFilter reads the term form of filter patterns: all terms must occur, ?terms
// are alternatives, -terms must not occur, "quotes" hold spaces
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html).
func parseFilter(pattern string) (func(string) bool, error) {
	pattern = strings.TrimSpace(pattern)
	if strings.HasPrefix(pattern, "{") || strings.HasPrefix(pattern, "[") || strings.HasPrefix(pattern, "%") {
		return nil, logsInvalid("the local platform filters by terms, not by JSON, space-delimited or regular-expression patterns: %q", pattern)
	}
	var all, any, none []string
	for pattern != "" {
		list, rest := &all, pattern
		switch rest[0] {
		case '?':
			list, rest = &any, rest[1:]
		case '-':
			list, rest = &none, rest[1:]
		}
		var term string
		if strings.HasPrefix(rest, `"`) {
			end := strings.IndexByte(rest[1:], '"')
			if end < 0 {
				return nil, logsInvalid("Invalid filter pattern: unclosed quotation mark")
			}
			term, rest = rest[1:1+end], rest[end+2:]
		} else {
			term, rest, _ = strings.Cut(rest, " ")
		}
		if term != "" {
			*list = append(*list, term)
		}
		pattern = strings.TrimSpace(rest)
	}
	return func(s string) bool {
		has := func(term string) bool { return strings.Contains(s, term) }
		lacks := func(term string) bool { return !has(term) }
		return !slices.ContainsFunc(all, lacks) && !slices.ContainsFunc(none, has) && (len(any) == 0 || len(all) > 0 || slices.ContainsFunc(any, has))
	}, nil
}

type putRetentionIn struct {
	LogGroupName    string `json:"logGroupName"`
	RetentionInDays int    `json:"retentionInDays"`
}

var retentions = []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

func (s *logStore) putRetentionPolicy(in *putRetentionIn) (*emptyOut, error) {
	g, err := s.group(logGroupIn{LogGroupName: in.LogGroupName})
	if err != nil {
		return nil, err
	}
	if !slices.Contains(retentions, in.RetentionInDays) {
		return nil, logsInvalid("1 validation error detected: Value '%d' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: %v", in.RetentionInDays, retentions)
	}
	g.Retention = in.RetentionInDays
	return nil, s.groups.Put(g.Name, g)
}

type deleteLogGroupIn struct {
	LogGroupName string `json:"logGroupName"`
}

func (s *logStore) deleteLogGroup(in *deleteLogGroupIn) (*emptyOut, error) {
	g, err := s.group(logGroupIn{LogGroupName: in.LogGroupName})
	if err != nil {
		return nil, err
	}
	return nil, s.deleteGroup(g.Name)
}
