package kernel

import (
	"encoding/binary"
	"math/bits"
)

// Murmur32 is MurmurHash3_x86_32 of Austin Appleby (public domain,
// MurmurHash3.cpp), which scikit-learn's hashers use with seed 0
// (sklearn/utils/murmurhash.pyx, murmurhash3_bytes_s32). Each block of four
// bytes, little-endian, is mixed into the hash:
//
//	k *= c1; k = rotl(k, 15); k *= c2
//	h ^= k; h = rotl(h, 13); h = h*5 + 0xe6546b64
//
// then the one to three bytes that are left, then the length.
func Murmur32(key []byte, seed uint32) int32 {
	const c1, c2 = 0xcc9e2d51, 0x1b873593
	h, n := seed, uint32(len(key))
	for ; len(key) >= 4; key = key[4:] {
		k := binary.LittleEndian.Uint32(key) * c1
		h ^= bits.RotateLeft32(k, 15) * c2
		h = bits.RotateLeft32(h, 13)*5 + 0xe6546b64
	}
	var k uint32
	for i := len(key) - 1; i >= 0; i-- {
		k = k<<8 | uint32(key[i])
	}
	h ^= bits.RotateLeft32(k*c1, 15) * c2
	h ^= n
	h ^= h >> 16
	h *= 0x85ebca6b
	h ^= h >> 13
	h *= 0xc2b2ae35
	h ^= h >> 16
	return int32(h)
}
