//go:build goexperiment.simd

package kernel

import "simd/archsimd"

// exp256 is expScalar, four values at a time: the same operations as Exp, with the
// table looked up value by value. Values whose power of two might not be normal go
// to Exp.
func exp256(x []float64, scale float64) {
	c := expConstants256()
	s, bound, below := all4(scale), all4(expOrdinary), all4(-expOrdinary)
	for ; len(x) >= 4; x = x[4:] {
		at := (*[4]float64)(x)
		v := archsimd.LoadFloat64x4(at).Mul(s)
		if v.Less(bound).And(below.Less(v)).ToBits() != 15 {
			expScalar(x[:4], scale)
			continue
		}
		k := v.Mul(c.scale).Add(c.half).Floor()
		r := v.Sub(k.Mul(c.stepHigh)).Sub(k.Mul(c.stepLow))
		n := k.Add(c.integer).AsUint64x4()
		var index [4]uint64
		n.Store(&index)
		power, tail := lookUp256(&index)
		r2 := r.Mul(r)
		poly := r.Add(r2.Mul(c.half.Add(r.Mul(c.third)).Add(r2.Mul(c.fourth.Add(r.Mul(c.fifth))))))
		y := power.Add(power.Mul(tail.Add(poly)))
		exponent := n.ShiftAllRight(7).ShiftAllLeft(52).Add(c.bias)
		y.Mul(exponent.AsFloat64x4()).Store(at)
	}
	archsimd.ClearAVXUpperBits()
	expScalar(x, scale)
}

// expOrdinary bounds what has a normal number for e**x and for 2**k.
const expOrdinary = 700

// expConstants are the constants of Exp in registers. An integer below 2**51 stands
// in the last bits of its sum with integer; bias turns such an exponent into that of
// a float64.
type expConstants struct {
	scale, half, stepHigh, stepLow, integer, third, fourth, fifth float64x4
	bias                                                          archsimd.Uint64x4
}

func expConstants256() expConstants {
	return expConstants{
		scale: all4(expScale), half: all4(0.5), stepHigh: all4(expStepHigh), stepLow: all4(expStepLow), integer: all4(0x1.8p52),
		third: all4(1.0 / 6), fourth: all4(1.0 / 24), fifth: all4(1.0 / 120), bias: archsimd.BroadcastUint64x4(1023 << 52),
	}
}

// lookUp256 gives the powers and tails of expTable at four indices, modulo 128.
func lookUp256(index *[4]uint64) (power, tail float64x4) {
	var a, b float64x4
	a = a.SetLo(archsimd.LoadFloat64x2(&expTable[index[0]%128])).SetHi(archsimd.LoadFloat64x2(&expTable[index[2]%128]))
	b = b.SetLo(archsimd.LoadFloat64x2(&expTable[index[1]%128])).SetHi(archsimd.LoadFloat64x2(&expTable[index[3]%128]))
	even, odd := a.AsInt64x4(), b.AsInt64x4()
	return even.InterleaveLoGrouped(odd).AsFloat64x4(), even.InterleaveHiGrouped(odd).AsFloat64x4()
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
