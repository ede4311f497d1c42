"""Compares how often a warmed-up run of each benchmark calls malloc with what cases.json allows: never, or "allocations"
times. Making the result's text is not part of a run.

    bench/allocations.py build/release/bin/hogvm_count
"""

import json
import pathlib
import subprocess
import sys

cases = json.loads((pathlib.Path(__file__).parent / "cases.json").read_text())
counted = json.loads(subprocess.run([sys.argv[1], "allocations"], check=True, capture_output=True, text=True).stdout)
wrong = False
for case in cases:
    calls, allowed = counted[case["name"]]["run"], case.get("allocations", 0)
    print(f"{case['name']}: {calls} calls of malloc in a run, {allowed} allowed")
    wrong = wrong or calls > allowed
sys.exit("A warmed-up run allocates." if wrong else 0)
