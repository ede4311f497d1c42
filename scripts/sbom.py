#!/usr/bin/env python3
"""Writes what hogvm is made with, as CycloneDX JSON: scripts/sbom.py [--check]

sbom.cdx.json lists the libraries that cmake/Dependencies.cmake links, in Debian 12's versions, and the packages of npm and
PyPI in the versions that the bindings pin. With --check nothing is written; what is out of date is an error.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tomllib
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent
FILE = ROOT / "sbom.cdx.json"
# Upstream's versions in Debian 12, as far as they stay the same there, and licences.
DEBIAN = {
    "libboost-json1.81-dev": ("Boost.JSON", "1.81.0", "BSL-1.0"),
    "libssl-dev": ("OpenSSL", "3.0", "Apache-2.0"),
    "libabsl-dev": ("Abseil", "20220623.1", "Apache-2.0"),
    "libre2-dev": ("RE2", "20220601", "BSD-3-Clause"),
    "libutf8proc-dev": ("utf8proc", "2.8.0", "MIT"),
    "libcli11-dev": ("CLI11", "2.1.2", "BSD-3-Clause"),
}
NPM = {"node-addon-api": "MIT", "node-api-headers": "MIT", "node-gyp-build": "MIT"}
PYPI = {"pybind11": "BSD-3-Clause", "scikit-build-core": "Apache-2.0"}


def component(kind, package, version, name, licence, use):
    identifier = f"pkg:{kind}/{package}@{version}" + ("?distro=debian-12" if kind == "deb/debian" else "")
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


def linked():
    """The Debian packages that CMake asks for, those for tests and benchmarks left out."""
    text = (ROOT / "cmake/Dependencies.cmake").read_text() + (ROOT / "CMakeLists.txt").read_text()
    names = re.findall(r"hogvm_find(?:_library)?\((?:missing|\$\{missing\}) (lib[\w.+-]+-dev)", text)
    for package in dict.fromkeys(names):
        if package in ("libbenchmark-dev",):
            continue
        if package not in DEBIAN:
            sys.exit(f"scripts/sbom.py: {package} is linked, but its name, version and licence are not in the table DEBIAN")
        name, version, licence = DEBIAN[package]
        yield component("deb/debian", package, version, name, licence, "linked")


def of_npm():
    pinned = json.loads((ROOT / "bindings/node/package.json").read_text())["dependencies"]
    for name, version in pinned.items():
        yield component("npm", name, version, name, NPM[name], "linked" if name != "node-gyp-build" else "loads the addon")


def of_pypi():
    for requirement in tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]:
        name, _, version = requirement.partition("==")
        yield component("pypi", name, version, name, PYPI[name], "linked" if name == "pybind11" else "builds")


def document():
    version = re.search(r"project\(hogvm VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text()).group(1)
    subject = {
        "type": "library",
        "bom-ref": f"hogvm@{version}",
        "name": "hogvm",
        "version": version,
        "licenses": [{"license": {"id": "MIT"}}],
    }
    components = [*linked(), *of_npm(), *of_pypi()]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, json.dumps([subject, components]))}",
        "version": 1,
        "metadata": {"component": subject},
        "components": components,
        "dependencies": [{"ref": subject["bom-ref"], "dependsOn": [c["bom-ref"] for c in components]}],
    }


def not_as_installed():
    """Packages whose version on this machine, where it is Debian 12, is another than the table's."""
    release = pathlib.Path("/etc/debian_version")
    if not shutil.which("dpkg-query") or not release.exists() or not release.read_text().startswith("12"):
        return
    for package, (_, version, _) in DEBIAN.items():
        asked = ["dpkg-query", "-W", "-f=${Version}", package]
        said = subprocess.run(asked, capture_output=True, text=True)
        there = re.sub(r"^\d+:", "", said.stdout)
        if said.returncode == 0 and there and not there.startswith(version):
            yield f"{package} is {there} here, {version} in the table DEBIAN of scripts/sbom.py"


def main():
    text = json.dumps(document(), indent=2) + "\n"
    if "--check" not in sys.argv[1:]:
        FILE.write_text(text)
        return 0
    wrong = list(not_as_installed())
    if not FILE.exists() or FILE.read_text() != text:
        wrong.append(f"{FILE.name} is out of date; write it anew by `make sbom`")
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
