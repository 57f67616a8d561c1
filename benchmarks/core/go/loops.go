package main

// The timed loops, as ../side.inc.h has them for C and C++. They are methods of
// nothing and inlined nowhere, so that a profiler finds them.

//go:noinline
func loopHit(m map[key]int64, keys []key) int64 {
	var sum int64
	for _, k := range keys {
		if elem, ok := m[k]; ok {
			sum += elem
		}
	}
	return sum
}

//go:noinline
func loopMiss(m map[key]int64, keys []key) int64 {
	var absent int64
	for _, k := range keys {
		if _, ok := m[k]; !ok {
			absent++
		}
	}
	return absent
}

//go:noinline
func loopInsert(m map[key]int64, keys []key) int64 {
	for i, k := range keys {
		m[k] = int64(i)
	}
	return int64(len(m))
}

//go:noinline
func loopIncrement(m map[key]int64, keys []key) int64 {
	for _, k := range keys {
		m[k]++
	}
	return int64(len(m))
}

//go:noinline
func loopDelete(m map[key]int64, keys []key) int64 {
	for _, k := range keys {
		delete(m, k)
	}
	return int64(len(m))
}

//go:noinline
func loopChurn(m map[key]int64, keys *keySet) int64 {
	var sum int64
	for i := range keys.gone {
		delete(m, keys.gone[i])
		m[keys.fresh[i]] = int64(i)
		if elem, ok := m[keys.seen[i]]; ok {
			sum += elem
		}
	}
	return sum + int64(len(m))
}

//go:noinline
func loopIterate(maps []map[key]int64, times int) int64 {
	var sum uint64
	for i := 0; i < times; i++ {
		for k, elem := range maps[i%len(maps)] {
			sum += weight(k, elem)
		}
	}
	return int64(sum)
}
