package local

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/copal-ml/copal/builder/local/state"
)

// Bounds of the log: a stream keeps the last one to two segments.
const (
	logSegment = 1 << 20
	logLine    = 64 << 10 // longer lines are cut
)

// A logStore keeps log groups and streams. A stream is two files of JSON lines, the
// older of which is dropped when the newer is full. It has its own lock, because
// containers write at any time.
type logStore struct {
	mu      sync.Mutex
	dir     *state.Dir
	groups  *state.Table[logGroup]
	streams *state.Table[logStream]
	next    map[string]int64 // sequence number by stream key
}

type logGroup struct {
	Name      string    `json:"name"`
	Region    string    `json:"region"`
	Created   time.Time `json:"created"`
	Retention int       `json:"retention,omitempty"`
}

type logStream struct {
	Group   string    `json:"group"`
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
	File    string    `json:"file"`
}

// A logEvent is one line of a container.
type logEvent struct {
	Seq     int64  `json:"n"`
	Time    int64  `json:"t"` // milliseconds since 1970
	Message string `json:"m"`
	stream  string
}

func openLogStore(dir *state.Dir) (*logStore, error) {
	groups, err := state.OpenTable[logGroup](dir, "log-groups")
	if err != nil {
		return nil, err
	}
	streams, err := state.OpenTable[logStream](dir, "log-streams")
	if err != nil {
		return nil, err
	}
	return &logStore{dir: dir, groups: groups, streams: streams, next: map[string]int64{}}, os.MkdirAll(dir.Path("logs"), 0o700)
}

func streamKey(group, name string) string { return group + "\x00" + name }

// append adds a line, making group and stream where needed.
func (s *logStore) append(region, group, name, line string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := streamKey(group, name)
	st, ok := s.streams.Get(key)
	if !ok {
		var err error
		if st, err = s.create(region, group, name); err != nil {
			return err
		}
	}
	if _, ok := s.next[key]; !ok {
		s.next[key] = 1
		if old := s.read(st); len(old) > 0 {
			s.next[key] = old[len(old)-1].Seq + 1
		}
	}
	if len(line) > logLine {
		line = line[:logLine] + "…"
	}
	data, err := json.Marshal(logEvent{Seq: s.next[key], Time: time.Now().UnixMilli(), Message: strings.ToValidUTF8(line, "\uFFFD")})
	if err != nil {
		return err
	}
	s.next[key]++
	return s.write(st, append(data, '\n'))
}

func (s *logStore) create(region, group, name string) (logStream, error) {
	now := time.Now()
	if _, ok := s.groups.Get(group); !ok {
		if err := s.groups.Put(group, logGroup{Name: group, Region: region, Created: now}); err != nil {
			return logStream{}, err
		}
	}
	st := logStream{Group: group, Name: name, Created: now, File: strings.ToLower(secret(10))}
	return st, s.streams.Put(streamKey(group, name), st)
}

func (s *logStore) write(st logStream, line []byte) error {
	name := s.dir.Path("logs", st.File)
	if info, err := os.Stat(name); err == nil && info.Size() > logSegment {
		if err := os.Rename(name, name+".old"); err != nil {
			return err
		}
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(line)
	return errors.Join(err, f.Close())
}

// read gives all that a stream still has. A line that a killed process left half
// written is passed over.
func (s *logStore) read(st logStream) []logEvent {
	var out []logEvent
	for _, suffix := range []string{".old", ""} {
		data, err := os.ReadFile(s.dir.Path("logs", st.File+suffix))
		if err != nil {
			continue // not yet there
		}
		sc := bufio.NewScanner(bytes.NewReader(data))
		sc.Buffer(nil, 2*logSegment)
		for sc.Scan() {
			var e logEvent
			if json.Unmarshal(sc.Bytes(), &e) == nil && e.Seq > 0 {
				e.stream = st.Name
				out = append(out, e)
			}
		}
	}
	return out
}

// of lists the streams of a group.
func (s *logStore) of(group string) []logStream {
	var out []logStream
	for _, key := range s.streams.Keys() {
		if st, _ := s.streams.Get(key); st.Group == group {
			out = append(out, st)
		}
	}
	return out
}

func (s *logStore) deleteGroup(group string) error {
	for _, st := range s.of(group) {
		for _, suffix := range []string{"", ".old"} {
			if err := os.Remove(s.dir.Path("logs", st.File+suffix)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("log stream %s: %w", st.Name, err)
			}
		}
		if err := s.streams.Delete(streamKey(group, st.Name)); err != nil {
			return err
		}
		delete(s.next, streamKey(group, st.Name))
	}
	return s.groups.Delete(group)
}
