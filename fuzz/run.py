#!/usr/bin/env python3
"""Fuzzes every target, as many at a time as there are processors, and says in a table what came of it.

    fuzz/run.py [--time SECONDS] [--jobs N] [--keep] [TARGET ...]

Each target runs until it has had SECONDS of a processor, on the corpus that earlier runs left in build/fuzz/corpora (at
first the kept one and the seeds). Figures add up over runs, in build/fuzz/figures.json. What is found lies in build/fuzz/findings, to
be repeated by `build/fuzz/bin/hogvm_fuzz_TARGET FILE`, and makes the exit status of the run that found it 1. With --keep the
corpora are made small and written to fuzz/corpora, from which the tests replay them.
"""
import argparse
import base64
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build/fuzz"
KEPT = ROOT / "fuzz/corpora"
TARGETS = ["load", "run", "functions", "json", "resume", "filter", "rules", "flags"]
BINDINGS = ["node", "python"]  # not guided by coverage
LIMITS = ["-timeout=10", "-rss_limit_mb=2500", "-malloc_limit_mb=600", "-max_len=4000", "-len_control=0", "-entropic=0"]
MOST_KEPT = 200_000  # bytes of a target's kept inputs

figures_lock = threading.Lock()


def read_figures():
    path = BUILD / "figures.json"
    return json.loads(path.read_text()) if path.exists() else {}


def add_figures(target, **more):
    """Adds to the target's sums; a figure that is no sum (a state) takes the place of the one before."""
    with figures_lock:
        figures = read_figures()
        mine = figures.setdefault(target, {"executions": 0, "cpu_s": 0, "findings": 0})
        for key, value in more.items():
            mine[key] = mine[key] + value if key in ("executions", "cpu_s", "findings") else value
        (BUILD / "figures.json").write_text(json.dumps(figures, indent=1) + "\n")


def cpu_seconds(process):
    """What a running process has used so far."""
    try:
        fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def timed(command, log, until=None, **options):
    """Runs a command with all it says in a file; gives its exit status and the CPU seconds that it took. After `until`
    CPU seconds it is told to end, in the way that libFuzzer understands."""
    with open(log, "wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, **options)
        told = False
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid != 0:
                break
            if until and not told and cpu_seconds(process) >= until:
                process.send_signal(signal.SIGUSR1)
                told = True
            time.sleep(0.2)
        process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_utime + usage.ru_stime


def corpus_of(target):
    folder = BUILD / "corpora" / target
    if not folder.exists():
        folder.mkdir(parents=True)
        seeds = BUILD / "seeds" / target
        for seed in seeds.iterdir() if seeds.exists() else []:
            shutil.copy(seed, folder)
        kept = KEPT / f"{target}.corpus"
        for number, line in enumerate(kept.read_text().splitlines() if kept.exists() else []):
            (folder / f"kept-{number}").write_bytes(base64.b64decode(line))
    return folder


def executable(target):
    return BUILD / "bin" / f"hogvm_fuzz_{target}"


def fuzz(target, seconds):
    findings = BUILD / "findings" / target
    findings.mkdir(parents=True, exist_ok=True)
    before = set(findings.iterdir())
    log = BUILD / "logs" / f"{target}.log"
    folder = corpus_of(target)
    dictionary = ROOT / "fuzz/dictionaries" / f"{target}.dict"
    command = [executable(target), "-print_final_stats=1", f"-artifact_prefix={findings}/"]
    command += LIMITS + ([f"-dict={dictionary}"] if dictionary.exists() else []) + [folder]
    status, cpu = timed(command, log, until=seconds, env={**os.environ, "UBSAN_OPTIONS": "print_stacktrace=1"})
    said = log.read_text(errors="replace")
    last = lambda pattern: int((re.findall(pattern, said) or [0])[-1])
    found = max(len(set(findings.iterdir()) - before), int(status != 0))
    add_figures(target, executions=last(r"number_of_executed_units: (\d+)"), cpu_s=cpu, findings=found, coverage=last(r"cov: (\d+)"),
                edges=last(r"\((\d+) inline 8-bit counters\)"), corpus=len(list(folder.iterdir())))
    if found:
        print(f"{target}: {found} found, in {findings}; the log is {log}", flush=True)
    return found


def fuzz_binding(target, seconds):
    log = BUILD / "logs" / f"{target}.log"
    last = BUILD / "findings" / f"{target}.last"
    last.parent.mkdir(parents=True, exist_ok=True)
    # Another seed each time: these have no corpus to go on from.
    seed = str(1 + int(read_figures().get(target, {}).get("seed", 0)))
    arguments = ["--seed", seed, "--seconds", str(seconds), "--last", last]
    if target == "node":
        command = ["scripts/with-node.sh", "node", "--max-old-space-size=2000", "fuzz/node.mjs", *arguments]
    else:
        command = ["build/python/bin/python", "fuzz/python.py", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "build/release/python")}
    status, cpu = timed(command, log, cwd=ROOT, env=environment)
    acts = re.findall(r": (\d+) acts", log.read_text(errors="replace"))
    add_figures(target, executions=int(acts[-1]) if acts else 0, cpu_s=cpu, findings=int(status != 0), seed=int(seed))
    if status != 0:
        print(f"{target}: ended with status {status} in the act {last.read_text().strip()}; the log is {log}", flush=True)
    return int(status != 0)


def has_binding(target):
    if target == "node":
        return (ROOT / "bindings/node/build/Release/hogvm.node").exists()
    return (ROOT / "build/release/python/hogvm").exists()


def adding(target, whole):
    """The inputs of the corpus that reach something which no smaller one does, each with how much that is: what libFuzzer
    notes while it merges."""
    merged = BUILD / "merged" / target
    shutil.rmtree(merged, ignore_errors=True)
    merged.mkdir(parents=True)
    notes = BUILD / "merged" / f"{target}.notes"
    notes.unlink(missing_ok=True)
    command = [executable(target), "-merge=1", f"-merge_control_file={notes}", *LIMITS, merged, whole]
    timed(command, BUILD / "logs" / f"{target}.merge.log")
    # Two counts, a file a line, and of each "FT NUMBER FEATURE..." with the features that were new.
    lines = notes.read_text().splitlines()
    files = lines[2 : 2 + int(lines[0])]
    new = [line.split()[1:] for line in lines[2 + len(files) :] if line.startswith("FT ")]
    return [(len(features), pathlib.Path(files[int(number)]).read_bytes()) for number, *features in new if features]


def choose(inputs, room):
    """Half of the room goes to what adds most for its size, the other half to what adds most at all: those are large and
    run deep."""
    by_size = sorted(inputs, key=lambda one: (-one[0] / len(one[1]) if one[1] else 0, one[1]))
    by_gain = sorted(inputs, key=lambda one: (-one[0], one[1]))
    chosen = set()
    for order, up_to in (by_size, room // 2), (by_gain, room):
        taken = sum(map(len, chosen))
        for _, one in order:
            if one not in chosen and taken + len(one) <= up_to:
                chosen.add(one)
                taken += len(one)
    return sorted(chosen, key=lambda one: (len(one), one))


def keep(target):
    inputs = adding(target, corpus_of(target))
    kept = choose(inputs, MOST_KEPT)
    KEPT.mkdir(exist_ok=True)
    (KEPT / f"{target}.corpus").write_text("".join(base64.b64encode(one).decode() + "\n" for one in kept))
    gained = {one: gain for gain, one in inputs}
    share = sum(gained[one] for one in kept) / max(1, sum(gained.values()))
    longest = max(map(len, kept), default=0)
    print(f"{target}: {len(kept)} of {len(inputs)} inputs kept, with {share:.0%} of what they reach; the longest is {longest} bytes", flush=True)


def table(figures):
    print(f"{'target':<10} {'executions':>12} {'CPU min':>8} {'coverage':>15} {'corpus':>7} {'found':>6}")
    for target in TARGETS + BINDINGS:
        f = figures.get(target)
        if not f:
            continue
        covered = f"{f['coverage']} ({100 * f['coverage'] / max(f['edges'], 1):.0f} %)" if "coverage" in f else "-"
        print(f"{target:<10} {f['executions']:>12,} {f['cpu_s'] / 60:>8.1f} {covered:>15} {f.get('corpus', '-'):>7} {f['findings']:>6}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--time", type=int, default=60, metavar="SECONDS")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, *BINDINGS, []])
    given = parser.parse_args()
    targets = given.targets or TARGETS + [t for t in BINDINGS if has_binding(t)]
    (BUILD / "logs").mkdir(parents=True, exist_ok=True)
    if given.keep:
        for target in targets:
            if target in TARGETS:
                keep(target)
        return 0
    if not (BUILD / "seeds").exists():
        subprocess.run([sys.executable, ROOT / "fuzz/seeds.py", BUILD / "seeds"], check=True)
    with concurrent.futures.ThreadPoolExecutor(given.jobs) as pool:
        running = [pool.submit(fuzz_binding if t in BINDINGS else fuzz, t, given.time) for t in targets]
        found = sum(one.result() for one in running)
    table(read_figures())
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
