"""A project outside the repository: `pip install` into a fresh environment, from the folder and from the sdist."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import tarfile
import zipfile

import pytest

ROOT = pathlib.Path(__file__).parents[3]
README = ROOT / "bindings" / "python" / "README.md"
BUILD_SDIST = "import sys, scikit_build_core.build as b; print(b.build_sdist(sys.argv[1]))"


def run(*command: object, cwd: pathlib.Path) -> str:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    # Both builds compile the same files; where there is a ccache, let the second have them from it.
    environment |= {"CCACHE_BASEDIR": str(cwd), "CCACHE_NOHASHDIR": "1", "CMAKE_BUILD_PARALLEL_LEVEL": "2"}
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
    assert {"py.typed", "_engine.pyi"} <= {path.name for path in pathlib.Path(where.strip()).parent.iterdir()}


def test_the_sdist_has_what_its_build_needs(tmp_path: pathlib.Path) -> None:
    pytest.importorskip("scikit_build_core")
    (tmp_path / "dist").mkdir()
    name = run(sys.executable, "-c", BUILD_SDIST, tmp_path / "dist", cwd=ROOT).split()[-1]
    with tarfile.open(tmp_path / "dist" / name) as sdist:
        sdist.extractall(tmp_path)
        files = {pathlib.PurePath(file).parts[1] for file in sdist.getnames() if len(pathlib.PurePath(file).parts) > 1}
    assert files == {"CMakeLists.txt", "LICENSE", "PKG-INFO", "bindings", "cmake", "pyproject.toml", "rules", "stdlib", "vm"}
    source = tmp_path / name.removesuffix(".tar.gz")
    pip = [sys.executable, "-m", "pip", "wheel", "--disable-pip-version-check", "--no-build-isolation", "--no-deps"]
    run(*pip, "-w", tmp_path / "wheels", source, cwd=tmp_path)
    (wheel,) = (tmp_path / "wheels").iterdir()
    names = zipfile.ZipFile(wheel).namelist()
    assert {"hogvm/__init__.py", "hogvm/py.typed", "hogvm/_engine.pyi"} <= set(names)
    assert all(name.startswith(("hogvm/", "hogvm-")) for name in names), names
    (extension,) = (name for name in names if name.endswith(".so"))
    code = f"import sys; sys.path.insert(0, {str(wheel)!r}); import zipfile; zipfile.ZipFile({str(wheel)!r}).extractall('unpacked')"
    run(sys.executable, "-c", code, cwd=tmp_path)
    assert extension.startswith("hogvm/_engine.")
    run(sys.executable, "-c", "import sys; sys.path.insert(0, 'unpacked'); import hogvm; assert hogvm.Program(['_H', 1]).run().value is None",
        cwd=tmp_path)  # fmt: skip
