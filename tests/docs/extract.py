"""Writes the C++ blocks of documents to a folder and prints the files' paths, a line each.

A block with a main() is a program; a ```text block right after it is what it must print. Any other block is a fragment:
it becomes the body of a function, and its #include lines go before it.
"""
import pathlib
import re
import sys

BLOCK = re.compile(r"^```cpp\n(.*?)^```\n(?:\s*```text\n(.*?)^```\n)?", re.M | re.S)
FRAGMENT = """\
#include <iostream>
#include <string>

#include <boost/json.hpp>
#include <hogvm/json.h>
#include <hogvm/pattern.h>
#include <hogvm/standard_library.h>
#include <hogvm/vm.h>
{includes}
void {name}(hogvm::Host, hogvm::Vm, std::shared_ptr<const hogvm::Program>, std::string, hogvm::Outcome);
void {name}(hogvm::Host host, hogvm::Vm vm, std::shared_ptr<const hogvm::Program> program, std::string event,
            hogvm::Outcome outcome) {{ {{
{body}
}} }}
"""


def write(path, text):
    if not path.exists() or path.read_text() != text:  # the same text must not make the build run again
        path.write_text(text)


def extract(document, folder):
    stem = document.stem.lower().replace("-", "_")
    for number, (code, expected) in enumerate(BLOCK.findall(document.read_text()), 1):
        if "int main(" in code:
            name = f"{stem}_{number}"
            write(folder / f"{name}.expected", expected)
        else:
            name = f"{stem}_fragment_{number}"
            includes = "\n".join(re.findall(r"^#include .*", code, re.M))
            body = re.sub(r"^#include .*\n", "", code, flags=re.M)
            code = FRAGMENT.format(name=name, includes=includes, body=body)
        write(folder / f"{name}.cpp", code)
        print(folder / f"{name}.cpp")


folder = pathlib.Path(sys.argv[1])
for document in sys.argv[2:]:
    extract(pathlib.Path(document), folder)
