package progress

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// story is a push as a display sees it.
func story(send Func) {
	m := NewMeter(send, "push", "Pushing model layer", 2_000_000)
	m.Add(500_000)
	time.Sleep(4 * time.Second)
	m.Add(500_000)
	time.Sleep(time.Second)
	m.Add(1_000_000)
	m.Done("Pushed model layer")
	send.Send(Event{Kind: Note, Text: "the repository was made"})
	send.Send(Event{Kind: Warning, Text: "the tag moved"})
	NewMeter(send, "wait", "Waiting", 0).Fail(errors.New("cut"))
}

func TestModes(t *testing.T) {
	f := func(mode Mode, want string) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			var b bytes.Buffer
			d := New(&b, mode)
			story(d.Event)
			d.Close()
			d.Close()
			d.Event(Event{Kind: Note, Text: "too late"})
			if b.String() != want {
				t.Errorf("%s: got\n%s\nwant\n%s", mode, b.String(), want)
			}
		})
	}
	plain := "  Pushing model layer …  0 B of 2.0 MB, 0 %  3.0s\n" +
		"✓ Pushed model layer  2.0 MB  5.0s\n" +
		"  the repository was made\n! the tag moved\n✗ Waiting failed  0ms\n"
	f(Plain, plain)
	f(Auto, plain) // a buffer is no terminal
	f(Quiet, "! the tag moved\n")
	f(JSON, `{"event":"started","id":"push","text":"Pushing model layer","complete":0,"total":2000000,"elapsed_ms":0}
{"event":"advanced","id":"push","text":"Pushing model layer","complete":1000000,"total":2000000,"elapsed_ms":4000}
{"event":"advanced","id":"push","text":"Pushing model layer","complete":2000000,"total":2000000,"elapsed_ms":5000}
{"event":"done","id":"push","text":"Pushed model layer","complete":2000000,"total":2000000,"elapsed_ms":5000}
{"event":"note","id":"","text":"the repository was made","complete":0,"total":0,"elapsed_ms":0}
{"event":"warning","id":"","text":"the tag moved","complete":0,"total":0,"elapsed_ms":0}
{"event":"started","id":"wait","text":"Waiting","complete":0,"total":0,"elapsed_ms":0}
{"event":"failed","id":"wait","text":"Waiting failed","complete":0,"total":0,"elapsed_ms":0}
`)
}

// TestScreen plays what a terminal would show at the end: every live line is
// erased, every result stays.
func TestScreen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		d := New(&b, TTY)
		story(d.Event)
		d.Close()
		want := []string{"✓ Pushed model layer  2.0 MB  5.0s", "  the repository was made", "! the tag moved", "✗ Waiting failed  0ms"}
		if got := screen(t, b.String()); strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("the screen shows\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if !strings.Contains(b.String(), "Pushing model layer  ━━━━━·····  1.0 MB of 2.0 MB  4.5s  222 kB/s, 4.5s left") {
			t.Errorf("no live line with rate and rest in %q", b.String())
		}
	})
}

// screen interprets the three control sequences that the display uses.
func screen(t *testing.T, s string) []string {
	t.Helper()
	var lines []string
	for len(s) > 0 {
		if strings.HasPrefix(s, "\x1b[") {
			up := 0
			end := strings.IndexByte(s, 'A')
			for _, c := range s[2:end] {
				up = up*10 + int(c-'0')
			}
			lines = lines[:len(lines)-up]
			s = strings.TrimPrefix(s[end+1:], "\r\x1b[J")
			continue
		}
		line, rest, _ := strings.Cut(s, "\n")
		lines, s = append(lines, line), rest
	}
	return lines
}

func TestColorAndFiles(t *testing.T) {
	file, err := os.Create(t.TempDir() + "/log")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	d := New(file, Auto)
	d.Event(Event{Kind: Warning, Text: "careful"})
	d.Close()
	if b, _ := os.ReadFile(file.Name()); string(b) != "! careful\n" {
		t.Errorf("a file got %q", b)
	}
	if got := colored(Done, "✓ Pushed"); got != "\x1b[32m✓\x1b[0m Pushed" {
		t.Errorf("colour: %q", got)
	}
}

func TestWords(t *testing.T) {
	f := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	f(size(0), "0 B")
	f(size(999), "999 B")
	f(size(1000), "1.0 kB")
	f(size(999_999), "1.0 MB")
	f(size(123_456_789), "123 MB")
	f(elapsed(65*time.Second), "1m05s")
	f(elapsed(1500*time.Millisecond), "1.5s")
	f(cut("abcdef", 4), "abc…")
	f(cut("abc", 4), "abc")
	f(amount(Event{Complete: 0, Total: 10}), "0 B of 10 B, 0 %")
	if _, err := ParseMode("loud"); err == nil || !strings.Contains(err.Error(), "known are auto, tty, plain, json and quiet") {
		t.Errorf("ParseMode: %v", err)
	}
}
