"""Runs the examples and compares with what the reference VM gave: examples_test.py HOG."""
import pathlib
import subprocess
import sys

HOG = sys.argv[1]
HERE = pathlib.Path(__file__).parent
RUNS = {
    "filter.ndjson": ["filter.hoge", "--events", "events.ndjson"],
    "enrich.ndjson": ["enrich.hoge", "--events", "events.ndjson"],
    "summary.ndjson": ["summary.hoge", "--events", "expected/enrich.ndjson"],
    "funnel.json": ["funnel.hoge", "--globals", "visits.json"],
    "fibonacci.json": ["fibonacci.hoge"],
}

failures = []
for name, arguments in RUNS.items():
    run = subprocess.run([HOG, "run", *arguments], cwd=HERE, capture_output=True, text=True, encoding="utf-8", timeout=60)
    expected = (HERE / "expected" / name).read_text(encoding="utf-8")
    if run.returncode != 0 or run.stdout != expected:
        lines = zip(expected.splitlines(), run.stdout.splitlines())
        differing = next(((a, b) for a, b in lines if a != b), ("", ""))
        failures.append(f"{name}: exit code {run.returncode}\n{run.stderr}expected {differing[0]}\nprinted  {differing[1]}")
for program in sorted(HERE.glob("*.hoge")):
    run = subprocess.run([HOG, "check", program], capture_output=True, text=True, timeout=60)
    if run.returncode != 0:
        failures.append(f"hog check {program.name}:\n{run.stdout}{run.stderr}")
    if not program.with_suffix(".hog").exists():
        failures.append(f"{program.name} has no source")
sys.exit("\n".join(failures) if failures else 0)
