package layer

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/validate"
)

func built(t testing.TB, files ...File) *Layer {
	t.Helper()
	l, err := New(context.Background(), files, nil)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func compressed(t testing.TB, l *Layer) []byte {
	t.Helper()
	rc, err := l.Compressed()
	if err != nil {
		t.Fatal(err)
	}
	defer rc.Close()
	b, err := io.ReadAll(rc)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// noise is n bytes that do not compress.
func noise(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{1}).Read(b)
	return b
}

// onDisk is a file that is opened anew each time and never held.
func onDisk(t testing.TB, path string, content []byte) (File, string) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "content")
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return File{Path: path, Mode: 0o644, Size: int64(len(content)), Hash: true, Open: func() (Content, error) { return os.Open(name) }}, name
}

// TestListing reads layers back with the standard library.
func TestListing(t *testing.T) {
	f := func(want string, files ...File) {
		t.Helper()
		zr, err := gzip.NewReader(bytes.NewReader(compressed(t, built(t, files...))))
		if err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		for tr := tar.NewReader(zr); ; {
			h, err := tr.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(tr)
			if err != nil {
				t.Fatal(err)
			}
			if h.Uid != 0 || h.Gid != 0 || h.Uname+h.Gname != "" || !h.ModTime.Equal(h.ModTime.Truncate(1)) || h.ModTime.Unix() != 0 {
				t.Errorf("%s: owner %d:%d %q:%q, time %s", h.Name, h.Uid, h.Gid, h.Uname, h.Gname, h.ModTime)
			}
			got.WriteString(h.FileInfo().Mode().String() + " " + h.Name + " " + string(b) + "\n")
		}
		if got.String() != want {
			t.Errorf("got\n%swant\n%s", got.String(), want)
		}
	}
	f("drwxr-xr-x model/ \n-rw-r--r-- model/model abc\n", Bytes("/model/model", 0o644, []byte("abc")))
	f("drwxr-xr-x a/ \ndrwxr-xr-x a/b/ \n-rwxr-xr-x a/b/c x\n-rw-r--r-- a/d \n", Bytes("/a/d", 0o644, nil), Bytes("/a/b/c", 0o755, []byte("x")))
	f("dtrwxrwxrwx tmp/ \n", Dir("/tmp", 0o1777))
	long := "/" + strings.Repeat("d/", 120) + "f"
	files, err := complete([]File{Bytes(long, 0o644, nil)})
	if err != nil || len(files) != 121 {
		t.Errorf("complete gives %d entries, %v; want 121", len(files), err)
	}
}

func TestBadPaths(t *testing.T) {
	f := func(want string, paths ...string) {
		t.Helper()
		var files []File
		for _, p := range paths {
			files = append(files, Bytes(p, 0o644, nil))
		}
		if _, err := New(context.Background(), files, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", paths, err, want)
		}
	}
	f("absolute and clean", "model")
	f("absolute and clean", "/a/../../etc/passwd")
	f("absolute and clean", "/")
	f("given twice", "/a", "/a")
	f("below the file /a", "/a", "/a/b")
}

// TestBoth runs contents of every awkward size through both codecs and checks
// each layer as a client would.
func TestBoth(t *testing.T) {
	for _, n := range []int{0, 1, 511, 512, 513, maxStored - 1536, blockSize - 1536, blockSize, 3*blockSize + 7} {
		for name, content := range map[string][]byte{"noise": noise(n), "text": bytes.Repeat([]byte("tree=1 "), n/7+1)[:n]} {
			file, _ := onDisk(t, "/model/model", content)
			l := built(t, file)
			if err := validate.Layer(l); err != nil {
				t.Errorf("%s of %d bytes: %v", name, n, err)
			}
			want := sha256.Sum256(content)
			if n > 0 && l.SHA256("/model/model") != hex.EncodeToString(want[:]) {
				t.Errorf("%s of %d bytes: SHA-256 of the file is wrong", name, n)
			}
		}
	}
}

func TestChoice(t *testing.T) {
	f := func(want codec, content []byte) {
		t.Helper()
		if got := built(t, Bytes("/f", 0o644, content)).codec; got != want {
			t.Errorf("codec %d for %d bytes, want %d", got, len(content), want)
		}
	}
	f(deflated, []byte("a small file is mostly tar header"))
	f(stored, noise(1<<20))
	f(deflated, make([]byte, 6<<20))
	f(stored, append(noise(9<<20), make([]byte, 1<<20)...))
	f(deflated, append(noise(5<<20), make([]byte, 5<<20)...))
}

// TestStoredBytes spells out a stored layer: it must never change.
func TestStoredBytes(t *testing.T) {
	src := bytes.Repeat([]byte{7}, maxStored+2)
	got, err := io.ReadAll(newEncoder(bytes.NewReader(src), int64(len(src)), stored))
	if err != nil {
		t.Fatal(err)
	}
	want := "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" +
		"\x00\xff\xff\x00\x00" + string(src[:maxStored]) +
		"\x00\x02\x00\xfd\xff" + "\x07\x07" +
		"\x01\x00\x00\xff\xff"
	if string(got[:len(got)-8]) != want {
		t.Errorf("got %x…%x", got[:20], got[len(got)-20:])
	}
}

// TestBlocksAreIndependent: a writer that has been used gives the bytes of a
// new one, or blocks could never be compressed in parallel.
func TestBlocksAreIndependent(t *testing.T) {
	src := bytes.Repeat([]byte("feature_7 <= 0.25 "), 3*blockSize/18)
	whole, err := io.ReadAll(newEncoder(bytes.NewReader(src), int64(len(src)), deflated))
	if err != nil {
		t.Fatal(err)
	}
	parts := whole[:10:10]
	for off := 0; off < len(src); off += blockSize {
		p := src[off:min(off+blockSize, len(src))]
		one, err := io.ReadAll(newEncoder(bytes.NewReader(p), int64(len(p)), deflated))
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, one[10:len(one)-13]...)
	}
	if !bytes.Equal(parts, whole[:len(whole)-13]) {
		t.Error("blocks of one stream differ from the same blocks alone")
	}
}

func TestFileChanges(t *testing.T) {
	f := func(want string, change func(name string) error) {
		t.Helper()
		file, name := onDisk(t, "/model/model", noise(keepBelow+1))
		l := built(t, file)
		if err := change(name); err != nil {
			t.Fatal(err)
		}
		rc, err := l.Compressed()
		if err != nil {
			t.Fatal(err)
		}
		defer rc.Close()
		if _, err := io.Copy(io.Discard, rc); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	f("/model/model changed while it was being read (it has 100 bytes, not 8388609)", func(name string) error { return os.Truncate(name, 100) })
	f("/model/model changed while it was being read (its checksum differs)", func(name string) error { return os.WriteFile(name, make([]byte, keepBelow+1), 0o600) })
}

// TestFinished: a layer made elsewhere is the layer that was made there.
func TestFinished(t *testing.T) {
	made, err := Squeeze(context.Background(), []File{Bytes("/server", 0o755, bytes.Repeat([]byte("code"), 1<<20))})
	if err != nil {
		t.Fatal(err)
	}
	l := Finished(compressed(t, made), made.diffID)
	if err := validate.Layer(l); err != nil {
		t.Error(err)
	}
	if l.digest != made.digest || l.size != made.size {
		t.Errorf("digest %s of %d bytes, want %s of %d", l.digest, l.size, made.digest, made.size)
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	_, err := New(ctx, []File{Bytes("/f", 0o644, noise(4*blockSize))}, func(done, total int64) {
		if done > blockSize {
			cancel()
		}
	})
	if err != context.Canceled {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

// FuzzLayer checks that any content survives both codecs.
func FuzzLayer(f *testing.F) {
	f.Add([]byte(""), uint16(1))
	f.Add([]byte("abc"), uint16(40000))
	f.Fuzz(func(t *testing.T, content []byte, repeat uint16) {
		content = bytes.Repeat(content, int(repeat)%512+1)
		for _, c := range []codec{stored, deflated, squeezed} {
			zr, err := gzip.NewReader(newEncoder(bytes.NewReader(content), int64(len(content)), c))
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(zr)
			if err != nil || !bytes.Equal(got, content) {
				t.Fatalf("codec %d: %d bytes came back of %d: %v", c, len(got), len(content), err)
			}
		}
	})
}
