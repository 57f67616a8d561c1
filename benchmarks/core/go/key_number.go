package main

// A key as a number; key_text.go has the other kind. A build takes one of the two.
type key = int64

func asKeys(words []uint64) []key {
	keys := make([]key, len(words))
	for i, word := range words {
		keys[i] = key(word)
	}
	return keys
}

func weight(k key, elem int64) uint64 {
	return uint64(k) + uint64(elem)
}
