package sklearn

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
	"slices"
	"strconv"

	"github.com/copal-ml/copal/models"
	"github.com/copal-ml/copal/models/pyobj"
)

// hashes are those of Python's hashlib that HashingEncoder can name and Go has.
var hashes = []struct {
	name string
	make func() hash.Hash
}{
	{"md5", md5.New},
	{"sha1", sha1.New},
	{"sha224", sha256.New224},
	{"sha256", sha256.New},
	{"sha384", sha512.New384},
	{"sha512", sha512.New},
}

// hashedColumns is HashingEncoder (hashing.py): the number of texts of a row
// whose digest, as an integer, is k modulo the number of components. None counts
// as nothing.
type hashedColumns struct {
	inputs []string
	names  []string
	make   func() hash.Hash
}

func hashingEncoder(c *compiler, r pyobj.Ref) (*node, error) {
	h := new(hashedColumns)
	var err error
	if h.inputs, err = textsOf(r, "cols"); err != nil {
		return nil, err
	}
	method, err := word(r, "hash_method", "md5")
	if err != nil {
		return nil, err
	}
	for _, known := range hashes {
		if known.name == method {
			h.make = known.make
		}
	}
	if h.make == nil {
		return nil, r.Unsupported("hash_method="+quote(method), "Use md5, sha1 or one of sha2.")
	}
	attr, err := r.Need("n_components")
	if err != nil {
		return nil, err
	}
	n, err := attr.Int()
	if err != nil {
		return nil, err
	}
	if n < 1 || n > maxOpen {
		return nil, attr.Unsupported("a HashingEncoder of "+strconv.FormatInt(n, 10)+" components", "Use fewer.")
	}
	for k := range n {
		h.names = append(h.names, "col_"+strconv.FormatInt(k, 10))
	}
	t := &tableEncoder{hashed: h}
	if len(h.inputs) == 0 {
		t.hashed = nil
	}
	return t.compile(r)
}

// part is h for its columns of the input, which are texts: how Python shows a
// number depends on the types that its column had.
func (h *hashedColumns) part(r pyobj.Ref, inputs []string) (part, error) {
	p := part{width: len(h.names)}
	n := &node{features: len(h.inputs)}
	for _, name := range h.inputs {
		j := slices.Index(inputs, name)
		if j < 0 {
			return p, r.Format("it hashes a column %q, which is not in the input", clip(name))
		}
		p.columns, n.types = append(p.columns, j), append(n.types, models.String)
	}
	n.transform = &transformer{width: p.width, run: h.run, names: func([]string) []string { return h.names }}
	p.node = n
	return p, nil
}

func (h *hashedColumns) run(ws *workspace, x block) (block, error) {
	k := len(h.names)
	y := block{rows: x.rows, width: k, data: ws.floats(x.rows * k), owned: true}
	clear(y.data)
	digest := h.make()
	var sum []byte
	for _, s := range ws.features(x) {
		for i := range x.rows {
			if s.missing(i) {
				continue
			}
			digest.Reset()
			digest.Write([]byte(s.text(i)))
			sum = digest.Sum(sum[:0])
			y.data[i*k+modulo(sum, k)]++
		}
	}
	return y, nil
}

// modulo is the big-endian integer in b modulo n.
func modulo(b []byte, n int) int {
	rest := 0
	for _, c := range b {
		rest = (rest<<8 | int(c)) % n
	}
	return rest
}
