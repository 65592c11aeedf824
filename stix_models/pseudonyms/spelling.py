r"""One text in all the spellings in which a reader may find a name in it.

A login that is looked for may stand in a text in other letters (``Jack``, full-width
letters, invisible characters between), in a URL (``%6Aack``), in HTML (``&#106;ack``), in
JSON inside of text (``\u006aack``) or defanged (``jack[.]example``). Each spelling is undone
step by step, and each step remembers where in the text its characters come from, so
that what is found can be replaced there.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote_to_bytes

_ROUNDS = 4  # of undoing: a URL in a URL, in JSON, in HTML

_ENCODED = re.compile(
    r"""(?P<percent>(?:%[0-9A-Fa-f]{2})+)
    |(?P<html>&(?:\#[0-9]{1,7}|\#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)
    |(?P<utf16>(?:\\u[0-9A-Fa-f]{4})+)
    |\\x(?P<latin>[0-9A-Fa-f]{2})
    |\\(?P<escaped>["'\\/])
    |\\(?P<control>[bfnrt])
    |[\[({]\ ?(?P<defanged>\.|:|@|/|dot|at)\ ?[\])}]
    |(?P<plus>\+)""",
    re.VERBOSE,
)
_MAYBE_ENCODED = re.compile(r"[%&\\+]|[\[({] ?(?:\.|:|@|/|dot|at) ?[\])}]")
_DEFANGED = {"dot": ".", "at": "@"}
_PLAIN = re.compile(r"[!-~]*(?: [!-~]+)* ?")  # ASCII whose letters only need lower case


@dataclass(frozen=True, slots=True)
class Spelling:
    """A text, and for each of its characters where its origin begins and ends."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return which part of the original a part of this text comes from."""
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> str:
    r"""Return a text that is the same for all that look the same, more or less.

    Compatibility decomposition (it takes NFKC's equals together), no letter case, no
    invisible characters, one blank for any white space.

    >>> fold("\uff2aA\u200bck"), fold("A\t\u00a0B")
    ('jack', 'a b')
    """
    return _fold(_as_written(text)).text


def spellings(text: str) -> Iterator[Spelling]:
    """Yield the folded text as it is written, then with one more encoding undone each time.

    >>> [found.text for found in spellings("%254Aack")]
    ['%254aack', '%4aack', 'jack']
    """
    spelled = _as_written(text)
    yield _fold(spelled)
    for _ in range(_ROUNDS):
        if _MAYBE_ENCODED.search(spelled.text) is None:
            return
        decoded = _built(_decode(spelled.text), spelled)
        if decoded.text == spelled.text:
            return
        spelled = decoded
        yield _fold(spelled)


def _as_written(text: str) -> Spelling:
    return Spelling(text, range(len(text)), range(1, len(text) + 1))


def _fold(spelled: Spelling) -> Spelling:
    if _PLAIN.fullmatch(spelled.text):
        return Spelling(spelled.text.lower(), spelled.starts, spelled.ends)
    return _built(_folded(spelled.text), spelled)


def _folded(text: str) -> Iterator[tuple[str, int, int]]:
    behind_blank = False
    for at, character in enumerate(text):
        piece = _fold_character(character)
        if piece and not (piece == " " and behind_blank):
            yield piece, at, at + 1
            behind_blank = piece == " "


@lru_cache(maxsize=65_536)
def _fold_character(character: str) -> str:
    if character.isspace():
        return " "
    if unicodedata.category(character) == "Cf":
        return ""
    decomposed = unicodedata.normalize("NFKD", character).casefold()
    return unicodedata.normalize("NFKD", decomposed)


def _decode(text: str) -> Iterator[tuple[str, int, int]]:
    at = 0
    for found in _ENCODED.finditer(text):
        yield from ((text[n], n, n + 1) for n in range(at, found.start()))
        yield _decoded(found), found.start(), found.end()
        at = found.end()
    yield from ((text[n], n, n + 1) for n in range(at, len(text)))


def _built(parts: Iterable[tuple[str, int, int]], origin: Spelling) -> Spelling:
    """Join pieces of text; each comes from a part of the origin's text."""
    text: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for piece, start, end in parts:
        text.append(piece)
        starts += [origin.starts[start]] * len(piece)
        ends += [origin.ends[end - 1]] * len(piece)
    return Spelling("".join(text), starts, ends)


def _decoded(found: re.Match[str]) -> str:
    text = found[found.lastgroup or 0]
    match found.lastgroup:
        case "percent":
            return unquote_to_bytes(text).decode("utf-8", "replace")
        case "html":
            return html.unescape(text)
        case "utf16":
            return bytes.fromhex(text.replace("\\u", "")).decode("utf-16-be", "replace")
        case "latin":
            return chr(int(text, 16))
        case "escaped":
            return text
        case "defanged":
            return _DEFANGED.get(text, text)
        case _:  # a plus sign, or an escaped control character
            return " "
