//go:build goexperiment.simd

package kernel

import "simd/archsimd"

// exp256 is expScalar, four values at a time: the same operations as Exp, with the
// table looked up value by value. Values whose power of two might not be normal go
// to Exp.
func exp256(x []float64, scale float64) {
	s, bound := all4(scale), all4(expOrdinary)
	for ; len(x) >= 4; x = x[4:] {
		at := (*[4]float64)(x)
		v := archsimd.LoadFloat64x4(at).Mul(s)
		if v.Less(bound).And(all4(0).Sub(bound).Less(v)).ToBits() != 15 {
			expScalar(x[:4], scale)
			continue
		}
		ordinaryExp256(at, v)
	}
	archsimd.ClearAVXUpperBits()
	expScalar(x, scale)
}

// expOrdinary bounds what has a normal number for e**x and for 2**k.
const expOrdinary = 700

func ordinaryExp256(dst *[4]float64, x float64x4) {
	k := x.Mul(all4(expScale)).Add(all4(0.5)).Floor()
	r := x.Sub(k.Mul(all4(expStepHigh))).Sub(k.Mul(all4(expStepLow)))
	// An integer below 2**51 stands in the last bits of its sum with 1.5 * 2**52.
	n := k.Add(all4(0x1.8p52)).AsUint64x4()
	var index [4]uint64
	n.Store(&index)
	var pair02, pair13 float64x4
	pair02 = pair02.SetLo(archsimd.LoadFloat64x2(&expTable[index[0]%128])).SetHi(archsimd.LoadFloat64x2(&expTable[index[2]%128]))
	pair13 = pair13.SetLo(archsimd.LoadFloat64x2(&expTable[index[1]%128])).SetHi(archsimd.LoadFloat64x2(&expTable[index[3]%128]))
	power := pair02.AsInt64x4().InterleaveLoGrouped(pair13.AsInt64x4()).AsFloat64x4()
	tail := pair02.AsInt64x4().InterleaveHiGrouped(pair13.AsInt64x4()).AsFloat64x4()

	r2 := r.Mul(r)
	high := all4(1.0 / 24).Add(r.Mul(all4(1.0 / 120)))
	poly := r.Add(r2.Mul(all4(0.5).Add(r.Mul(all4(1.0 / 6))).Add(r2.Mul(high))))
	y := power.Add(power.Mul(tail.Add(poly)))
	exponent := n.ShiftAllRight(7).ShiftAllLeft(52).Add(archsimd.BroadcastUint64x4(1023 << 52))
	y.Mul(exponent.AsFloat64x4()).Store(dst)
}

// expit256 is expitScalar.
func expit256(x []float64) {
	exp256(x, -1)
	one := all4(1)
	for ; len(x) >= 4; x = x[4:] {
		at := (*[4]float64)(x)
		one.Div(one.Add(archsimd.LoadFloat64x4(at))).Store(at)
	}
	archsimd.ClearAVXUpperBits()
	for i, e := range x {
		x[i] = 1 / (1 + e)
	}
}

// tanh256 is tanhScalar: both formulas of Tanh, of which each value takes its own.
func tanh256(x []float64) {
	var powers [64]float64
	for len(x) >= 4 {
		n := min(len(x), len(powers)) &^ 3
		for i := 0; i < n; i += 4 {
			v := archsimd.LoadFloat64x4((*[4]float64)(x[i:]))
			magnitude4(v).Store((*[4]float64)(powers[i:]))
		}
		exp256(powers[:n], 2)
		for i := 0; i < n; i += 4 {
			at := (*[4]float64)(x[i:])
			tanhOf256(at, archsimd.LoadFloat64x4((*[4]float64)(powers[i:])))
		}
		x = x[n:]
	}
	archsimd.ClearAVXUpperBits()
	tanhScalar(x)
}

// tanhOf256 writes tanh(x) over x, given exp(2|x|).
func tanhOf256(x *[4]float64, power float64x4) {
	v := archsimd.LoadFloat64x4(x)
	one := all4(1)
	beyond := one.Sub(all4(2).Div(power.Add(one)))
	s := v.Mul(v)
	p := all4(tanhP0).Mul(s).Add(all4(tanhP1)).Mul(s).Add(all4(tanhP2))
	q := s.Add(all4(tanhQ0)).Mul(s).Add(all4(tanhQ1)).Mul(s).Add(all4(tanhQ2))
	near := v.Add(v.Mul(s).Mul(p).Div(q))
	y := magnitude4(beyond.Merge(near, magnitude4(v).GreaterEqual(all4(tanhNear))))
	sign := v.AsUint64x4().And(archsimd.BroadcastUint64x4(1 << 63))
	y.AsUint64x4().Or(sign).AsFloat64x4().Store(x)
}

// magnitude4 is |v|.
func magnitude4(v float64x4) float64x4 {
	return v.AsUint64x4().And(archsimd.BroadcastUint64x4(1<<63 - 1)).AsFloat64x4()
}
