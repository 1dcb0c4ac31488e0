package forest

// loops are the kernels in plain Go, which those for vectors must equal bit for
// bit. They are slower than the scalar engine, which runs in their place.
var loops = kernels{
	name:   "bit-sliced",
	rank32: rankLoop[int32],
	rank64: rankLoop[int64],
	member: memberLoop,
	leaves: leavesLoop,
	levels: levelsLoop,
	add32:  addLoop[float32],
	add64:  addLoop[float64],
}

func rankLoop[K int32 | int64](to *[tile]int8, keys *[tile]K, r *ranks[K]) {
	for i, key := range keys {
		n := 0
		for _, bound := range r.bounds[:planeBounds] {
			if key > bound {
				n++
			}
		}
		to[i] = turn(n)
	}
}

func memberLoop(to *[tile]int8, codes *codePlanes, right *[maxCodes / 8]uint8) {
	for i, bit := range codes.bit {
		at := codes.low[i]
		if at >= 0x80 {
			at = codes.high[i] + maxCodes/16
		}
		to[i] = 0
		if right[at]&bit != 0 {
			to[i] = 1
		}
	}
}

func leavesLoop(to *[tile]uint8, nodes []slice, leaves []uint16, planes [][tile]int8, m *masks) {
	mask := &m.bits
	mask[1] = ^uint64(0)
	for i := range nodes {
		n, right := &nodes[i], uint64(0)
		for row, bin := range planes[n.plane] {
			if bin > n.bin {
				right |= 1 << row
			}
		}
		mask[2*i+2], mask[2*i+3] = mask[n.at]&^right, mask[n.at]&right
	}
	for leaf, at := range leaves {
		for row := range to {
			if mask[at]>>row&1 == 1 {
				to[row] = uint8(leaf)
			}
		}
	}
}

func levelsLoop(to *[tile]uint8, levels []slice, planes [][tile]int8) {
	clear(to[:])
	for i := range levels {
		l := &levels[i]
		for row, bin := range planes[l.plane] {
			if bin > l.bin {
				to[row] |= 1 << i
			}
		}
	}
}

func addLoop[T float32 | float64](sums *[tile]T, leaf *[tile]uint8, values []T, leaves int) {
	values = values[:leaves]
	for i, l := range leaf {
		sums[i] += values[l]
	}
}
