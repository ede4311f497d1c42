#!/usr/bin/env python3
"""What protects the files of an optimised build: hardening_test.py FILE ...

Each has its relocations read-only before it runs, no executable stack, and, where it is a program, is position-independent;
and what was compiled with stack protectors and checked string functions calls them.
"""
import re
import subprocess
import sys


def readelf(path, *options):
    return subprocess.run(["readelf", "-W", *options, path], check=True, capture_output=True, text=True).stdout


def missing(path):
    headers, dynamic, symbols = readelf(path, "-l"), readelf(path, "-d"), readelf(path, "--dyn-syms")
    wanted = {
        "a position-independent file": "DYN" in readelf(path, "-h"),
        "read-only relocations (RELRO)": "GNU_RELRO" in headers,
        "binding at once (BIND_NOW)": re.search(r"BIND_NOW|FLAGS.*NOW", dynamic) is not None,
        "a stack that is not executable": re.search(r"GNU_STACK .* RW ", headers) is not None,
        "stack protectors": "__stack_chk_fail" in symbols,
        "checked string functions (FORTIFY_SOURCE)": re.search(r"__(mem|str|s?n?printf|vsn|snp)\w*_chk", symbols) is not None,
    }
    return [what for what, is_there in wanted.items() if not is_there]


def main():
    failed = False
    for path in sys.argv[1:]:
        lacking = missing(path)
        print(f"{path}: {'lacks ' + ', '.join(lacking) if lacking else 'protected'}")
        failed = failed or bool(lacking)
    return 1 if failed or len(sys.argv) < 2 else 0


if __name__ == "__main__":
    sys.exit(main())
