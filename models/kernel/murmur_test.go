package kernel

import "testing"

// Values of sklearn.utils.murmurhash3_32.
func TestMurmur32(t *testing.T) {
	f := func(key string, seed uint32, want int32) {
		t.Helper()
		if got := Murmur32([]byte(key), seed); got != want {
			t.Errorf("%q, seed %d: got %d, want %d", key, seed, got, want)
		}
	}
	f("", 0, 0)
	f("", 1, 1364076727)
	f("a", 0, 1009084850)
	f("ab", 0, -1681926305)
	f("abc", 0, -1277324294)
	f("abcd", 0, 1139631978)
	f("hello world", 0, 1586663183)
	f("hello world", 42, -368272391)
	f("naïve", 0, 992511445)
	f("the quick brown fox", 0, 519850996)
}
