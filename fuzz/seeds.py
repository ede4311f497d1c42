#!/usr/bin/env python3
"""Makes seeds for the fuzz targets out of the cases that the tests have: seeds.py FOLDER

Each target gets a folder in FOLDER with an input a file, named by its content.
"""
import hashlib
import json
import pathlib
import random
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LARGEST = 4000  # bytes; small inputs are run more often


def text(value):
    return json.dumps(value, separators=(",", ":"))


def recorded():
    """The conformance cases, each with "request" and "expect"."""
    for path in sorted((ROOT / "conformance/recorded").glob("*.json")):
        yield from json.loads(path.read_text())["cases"]


def load(requests):
    for request in requests:
        yield text(request["program"])
    for example in json.loads((ROOT / "stdlib/examples.json").read_text()):
        yield text(example["program"])


def documents(requests):
    """Texts of JSON, behind a zero byte what is read of them."""
    for request in requests:
        yield text(request.get("globals")) + "\0\x02\x01\x03\x05\x00\x02"
        for token in request["program"] if isinstance(request["program"], list) else []:
            if isinstance(token, str) and token[:1] in '{["0123456789-':
                yield token
    for event in json.loads((ROOT / "rules/filter_cases.json").read_text())["events"]:
        yield text(event) + "\0\x03\x02\x00\x01\x07\x09\x04"


def filters():
    cases = json.loads((ROOT / "rules/filter_cases.json").read_text())
    for number, case in enumerate(cases["cases"]):
        yield text({"filter": case["filter"], "event": cases["events"][number % len(cases["events"])]})
    for number, case in enumerate(cases["cases"][::8]):
        yield text({"filter": case["filter"], "options": cases["options"], "event": cases["events"][0]})


def rule_sets(requests):
    cases = json.loads((ROOT / "rules/filter_cases.json").read_text())
    programs = [r["program"] for r in requests if isinstance(r["program"], list) and len(r["program"]) < 60]
    draw = random.Random(1)
    for _ in range(300):
        rules = []
        for number in range(draw.randint(1, 8)):
            case = draw.choice(cases["cases"])
            kind = draw.random()
            body = (
                {"filter": case["filter"]}
                if kind < 0.4
                else {"bytecode": case.get("tokens") or ["_H", 1, 29]}
                if kind < 0.8
                else {"bytecode": draw.choice(programs)}
            )
            rules.append({"id": str(number), **body})
        half = draw.randint(1, len(rules))
        yield text({"rules": rules[:half], "more": rules[half:], "events": draw.sample(cases["events"], 1)})


def flags():
    for case in json.loads((ROOT / "rules/flag_cases.json").read_text()):
        for asked in case["cases"][:3]:
            yield text({"definitions": json.loads(case["definitions"]), "person": json.loads(asked["person"])})


def states(cases):
    """States, out of the programs that they belong to and what was recorded of them; and programs that suspend."""
    for case in cases:
        request, expect = case["request"], case["expect"]
        program = request["program"]
        if request.get("options", {}).get("asyncFunctions"):
            yield text({"program": program, "globals": request.get("globals")})
        if expect.get("state"):
            chunks = program if isinstance(program, dict) else {"bytecodes": {"root": {"bytecode": program}}}
            state = {**chunks, **expect["state"]}
            yield text({"state": state, "result": expect["async"]["args"], "globals": request.get("globals")})


def noise(sizes):
    """Bytes for the targets that make their programs out of them."""
    draw = random.Random(2)
    for _ in range(500):
        yield draw.randbytes(draw.choice(sizes))


def main():
    folder = pathlib.Path(sys.argv[1])
    cases = list(recorded())
    requests = [case["request"] for case in cases]
    seeds = {
        "load": load(requests),
        "json": documents(requests),
        "filter": filters(),
        "rules": rule_sets(requests),
        "flags": flags(),
        "resume": states(cases),
        "run": noise((50, 100, 200, 400, 800)),
        "functions": noise((10, 20, 40, 80)),
    }
    for target, inputs in seeds.items():
        (folder / target).mkdir(parents=True, exist_ok=True)
        for one in inputs:
            data = one if isinstance(one, bytes) else one.encode("utf-8", "surrogatepass")
            if len(data) <= LARGEST * (4 if target in ("flags", "rules") else 1):
                (folder / target / hashlib.sha1(data).hexdigest()).write_bytes(data)


if __name__ == "__main__":
    main()
