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
ambiguities of the standard, [listed at the end](#decisions). In requests, `rw`, `ro`, `wo`, `no`,
`empty` and `scratch` are collections that may be read and written, only read, only written,
neither, that are empty, and that the suite changes; `*` stands for any text.

Replaced before comparing: random ids, times of the run, page tokens, each server's own address,
and the wording of errors (that there is a titled TAXII error for this status is compared).
Where the status differs, nothing else is compared.
"""


DECISIONS = {
    "A-01": "A path without its final slash is served in place. A redirect would turn a POST into "
    "a GET, or make clients drop their credentials.",
    "A-04": 'An empty envelope is `{"more": false}`; an empty manifest, list of versions or list '
    "of collections is `{}`.",
    "A-05": "An empty page has both date headers. Their value changes nothing when it is sent back "
    "as `added_after`.",
    "A-06": "`added_after` is any RFC 3339 time, compared by the microsecond; all else is 400.",
    "A-07": "An unknown `match` field is ignored by GET and refused with 400 by DELETE.",
    "A-08": "A known `match` field on an endpoint that lacks it is treated as an unknown one.",
    "A-09": "Filters apply in this order: id and type, `spec_version`, then the version of each "
    "object, then `added_after`. So an old version is never served as the latest.",
    "A-11": "DELETE without a version deletes all versions; the object is 404 afterwards.",
    "A-12": "The same id and version again: an exact copy is a success, other content a failure. "
    "Nothing is overwritten, and each producer is judged by what it pushed itself.",
    "A-13": "An object without `created` and `modified` has its `date_added` as its version; other "
    "content is a new version.",
    "A-15": "`all` beside another version, or a value given twice, is 400.",
    "A-16": "A parameter given twice is 400.",
    "A-17": "URLs of API Roots are absolute, from `base_url`, never from the Host header.",
    "A-20": "Versions are listed by `date_added`, oldest first.",
    "A-21": "A request without Accept is served, as if it accepted everything.",
    "A-22": "Media types are parsed, so case, blanks and quotes do not matter. JSON and STIX types "
    "are read as pushes too, unless the setting forbids it.",
    "A-23": "`date_added` is unique in its collection and only grows, so nothing is skipped by "
    "asking for what is later.",
    "A-24": "A collection's alias stands for its id in every URL.",
    "A-25": "Every problem with a body is 422, malformed JSON too.",
    "A-29": "An object of a STIX version that is not in the collection's `media_types` is refused.",
    "A-30": "Every failure has a TAXII error as its body, 401, 404, 405 and 500 too.",
}
"""Every decision that a difference names."""


def to_markdown() -> str:
    """Return the page."""
    parts = [HEAD]
    for number, one in enumerate(DIFFERENCES, start=1):
        parts.append(f"## {number}. {one.title}\n\n{_facts(one)}\n")
    return "\n".join([*parts, _appendix()])


def _appendix() -> str:
    cited = sorted({name for one in DIFFERENCES for name in one.decided_by if name[:2] == "A-"})
    rows = "\n".join(f"| {name} | {DECISIONS[name]} |" for name in cited)
    return f"## Decisions\n\n| | |\n|---|---|\n{rows}"


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
