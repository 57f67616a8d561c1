package main

import "unsafe"

// A key as a string of 16 hexadecimal digits; key_number.go has the other kind.
type key = string

const digits = 16

// asKeys lays all digits side by side, as keys.h does.
func asKeys(words []uint64) []key {
	text := make([]byte, digits*len(words))
	for i, word := range words {
		for k := 0; k < digits; k++ {
			text[i*digits+k] = "0123456789abcdef"[word>>(60-4*k)&15]
		}
	}
	all := *(*string)(unsafe.Pointer(&text))
	keys := make([]key, len(words))
	for i := range keys {
		keys[i] = all[i*digits : (i+1)*digits]
	}
	return keys
}

func weight(k key, elem int64) uint64 {
	return uint64(len(k)) + uint64(elem)
}
