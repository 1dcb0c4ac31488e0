package kernel

import "math"

// Exp2 is 2**x, within 0.6 units in the last place and equal on every machine,
// by the method of Exp: x = k/128 + r.
func Exp2(x float64) float64 {
	switch {
	case math.IsNaN(x):
		return x
	case x >= 1024:
		return math.Inf(1)
	case x < -1075:
		return 0
	}
	k := math.Floor(float64(x*128) + 0.5)
	r := float64((x - k/128) * math.Ln2) // the difference is exact
	n := int(k)
	entry := &expTable[n&(len(expTable)-1)]
	r2 := r * r
	poly := r + float64(r2*(0.5+float64(r*(1.0/6))+float64(r2*(1.0/24+float64(r*(1.0/120))))))
	return scaled(entry[0], entry[1]+poly, n>>7)
}
