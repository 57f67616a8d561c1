// pause.go: what pause.c does, one run, for Go's own map.
//
//	pause on|off n FILE
//
// The collector is on or off. FILE gets the nanoseconds of each insert as 32-bit integers.
package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"time"
)

const seed = 20260101
const notable = 100 * time.Microsecond

var began = time.Now()

func nextKey(state *uint64) uint64 {
	*state += 0x9e3779b97f4a7c15
	z := *state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func timeAll(keys []uint64, times []uint32) int {
	m := map[uint64]uint64{}
	last := time.Since(began)
	for i, key := range keys {
		m[key] = key
		now := time.Since(began)
		times[i] = uint32(min64(int64(now-last), math.MaxUint32))
		last = now
	}
	return len(m)
}

func min64(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

// The clock alone, for so long.
func timeNothing(duration time.Duration) (worst time.Duration, often int) {
	last := time.Since(began)
	for end := last + duration; last < end; {
		now := time.Since(began)
		if now-last > worst {
			worst = now - last
		}
		if now-last >= notable {
			often++
		}
		last = now
	}
	return worst, often
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "pause on|off n FILE")
		os.Exit(2)
	}
	if os.Args[1] == "off" {
		debug.SetGCPercent(-1)
	}
	n, err := strconv.Atoi(os.Args[2])
	must(err)
	keys, times := make([]uint64, n), make([]uint32, n)
	state := uint64(seed)
	for i := range keys {
		keys[i], times[i] = nextKey(&state), 1
	}
	start := time.Now()
	if timeAll(keys, times) != n {
		must(fmt.Errorf("not %d entries", n))
	}
	worst, often := timeNothing(time.Since(start))
	fmt.Printf("no inserts %.3f %d\n", float64(worst)/1e3, often)
	file, err := os.Create(os.Args[3])
	must(err)
	must(binary.Write(file, binary.LittleEndian, times))
	must(file.Close())
}
