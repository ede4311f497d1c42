"""Repeats the console sessions of documents: console_test.py HOG SOURCE_FOLDER DOCUMENT...

In a ```console block, a line after "$ " is a command (a "\\" at its end carries on to the next line), and what follows is
what it prints on stdout and stderr. A line of "..." stands for any lines, "..." inside a line for any text. The commands
of a document run one after the other in a copy of the examples, in a folder of their own.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)


def sessions(text):
    for block in BLOCK.findall(text):
        for session in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command = re.match(r"(?:.*\\\n)*.*\n", session).group()
            yield command, session[len(command):]


def matches(expected, printed):
    pattern = re.escape(expected)
    pattern = re.sub(r"(?m)^\\\.\\\.\\\.\\\n", r"(?:.*\\n)*?", pattern).replace(r"\.\.\.", ".*")
    return re.fullmatch(pattern, printed) is not None


def repeat(document, hog, source):
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(source / "examples", pathlib.Path(folder, "examples"))
        environment = dict(os.environ, PATH=f"{hog.parent}:{os.environ['PATH']}", LC_ALL="C.UTF-8")
        for command, expected in sessions(document.read_text()):
            run = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, text=True, timeout=60,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            if not matches(expected, run.stdout):
                failures += 1
                print(f"{document.name}: $ {command}--- documented:\n{expected}--- printed:\n{run.stdout}")
    return failures


hog, source = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
sys.exit(1 if sum([repeat(pathlib.Path(document), hog, source) for document in sys.argv[3:]]) else 0)
