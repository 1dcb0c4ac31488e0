package catboost

// A hashIndex finds the place of a hash: open addressing, as in the file
// (catboost/libs/helpers/dense_hash.h).
type hashIndex struct {
	keys []uint64
	at   []int32 // -1 where there is none
}

// noHash marks an empty bucket of a file.
const noHash = ^uint64(0)

func newHashIndex(n int) hashIndex {
	size := 2
	for size < 2*n {
		size *= 2
	}
	x := hashIndex{keys: make([]uint64, size), at: make([]int32, size)}
	for i := range x.at {
		x.at[i] = -1
	}
	return x
}

func (x *hashIndex) bucket(hash uint64) int {
	mask := uint64(len(x.keys) - 1)
	i := hash & mask
	for x.at[i] >= 0 && x.keys[i] != hash {
		i = (i + 1) & mask
	}
	return int(i)
}

// add keeps the place of a hash. There are at most half as many as buckets.
func (x *hashIndex) add(hash uint64, at int) {
	i := x.bucket(hash)
	x.keys[i], x.at[i] = hash, int32(at)
}

// find is the place of a hash, -1 if it is not known.
func (x *hashIndex) find(hash uint64) int { return int(x.at[x.bucket(hash)]) }
