package kernel

// BSpline evaluates the k+1 basis functions of degree k that are not zero at x, or
// their first derivatives, into h (k+1 values); hh is scratch of the same size.
// t are the knots and t[ell] <= x < t[ell+1] (_deBoor_D in
// scipy/interpolate/src/__fitpack.h; de Boor, A Practical Guide to Splines).
func BSpline(h, hh, t []float64, x float64, k, ell int, derivative bool) {
	m := 0
	if derivative {
		m = 1
	}
	h[0] = 1
	for j := 1; j <= k-m; j++ {
		copy(hh, h[:j])
		h[0] = 0
		for n := 1; n <= j; n++ {
			xb, xa := t[ell+n], t[ell+n-j]
			if xb == xa {
				h[n] = 0
				continue
			}
			w := hh[n-1] / (xb - xa)
			h[n-1] += float64(w * (xb - x))
			h[n] = w * (x - xa)
		}
	}
	for j := k - m + 1; j <= k; j++ {
		copy(hh, h[:j])
		h[0] = 0
		for n := 1; n <= j; n++ {
			xb, xa := t[ell+n], t[ell+n-j]
			if xb == xa {
				h[m] = 0
				continue
			}
			w := float64(j) * hh[n-1] / (xb - xa)
			h[n-1] -= w
			h[n] = w
		}
	}
}

// Interval is the ell for BSpline: the last knot in [t[k], t[n]) at or below x,
// where n is the number of basis functions; the first or last beyond these.
func Interval(t []float64, k int, x float64) int {
	n := len(t) - k - 1
	lo, hi := k, n-1
	for lo < hi {
		if mid := (lo + hi + 1) / 2; x >= t[mid] {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	return lo
}
