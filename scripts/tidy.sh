#!/usr/bin/env bash
# clang-format and clang-tidy on every C++ file of the project: tidy.sh [JOBS]
set -euo pipefail
cd "$(dirname "$0")/.."
mapfile -t files < <(git ls-files -co --exclude-standard '*.cpp' '*.h')
clang-format --dry-run --Werror "${files[@]}"
# The files that the build compiles, each with the build's own options.
printf '%s\n' "${files[@]}" | grep '\.cpp$' | grep -v '^tests/install/' |
    xargs -P "${1:-2}" -n 1 clang-tidy -p build/release --quiet --warnings-as-errors='*' 2>/dev/null
