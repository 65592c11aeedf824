r"""One text in all the spellings in which a reader may find a name in it.

A login that is looked for may stand in a text in other letters (``Jack``, full-width
letters, invisible characters between), in a URL (``%6Aack``), in HTML (``&#106;ack``), in
JSON inside of text (``\u006aack``), escaped (``jack\_smith``) or defanged
(``jack[.]example``). Each spelling is undone step by step, and each step remembers where
in the text its characters come from, so that what is found can be replaced there.

Some signs can be meant as they are: ``+`` is a blank in a URL only, ``=be`` may be quoted
printable or the beginning of a word. A text is read both ways.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

_ROUNDS = 16  # of undoing: a URL in a URL, in JSON, in HTML

_CERTAIN = r"""(?P<percent>(?:%[0-9A-Fa-f]{2})+)
    |(?P<html>&(?:\#0{0,60}[0-9]{1,7};?|\#[xX]0{0,60}[0-9A-Fa-f]{1,6};?
        |[A-Za-z][A-Za-z0-9]{1,31};|(?:amp|lt|gt|quot)(?![A-Za-z0-9=])))
    |\\(?-i:U)(?P<long>[0-9A-Fa-f]{8})
    |(?P<utf16>(?:[\\%](?-i:u)[0-9A-Fa-f]{4})+)
    |\\u\{0{0,60}(?P<point>[0-9A-Fa-f]{1,6})\}
    |(?P<latin>(?:\\x[0-9A-Fa-f]{2})+)
    |(?P<octal>(?:\\[0-3][0-7]{2})+)
    |\\(?P<escaped>(?!%[0-9A-Fa-f]{2}|&\#)[!-/:-@\[-`{-~])
    |[\[({<]\ ?(?P<defanged>\.|:|@|/|dot|at)\ ?[\])}>]
    |\[(?P<opened>[.:@])|(?P<closed>[.:@])\]
    |(?<![A-Za-z0-9-])xn--(?P<punycode>[A-Za-z0-9-]{1,59})(?![A-Za-z0-9-])"""
_DOUBTFUL = r"""|\\(?P<control>(?-i:[bfnrt]))|(?P<plus>\+)|\ (?P<word>dot|at)\ """
_QUOTED = r"(?P<quoted>(?:=(?:[0-9A-Fa-f]{2}|\ {0,4}\r?\n))+)"  # and lines that go on

_FLAGS = re.VERBOSE | re.IGNORECASE
_SURE = re.compile(_CERTAIN, _FLAGS)
_LIKELY = re.compile(_CERTAIN + _DOUBTFUL, _FLAGS)
_PRINTABLE = re.compile(_QUOTED, _FLAGS)
_READINGS = (
    (_SURE,) * _ROUNDS,
    (_LIKELY,) * _ROUNDS,
    (_PRINTABLE, *(_LIKELY,) * _ROUNDS),
)
"""What is undone, round by round; a reading ends where there is nothing to undo."""

_SIGNS = {"dot": ".", "at": "@"}
_PLAIN = re.compile(r"[!-~]*(?: [!-~]+)* ?")  # ASCII whose letters only need lower case

_ALIKE = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u2035\u00b4\u02b9\u02bb\u02bc\u02bd", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2212\u02d7\u2043", "-"),
    **dict.fromkeys("\u3002\uff61\u2024\u2027", "."),
    **dict.fromkeys("\u2044\u2215\u2571", "/"),
    **dict.fromkeys("\u2236\ua789\u02d0", ":"),
    **dict(zip("\u0131\u0142\u0141\u00f8\u00d8\u0111\u0110", "illoodd", strict=True)),
}
"""Punctuation that looks alike, and letters that are one with a stroke or without a dot."""

_BLANKED = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
"""What Unicode calls ignorable, beside the format characters (category Cf)."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """A text, and for each of its characters where its origin begins and ends."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return which part of the original a part of this text comes from."""
        return self.starts[start], self.ends[end - 1]


def is_invisible(character: str) -> bool:
    """Return whether nobody sees a character: none of these tells one name from another."""
    return unicodedata.category(character) == "Cf" or _BLANKED.match(character) is not None


def fold(text: str) -> str:
    r"""Return a text that is the same for all that look the same, more or less.

    Compatibility decomposition (it takes NFKC's equals together), no letter case, no
    accents, no invisible or control characters, one blank for any white space, ASCII for
    the digits of all scripts and for apostrophes, hyphens and dots.

    >>> fold("\uff2aA\u200bck"), fold("A\t\u00a0B"), fold("M\u00fcller\u2019s")
    ('jack', 'a b', "muller's")
    """
    return _fold(_as_written(text)).text


def spellings(text: str) -> Iterator[Spelling]:
    """Yield the folded text as it is written, then with one more encoding undone each time.

    >>> [found.text for found in spellings("%254Aack")]
    ['%254aack', '%4aack', 'jack']
    """
    written = _as_written(text)
    yield _fold(written)
    seen = {text}
    for reading in _READINGS:
        spelled = written
        for encoding in reading:
            if encoding.search(spelled.text) is None:
                break
            decoded = _built(_decode(spelled.text, encoding), spelled)
            if decoded.text == spelled.text:
                break
            spelled = decoded
            if spelled.text not in seen:
                seen.add(spelled.text)
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
    alike = _ALIKE.get(character, character)
    decomposed = unicodedata.normalize("NFKD", alike).casefold()
    return "".join(map(_seen, unicodedata.normalize("NFKD", decomposed)))


def _seen(character: str) -> str:
    """Return what is seen of a decomposed character."""
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cc") or is_invisible(character):
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return "-" if category == "Pd" else _ALIKE.get(character, character)


def _decode(text: str, encoding: re.Pattern[str]) -> Iterator[tuple[str, int, int]]:
    at = 0
    for found in encoding.finditer(text):
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
        case "percent" | "quoted":
            return _of_bytes(bytes.fromhex(re.sub(r"[%=\s]", "", text)))
        case "latin":
            return _of_bytes(bytes.fromhex(text[2:].replace("\\x", "").replace("\\X", "")))
        case "octal":
            return _of_bytes(bytes(int(digits, 8) for digits in text[1:].split("\\")))
        case "html":
            return html.unescape(text)
        case "utf16":
            return bytes.fromhex(re.sub(r"[\\%][uU]", "", text)).decode("utf-16-be", "replace")
        case "point" | "long":
            return chr(int(text, 16)) if int(text, 16) < 0x110000 else found[0]
        case "punycode":
            return _of_punycode(text) or found[0]
        case "escaped" | "defanged" | "opened" | "closed" | "word":
            return _SIGNS.get(text.lower(), text)
        case _:  # a plus sign, or an escaped control character
            return " "


def _of_bytes(encoded: bytes) -> str:
    """Return the text of bytes: in UTF-8, or in Latin-1 as older programs write it."""
    try:
        return encoded.decode()
    except UnicodeDecodeError:
        return encoded.decode("latin-1")


def _of_punycode(label: str) -> str:
    """Return the label of an internationalised domain, or nothing if it is none."""
    try:
        return label.encode().decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        return ""
