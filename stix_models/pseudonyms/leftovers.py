"""Finding the raw identifiers of rewritten accounts in texts, and putting pseudonyms there.

Looked for is the identifier in every spelling of ``spelling``, inside of longer words too:
``jack`` is found in ``hijack``. That refuses too much rather than too little; a person
decides. Three coincidences are no find, because no text would be left otherwise:

- fewer than ten characters inside of an id, a timestamp, a pseudonym or a hash;
- one or two ASCII characters inside of a word (``al`` in ``global``); of one character,
  anything but a whole text or what follows ``@``, ``/``, ``=`` or ``:``;
- punctuation alone (a display name of three dots), unless it is the whole text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache

from stix_models.identifiers import UUID_PATTERN
from stix_models.pseudonyms.known import type_names
from stix_models.pseudonyms.spelling import Spelling, spellings
from stix_models.rules_pseudonym import USER_ID

NO_COINCIDENCE = 10  # characters: that long, nothing occurs in an id or a hash by chance
LONG_FOR_A_WORD = 8  # characters: that long, nothing occurs inside of a word by chance

_PREFIX = 3
_MENTIONS = "@/=:"
_SCHEME = re.compile(r"https?://(?:www\.|m\.|mobile\.)?", re.IGNORECASE)
_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{5,}")


@dataclass(frozen=True, slots=True)
class Identifier:
    """A raw identifier: its text, the property it stood in, of which object, and its pseudonym."""

    text: str = field(repr=False)
    name: str
    origin: int  # place of the account in the bundle
    pseudonym: str


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Where in a text an identifier stands, in characters of the text as it is written."""

    identifier: Identifier
    start: int
    end: int
    is_word: bool  # no letter or digit before or behind it
    is_made: bool  # inside of an id, a timestamp, a pseudonym or a hash
    is_chance: bool  # part of a longer word, and short enough to be there by chance


class Finder:
    """Finds any of many identifiers in a text, in a time that their number hardly matters to."""

    def __init__(self, identifiers: Iterable[Identifier]) -> None:
        """Take the identifiers; where two accounts share one, it has no pseudonym."""
        # By the first characters, then by length: a look-up each, however many are alike.
        self._by_prefix: dict[str, dict[int, dict[str, Identifier]]] = {}
        self._exact: list[Identifier] = []
        of_form: dict[str, Identifier] = {}
        for identifier in identifiers:
            forms = sorted(set(_forms(identifier)))
            for form in forms:
                first = of_form.setdefault(form, identifier)
                if first.origin != identifier.origin and first.pseudonym != identifier.pseudonym:
                    of_form[form] = replace(first, pseudonym="")
            # What folds to next to nothing is looked for as it is written as well.
            if not identifier.text.isascii() and all(len(form) < _PREFIX for form in forms):
                self._exact.append(identifier)
        for form, identifier in of_form.items():
            by_length = self._by_prefix.setdefault(form[:_PREFIX], {})
            by_length.setdefault(len(form), {})[form] = identifier
        self._lengths = sorted({len(prefix) for prefix in self._by_prefix})

    def find(self, text: str) -> list[Occurrence]:
        """Return where the identifiers stand in a text, each place of each once, in order."""
        found: dict[tuple[int, int, str], Occurrence] = {}
        made: list[tuple[int, int, int]] | None = None
        for spelled in spellings(text):
            for form, identifier, at in self._hits(spelled.text):
                is_word = _is_word(spelled.text, at, at + len(form))
                if not _counts(form, spelled, at, is_word):
                    continue
                start, end = spelled.span(at, at + len(form))
                made = _made_spans(text) if made is None else made
                around = [least for first, last, least in made if first <= start and end <= last]
                if around and len(form) < max(around):
                    continue
                is_chance = not is_word and len(form) < LONG_FOR_A_WORD
                one = Occurrence(identifier, start, end, is_word, bool(around), is_chance)
                found.setdefault((start, end, form), one)
        for identifier in self._exact:
            at = text.find(identifier.text)
            while at >= 0:
                end = at + len(identifier.text)
                is_word = _is_word(text, at, end)
                found[at, end, ""] = Occurrence(
                    identifier, at, end, is_word, is_made=False, is_chance=not is_word
                )
                at = text.find(identifier.text, end)
        return [found[place] for place in sorted(found)]

    def _hits(self, text: str) -> Iterator[tuple[str, Identifier, int]]:
        get = self._by_prefix.get
        for length in self._lengths:
            for at in range(len(text) - length + 1):
                by_length = get(text[at : at + length])
                if by_length is None:
                    continue
                for whole, forms in by_length.items():
                    form = text[at : at + whole]
                    if form in forms:
                        yield form, forms[form], at


def redacted(text: str, occurrences: Iterable[Occurrence]) -> str:
    """Return the text with pseudonyms in place of identifiers; overlapping ones become one."""
    pieces, at = [], 0
    for found in sorted(occurrences, key=lambda one: (one.start, -one.end)):
        if found.start >= at:
            pieces += [text[at : found.start], found.identifier.pseudonym]
            at = found.end
    return "".join([*pieces, text[at:]])


def _forms(identifier: Identifier) -> Iterator[str]:
    """Yield the folded texts under which an identifier is looked for.

    Its own encodings are undone like those of the texts: ``a+b`` may be met as ``a b``.
    """
    text = identifier.text.strip()
    if identifier.name == "profile_url":
        text = _SCHEME.sub("", text, count=1).rstrip("/")
    shown = [text, text.removeprefix("@")]
    if identifier.name == "id":
        shown.append(text.replace("-", ""))
    if _PHONE.fullmatch(text):
        shown.append(re.sub(r"[^0-9]", "", text))
    for one in shown:
        yield from filter(None, (spelled.text.strip() for spelled in spellings(one)))


def _counts(form: str, spelled: Spelling, at: int, is_word: bool) -> bool:
    """Return whether a hit is a find and no coincidence by the module's rules."""
    text = spelled.text
    if text.strip() == form:
        return True
    if all(unicodedata.category(character)[0] in "PZ" for character in form):
        return False
    if not form.isascii() or len(form) >= _PREFIX:
        return True
    if len(form) > 1:
        return is_word
    return is_word and at > 0 and text[at - 1] in _MENTIONS


def _is_word(text: str, start: int, end: int) -> bool:
    """Return whether a part of a text ends on both sides where a word ends."""
    joined_before = start > 0 and text[start - 1].isalnum() and text[start].isalnum()
    joined_behind = end < len(text) and text[end].isalnum() and text[end - 1].isalnum()
    return not joined_before and not joined_behind


def _made_spans(text: str) -> list[tuple[int, int, int]]:
    """Return what machines made in a text, and how long a find in it must be to count."""
    spans = []
    for found in _made_by_machines().finditer(text):
        spans.append((*found.span(), NO_COINCIDENCE))
        if found["type"] is not None:
            spans.append((*found.span("type"), len(text) + 1))
    return spans


@cache
def _made_by_machines() -> re.Pattern[str]:
    """Return what ids, pseudonyms, hashes and timestamps look like; of ids only known types."""
    types = "|".join(sorted(type_names()))
    return re.compile(
        rf"(?<![a-zA-Z0-9-])(?P<type>{types})--{UUID_PATTERN}|{UUID_PATTERN}|{USER_ID.pattern}"
        r"|hmac-sha256:[a-z0-9-]{3,32}:[0-9a-f]+|\b[0-9a-fA-F]{32,}\b"
        r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z",
        re.ASCII,
    )
