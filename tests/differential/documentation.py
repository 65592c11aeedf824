"""``docs/differences.md``, written from ``differences.DIFFERENCES``.

``python -m tests.differential.documentation`` writes it; a test keeps it equal.
"""

from __future__ import annotations

from pathlib import Path

from tests.differential.difference import Difference
from tests.differential.differences import DIFFERENCES

FILE = Path(__file__).parents[2] / "docs" / "differences.md"

HEAD = """\
# Where this server answers otherwise than medallion

Generated from `tests/differential/differences.py`; do not edit. The suite beside that file
starts medallion 3.0.0 and this server on the same data file (here it went through
`import-medallion`), sends both the same requests and compares status, content type, body, date
headers and `Allow`. A difference that is not listed here fails the suite, and so does a listed one
that no longer occurs.

*Decided by*: `T-` ids are lines of [conformance.md](conformance.md), `A-` ids the decisions on
ambiguities of the standard that those lines carry. In requests, `rw`, `ro`, `wo`, `no`,
`empty` and `scratch` are collections that may be read and written, only read, only written,
neither, that are empty, and that the suite changes; `*` stands for any text.

Replaced before comparing: random ids, times of the run, page tokens, each server's own address,
and the wording of errors (that there is a titled TAXII error for this status is compared).
Where the status differs, nothing else is compared.
"""


def to_markdown() -> str:
    """Return the page."""
    parts = [HEAD]
    for number, one in enumerate(DIFFERENCES, start=1):
        parts.append(f"## {number}. {one.title}\n\n{_facts(one)}\n")
    return "\n".join(parts)


def _facts(one: Difference) -> str:
    requests = "\n".join(f"- `{case}`" for case in one.cases)
    return (
        f"{one.because}\n\n"
        f"| | |\n|---|---|\n"
        f"| Differs in | {' and '.join(one.aspects)} |\n"
        f"| This server | {one.ours} |\n"
        f"| medallion | {one.theirs} |\n"
        f"| Decided by | {', '.join(one.decided_by)} |\n\n"
        f"{requests}"
    )


if __name__ == "__main__":
    FILE.write_text(to_markdown() + "\n", encoding="utf-8")
