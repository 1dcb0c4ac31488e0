package rootfs

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

func newHash() hash.Hash { return sha256.New() }

func sumOf(h hash.Hash) v1.Hash {
	return v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(h.Sum(nil))}
}

func sha256Hash(b []byte) v1.Hash {
	h := newHash()
	h.Write(b)
	return sumOf(h)
}

// metered counts what comes out of a decompressor: a small layer may be a bomb.
type metered struct {
	r io.Reader
	u *unpacker
}

func (m *metered) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.u.left.Bytes -= int64(n)
	if m.u.left.Bytes < 0 {
		return n, fmt.Errorf("%w: its layers hold more than %d bytes", ErrBudget, m.u.limits.Bytes)
	}
	return n, err
}
