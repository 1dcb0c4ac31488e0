package catboost

import (
	"encoding/binary"
	"math/bits"
)

// Hash is the number that stands for a category: the lower half of CityHash64 of
// its text (CalcCatFeatureHash in catboost/libs/cat_feature/cat_feature.h).
func Hash(category string) uint32 { return uint32(cityHash(category)) }

// combine adds a value to the hash of a combination of features (CalcHash in
// catboost/libs/model/hash.h).
func combine(a, b uint64) uint64 {
	const magic = 0x4906ba494954cb65
	return magic * (a + magic*b)
}

// Primes of CityHash.
const (
	city0 = 0xc3a5c85c97cb3127
	city1 = 0xb492b66fbe98f273
	city2 = 0x9ae16a3b2f90404f
	city3 = 0xc949d7c7509e6557
)

func load64(s string, at int) uint64 {
	var b [8]byte
	copy(b[:], s[at:at+8])
	return binary.LittleEndian.Uint64(b[:])
}

func load32(s string, at int) uint64 {
	var b [4]byte
	copy(b[:], s[at:at+4])
	return uint64(binary.LittleEndian.Uint32(b[:]))
}

func rotate(v uint64, right int) uint64 { return bits.RotateLeft64(v, -right) }

func mixed(v uint64) uint64 { return v ^ v>>47 }

// pair is Hash128to64.
func pair(low, high uint64) uint64 {
	const mul = 0x9ddfea08eb382d69
	a := mixed((low ^ high) * mul)
	return mixed((high^a)*mul) * mul
}

// cityHash is CityHash64 of version 1.0, which is not that of later versions
// (util/digest/city.cpp).
func cityHash(s string) uint64 {
	switch n := len(s); {
	case n <= 16:
		return cityShort(s)
	case n <= 32:
		return city32(s)
	case n <= 64:
		return city64(s)
	}
	return cityLong(s)
}

func cityShort(s string) uint64 {
	n := uint64(len(s))
	switch {
	case n > 8:
		a, b := load64(s, 0), load64(s, len(s)-8)
		return pair(a, rotate(b+n, len(s))) ^ b
	case n >= 4:
		return pair(n+load32(s, 0)<<3, load32(s, len(s)-4))
	case n > 0:
		y := uint64(s[0]) + uint64(s[n>>1])<<8
		z := n + uint64(s[n-1])<<2
		return mixed(y*city2^z*city3) * city2
	}
	return city2
}

func city32(s string) uint64 {
	n := len(s)
	a, b := load64(s, 0)*city1, load64(s, 8)
	c, d := load64(s, n-8)*city2, load64(s, n-16)*city0
	return pair(rotate(a-b, 43)+rotate(c, 30)+d, a+rotate(b^city3, 20)-c+uint64(n))
}

func city64(s string) uint64 {
	n := len(s)
	v0, v1 := cityHalf(load64(s, 0)+(uint64(n)+load64(s, n-16))*city0, s, 8, 16, 24)
	w0, w1 := cityHalf(load64(s, 16)+load64(s, n-32), s, n-24, n-16, n-8)
	r := mixed((v0+w1)*city2 + (w0+v1)*city0)
	return mixed(r*city0+v1) * city2
}

// cityHalf mixes three words of s into a, which begins with another.
func cityHalf(a uint64, s string, i, j, k int) (uint64, uint64) {
	z := load64(s, k)
	b, c := rotate(a+z, 52), rotate(a, 37)
	a += load64(s, i)
	c += rotate(a, 7)
	a += load64(s, j)
	return a + z, b + rotate(a, 31) + c
}

// weak mixes the 32 bytes of s at that place with seeds.
func weak(s string, at int, a, b uint64) (uint64, uint64) {
	w, x, y, z := load64(s, at), load64(s, at+8), load64(s, at+16), load64(s, at+24)
	a += w
	b = rotate(b+a+z, 21)
	c := a
	a += x + y
	b += rotate(a, 44)
	return a + z, b + c
}

func cityLong(s string) uint64 {
	n := len(s)
	x, y, z := load64(s, 0), load64(s, n-16)^city1, load64(s, n-56)^city0
	v0, v1 := weak(s, n-64, uint64(n), y)
	w0, w1 := weak(s, n-32, uint64(n)*city1, city0)
	z += mixed(v1) * city1
	x = rotate(z+x, 39) * city1
	y = rotate(y, 33) * city1
	for at := 0; at < (n-1)&^63; at += 64 {
		x = rotate(x+y+v0+load64(s, at+16), 37) * city1
		y = rotate(y+v1+load64(s, at+48), 42) * city1
		x ^= w1
		y ^= v0
		z = rotate(z^w0, 33)
		v0, v1 = weak(s, at, v1*city1, x+w0)
		w0, w1 = weak(s, at+32, z+w1, y)
		z, x = x, z
	}
	return pair(pair(v0, w0)+mixed(y)*city1+z, pair(v1, w1)+x)
}
