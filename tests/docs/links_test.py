"""Whether the files and headings that documents link to exist: links_test.py SOURCE_FOLDER."""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])


def anchors(text):
    headings = re.findall(r"^#+ (.*)", text, re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


missing = []
for document in [*root.glob("*.md"), *root.glob("*/*.md")]:
    text = re.sub(r"^```.*?^```", "", document.read_text(), flags=re.M | re.S)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if link.startswith(("http:", "https:", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        if not target.exists() or (anchor and anchor not in anchors(target.read_text())):
            missing.append(f"{document.relative_to(root)}: {link}")
sys.exit("Links that lead nowhere:\n" + "\n".join(missing) if missing else 0)
