#!/usr/bin/env bash
# Configures and builds a preset; prints nothing but progress unless something fails: build.sh PRESET
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1
folder=build/$preset

if [[ ! -e $folder/build.ninja ]]; then
    mkdir -p "$folder"
    if ! cmake --preset "$preset" >"$folder/configure.log" 2>&1; then
        cat "$folder/configure.log" >&2
        exit 1
    fi
fi
if [[ -t 1 ]]; then
    exec cmake --build --preset "$preset"
fi
echo "Building $folder"
exec cmake --build --preset "$preset" -- --quiet
