#!/usr/bin/env python3
"""Names each line with more than 110 characters, comments and strings included, which rustfmt does not break.

Left out: what cannot be broken (a row or heading in Markdown, an inline table in TOML, a line that is one
word), the code of SQL, whose comments are looked at, and the files below.
"""

import fnmatch
import subprocess
import sys

LIMIT = 110

LEFT_OUT = [
    # Bytes as other programs wrote them.
    "tests/corpus/*",
    "shared/netscape/tests/*",
    "shared/bookmark-files/tests/*",
    # Generated, or in a form of its own.
    "*.lock",
    "*/package-lock.json",
    "scripts/tools/*.txt",
    "*.snap",
    "migrations/schema.sql",
    "migrations/rehearsal/tests/reports/*.json",
    "*/entities.txt",
    "*.png",
    # Text in which a line break would mean something, or rules that are read as a table.
    "*.html",
    "*.css",
    "functions/*/tests/event.json",
    # An icon is one string.
    "functions/*/src/page/manifest.json",
    # An applied migration may not change, comments included: its checksum is in the database.
    "migrations/sql/*",
]

# Bookmark files and SQL within strings, whose lines are what is tested.
FIXTURES = [
    "docs/catalog.md",
    "functions/*/tests/*",
    "migrations/rehearsal/tests/reports/*",
    "shared/auth/tests/auth/tokens/*",
    "shared/tokens/tests/*",
    "tests/it/*",
]


def too_long(path: str, line: str) -> bool:
    text = line.strip()
    if len(line) <= LIMIT or " " not in text.lstrip("/#-*! "):
        return False
    if path.endswith(".md"):
        return not text.startswith(("|", "#"))
    if path.endswith(".toml"):
        return "{ " not in text
    if path.endswith(".sql"):
        return text.startswith("--")
    return True


def main() -> int:
    files = subprocess.run(["git", "ls-files", "-z"], check=True, capture_output=True, text=True).stdout
    found = 0
    for path in filter(None, files.split("\0")):
        if any(fnmatch.fnmatch(path, pattern) for pattern in LEFT_OUT + FIXTURES):
            continue
        try:
            lines = open(path, encoding="utf-8").read().splitlines()
        except FileNotFoundError:
            continue
        for number, line in enumerate(lines, 1):
            if too_long(path, line):
                found += 1
                print(f"{path}:{number}: {len(line)} characters, {LIMIT} at most")
    return min(found, 1)


if __name__ == "__main__":
    sys.exit(main())
