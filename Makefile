# Everything that is done with this repository. `make help` lists it.
PRESET ?= release
PREFIX ?= /usr/local
TIDY_JOBS ?= 2
TIME ?= 60

.DEFAULT_GOAL := help
.PHONY: help setup build optional-node run test test-asan test-tsan test-shared test-valgrind fuzz fuzz-keep sbom conformance bench bench-check bench-record format tidy install clean

help: ## list what there is
	@echo 'make TARGET, where TARGET is one of'
	@sed -n 's/^\([a-z-]*\):.*## /  \1|/p' Makefile | awk -F'|' '{printf "%-14s %s\n", $$1, $$2}'

setup: build/setup-build build/setup-python build/setup-node-binding build/setup-node-versions build/setup-bench build/setup-valgrind build/setup-lint build/setup-fuzz ## install everything that any target needs
	@:

build: build/setup-build build/setup-python optional-node ## build the library, the tool (build/release/bin/hog), the packages and the tests
	@scripts/build.sh $(PRESET)

run: build ## filter and enrich the sample events in examples/, showing what goes in, what comes out and how fast
	@scripts/demo.sh

test: build build/setup-bench ## every test: unit, conformance, tool, documentation, install, counts of instructions
	@ctest --preset $(PRESET)

test-asan: ## every test under AddressSanitizer and UndefinedBehaviorSanitizer
	@$(MAKE) --no-print-directory test PRESET=asan

test-tsan: ## every test under ThreadSanitizer
	@$(MAKE) --no-print-directory test PRESET=tsan

test-shared: build/setup-build ## the tests with the libraries as shared ones, and what these export
	@scripts/build.sh shared
	@ctest --preset shared

test-valgrind: build build/setup-valgrind ## the recorded cases and states under valgrind, which sees memory that was never written
	@valgrind --quiet --error-exitcode=1 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite --suppressions=tests/valgrind.supp \
		build/$(PRESET)/bin/hogvm_tests --source-file='*/conformance/conformance_test.cpp,*/conformance/journeys_test.cpp'

fuzz: build build/setup-fuzz ## fuzz all targets side by side, each for TIME seconds of a processor (60); figures add up
	@scripts/build.sh fuzz
	@fuzz/run.py --time $(TIME)

fuzz-keep: build/setup-fuzz ## make the corpora that fuzzing has found small, and keep them in fuzz/corpora for the tests
	@scripts/build.sh fuzz
	@fuzz/run.py --keep

sbom: ## write sbom.cdx.json anew, from the versions that the project pins and the packages that it links
	@scripts/sbom.py

conformance: build build/setup-node ## all compared: programs with the reference VM, selectors with a CSS engine, flags with posthog-node
	@scripts/with-node.sh node conformance/compare.mjs --recorded
	@scripts/with-node.sh node conformance/compare.mjs build/release/bin/hogvm_exchange
	@scripts/with-node.sh node conformance/differential.mjs --exe build/release/bin/hogvm_exchange --seed 1 --count 2000
	@scripts/with-node.sh node conformance/travel.mjs --exe build/release/bin/hogvm_exchange --seed 1 --count 5000
	@scripts/with-node.sh node conformance/selectors.mjs --exe build/release/bin/hogvm_filters
	@scripts/with-node.sh node conformance/flags.mjs --exe build/release/bin/hogvm_flags_exchange --crossed
	@if [ -e bindings/node/build/Release/hogvm.node ]; then scripts/with-node.sh node conformance/flags.mjs --package bindings/node; fi

bench: build build/setup-node build/setup-bench ## the benchmarks, beside the reference VM, Lua and others; of flags, rule sets and the packages
	@scripts/with-node.sh node bench/compare.mjs
	@scripts/with-node.sh node bench/compare_flags.mjs
	@build/release/bin/hogvm_rules_bench >build/rule-sets.json
	@python3 bench/rules_plot.py build/rule-sets.json build/rule-sets.svg
	@if [ -d build/release/python ]; then echo; PYTHONPATH=build/release/python build/python/bin/python bench/python.py; fi

bench-check: build build/setup-bench ## compare the counts of instructions and allocations with what is recorded
	@ctest --preset release -R '^bench[.]'

bench-record: build build/setup-bench ## record the counts of instructions anew; the commit says what changed them, and why
	@python3 bench/instructions.py build/release/bin/hogvm_count --record

format: build/setup-lint ## rewrite the C++ files in the project's format
	@git ls-files -co --exclude-standard '*.cpp' '*.h' | xargs clang-format -i

tidy: build build/setup-lint ## check the C++ files with clang-format and clang-tidy
	@scripts/tidy.sh $(TIDY_JOBS)

install: build ## install under PREFIX (/usr/local)
	@cmake --install build/release --prefix $(PREFIX)

clean: ## remove build/
	@rm -rf build

# Without Node the rest is built all the same.
optional-node:
	@$(MAKE) --no-print-directory build/setup-node-binding || echo 'The Node binding is left out: see above for what is missing'

# A stamp for each group of packages that was found or installed.
build/setup-%: scripts/setup.sh
	@scripts/setup.sh $*
	@mkdir -p build && touch $@
build/setup-node: conformance/package-lock.json
build/setup-python: bindings/python/requirements.txt
build/setup-node-binding: conformance/package-lock.json bindings/node/package-lock.json
