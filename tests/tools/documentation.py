"""The tables of ``docs/opencti.md`` and ``docs/misp.md``, made of what the tools do.

``python -m tests.tools.documentation`` writes them; a test keeps them equal.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.tools.feeds import ROOT, pull_story
from tests.tools.results import Imported, Results, Split, count_types, try_tools

OPENCTI = ROOT / "docs" / "opencti.md"
MISP = ROOT / "docs" / "misp.md"
BEGIN, END = "<!-- made of the story: begin -->\n", "<!-- made of the story: end -->\n"

_UNKNOWN = "OpenCTI has no such type"
WHY_DROPPED: Mapping[str, str] = {
    "ad-buyer": _UNKNOWN,
    "coordinated-account-cluster": _UNKNOWN,
    "extension-definition": f"{_UNKNOWN}; it reads no definitions",
    "language-content": _UNKNOWN,
    "platform-action": _UNKNOWN,
    "political-ad": _UNKNOWN,
    "relationship": "one of its ends is of a type above",
    "sighting": "it is of, or was seen by, something of a type above; or it does not say where",
}
HOW_IN_MISP: Mapping[str, str] = {
    "attack-pattern": "cluster of a galaxy",
    "campaign": "cluster of a galaxy",
    "course-of-action": "cluster of a galaxy",
    "domain-name": "attribute",
    "email-addr": "attribute",
    "grouping": "event",
    "identity": "`organization` object, or cluster of a galaxy",
    "intrusion-set": "cluster of a galaxy",
    "ipv4-addr": "attribute",
    "location": "cluster of a galaxy, if the name is one of MISP's",
    "marking-definition": "tag",
    "observed-data": "the objects and attributes of what was observed",
    "relationship": "reference between two objects",
    "report": "event",
    "url": "attribute",
    "user-account": "`user-account` object",
}


def opencti_tables(plain: Split) -> str:
    """Return what OpenCTI drops of the story if it is pulled without the profile."""
    sent, dropped = count_types(plain.sent), count_types(plain.drops())
    rows = [(f"`{t}`", sent[t], dropped[t], WHY_DROPPED[t]) for t in sorted(dropped)]
    names = [
        (f"`{name}` of {stix_type}", count)
        for key, count in sorted(plain.removed.items())
        for stix_type, name in [key.split(" ")]
    ]
    return "\n".join(
        [
            f"Of {sum(sent.values())} objects in the feed, {sum(dropped.values())} are dropped.\n",
            _table(("Type", "In the feed", "Dropped", "Why"), rows),
            "And objects that get through lose names of what was dropped (an identity: its own):\n",
            _table(("Property", "Objects"), names),
        ]
    )


def misp_tables(imported: Imported) -> str:
    """Return what misp-stix imports of the story."""
    sent, found = count_types(imported.sent), imported.survivors()
    rows = [
        (f"`{t}`", sent[t], found[t], HOW_IN_MISP[t] if found[t] else "-") for t in sorted(sent)
    ]
    return _table(("Type", "In the feed", "In MISP", "As"), rows)


def with_tables(page: Path, tables: str) -> str:
    """Return the page with these tables between its marks."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    assert begin and end, f"{page} has no place for the tables"
    return f"{before}{BEGIN}\n{tables}\n{END}{after}"


def pages(results: Results) -> Iterable[tuple[Path, str]]:
    """Yield both pages as they should be."""
    yield OPENCTI, with_tables(OPENCTI, opencti_tables(results.plain))
    yield MISP, with_tables(MISP, misp_tables(results.misp))


def _table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def write() -> None:
    """Pull the story, try the tools, write the pages."""
    with tempfile.TemporaryDirectory() as folder:
        for page, text in pages(try_tools(pull_story(Path(folder)))):
            page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
