# The workshop. `make help` lists what there is.
#
# Python-side recipes use $(PYTHON), by default the one on PATH: make a virtual
# environment first, then `make build` once.

PYTHON ?= python3
CC ?= cc
BUILD := build

CORE := $(wildcard src/core/*.c)
CORE_TESTS := $(wildcard tests/core/*.c)
CORE_OBJECTS := $(patsubst %.c,$(BUILD)/core-objects/%.o,$(CORE) $(CORE_TESTS))
# The same with pages so small that every map's arrays go piece by piece.
PIECES_OBJECTS := $(patsubst %.c,$(BUILD)/core-pieces/%.o,$(CORE) $(CORE_TESTS))
PIECES_FLAGS := -DGM_PIECE_BYTES=512 -DGM_MOST_PAGE_BYTES=256
CORE_SANITIZERS ?= address,undefined
CORE_FLAGS := -std=c11 -O1 -g -DGM_DEBUG=1 -Isrc/core -Itests/core \
	-fsanitize=$(CORE_SANITIZERS) -fno-sanitize-recover=all -fno-omit-frame-pointer \
	-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wpointer-arith -Wvla -Wwrite-strings -Werror
# The fuzzer of the engine: its files, and what it takes from the tests.
FUZZ_ENGINE := $(wildcard tests/fuzz/engine*.c)
FUZZ_SOURCES := $(CORE) $(FUZZ_ENGINE) $(patsubst %,tests/core/%.c,\
	keys kind_stranger memory objects subject table test_record_witness)
REPLAY_OBJECTS := $(patsubst %.c,$(BUILD)/core-objects/%.o,$(FUZZ_SOURCES) tests/fuzz/replay.c)
REPLAY_PIECES := $(patsubst %.c,$(BUILD)/core-pieces/%.o,$(FUZZ_SOURCES) tests/fuzz/replay.c)
FUZZ_CC ?= clang
FUZZ_SECONDS ?= 7200
FUZZ_FLAGS := -std=c11 -O1 -g -Isrc/core -Itests/core -fsanitize=fuzzer,address,undefined \
	-fno-sanitize-recover=all -fno-omit-frame-pointer $(PIECES_FLAGS) \
	-DGM_PREFETCH_LEAST=48 -DGM_LOOK_AHEAD_LEAST=8 -DGM_MARK_STRIDE=4 -DGM_STATS_STRIDE=8
C_FILES := $(wildcard tests/fuzz/*.[ch] src/core/*.[ch] src/python/*.[ch] tests/core/*.[ch] tests/golden/*.[ch] tests/threads/*.[ch] benchmarks/core/*.[ch] benchmarks/hash/*.[ch])

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z%-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

.PHONY: build
build: ## the package, editable, warnings are errors, with all tools
	GOMAP_DEV=1 $(PYTHON) -m pip install -e '.[dev]'

.PHONY: build-debug
build-debug: ## the same with every invariant check on
	GOMAP_DEV=1 GOMAP_DEBUG=1 $(PYTHON) -m pip install -e '.[dev]'

.PHONY: test
test: ## the Python tests, on the installed package
	pytest

.PHONY: lint
lint: ## ruff: rules and format
	ruff check .
	ruff format --check .

.PHONY: types
types: ## mypy over gomap/, and the stub against the installed extension
	mypy
	.ci/stubtest

.PHONY: core-tests
core-tests: $(BUILD)/core-tests $(BUILD)/core-tests-pieces fuzz-replay ## the C tests of the engine, under ASan and UBSan
	$(BUILD)/core-tests
	$(BUILD)/core-tests-pieces

$(BUILD)/core-tests: $(CORE_OBJECTS)
$(BUILD)/core-tests-pieces: $(PIECES_OBJECTS)
$(BUILD)/core-tests $(BUILD)/core-tests-pieces:
	@$(CC) -fsanitize=$(CORE_SANITIZERS) -o $@ $^ -lm

# Objects depend on this file too: its flags are theirs.
$(BUILD)/core-objects/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo '$(CC) $<'
	@$(CC) $(CORE_FLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/core-pieces/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo '$(CC) $(PIECES_FLAGS) $<'
	@$(CC) $(CORE_FLAGS) $(PIECES_FLAGS) -MMD -MP -c -o $@ $<

THREAD_TESTS := $(wildcard tests/threads/*.c) \
	$(addprefix tests/core/,test_batch_twins.c memory.c kind_swar.c)
THREAD_FLAGS := $(filter-out -fsanitize=% -fno-sanitize-recover=% -DGM_DEBUG=1,$(CORE_FLAGS)) \
	-D_GNU_SOURCE -Itests/threads -fsanitize=thread -pthread

$(BUILD)/thread-tests: $(CORE) $(THREAD_TESTS) $(wildcard src/core/*.h tests/core/*.h tests/threads/*.h) Makefile
	@mkdir -p $(@D)
	@echo '$(CC) -fsanitize=thread $@'
	@$(CC) $(THREAD_FLAGS) -o $@ $(CORE) $(THREAD_TESTS) -lm

.PHONY: thread-tests
thread-tests: $(BUILD)/thread-tests ## the engine's maps in many threads, under TSan; ROUNDS=n for longer
	$(BUILD)/thread-tests planted/ 2>&1 | grep -q 'data race src/core' # it sees what there is to see
	$(BUILD)/thread-tests '' $(ROUNDS)

# Valgrind looks at code of its own build, without the sanitizers.
PLAIN_FLAGS := $(filter-out -fsanitize=% -fno-sanitize-recover=%,$(CORE_FLAGS))
VALGRIND := valgrind --quiet --error-exitcode=9 --leak-check=full --show-leak-kinds=all \
	--errors-for-leak-kinds=all --track-origins=yes

$(BUILD)/plain-tests $(BUILD)/plain-tests-pieces: $(CORE) $(CORE_TESTS) $(wildcard src/core/*.h tests/core/*.h) Makefile
	@mkdir -p $(@D)
	@echo '$(CC) $@'
	@$(CC) $(PLAIN_FLAGS) $(if $(findstring pieces,$@),$(PIECES_FLAGS)) -o $@ $(CORE) $(CORE_TESTS) -lm

.PHONY: valgrind
valgrind: $(BUILD)/plain-tests $(BUILD)/plain-tests-pieces ## the C tests of the engine under valgrind; TESTS=name for some
	$(VALGRIND) $(BUILD)/plain-tests $(TESTS)
	$(VALGRIND) $(BUILD)/plain-tests-pieces $(TESTS)

.PHONY: refleak
refleak: ## references and blocks over every test, repeated, on python3.11-dbg: hours
	.ci/refleak $(BUILD)/refleak tests

.PHONY: tsan
tsan: ## the same, then the thread tests of the Python type on a build under TSan
	$(MAKE) --no-print-directory thread-tests ROUNDS=5
	.ci/tsan $(BUILD)/tsan tests/test_batch_threads.py tests/test_batch_lock.py \
		tests/test_threads.py tests/test_sync_linear.py

-include $(CORE_OBJECTS:.o=.d) $(PIECES_OBJECTS:.o=.d) $(REPLAY_OBJECTS:.o=.d) $(REPLAY_PIECES:.o=.d)

.PHONY: fuzz-replay
fuzz-replay: $(BUILD)/fuzz-replay $(BUILD)/fuzz-replay-pieces ## the engine's fuzzing corpus as a test, any compiler
	$(BUILD)/fuzz-replay tests/fuzz/engine.pack
	$(BUILD)/fuzz-replay-pieces tests/fuzz/engine.pack

$(BUILD)/fuzz-replay: $(REPLAY_OBJECTS)
$(BUILD)/fuzz-replay-pieces: $(REPLAY_PIECES)
$(BUILD)/fuzz-replay $(BUILD)/fuzz-replay-pieces:
	@$(CC) -fsanitize=$(CORE_SANITIZERS) -o $@ $^ -lm

# libFuzzer's: no checks of GM_DEBUG, the model looks often enough.
$(BUILD)/fuzz-engine: $(FUZZ_SOURCES) $(wildcard src/core/*.h tests/core/*.h tests/fuzz/*.h) Makefile
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_FLAGS) -o $@ $(FUZZ_SOURCES)

.PHONY: fuzz
fuzz: ## both fuzzers side by side, FUZZ_SECONDS=7200 each; what they find is in build/fuzz
	.ci/fuzz $(BUILD)/fuzz $(FUZZ_SECONDS)

.PHONY: golden-failures
golden-failures: $(BUILD)/golden-failures ## every allocation of every step of Go's traces fails once
	$(PYTHON) tests/golden/flatten.py | $(BUILD)/golden-failures

$(BUILD)/golden-failures: $(patsubst %.c,$(BUILD)/core-objects/%.o,$(CORE) tests/core/memory.c tests/golden/failures.c tests/golden/flat.c)
	@$(CC) -fsanitize=$(CORE_SANITIZERS) -o $@ $^ -lm

.PHONY: sanitize
sanitize: ## all Python tests under ASan and UBSan, in an environment of their own
	.ci/sanitize $(BUILD)/sanitize tests

.PHONY: static
static: ## gcc's analyzer, clang-tidy and cppcheck over src/
	PYTHON=$(PYTHON) .ci/static

.PHONY: scale
scale: ## a hundred million entries, filled and verified: 6 GB, minutes
	pytest --slow tests/test_scale.py

.PHONY: coverage
coverage: ## the engine's line and branch coverage by its C tests: 98 % at least
	.ci/coverage $(BUILD)/coverage

.PHONY: faults
faults: ## plant every fault of the list in the engine: do its C tests catch each? minutes
	$(PYTHON) tests/faults/plant.py $(BUILD)/faults --table tests/faults/caught.md

.PHONY: hostile
hostile: ## foreign code at every moment of every operation: the whole matrix, hours
	$(PYTHON) tests/hostile

.PHONY: benchmarks
benchmarks: ## every benchmark, one after the other, into benchmarks/README.md: an hour
	$(PYTHON) benchmarks/all.py

bench-%: ## one of them: bench-dict bench-lists bench-core bench-hash bench-pause bench-memory bench-batch bench-sync
	$(PYTHON) benchmarks/bench_$*.py --update

.PHONY: docs
docs: ## the site of docs/ in build/docs/html, warnings are errors; needs pip install '.[docs]'
	GOMAP_DOCS_PYTHON=$(PYTHON) .ci/docs $(BUILD)/docs

.PHONY: format
format: ## ruff and clang-format
	ruff check --fix .
	ruff format .
	clang-format -i $(C_FILES)

.PHONY: typing
typing: ## tests/typing, by mypy and by pyright
	PYTHON=$(PYTHON) .ci/typing $(BUILD)/typing

.PHONY: portability
portability: ## the C tests for musl, Windows, s390x, aarch64, and compilers without extensions
	.ci/portability $(BUILD)/portability --long

.PHONY: dist
dist: ## source archive and wheels in build/release/dist, checked and tried without a compiler
	.ci/dist $(BUILD)/release

.PHONY: clean
clean: ## everything that can be made again
	rm -rf $(BUILD) dist *.egg-info gomap/_gomap*.so gomap/_gomap*.pyd
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
