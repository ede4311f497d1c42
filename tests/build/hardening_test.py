#!/usr/bin/env python3
"""What protects the files of an optimised build: hardening_test.py FILE ...

Programs, modules and shared libraries have their relocations read-only before they run, no executable stack, and are
position-independent. They and static libraries (*.a) have been compiled with stack protectors, which they call. So have
programs with checked string functions, and with probes of what large frames take of the stack; of a program whose libraries
are shared, which has little code of its own, all files together.
"""
import platform
import re
import subprocess
import sys

# How GCC and Clang touch a page of a frame before they take the next. What takes less than a page needs none.
PROBES = {"x86_64": r"\b(or|mov)[bql]?\s+\$0x0,(0x\w+)?\(%rsp\)"}


def said_by(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def readelf(path, *options):
    return said_by("readelf", "-W", *options, path)


def of_linked(path):
    headers, dynamic = readelf(path, "-l"), readelf(path, "-d")
    return {
        "a position-independent file": "DYN" in readelf(path, "-h"),
        "read-only relocations (RELRO)": "GNU_RELRO" in headers,
        "binding at once (BIND_NOW)": re.search(r"BIND_NOW|FLAGS.*NOW", dynamic) is not None,
        "a stack that is not executable": re.search(r"GNU_STACK .* RW ", headers) is not None,
    }


def of_objects(path):
    """Each object of a static library says that it needs no executable stack, or the linker gives it one."""
    notes = re.findall(r"\.note\.GNU-stack +PROGBITS +\w+ \w+ \w+ \w+ +([A-Z]*) ", readelf(path, "-S"))
    count = len(said_by("ar", "t", path).split())
    return {"a stack that is not executable": len(notes) == count and not any("X" in flags for flags in notes)}


def missing(path):
    is_static = path.endswith(".a")
    symbols = said_by("nm", path) if is_static else readelf(path, "--dyn-syms")
    wanted = {
        **(of_objects(path) if is_static else of_linked(path)),
        "stack protectors": "__stack_chk_fail" in symbols,
    }
    return [what for what, is_there in wanted.items() if not is_there]


def lacks_in_code(paths):
    """What none of the files has that few functions need: no string functions can be checked, no frame has a page."""
    pattern = PROBES.get(platform.machine())
    disassembled = lambda path: said_by("objdump", "-d", "--no-show-raw-insn", path)
    if not any(re.search(r"__(mem|str|s?n?printf|vsn|snp)\w*_chk", readelf(path, "--dyn-syms")) for path in paths):
        yield "checked string functions (FORTIFY_SOURCE)"
    if pattern and not any(re.search(pattern, disassembled(path)) for path in paths):
        yield "probes of the stack (-fstack-clash-protection)"


def main():
    failed = False
    paths = sys.argv[1:]
    for path in paths:
        lacking = missing(path)
        print(f"{path}: {'lacks ' + ', '.join(lacking) if lacking else 'protected'}")
        failed = failed or bool(lacking)
    linked = [path for path in paths if not path.endswith(".a")]
    for together in [[path] for path in linked] if len(linked) < len(paths) else [linked]:
        for what in lacks_in_code(together):
            print(f"{', '.join(together)}: lacks {what}")
            failed = True
    return 1 if failed or not linked else 0


if __name__ == "__main__":
    sys.exit(main())
