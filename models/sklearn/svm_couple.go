package sklearn

import "math"

// couple is multiclass_probability of svm.cpp, the second method of Wu, Lin and
// Weng, "Probability estimates for multi-class classification by pairwise
// coupling" (2004): pair[t*k+j] is the probability of class t against class j,
// q and qp are scratch of k*k and k values, and p is the result.
func couple(p, pair, q, qp []float64) {
	k := len(p)
	coupleMatrix(p, pair, q)
	eps := 0.005 / float64(k)
	for range max(100, k) {
		pQp := 0.0
		for t := range k {
			qp[t] = 0
			for j := range k {
				qp[t] += float64(q[t*k+j] * p[j])
			}
			pQp += float64(p[t] * qp[t])
		}
		worst := 0.0
		for _, v := range qp {
			worst = max(worst, math.Abs(v-pQp))
		}
		if worst < eps {
			break
		}
		coupleStep(p, q, qp, pQp)
	}
}

func coupleMatrix(p, pair, q []float64) {
	k := len(p)
	for t := range k {
		p[t] = 1 / float64(k)
		q[t*k+t] = 0
		for j := range t {
			q[t*k+t] += float64(pair[j*k+t] * pair[j*k+t])
			q[t*k+j] = q[j*k+t]
		}
		for j := t + 1; j < k; j++ {
			q[t*k+t] += float64(pair[j*k+t] * pair[j*k+t])
			q[t*k+j] = float64(-pair[j*k+t] * pair[t*k+j])
		}
	}
}

func coupleStep(p, q, qp []float64, pQp float64) {
	k := len(p)
	for t := range k {
		diff := (-qp[t] + pQp) / q[t*k+t]
		p[t] += diff
		pQp = (pQp + float64(diff*(float64(diff*q[t*k+t])+float64(2*qp[t])))) / (1 + diff) / (1 + diff)
		for j := range k {
			qp[j] = (qp[j] + float64(diff*q[t*k+j])) / (1 + diff)
			p[j] /= 1 + diff
		}
	}
}
