#!/usr/bin/env bash
# Installs what is missing for one group of the Makefile's targets:
# setup.sh build|python|node|node-binding|node-versions|bench|valgrind|lint|fuzz
set -euo pipefail
cd "$(dirname "$0")/.."
log=build/setup.log
mkdir -p build

die() {
    printf 'setup: %s\n' "$*" >&2
    exit 1
}

# Runs a command with all it says in the log; when it fails, shows the end of it and dies with the message.
logged() {
    local message=$1
    shift
    "$@" >"$log" 2>&1 </dev/null || { tail -n 15 "$log" >&2; die "$message (all it said is in $log)"; }
}

is_installed() {
    dpkg-query -W -f='${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed
}

# Of "package:command" the command is wanted, whoever installed it; of "package" the Debian package.
missing() {
    local entry
    for entry in "$@"; do
        if [[ $entry == *:* ]]; then
            command -v "${entry#*:}" >/dev/null || echo "${entry%:*}"
        elif command -v dpkg-query >/dev/null; then # elsewhere cmake says which libraries are not there
            is_installed "$entry" || echo "$entry"
        fi
    done
}

need() {
    local packages as_root=()
    mapfile -t packages < <(missing "$@")
    ((${#packages[@]})) || return 0
    local hint="apt-get install ${packages[*]}"
    command -v apt-get >/dev/null || die "these are missing, by the names of Debian's packages: ${packages[*]}"
    if ((EUID != 0)); then
        as_root=(sudo)
        command -v sudo >/dev/null || die "packages are missing and there is no sudo; as root: $hint"
        sudo -v || die "packages are missing; as root: $hint"
    fi
    echo "setup: installing ${packages[*]}"
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300)
    "${apt[@]}" update >"$log" 2>&1 </dev/null || echo 'setup: apt-get update failed; trying with the lists that are there' >&2
    logged "$hint failed" "${apt[@]}" install -y --no-install-recommends "${packages[@]}"
}

# npm has Node, a package for each machine: install_node VERSION FOLDER.
install_node() {
    local system machine
    system=$(node -p process.platform)
    machine=$(node -p process.arch)
    logged "npm could not install Node $1; install it so that \`node\` is it" \
        npm install --prefix "$2" --no-save --no-audit --no-fund --ignore-scripts "node-$system-$machine@$1"
}

# The conformance scripts need Node 20; where the system's is older, npm has one.
need_node() {
    need nodejs:node npm:npm
    local major tree=conformance/node_modules/.package-lock.json
    major=$(node -p 'process.versions.node.split(".")[0]')
    if ((major < 20)) && [[ ! -x build/node/node_modules/.bin/node ]]; then
        echo "setup: installing Node 20 in build/node (the system's is $major)"
        install_node 20 build/node
    fi
    if [[ ! -e $tree || $tree -ot conformance/package-lock.json ]]; then
        echo 'setup: installing the reference VM in conformance/node_modules'
        logged 'npm ci failed in conformance/' scripts/with-node.sh npm ci --prefix conformance --no-audit --no-fund
        touch "$tree"
    fi
}

# The Python package is built for the python3 there is, with what PyPI has for that in build/python. Where that python3 is
# too old or has no headers, the package is left out.
need_python() {
    local python headers='import os, sysconfig; os.stat(sysconfig.get_path("include") + "/Python.h")'
    need python3:python3
    python=$(command -v python3)
    if [[ $(realpath "$python") == /usr/bin/* ]] && command -v apt-get >/dev/null; then need python3-dev python3-venv; fi
    if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || ! "$python" -c "$headers" 2>/dev/null; then
        echo "setup: the Python package is left out: $python is older than 3.10 or has no headers (python3-dev)" >&2
        return 0
    fi
    echo "setup: installing pybind11 and pytest in build/python"
    logged "python3 -m venv build/python failed" "$python" -m venv --clear build/python
    logged 'pip could not install what bindings/python/requirements.txt names' \
        build/python/bin/python -m pip install --disable-pip-version-check -r bindings/python/requirements.txt
}

# What the Node binding is built and tested with.
need_node_binding() {
    need_node
    local tree=bindings/node/node_modules/.package-lock.json
    if [[ ! -e $tree || $tree -ot bindings/node/package-lock.json ]]; then
        echo 'setup: installing what the Node binding needs in bindings/node/node_modules'
        logged 'npm ci failed in bindings/node/' \
            scripts/with-node.sh npm ci --prefix bindings/node --ignore-scripts --no-audit --no-fund
        touch "$tree"
    fi
}

# Other versions of Node, to test the binding on.
need_node_versions() {
    local version
    for version in 18 22; do
        [[ -x build/node$version/node_modules/.bin/node ]] && continue
        echo "setup: installing Node $version in build/node$version"
        install_node "$version" "build/node$version"
    done
}

case ${1-} in
    build)
        need cmake:cmake ninja-build:ninja g++:c++ python3:python3 pkg-config:pkg-config tzdata doctest-dev libabsl-dev \
            libbenchmark-dev libboost-json1.81-dev libcli11-dev libre2-dev libssl-dev libutf8proc-dev
        ;;
    python) need_python ;;
    node) need_node ;;
    node-binding) need_node_binding ;;
    node-versions) need_node_versions ;;
    bench) need lua5.4:lua5.4 valgrind:valgrind ;;
    valgrind) need valgrind:valgrind ;;
    # The sanitizers' and libFuzzer's libraries, and the names in what they report.
    fuzz) need clang-14:clang++-14 libclang-rt-14-dev llvm-14:llvm-symbolizer-14 ;;
    lint) need clang-format:clang-format clang-tidy:clang-tidy git:git ;;
    *) die 'which group? build, python, node, node-binding, node-versions, bench, lint or fuzz' ;;
esac
