#!/usr/bin/env python3
"""Writes what hogvm is made with, as CycloneDX JSON: scripts/sbom.py [--check [BUILD_FOLDER FILE...]]

sbom.cdx.json lists the libraries that cmake/Dependencies.cmake links, in the versions that Debian 12 had when it was
written, and the packages of npm and PyPI in the versions that the bindings pin. With --check nothing is written; what is out
of date is an error. Of files that were built, by Ninja and on Debian, every header that they were compiled with and every
library that they link is looked up, too: one of a package that is not listed is an error.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tomllib
import urllib.parse
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent
FILE = ROOT / "sbom.cdx.json"
# Upstream's versions, as far as they stay the same in Debian 12, and licences.
DEBIAN = {
    "libboost-json1.81-dev": ("Boost.JSON", "1.81.0", "BSL-1.0"),
    "libssl-dev": ("OpenSSL", "3.0", "Apache-2.0"),
    "libabsl-dev": ("Abseil", "20220623.1", "Apache-2.0"),
    "libre2-dev": ("RE2", "20220601", "BSD-3-Clause"),
    "libutf8proc-dev": ("utf8proc", "2.8.0", "MIT"),
    "libcli11-dev": ("CLI11", "2.1.2", "BSD-3-Clause"),
}
NPM = {"node-addon-api": "MIT", "node-api-headers": "MIT", "node-gyp-build": "MIT"}
# What compilers and the C library bring, by the names of Debian's sources; and Python, which loads the module.
SYSTEM = {"gcc-12", "glibc", "linux", "python3.11"}
PYPI = {"pybind11": "BSD-3-Clause", "scikit-build-core": "Apache-2.0"}


def component(kind, package, version, name, licence, use):
    version_in_url = urllib.parse.quote(version, safe="~")
    identifier = f"pkg:{kind}/{package}@{version_in_url}" + ("?distro=debian-12" if kind == "deb/debian" else "")
    return {
        "type": "library",
        "bom-ref": identifier,
        "name": name,
        "version": version,
        "scope": "required" if use == "linked" else "excluded",
        "licenses": [{"license": {"id": licence}}],
        "purl": identifier,
        "properties": [{"name": "hogvm:use", "value": use}],
    }


def installed(package):
    """The version in dpkg's words, empty where there is none."""
    said = subprocess.run(["dpkg-query", "-W", "-f=${Version}", package], capture_output=True, text=True)
    return said.stdout if said.returncode == 0 else ""


def is_debian_12():
    release = pathlib.Path("/etc/debian_version")
    return bool(shutil.which("dpkg-query")) and release.exists() and release.read_text().startswith("12")


def listed():
    """The versions of Debian's packages that the file has."""
    if not FILE.exists():
        return {}
    packages = [c for c in json.loads(FILE.read_text())["components"] if c["purl"].startswith("pkg:deb/")]
    return {re.match(r"pkg:deb/debian/(.*)@", c["purl"]).group(1): c["version"] for c in packages}


def asked_for():
    """The Debian packages that CMake asks for, those for tests and benchmarks left out."""
    text = (ROOT / "cmake/Dependencies.cmake").read_text() + (ROOT / "CMakeLists.txt").read_text()
    names = re.findall(r"hogvm_find(?:_library)?\((?:missing|\$\{missing\}) (lib[\w.+-]+-dev)", text)
    return [name for name in dict.fromkeys(names) if name != "libbenchmark-dev"]


def linked(versions):
    for package in asked_for():
        if package not in DEBIAN:
            sys.exit(f"scripts/sbom.py: {package} is linked, but its name, version and licence are not in the table DEBIAN")
        name, upstream, licence = DEBIAN[package]
        yield component("deb/debian", package, versions.get(package) or upstream, name, licence, "linked")


def of_npm():
    pinned = json.loads((ROOT / "bindings/node/package.json").read_text())["dependencies"]
    for name, version in pinned.items():
        yield component("npm", name, version, name, NPM[name], "linked" if name != "node-gyp-build" else "loads the addon")


def of_pypi():
    for requirement in tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]:
        name, _, version = requirement.partition("==")
        yield component("pypi", name, version, name, PYPI[name], "linked" if name == "pybind11" else "builds")


def document(versions):
    version = re.search(r"project\(hogvm VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text()).group(1)
    subject = {
        "type": "library",
        "bom-ref": f"hogvm@{version}",
        "name": "hogvm",
        "version": version,
        "licenses": [{"license": {"id": "MIT"}}],
    }
    components = [*linked(versions), *of_npm(), *of_pypi()]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, json.dumps([subject, components]))}",
        "version": 1,
        "metadata": {"component": subject},
        "components": components,
        "dependencies": [{"ref": subject["bom-ref"], "dependsOn": [c["bom-ref"] for c in components]}],
    }


def upstream_of(version):
    return re.sub(r"^\d+:", "", version)


def not_as_installed():
    """Packages whose version on this machine, where it is Debian 12, is of another upstream than the table's. Debian's own
    revisions, which mend security, come without asking and are none."""
    for package, (_, version, _) in DEBIAN.items() if is_debian_12() else ():
        there = upstream_of(installed(package))
        if there and not there.startswith(version):
            yield f"{package} is {there} here, {version} in the table DEBIAN of scripts/sbom.py"


def said_by(*command):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


def made_of(build, path):
    """What a file was made of that is not of this repository: headers, and libraries of whatever kind."""
    inside = pathlib.Path(path).resolve().is_relative_to(pathlib.Path(build).resolve())
    target = os.path.relpath(path, build) if inside else os.path.abspath(path)
    inputs = said_by("ninja", "-C", build, "-t", "inputs", target).splitlines()
    objects = [i for i in inputs if i.endswith(".o")]
    headers = re.findall(r"^    (.+)", said_by("ninja", "-C", build, "-t", "deps", *objects), re.MULTILINE)
    libraries = [i for i in inputs if re.search(r"\.(a|so(\.[\d.]+)?)$", i)]
    # Those that the linker found by itself. What ends up in the file by name is what counts.
    loaded = dict(re.findall(r"(\S+) => (/\S+)", said_by("ldd", path)))
    needed = re.findall(r"NEEDED.*\[(.+)\]", said_by("readelf", "-dW", path))
    every = [*headers, *libraries, *(loaded[name] for name in needed if name in loaded)]
    for file in {pathlib.Path(os.path.realpath(pathlib.Path(build, one))) for one in every}:
        if not file.is_relative_to(ROOT / "build/python") and "node_modules" not in file.parts and (
            file.is_relative_to(ROOT) or file.is_relative_to(pathlib.Path(build).resolve())
        ):
            continue
        if not re.search(r"/include/python3\.\d+/", str(file)):  # of the interpreter, wherever that is
            yield file


def sources_of(files):
    """The Debian sources of files, and those files that are of no package. Where /lib is a link to /usr/lib dpkg knows a
    file by either name."""
    names = {str(f): f for f in files} | {str(f).removeprefix("/usr"): f for f in files if str(f).startswith("/usr/lib")}
    said = subprocess.run(["dpkg-query", "-S", *names], capture_output=True, text=True).stdout
    owner = {}
    for package, name in re.findall(r"^(\S+?)(?::\w+)?(?:, .*)?: (/.*)", said, re.MULTILINE):
        if name in names:
            owner[names[name]] = package
    sources = {p: said_by("dpkg-query", "-W", "-f=${source:Package}\n", p).split()[0] for p in set(owner.values())}
    return {sources[package]: file for file, package in owner.items()}, [f for f in files if f not in owner]


def not_listed(build, paths):
    """Whatever the files were made of that the document does not list."""
    files = {file for path in paths for file in made_of(build, path)}
    known = SYSTEM | {said_by("dpkg-query", "-W", "-f=${source:Package}\n", p).split()[0] for p in asked_for() if installed(p)}
    sources, strangers = sources_of(files)
    for source, file in sources.items():
        if source not in known:
            yield f"{file}, of Debian's {source}, is in what was built, but not in {FILE.name}"
    unknown = sorted(f for f in strangers if not any(name in f.parts for name in (*NPM, *PYPI)))
    if unknown:
        yield f"{unknown[0]} and {len(unknown) - 1} other files are in what was built, but not in {FILE.name}"


def main():
    checks = sys.argv[1:2] == ["--check"]
    here = {package: upstream_of(installed(package)) for package in DEBIAN} if is_debian_12() and not checks else {}
    text = json.dumps(document({**listed(), **{p: v for p, v in here.items() if v}}), indent=2) + "\n"
    if not checks:
        FILE.write_text(text)
        return 0
    wrong = list(not_as_installed())
    if not FILE.exists() or FILE.read_text() != text:
        wrong.append(f"{FILE.name} is out of date; write it anew by `make sbom`")
    build, *paths = sys.argv[2:] or [None]
    if paths and is_debian_12() and pathlib.Path(build, "build.ninja").exists() and shutil.which("ninja"):
        wrong += not_listed(build, paths)
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
