package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/runtime/codec"
)

// A modelsPeer is a running script that fits models and answers commands, a line
// each.
type modelsPeer struct {
	script  string
	version string
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
}

// startModelsPeer starts the script of this folder on one thread; dir is where it
// leaves its files.
func startModelsPeer(python, script, dir string) (*modelsPeer, error) {
	cmd := exec.Command(python, filepath.Join("cmd/internal/bench", script), dir)
	cmd.Env = append(os.Environ(), "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1", "MKL_NUM_THREADS=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &modelsPeer{script: script, cmd: cmd, in: in, out: bufio.NewReader(out)}
	if p.version, err = p.line(); err != nil {
		return nil, errors.Join(err, p.stop())
	}
	return p, nil
}

// stop ends it.
func (p *modelsPeer) stop() error {
	_ = p.in.Close() // its loop ends there
	return p.cmd.Wait()
}

func (p *modelsPeer) line() (string, error) {
	line, err := p.out.ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("%s ended early: %w", p.script, err)
	}
	return strings.TrimSuffix(line, "\n"), nil
}

// ask sends one command and gives the answer.
func (p *modelsPeer) ask(format string, args ...any) (string, error) {
	if _, err := fmt.Fprintf(p.in, format+"\n", args...); err != nil {
		return "", fmt.Errorf("%s: %w", p.script, err)
	}
	return p.line()
}

func (p *modelsPeer) number(format string, args ...any) (float64, error) {
	answer, err := p.ask(format, args...)
	if err != nil {
		return 0, err
	}
	return strconv.ParseFloat(answer, 64)
}

// The questions that the peer wrote, as a client would send them, and what it
// answers.
type questions struct {
	request codec.Request
	answers []int64
}

func readQuestions(dir, name string, m *models.Model) (*questions, error) {
	body, err := os.ReadFile(filepath.Join(dir, name+".json"))
	if err != nil {
		return nil, err
	}
	q := new(questions)
	if err := (codec.JSON{}).Decode(&q.request, m.Signature(), body); err != nil {
		return nil, err
	}
	if body, err = os.ReadFile(filepath.Join(dir, name+".answers.json")); err != nil {
		return nil, err
	}
	return q, json.Unmarshal(body, &q.answers)
}

// all are all rows as one frame.
func (q *questions) all() *models.Frame { return &q.request.Frame }

// row is row i as a frame of its own.
func (q *questions) row(i int) *models.Frame {
	f := &models.Frame{Rows: 1}
	for _, c := range q.request.Frame.Columns {
		from, to := i*c.Stride(), (i+1)*c.Stride()
		if c.DType == models.String {
			c.Str = c.Str[from:to]
		} else {
			c.F64 = c.F64[from:to]
		}
		if len(c.Null) > 0 {
			c.Null = c.Null[from:to]
		}
		if !slices.Contains(c.Null, true) {
			c.Null = nil
		}
		f.Columns = append(f.Columns, c)
	}
	return f
}

// check compares the answers of m with the peer's: these are labels, so all must
// be the same.
func (q *questions) check(m *models.Model) error {
	dst := new(models.Frame)
	if err := predict(m, dst, q.all()); err != nil {
		return err
	}
	got := dst.Columns[0].I64
	if len(got) != len(q.answers) {
		return fmt.Errorf("%d answers to %d rows, the peer gives %d", len(got), dst.Rows, len(q.answers))
	}
	for i, want := range q.answers {
		if got[i] != want {
			return fmt.Errorf("row %d: answered %d, the peer %d", i, got[i], want)
		}
	}
	return nil
}
