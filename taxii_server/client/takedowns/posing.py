"""Who poses as whom in a cell: "insa-gov.example impersonating insa.example".

A report that names a fake site names the genuine one beside it. It is a victim's, and
whoever acts on the bundle must not act on it, in whatever part of the report it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from taxii_server.client.takedowns.indicators import Cell

_VERB = (
    r"impersonat\w+|spoof(?:s|ed|ing)?|mimic(?:s|ked|king)?|imitat\w+|clon(?:ed|ing)|cop(?:y|ies|ied"
    r"|ying)|counterfeit\w*|typo-?squatt(?:ed|ing)|pos(?:es?|ed|ing) as|masquerad\w+ as"
    r"|pretend\w* to be|look(?:s|ed|ing)? like|resembl\w+|similar to"
)
_NOUN_OF = (
    r"(?:typo-?squat\w*|spoof\w*|clones?|cop(?:y|ies)|imitations?|impersonations?|look-?alikes?"
    r"|fake (?:versions?|sites?)|doppelg[aä]ngers?|variants?|misspellings?) (?:of|on|for)"
)
_GENUINE = r"(?:legitimate|genuine|authentic|the real)"
_OBJECT_OF = re.compile(
    rf"\b(?:{_NOUN_OF}|(?P<verb>{_VERB})|{_GENUINE}(?: \w+)?)(?!\w)(?P<tail>[^;\n]*)$",
    re.IGNORECASE,
)
_SUBJECT_OF = re.compile(
    r"[\s\-\u2013\u2014(,]*(?:(?:that|which|is|was|were|are|an?|the|another|to) ){0,3}"
    rf"(?:{_NOUN_OF}|(?!(?:copied|cloned)\b)(?:{_VERB}))(?! by\b)(?!\w)",
    re.IGNORECASE,
)
_IMITATED = re.compile(
    r"\s*(?:was|were|is|are|been|being) (?:\w+ )?"
    r"(?:impersonated|spoofed|cloned|copied|mimicked|imitated|typo-?squatted)\b"
    rf"|[\s,(\-\u2013\u2014]*{_GENUINE}(?: (?:web ?site|site|domain|one))?\s*(?:[).,;\n]|$)",
    re.IGNORECASE,
)
_OTHER_THING = re.compile(
    r"\b(?:by|via|through|using|with|at|on|under|called|named|from|hosted|whereas|but)\b|\.\s",
    re.IGNORECASE,
)
_NEXT_TO_IT = re.compile(r"\s*(?:the (?:\w+ ){0,3})?[\"'\u201c(]*", re.IGNORECASE)
_ENUMERATING = re.compile(r"(?:[ ,/&()]|\band\b|\bor\b)*", re.IGNORECASE)
_BY = re.compile(r"\b(?:by|via|as)\s+(?:the\s+)?(?:\w+\s+)?$", re.IGNORECASE)
_ENDED = re.compile(r"[.;]\s|\n")
_LOOKED_AT = 200  # characters on either side


def posed_as(cell: Cell) -> Iterator[bool | None]:
    """Yield for each indicator of a cell whether something poses as it.

    ``True`` says that it is somebody's whom the operation imitates; ``False`` that it does
    the imitating; ``None`` that the words around it do not say.
    """
    found = cell.found
    last: bool | None = None
    for n, one in enumerate(found):
        start = max(found[n - 1].end if n else 0, one.start - _LOOKED_AT)
        end = found[n + 1].start if n + 1 < len(found) else len(cell.text)
        before = cell.text[start : one.start]
        behind = cell.text[one.end : min(end, one.end + _LOOKED_AT)]
        in_same_clause = n > 0 and _ENDED.search(before) is None
        said: bool | None = None
        if _SUBJECT_OF.match(behind):
            said = False
        elif _IMITATED.match(behind) or _is_object(before, has_subject=in_same_clause):
            said = True
        elif in_same_clause and last and _BY.search(before):
            said = False
        elif in_same_clause and last and _ENUMERATING.fullmatch(before):
            said = True
        yield said
        last = said


def _is_object(before: str, *, has_subject: bool) -> bool:
    """Return whether the words in front of an indicator say that something poses as it.

    Without an indicator that poses, only the very next thing is meant: "impersonated
    example.org" names whom, "spoofed domains: a.example, b.example" names the fakes.
    """
    found = _OBJECT_OF.search(before)
    if found is None:
        return False
    tail = found["tail"]
    if _OTHER_THING.search(tail) or tail.count(")") > tail.count("("):
        return False
    return has_subject or _NEXT_TO_IT.fullmatch(tail) is not None
