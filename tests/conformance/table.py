"""The table of ``docs/conformance.md``: which test proves which line.

A test proves the lines that its docstring names; nothing else is maintained by
hand but the reasons below. ``python -m tests.conformance.table`` writes the page.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "conformance.md"
FOLDERS = ("conformance", "clients", "load", "security")
LINE_ID = re.compile(r"\bT-[A-Z]+-\d\d\b")
RANGE = re.compile(r"\b(T-[A-Z]+-)(\d\d) to \1(\d\d)\b")

REASONS = {
    "T-NET-07": "Not offered: every request is authenticated. Basic cannot be switched off, "
    "because many clients speak nothing else.",
    "T-NET-16": "Not offered: no client certificates. A reverse proxy may demand them in front.",
    "T-NET-17": "Not done: an unauthorised request is always answered.",
    "T-NET-19": "The deployment's: whoever runs the domain publishes `_taxii2._tcp`.",
    "T-DISC-08": "Not used: only roots of this server are advertised.",
    "T-ROOT-06": "Not used: all roots have the same schemes.",
    "T-GET-09": "Not used: nothing is dropped but what is deleted.",
    "T-ADD-19": "Not used: a push is complete when it is answered; a status is never pending.",
}

LEVELS = {
    "MUST": "the Standard's word; so are MUST NOT, SHOULD, SHOULD NOT and MAY",
    "MUST NOT 406": "406 is what the Standard forbids to answer here; so with MUST NOT 415",
    "MUST if used": "the Standard binds whoever uses the optional feature",
    "will": "the Standard says so without a keyword; so do *recommended* and *optional*",
    "MUST (interop)": "a test of the TAXII 2.1 Interoperability Test Document, which we know only "
    "second-hand",
    "D": "the Standard leaves it open or contradicts itself: our decision",
    "R": "follows from the RFCs of HTTP or JSON",
    "X": "advice of the Standard's appendix on security",
}
"""What the levels mean. Those that are not named here are explained beside another one."""

HEAD = """\
# TAXII 2.1 conformance

Every line of the list that this server is held to, with the tests that prove it or the reason why
it does not apply. Written by `python -m tests.conformance.table` from the tests' docstrings; a test
fails when this page, the list (`tests/conformance/lines.txt`) and the tests disagree.

We claim that the server is *interoperable with the clients tested*, not that it is certified.

`T-` and a name is an area: NET transport and authentication, URL paths and methods, CN content
negotiation, DT data types, ERR errors, DISC discovery, ROOT API Roots, STAT statuses, COL
collections, PERM permissions, HDR headers, SORT order, MAN manifests, GET objects, OBJ one object,
VER versions, ADD pushing, DEL deleting, FLT filters, PAG pages, CUS custom properties, CONF
conformance, INT the interoperability tests. A proof can be pasted behind `pytest`.

@LEVELS@

| line | level | what | proof |
|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list."""

    id: str
    level: str
    what: str


def read_lines() -> list[Line]:
    """Return the lines of ``lines.txt``, in its order."""
    text = (Path(__file__).parent / "lines.txt").read_text(encoding="utf-8")
    rows = [row.split("|") for row in text.splitlines() if row and not row.startswith("#")]
    return [Line(*row) for row in rows]


def find_proofs() -> dict[str, list[str]]:
    """Return for each line id the tests whose docstrings name it, as ``path::name``."""
    proofs: dict[str, list[str]] = {}
    for name, docstring in _tests():
        for line_id in sorted(_ids_of(docstring)):
            proofs.setdefault(line_id, []).append(name)
    return proofs


def _tests() -> Iterator[tuple[str, str]]:
    for folder in FOLDERS:
        for path in sorted((TESTS / folder).glob("test_*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                    yield f"tests/{folder}/{path.name}::{node.name}", ast.get_docstring(node) or ""


def _ids_of(docstring: str) -> set[str]:
    found = set(LINE_ID.findall(docstring))
    for prefix, first, last in RANGE.findall(docstring):
        found |= {f"{prefix}{n:02d}" for n in range(int(first), int(last) + 1)}
    return found


def render() -> str:
    """Return the text of the page."""
    proofs = find_proofs()
    rows = []
    for line in read_lines():
        tests = [f"`{name}`" for name in proofs.get(line.id, [])]
        proof = "<br>".join(tests) if tests else REASONS.get(line.id, "**nothing**")
        rows.append(f"| {line.id} | {line.level} | {line.what} | {proof} |\n")
    levels = "| level | means |\n|---|---|\n"
    levels += "\n".join(f"| {level} | {meaning} |" for level, meaning in LEVELS.items())
    return HEAD.replace("@LEVELS@", levels) + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
