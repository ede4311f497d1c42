#!/usr/bin/env bash
# Runs every benchmark program in build/release/bin.
set -euo pipefail
cd "$(dirname "$0")/.."
shopt -s nullglob
programs=(bench/*.cpp)
((${#programs[@]})) || { echo 'There are no benchmarks in bench/.'; exit 0; }
for program in "${programs[@]}"; do
    "build/release/bin/$(basename "$program" .cpp)"
done
