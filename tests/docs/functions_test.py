"""Whether the page of functions is what the tool writes: functions_test.py HOG PAGE."""
import difflib
import pathlib
import subprocess
import sys

page = pathlib.Path(sys.argv[2])
fresh = subprocess.run([sys.argv[1], "functions", "--markdown"], check=True, capture_output=True, text=True).stdout
if fresh != page.read_text():
    sys.stdout.writelines(difflib.unified_diff(page.read_text().splitlines(True), fresh.splitlines(True), "docs", "tool"))
    sys.exit(f"{page} is stale. Write it anew: build/release/bin/hog functions --markdown > docs/functions.md")
