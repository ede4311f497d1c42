"""A project outside the repository: `pip install` into a fresh environment. And the sdist."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import tarfile

ROOT = pathlib.Path(__file__).parents[3]
README = ROOT / "bindings" / "python" / "README.md"
BUILD_SDIST = "import sys, scikit_build_core.build as b; print(b.build_sdist(sys.argv[1]))"


def run(*command: object, cwd: pathlib.Path) -> str:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    environment |= {"CMAKE_BUILD_PARALLEL_LEVEL": "2"}
    done = subprocess.run([*map(str, command)], cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    return done.stdout


def test_the_readme_runs_where_the_package_was_installed(tmp_path: pathlib.Path) -> None:
    run(sys.executable, "-m", "venv", "venv", cwd=tmp_path)
    python = tmp_path / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "--disable-pip-version-check", ROOT, cwd=tmp_path)
    run(python, "-m", "doctest", README, cwd=tmp_path)
    where = run(python, "-c", "import hogvm; print(hogvm.__file__)", cwd=tmp_path)
    assert where.startswith(str(tmp_path))
    package = pathlib.Path(where.strip()).parent
    assert {"py.typed", "_engine.pyi"} <= {path.name for path in package.iterdir()}
    [materials] = package.parent.glob("hogvm-*.dist-info/sboms/sbom.cdx.json")
    assert materials.read_bytes() == (ROOT / "sbom.cdx.json").read_bytes()


def test_the_sdist_has_what_its_build_needs(tmp_path: pathlib.Path) -> None:
    """Every file of the folders that the build reads; that CMake is content with them is enough, for it takes minutes to
    compile them once more."""
    name = run(sys.executable, "-c", BUILD_SDIST, tmp_path, cwd=ROOT).split()[-1]
    with tarfile.open(tmp_path / name) as sdist:
        sdist.extractall(tmp_path)
    source = tmp_path / name.removesuffix(".tar.gz")
    there = {path.relative_to(source) for path in source.rglob("*") if path.is_file()}
    folders = ["cmake", "vm", "stdlib", "rules", "bindings/python"]
    wanted = {path.relative_to(ROOT) for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()}
    wanted = {path for path in wanted if "__pycache__" not in path.parts}
    wanted |= {pathlib.Path(file) for file in ("CMakeLists.txt", "LICENSE", "pyproject.toml", "sbom.cdx.json")}
    assert wanted <= there
    assert {path.parts[0] for path in there - wanted} <= {"PKG-INFO"}
    options = [f"-D{option}=OFF" for option in ("HOGVM_TOOL", "HOGVM_TESTS", "HOGVM_BENCH", "HOGVM_NODE")]
    run("cmake", "-S", source, "-B", tmp_path / "build", "-DHOGVM_PYTHON=ON", f"-DPython_EXECUTABLE={sys.executable}", *options,
        cwd=tmp_path)  # fmt: skip
