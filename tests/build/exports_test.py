#!/usr/bin/env python3
"""What shared objects export, beside what they should: exports_test.py KIND=FILE ...

KIND is `node` or `python`, of which only the entry points are exported, or `library`: everything that a shared library of
hogvm exports is declared to be public.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
ENTRY_POINTS = {
    "node": {"napi_register_module_v1", "node_api_module_get_api_version_v1"},
    "python": {"PyInit__engine"},
}
MADE_BY_COMPILERS = r"^(typeinfo name for|typeinfo for|vtable for|VTT for|non-virtual thunk to|guard variable for) "


def exported(path, *options):
    said = subprocess.run(["nm", "-D", "--defined-only", *options, path], check=True, capture_output=True, text=True)
    return {line.split(" ", 2)[2] for line in said.stdout.splitlines()}


def public_names():
    """Every identifier in what headers declare to be public."""
    headers = [p.read_text() for folder in ("vm", "stdlib", "rules") for p in ROOT.glob(f"{folder}/**/*.h")]
    shown = [part for text in headers for part in re.findall(r"HOGVM_PUBLIC_BEGIN(.*?)HOGVM_PUBLIC_END", text, re.DOTALL)]
    code = re.sub(r"//.*", "", "\n".join(shown))
    return {"hogvm"} | set(re.findall(r"\w+", code))


def path_of(symbol):
    """The names that lead to a symbol: "hogvm::json::parse(...)" is ["hogvm", "json", "parse"]."""
    symbol = re.sub(MADE_BY_COMPILERS, "", symbol)
    symbol = re.sub(r"\[abi:\w+\]", "", symbol).split("(")[0]
    while "<" in symbol and "operator<" not in symbol:
        shorter = re.sub(r"<[^<>]*>", "", symbol)
        if shorter == symbol:
            break
        symbol = shorter
    return symbol.split(" ")[-1].split("::")


def strangers(path):
    """What a library exports that is not declared to be public."""
    names = public_names()
    found = []
    for symbol in sorted(exported(path, "-C")):
        namespace, *rest = path_of(symbol)
        known = all(part.lstrip("~") in names or part.startswith("operator") for part in rest)
        # A function template of the standard library's that gives what is ours begins with our name in a version script's
        # eyes, and can't be told apart there.
        if namespace == "std" and symbol.startswith("hogvm::"):
            continue
        if namespace != "hogvm" or not known:
            found.append(symbol)
    return found


def main():
    failed = False
    for argument in sys.argv[1:]:
        kind, _, path = argument.partition("=")
        if kind == "library":
            wrong = strangers(path)
            count = len(exported(path))
            ok = not wrong and count > 0
        else:
            wrong = sorted(exported(path) ^ ENTRY_POINTS[kind])
            count = len(exported(path))
            ok = not wrong
        print(f"{path}: {count} exported, {len(wrong)} of them wrong or missing")
        for symbol in wrong[:20]:
            print(f"    {symbol}")
        failed = failed or not ok
    return 1 if failed or len(sys.argv) < 2 else 0


if __name__ == "__main__":
    sys.exit(main())
