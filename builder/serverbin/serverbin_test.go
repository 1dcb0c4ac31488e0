package serverbin

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/klauspost/compress/gzip"
)

func TestOpen(t *testing.T) {
	var packed bytes.Buffer
	zw := gzip.NewWriter(&packed)
	zw.Write([]byte("server"))
	zw.Close()
	fsys := fstest.MapFS{
		"bin/copal-serve-linux-amd64.gz": {Data: packed.Bytes()},
		"bin/copal-serve-linux-bad.gz":   {Data: []byte("not gzip at all")},
		"bin/copal-serve-linux-cut.gz":   {Data: packed.Bytes()[:packed.Len()-6]},
	}
	f := func(platform, want, wantErr string) {
		t.Helper()
		got, err := open(fsys, platform)
		if string(got) != want || (err == nil) != (wantErr == "") || err != nil && !strings.Contains(err.Error(), wantErr) {
			t.Errorf("%s: %q, %v; want %q, %q", platform, got, err, want, wantErr)
		}
	}
	f("linux/amd64", "server", "")
	f("linux/arm64", "", "this copal was built without its server for linux/arm64: run `make build`")
	f("linux/bad", "", "is damaged")
	f("linux/cut", "", "is damaged")
}
