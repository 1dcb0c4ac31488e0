package rootfs

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// A member of an archive, in the fewest words.
type member = tar.Header

func dir(name string) member { return member{Name: name, Typeflag: tar.TypeDir, Mode: 0o755} }
func file(name, content string) member {
	return member{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Uname: content}
} // archive moves Uname into the body
func link(name, target string) member {
	return member{Name: name, Typeflag: tar.TypeSymlink, Linkname: target}
}
func hard(name, target string) member {
	return member{Name: name, Typeflag: tar.TypeLink, Linkname: target}
}
func special(name string, t byte) member {
	return member{Name: name, Typeflag: t, Mode: 0o666, Devmajor: 1, Devminor: 3}
}

func archive(t testing.TB, members ...member) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range members {
		content := h.Uname
		h.Uname, h.Size = "", int64(len(content))
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// image makes an image of uncompressed archives, lowest first.
func image(t testing.TB, archives ...[]byte) v1.Image {
	t.Helper()
	img := empty.Image
	for _, a := range archives {
		layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(a)), nil })
		if err == nil {
			img, err = mutate.AppendLayers(img, layer)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return img
}

// tree lists what is in root: "a/", "a/b=content", "c->target".
func tree(t testing.TB, root string) []string {
	t.Helper()
	found := []string{}
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(root, p)
		switch {
		case err != nil || rel == ".":
			return err
		case d.IsDir():
			found = append(found, rel+"/")
		case d.Type() == fs.ModeSymlink:
			target, _ := os.Readlink(p)
			found = append(found, rel+"->"+target)
		default:
			b, _ := os.ReadFile(p)
			found = append(found, rel+"="+string(b))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestUnpack(t *testing.T) {
	f := func(want string, layers ...[]member) {
		t.Helper()
		var archives [][]byte
		for _, l := range layers {
			archives = append(archives, archive(t, l...))
		}
		root := t.TempDir()
		if err := Unpack(t.Context(), root, image(t, archives...), Limits{}); err != nil {
			t.Errorf("%s: %v", want, err)
			return
		}
		if got := strings.Join(tree(t, root), " "); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	type l = []member
	f("")
	f("a/ a/b=1", l{dir("a/"), file("a/b", "1")})
	f("a/ a/b=1", l{dir("./"), file("./a/b", "1")})
	f("a/ a/b=1", l{file("/a/b", "1")}) // rooted names, missing parents
	f("a=2", l{file("a", "1")}, l{file("a", "2")})
	f("a/ a/b=1 a/c=2", l{file("a/b", "1")}, l{dir("a"), file("a/c", "2")})
	f("a=2", l{file("a/b", "1")}, l{file("a", "2")})                // folder → file
	f("a/ a/b=2", l{file("a", "1")}, l{dir("a"), file("a/b", "2")}) // file → folder
	f("a/ b=1 c=1", l{dir("a"), file("b", "1"), hard("c", "/b")})
	f("a->/etc/passwd", l{link("a", "/etc/passwd")}) // a link may point anywhere; it is never followed out

	// Whiteouts.
	f("b=1", l{file("a", "1"), file("b", "1")}, l{file(".wh.a", "")})
	f("b=1", l{file("a/x/y", "1"), file("b", "1")}, l{file(".wh.a", "")})
	f("a/ a/new=2", l{file("a/x", "1"), dir("a/y")}, l{file("a/new", "2"), file("a/.wh..wh..opq", "")})
	f("a/ a/k/ a/k/new=2", l{file("a/k/old", "1")}, l{file("a/k/new", "2"), file("a/.wh..wh..opq", "")})
	f("a/ a/new=2", l{file("a/old", "1")}, l{file("a/new", "2"), file(".wh.a", "")})
	f("", l{file(".wh.absent", "")})
	f("a=1", l{file("a", "1"), file(".wh.a", "")}) // spares its own layer

	// Links in the way, inside of the image.
	f("lib->usr/lib usr/ usr/lib/ usr/lib/x=1", l{dir("usr/lib"), link("lib", "usr/lib")}, l{file("lib/x", "1")})
	f("run/ run/x=1 var/ var/run->/run", l{dir("run"), dir("var"), link("var/run", "/run")}, l{file("var/run/x", "1")})
	f("a->../../../b b/ b/x=1", l{dir("b"), link("a", "../../../b")}, l{file("a/x", "1")}) // ".." ends at the root
	f("a/ a/x=2 b/ b/x=1", l{dir("b"), file("b/x", "1"), link("a", "b")}, l{dir("a"), file("a/x", "2")})
	f("a=2 b=1", l{file("b", "1"), link("a", "b")}, l{file("a", "2")}) // a link is replaced, not written through
}

// TestHostile unpacks archives made to get out. Each must fail with a reason, and
// what is beside the tree must stay as it is.
func TestHostile(t *testing.T) {
	f := func(want string, members ...member) {
		t.Helper()
		base := t.TempDir()
		root, secret := filepath.Join(base, "root"), filepath.Join(base, "secret")
		if err := errors.Join(os.Mkdir(root, 0o755), os.WriteFile(secret, []byte("resin"), 0o600)); err != nil {
			t.Fatal(err)
		}
		for i := range members {
			members[i].Linkname = strings.ReplaceAll(members[i].Linkname, "BASE", base)
		}
		err := Unpack(t.Context(), root, image(t, archive(t, members...)), Limits{Bytes: 1 << 20, Entries: 1000})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("got error %v, want %q", err, want)
		}
		if b, err := os.ReadFile(secret); string(b) != "resin" {
			t.Errorf("%q: the file outside: %q %v", want, b, err)
		}
		if entries, _ := os.ReadDir(base); len(entries) != 2 {
			t.Errorf("%q: made outside: %v", want, entries)
		}
	}
	f(`"../evil": the name leads out of the image`, file("../evil", "x"))
	f(`leads out`, file("a/../../evil", "x"))
	f(`leads out`, file("/../evil", "x"))
	f(`leads out`, dir(".."))
	f("", link("a", ".."), file("a/evil", "x"))        // lands in the image's root
	f("", link("a", "BASE"), file("a/evil", "x"))      // lands in BASE inside of the image
	f("", link("a", "BASE/secret"), file("a", "x"))    // replaces the link
	f("", link("a", "BASE"), file("a/.wh.secret", "")) // hides nothing outside
	f("", link("a", "BASE"), file("a/.wh..wh..opq", ""))
	f(`hard link to "../secret": the name leads out`, hard("a", "../secret"))
	f("no such file", link("a", "BASE"), hard("b", "a/secret"))
	f("no such file", hard("b", "BASE/secret"))
	f(`which is no regular file`, link("a", "BASE/secret"), hard("b", "a"))
	f(`which is no regular file`, dir("a"), hard("b", "a"))
	f("symbolic links lead in a circle", link("a", "b"), link("b", "a"), file("a/x", "1"))
	f("a is not a folder", file("a", "1"), file("a/x", "1"))
	f("device nodes", special("null", tar.TypeChar))
	f("device nodes", special("sda", tar.TypeBlock))
	f("named pipes", special("fifo", tar.TypeFifo))
	f("the root of an image is a folder", file(".", "x"))
	f("the root of an image is a folder", link("/", "BASE"))
	f("whiteout of nothing", file(".wh.", ""))
	f("whiteout of nothing", file(".wh...", ""))
	f("longer than 4096 bytes or 256 folders", dir(strings.Repeat("d/", 300)))
	f("longer than 4096 bytes or 256 folders", file(strings.Repeat("n", 5000), ""))
	f("file name too long", file(strings.Repeat("n", 300), ""))
	f("unknown type", member{Name: "a", Typeflag: 'Z'})
}

func TestModes(t *testing.T) {
	root := t.TempDir()
	suid := file("suid", "x")
	suid.Mode = 0o4755
	shut := dir("shut")
	shut.Mode = 0o055
	tmp := dir("tmp")
	tmp.Mode = 0o1777
	if err := Unpack(t.Context(), root, image(t, archive(t, suid, shut, tmp, file("shut/x", "1"))), Limits{}); err != nil {
		t.Fatal(err)
	}
	f := func(name string, want fs.FileMode) {
		t.Helper()
		fi, err := os.Lstat(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if fi.Mode() != want {
			t.Errorf("%s: %v, want %v", name, fi.Mode(), want)
		}
	}
	f("suid", 0o755)
	f("shut", fs.ModeDir|0o755)
	f("tmp", fs.ModeDir|fs.ModeSticky|0o777)
}

func TestBudgets(t *testing.T) {
	f := func(a []byte, l Limits) {
		t.Helper()
		err := Unpack(t.Context(), t.TempDir(), image(t, a), l)
		if !errors.Is(err, ErrBudget) {
			t.Errorf("%+v: %v", l, err)
		}
	}
	many := make([]member, 100)
	for i := range many {
		many[i] = dir(fmt.Sprint(i))
	}
	f(archive(t, many...), Limits{Entries: 99})
	f(archive(t, file("zeros", strings.Repeat("\x00", 2<<20))), Limits{Bytes: 1 << 20})
	f(append(archive(t, file("a", "1")), make([]byte, 2<<20)...), Limits{Bytes: 1 << 20}) // behind the archive's end
	f(sparse(t, 1<<40), Limits{Bytes: 1 << 20})
	f(append(sparse(t, 600<<10)[:1536], sparse(t, 600<<10)...), Limits{Bytes: 1 << 20}) // two that fit alone
}

// sparse makes an archive of one GNU sparse file (format 0.1, in PAX records) that
// is all hole.
func sparse(t *testing.T, size int64) []byte {
	t.Helper()
	records := ""
	for _, kv := range []string{"GNU.sparse.major=0", "GNU.sparse.minor=1", "GNU.sparse.name=hole", fmt.Sprintf("GNU.sparse.size=%d", size), "GNU.sparse.numblocks=1", fmt.Sprintf("GNU.sparse.map=%d,0", size)} {
		n := len(kv) + 3
		for len(fmt.Sprint(n))+len(kv)+2 != n {
			n++
		}
		records += fmt.Sprintf("%d %s\n", n, kv)
	}
	a := archive(t, member{Name: "pax", Typeflag: tar.TypeReg, Mode: 0o644, Uname: records}, file("hole", ""))
	a[156] = tar.TypeXHeader
	copy(a[148:156], "        ")
	sum := 0
	for _, b := range a[:512] {
		sum += int(b)
	}
	copy(a[148:156], fmt.Sprintf("%06o\x00 ", sum))
	return a
}

// lying changes what an image says about itself.
type lying struct {
	v1.Image
	layers []v1.Layer
	config []byte
}

func (l lying) Layers() ([]v1.Layer, error) {
	if l.layers != nil {
		return l.layers, nil
	}
	return l.Image.Layers()
}

func (l lying) RawConfigFile() ([]byte, error) {
	if l.config != nil {
		return l.config, nil
	}
	return l.Image.RawConfigFile()
}

func TestDigestsAreChecked(t *testing.T) {
	img := image(t, archive(t, file("a", "1")))
	f := func(want string, img v1.Image) {
		t.Helper()
		if err := Unpack(t.Context(), t.TempDir(), img, Limits{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want %q", err, want)
		}
	}
	f("the image's configuration says sha256:", lying{Image: img, layers: []v1.Layer{static.NewLayer(archive(t, file("a", "2")), types.DockerUncompressedLayer)}})
	f("image has 0 layers, its configuration lists 1", lying{Image: img, layers: []v1.Layer{}})
	f("the manifest names sha256:", lying{Image: img, config: []byte(`{"rootfs":{}}`)})
	f("unexpected EOF", image(t, archive(t, file("a", strings.Repeat("1", 4096)))[:1024]))
	f("invalid tar header", image(t, bytes.Repeat([]byte("resin"), 1000)))
}

func TestUnpackObeysContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Unpack(ctx, t.TempDir(), image(t, archive(t, file("a", "1"))), Limits{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestCache(t *testing.T) {
	c := &Cache{Dir: filepath.Join(t.TempDir(), "cache")}
	img, other := image(t, archive(t, file("a", "1"))), image(t, archive(t, file("a", "2")))
	open := func(img v1.Image) *Tree {
		t.Helper()
		tree, err := c.Open(t.Context(), img)
		if err != nil {
			t.Fatal(err)
		}
		return tree
	}
	left := func(want int) {
		t.Helper()
		entries, err := os.ReadDir(c.Dir)
		if err != nil || len(entries) != want {
			t.Errorf("%d entries, want %d: %v %v", len(entries), want, entries, err)
		}
	}
	one, again, two := open(img), open(img), open(other)
	if one.Path != again.Path || one.Path == two.Path {
		t.Error(one.Path, again.Path, two.Path)
	}
	if got := tree(t, two.Path); !slices.Equal(got, []string{"a=2"}) {
		t.Error(got)
	}
	if fi, err := os.Stat(one.Path); err != nil || fi.Mode().Perm() != 0o755 {
		t.Error(fi.Mode(), err)
	}
	one.Close()
	prune := func(keep ...v1.Hash) {
		t.Helper()
		if err := c.Prune(keep...); err != nil {
			t.Error(err)
		}
	}
	prune()
	left(4) // both in use: a tree and a lock each
	again.Close()
	prune(one.Digest)
	left(4)
	prune()
	left(2)
	two.Close()
	prune()
	left(0)
}

func TestCacheForgetsHalfTrees(t *testing.T) {
	c := &Cache{Dir: t.TempDir()}
	good := image(t, archive(t, file("a", "1")))
	bad := lying{Image: good, layers: []v1.Layer{static.NewLayer(archive(t, file("a", "2")), types.DockerUncompressedLayer)}}
	if _, err := c.Open(t.Context(), bad); err == nil {
		t.Fatal("opened an image with a wrong layer")
	}
	digest, err := good.Digest()
	if err != nil {
		t.Fatal(err)
	}
	half := filepath.Join(c.Dir, digest.Hex+".tmp")
	if _, err := os.Stat(half); err == nil {
		t.Error("a half tree is left")
	}
	if err := errors.Join(os.Mkdir(half, 0o755), os.WriteFile(filepath.Join(half, "b"), nil, 0o644)); err != nil {
		t.Fatal(err) // as a killed process leaves it
	}
	opened, err := c.Open(t.Context(), good)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	if got := tree(t, opened.Path); !slices.Equal(got, []string{"a=1"}) {
		t.Error(got)
	}
}

// TestCacheIsShared opens and prunes at the same time: an open tree is complete.
func TestCacheIsShared(t *testing.T) {
	folder := t.TempDir()
	img := image(t, archive(t, file("a", "1"), file("b", "2")))
	deadline := time.Now().Add(300 * time.Millisecond)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			c := &Cache{Dir: folder}
			for time.Now().Before(deadline) {
				opened, err := c.Open(t.Context(), img)
				if err != nil {
					t.Error(err)
					return
				}
				if got := tree(t, opened.Path); !slices.Equal(got, []string{"a=1", "b=2"}) {
					t.Errorf("open tree: %q", got)
				}
				opened.Close()
				if err := c.Prune(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// FuzzUnpack feeds archives to Unpack; whatever they are, nothing may appear
// beside the tree.
func FuzzUnpack(f *testing.F) {
	f.Add(archive(f, dir("a"), file("a/b", "1"), link("l", "../.."), file("l/x", "1"), hard("h", "a/b"), file("a/.wh.b", "")))
	f.Add(archive(f, file("../x", "1")))
	f.Fuzz(func(t *testing.T, a []byte) {
		base := t.TempDir()
		root := filepath.Join(base, "root")
		if err := os.Mkdir(root, 0o755); err != nil {
			t.Fatal(err)
		}
		u := &unpacker{limits: Limits{Bytes: 1 << 20, Entries: 100}, left: Limits{Bytes: 1 << 20, Entries: 100}}
		var err error
		if u.root, err = os.OpenRoot(root); err != nil {
			t.Fatal(err)
		}
		defer u.root.Close()
		u.apply(t.Context(), &metered{r: bytes.NewReader(a), u: u})
		if entries, err := os.ReadDir(base); err != nil || len(entries) != 1 {
			t.Fatalf("made outside: %v %v", entries, err)
		}
	})
}
