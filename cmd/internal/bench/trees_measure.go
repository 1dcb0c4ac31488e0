package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/formats"
)

// never is longer than all that is measured.
const never = time.Duration(math.MaxInt64)

// processor is the name of the machine's processor.
func processor() string {
	file, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if name, value, _ := strings.Cut(lines.Text(), ":"); strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

// used is the processor time that this process has taken so far.
func used() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // it has no other error than a wrong argument
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// readFloats reads a file of float64.
func readFloats(path string) ([]float64, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	list := make([]float64, len(data)/8)
	_, err = binary.Decode(data, binary.LittleEndian, list)
	return list, err
}

// frameOf are rows of treeFeatures as a request has them.
func frameOf(rows []float64) *models.Frame {
	f := &models.Frame{Rows: len(rows) / treeFeatures}
	f.Columns = append(f.Columns, models.Column{DType: models.Float64, Width: treeFeatures, F64: rows})
	return f
}

// answer is predict for any method.
func answer(m *models.Model, method models.Method, dst, src *models.Frame) error {
	if err := m.Signature().Check(src); err != nil {
		return err
	}
	return m.Predict(dst, src, method)
}

// check compares the answers to all rows with those of the library: they must be
// equal.
func (b *treeBench) check(m *models.Model) error {
	want, err := readFloats(filepath.Join(b.dir, b.name+".answers"))
	if err != nil {
		return err
	}
	dst := new(models.Frame)
	if err := answer(m, b.method, dst, frameOf(b.rows)); err != nil {
		return err
	}
	got := dst.Columns[0].F64
	if len(got) != len(want) {
		return fmt.Errorf("%d answers, the peer gives %d", len(got), len(want))
	}
	for i, w := range want {
		if got[i] != w {
			return fmt.Errorf("answer %d is %v, the peer's %v", i, got[i], w)
		}
	}
	return nil
}

// timeMethod is the least processor time of a call over treeTime, each taken as
// the mean of as many as the system can tell from none.
func timeMethod(m *models.Model, method models.Method, asked []*models.Frame) (time.Duration, error) {
	const tick = 2 * time.Millisecond
	least, dst, n := never, new(models.Frame), 0
	for start := time.Now(); time.Since(start) < treeTime || n == 0; {
		first, begin := n, used()
		for n == first || used()-begin < tick {
			for range min(50, len(asked)) {
				if err := answer(m, method, dst, asked[n%len(asked)]); err != nil {
					return 0, err
				}
				n++
			}
		}
		least = min(least, (used()-begin)/time.Duration(n-first))
	}
	return least, nil
}

// loading compares what it takes to load the file, and the memory that the model
// keeps.
func (b *treeBench) loading() error {
	ours, kept, err := b.load()
	if err != nil {
		return err
	}
	answer, err := b.peer.ask("load %s", b.name)
	if err != nil {
		return err
	}
	var theirs time.Duration
	var grown float64
	if _, err := fmt.Sscan(answer, (*int64)(&theirs), &grown); err != nil {
		return fmt.Errorf("load: %q: %w", answer, err)
	}
	b.loadingLines(ours, theirs, kept, grown)
	return nil
}

func (b *treeBench) loadingLines(ours, theirs time.Duration, memory, grown float64) {
	size := 0.0
	if info, err := os.Stat(b.path); err == nil {
		size = float64(info.Size()) / 1e6
	}
	milliseconds := func(d time.Duration) string { return fmt.Sprintf("%.1f ms", d.Seconds()*1e3) }
	megabytes := func(n float64) string { return fmt.Sprintf("%.2f MB", n/1e6) }
	times := theirs.Seconds() / ours.Seconds()
	promise := ""
	if b.name == "large" { // a small file is loaded before anyone looks
		promise = kept(times >= 1, "as fast")
	}
	b.line(b.name, fmt.Sprintf("load %.3g MB", size), milliseconds(ours), milliseconds(theirs), times, promise)
	b.line(b.name, "memory", megabytes(memory), megabytes(grown), grown/memory, kept(grown >= 2*memory, "half"))
}

// load is the least time to load the file, and the bytes that the model keeps.
func (b *treeBench) load() (least time.Duration, kept float64, err error) {
	least = never
	for range treeRounds {
		before := heap()
		begin := used()
		m, err := formats.OpenFile(b.path)
		if err != nil {
			return 0, 0, err
		}
		least = min(least, used()-begin)
		kept = float64(heap()) - float64(before)
		runtime.KeepAlive(m)
	}
	return least, kept, nil
}

// heap is what is in use after a collection.
func heap() uint64 {
	runtime.GC()
	runtime.GC() // pools keep what they have for one more
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
