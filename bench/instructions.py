"""Compares how many machine instructions the benchmarks' programs take with what instructions.json has recorded.

    bench/instructions.py build/release/bin/hogvm_count [--record]

They are counted by valgrind: the instructions of many runs less those of few, so that loading counts nothing. Counts do
not depend on how busy the machine is, but on the compiler; where that is another than was recorded with, nothing is
compared. More than 5 % above the record fails. After a change that is worth its instructions, or that saves some, record
anew, and say in the commit what changed them and why.
"""

import concurrent.futures
import json
import pathlib
import re
import shutil
import subprocess
import sys

TOLERANCE = 0.05
FEW, MANY = 3, 13  # runs; of a case that takes little, ten times as many
FILE = pathlib.Path(__file__).parent / "instructions.json"
SMALL = 20_000  # instructions


def count(program: str, case: str, runs: int) -> int:
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, "runs", case, str(runs)]
    told = subprocess.run(command, capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", told.stderr)
    if told.returncode or not found:
        sys.exit(f"bench/instructions.py: {' '.join(command)}\n{told.stderr}")
    return int(found[1])


def instructions(program: str, case: str) -> int:
    few, many = FEW, MANY
    a_run = (count(program, case, many) - count(program, case, few)) // (many - few)
    if a_run < SMALL:
        few, many = 10 * FEW, 10 * MANY
        a_run = (count(program, case, many) - count(program, case, few)) // (many - few)
    return a_run


def main() -> None:
    program, *rest = sys.argv[1:]
    if not shutil.which("valgrind"):
        return print("Skipped: valgrind is not installed (`make setup` installs it).")
    compiler = subprocess.run([program, "compiler"], check=True, capture_output=True, text=True).stdout.strip()
    recorded = json.loads(FILE.read_text()) if FILE.exists() else {}
    is_recording = rest == ["--record"]
    if not is_recording and recorded.get("compiler") != compiler:
        return print(f"Skipped: recorded with {recorded.get('compiler')}, this build is by {compiler}.")
    cases = [case["name"] for case in json.loads((FILE.parent / "cases.json").read_text())] + ["load-1000"]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        counted = dict(zip(cases, pool.map(lambda case: instructions(program, case), cases)))
    before = recorded.get("instructions", {})
    more = []
    for case, now in counted.items():
        change = now / before[case] - 1 if case in before else None
        print(f"{case:16} {now:12,}" + (f"  {change:+.1%}".replace("%", " %") if change is not None else "  not recorded"))
        if change is None or change > TOLERANCE:
            more.append(case)
    if is_recording:
        FILE.write_text(json.dumps({"compiler": compiler, "instructions": counted}, indent=4) + "\n")
        print(f"Recorded in {FILE.name}. Say in the commit what changed the counts, and why.")
    elif more:
        sys.exit(
            f"More than 5 % above the record, or not recorded: {', '.join(more)}. Mend it; or, if it is worth that, record "
            "anew with `make bench-record` and say why in the commit."
        )


main()
