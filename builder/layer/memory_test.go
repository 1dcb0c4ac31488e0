package layer

import (
	"context"
	"io"
	"runtime"
	"testing"
)

// endless is a content of any size that takes no memory.
type endless struct{ noise []byte }

func (e endless) Close() error { return nil }

func (e endless) ReadAt(p []byte, off int64) (int, error) {
	for n := 0; n < len(p); {
		n += copy(p[n:], e.noise[(off+int64(n))%int64(len(e.noise)):])
	}
	return len(p), nil
}

// TestMemory builds and sends a layer of 200 MB and watches the heap.
func TestMemory(t *testing.T) {
	const size, limit = 200 << 20, 64 << 20
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var peak uint64
	watch := func() {
		runtime.ReadMemStats(&now)
		peak = max(peak, now.HeapAlloc-min(now.HeapAlloc, before.HeapAlloc))
	}
	content := endless{noise(1<<20 + 7)}
	l, err := New(context.Background(), []File{{Path: "/model/model", Mode: 0o644, Size: size, Hash: true, Open: func() (Content, error) { return content, nil }}},
		func(done, total int64) { watch() })
	if err != nil {
		t.Fatal(err)
	}
	rc, err := l.Compressed()
	if err != nil {
		t.Fatal(err)
	}
	defer rc.Close()
	buf := make([]byte, 1<<20)
	var read int64
	for {
		n, err := rc.Read(buf)
		read += int64(n)
		watch()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if read != l.size || read < size {
		t.Errorf("%d bytes came, the layer has %d", read, l.size)
	}
	if peak > limit {
		t.Errorf("the heap grew by %d MiB, the limit is %d", peak>>20, limit>>20)
	}
	t.Logf("peak %d KiB", peak>>10)
}
