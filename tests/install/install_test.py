"""Installs the build into a folder and uses it as a stranger would: install_test.py BUILD_FOLDER CMAKE CXX."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

build, cmake, compiler = sys.argv[1:]
project = pathlib.Path(__file__).parent / "project"
EXPECTED = "'10GRÖSSE'\n"


def run(*command, **environment):
    done = subprocess.run([str(part) for part in command], env={**os.environ, **environment}, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        sys.exit(f"{' '.join(str(part) for part in command)}\n{done.stdout}")
    return done.stdout


def expect(what, printed):
    if printed != EXPECTED:
        sys.exit(f"{what} printed {printed!r} instead of {EXPECTED!r}")


with tempfile.TemporaryDirectory() as folder:
    installed, moved = pathlib.Path(folder, "installed"), pathlib.Path(folder, "moved")
    run(cmake, "--install", build, "--prefix", installed)
    shutil.move(installed, moved)  # nothing in it may name the place where it was installed

    outside = pathlib.Path(folder, "outside")
    run(cmake, "-S", project, "-B", outside, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={moved}",
        f"-DCMAKE_CXX_COMPILER={compiler}")
    run(cmake, "--build", outside)
    expect("the project that uses find_package", run(outside / "outside"))

    [package] = moved.rglob("hogvm.pc")
    flags = run("pkg-config", "--cflags", "--libs", "hogvm", PKG_CONFIG_PATH=str(package.parent)).split()
    by_hand = pathlib.Path(folder, "by_hand")
    run(compiler, "-std=c++20", project / "outside.cpp", "-o", by_hand, *flags)
    libraries = str(package.parent.parent)  # where a shared library would be
    expect("the program compiled with pkg-config", run(by_hand, LD_LIBRARY_PATH=libraries))

    if not run(moved / "bin" / "hog", "--version").startswith("hog "):
        sys.exit("the installed tool does not say its version")
    [manual] = moved.rglob("hog.1")
