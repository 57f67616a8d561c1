package main

// The keys of one measurement, drawn as ../keys.h says, which explains them.
type keySet struct {
	seed                                                uint64
	n, groups, visits, steps                            int
	inserted, order, visited, absent, gone, fresh, seen []key
}

type stream uint64

func (s *stream) draw() uint64 {
	*s += 0x9E3779B97F4A7C15
	z := uint64(*s)
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

func (s *stream) below(n int) int {
	return int(s.draw() % uint64(n))
}

func (s *stream) drawAll(n int) []uint64 {
	words := make([]uint64, n)
	for i := range words {
		words[i] = s.draw()
	}
	return words
}

func (s *stream) shuffle(words []uint64) {
	for i := len(words); i > 1; i-- {
		j := s.below(i)
		words[i-1], words[j] = words[j], words[i-1]
	}
}

func (s *stream) drawVisits(group []uint64, visits int) []key {
	words := make([]uint64, visits)
	cycle := append([]uint64(nil), group...)
	for i := 0; i < visits; i += len(group) {
		s.shuffle(cycle)
		copy(words[i:], cycle)
	}
	return asKeys(words)
}

func (keys *keySet) drawChurn(s *stream, group []uint64) {
	live := append([]uint64(nil), group...)
	fresh := s.drawAll(keys.steps)
	gone, seen := make([]uint64, keys.steps), make([]uint64, keys.steps)
	for i := range gone {
		place := s.below(keys.n)
		gone[i] = live[place]
		live[place] = fresh[i]
		seen[i] = live[s.below(keys.n)]
	}
	keys.gone, keys.fresh, keys.seen = asKeys(gone), asKeys(fresh), asKeys(seen)
}

func newKeySet(n int, seed uint64, visits int) *keySet {
	keys := &keySet{seed: seed, n: n, visits: visits}
	keys.groups = (visits + n - 1) / n
	keys.steps = (visits + 1) / 2
	s := stream(seed)
	words := s.drawAll(keys.groups * n)
	order := append([]uint64(nil), words...)
	for group := 0; group < keys.groups; group++ {
		s.shuffle(order[group*n : (group+1)*n])
	}
	keys.order = asKeys(order)
	keys.visited = s.drawVisits(words[:n], visits)
	keys.absent = asKeys(s.drawAll(visits))
	keys.drawChurn(&s, words[:n])
	keys.inserted = asKeys(words)
	return keys
}
