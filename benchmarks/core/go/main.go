// Go's own map's side of the benchmark: answers the lines that ../side.inc.h explains.
//
// The collector runs between measurements, never during one: GC off, as for the
// figures of C and C++, which count no garbage either.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"
)

const block = 65536

type result struct {
	elapsed    time.Duration
	sum        int64
	operations int
}

// The processor's time, as side.inc.h takes it.
func now() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// Keys, and a block of maps that operations share which leave their keys alone.
type state struct {
	keys *keySet
	maps []map[key]int64
}

func (s *state) measureVisits(loop func(map[key]int64, []key) int64, keys []key) result {
	started := now()
	sum := loop(s.maps[0], keys)
	return result{now() - started, sum, len(keys)}
}

func (s *state) measureIterate() result {
	started := now()
	sum := loopIterate(s.maps, s.keys.groups)
	return result{now() - started, sum, s.keys.groups * s.keys.n}
}

func (s *state) measureChurn() result {
	m := make(map[key]int64)
	loopInsert(m, s.keys.inserted[:s.keys.n])
	started := now()
	sum := loopChurn(m, s.keys)
	return result{now() - started, sum, 3 * s.keys.steps}
}

func (keys *keySet) block() int {
	maps := 1
	if keys.n < block {
		maps = block / keys.n
	}
	if maps > keys.groups {
		maps = keys.groups
	}
	return maps
}

// Makes and fills maps, beginning with this group.
func (keys *keySet) fill(maps []map[key]int64, first, hint int) int64 {
	var sum int64
	for i := range maps {
		if hint > 0 {
			maps[i] = make(map[key]int64, hint)
		} else {
			maps[i] = make(map[key]int64)
		}
		at := (first + i) * keys.n
		sum += loopInsert(maps[i], keys.inserted[at:at+keys.n])
	}
	return sum
}

func (keys *keySet) empty(maps []map[key]int64, first int) int64 {
	var sum int64
	for i, m := range maps {
		at := (first + i) * keys.n
		sum += loopDelete(m, keys.order[at:at+keys.n])
	}
	return sum
}

// Makes maps, beginning with this group; times filling, or when `deletes` emptying.
func (keys *keySet) measureBlock(maps []map[key]int64, first, hint int, deletes bool) result {
	started := now()
	sum := keys.fill(maps, first, hint)
	if deletes {
		started = now()
		sum = keys.empty(maps, first)
	}
	elapsed := now() - started
	for i := range maps {
		maps[i] = nil
	}
	runtime.GC()
	return result{elapsed, sum, len(maps) * keys.n}
}

func (keys *keySet) measureBlocks(hint int, deletes bool) result {
	total := result{operations: keys.groups * keys.n}
	maps := make([]map[key]int64, keys.block())
	if len(maps) < keys.groups { // once unseen: the process gets its memory
		keys.measureBlock(maps, 0, hint, deletes)
	}
	for first := 0; first < keys.groups; first += len(maps) {
		if keys.groups-first < len(maps) {
			maps = maps[:keys.groups-first]
		}
		one := keys.measureBlock(maps, first, hint, deletes)
		total.elapsed += one.elapsed
		total.sum += one.sum
	}
	return total
}

func (s *state) prepare(n int, seed uint64, visits int) {
	if s.keys != nil && s.keys.n == n && s.keys.seed == seed && s.keys.visits == visits {
		return
	}
	s.keys, s.maps = nil, nil
	runtime.GC()
	s.keys = newKeySet(n, seed, visits)
	s.maps = make([]map[key]int64, s.keys.block())
	s.keys.fill(s.maps, 0, 0)
}

func (s *state) measure(operation string) result {
	keys := s.keys
	switch operation {
	case "hit":
		return s.measureVisits(loopHit, keys.visited)
	case "miss":
		return s.measureVisits(loopMiss, keys.absent)
	case "increment":
		return s.measureVisits(loopIncrement, keys.visited)
	case "iterate":
		return s.measureIterate()
	case "churn":
		return s.measureChurn()
	case "insert":
		return keys.measureBlocks(0, false)
	case "presized":
		return keys.measureBlocks(keys.n, false)
	case "delete":
		return keys.measureBlocks(0, true)
	}
	return result{}
}

func (s *state) answer(line string) bool {
	if line == "name" {
		fmt.Println("Go's map,", runtime.Version())
		return true
	}
	var operation string
	var n, visits int
	var seed uint64
	fields, _ := fmt.Sscan(line, &operation, &n, &seed, &visits)
	if fields != 4 || n <= 0 || visits <= 0 {
		return false
	}
	s.prepare(n, seed, visits)
	runtime.GC()
	found := s.measure(operation)
	if found.operations == 0 {
		fmt.Println("none")
		return true
	}
	each := float64(found.elapsed.Nanoseconds()) / float64(found.operations)
	fmt.Printf("%.4f %d\n", each, found.sum)
	return true
}

func main() {
	debug.SetGCPercent(-1)
	var s state
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if !s.answer(lines.Text()) {
			fmt.Fprintln(os.Stderr, "not understood:", lines.Text())
			os.Exit(2)
		}
	}
}
