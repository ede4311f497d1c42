"""Runs a program of the documentation: program_test.py PROGRAM EXPECTED."""
import pathlib
import subprocess
import sys

program, expected = sys.argv[1], pathlib.Path(sys.argv[2]).read_text()
run = subprocess.run([program], capture_output=True, text=True, timeout=60)
if run.returncode != 0 or run.stdout != expected:
    sys.exit(f"exit code {run.returncode}\n{run.stderr}--- documented:\n{expected}--- printed:\n{run.stdout}")
