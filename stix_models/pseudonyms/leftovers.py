"""Finding the raw identifiers of rewritten accounts in texts, and putting pseudonyms there.

Looked for is the identifier in every spelling of ``spelling``, inside of longer words too:
``jack`` is found in ``hijack``. Numbers are found however their digits are grouped, names
of several words without what stands between the words. That refuses too much rather than
too little; a person decides. Three coincidences are no find, because no text would be left
otherwise:

- fewer than ten characters inside of an id, a timestamp, a pseudonym or a hash;
- one or two ASCII characters inside of a word (``al`` in ``global``); of one character,
  anything but a whole text or what follows ``@``, ``/``, ``=`` or ``:``;
- punctuation alone (a display name of three dots), unless it is the whole text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from stix_models.pseudonyms.machine_made import LEAST, MachineMade
from stix_models.pseudonyms.spelling import Spelling, fold, spellings

NO_COINCIDENCE = LEAST
LONG_FOR_A_WORD = 8  # characters: that long, nothing occurs inside of a word by chance

_PREFIX = 3
_MENTIONS = "@/=:"
_SCHEME = re.compile(r"https?://(?:www\.|m\.|mobile\.)?", re.IGNORECASE)
_NUMBER = re.compile(r"[-+(]{0,2}[0-9][0-9 ().,/_'-]{5,}")
_LEAST_DIGITS = 7  # of a number that is looked for however it is grouped
_LEAST_OF_PHONE = 8  # digits of a phone's number without the country's code
_SUPERGROUP = "-100"  # what telegram writes before the number of a channel
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[ ().,/_'-]{1,3}(?=[0-9])")


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


class _Forms:
    """Texts that are looked for, found in a time that their number hardly matters to."""

    def __init__(self) -> None:
        # By the first characters, then by length: a look-up each, however many are alike.
        self._by_prefix: dict[str, dict[int, dict[str, Identifier]]] = {}
        self._lengths: tuple[int, ...] = ()

    def add(self, form: str, identifier: Identifier) -> None:
        """Add a form; where two accounts share one, it has no pseudonym."""
        by_length = self._by_prefix.setdefault(form[:_PREFIX], {})
        known = by_length.setdefault(len(form), {}).setdefault(form, identifier)
        if known.origin != identifier.origin and known.pseudonym != identifier.pseudonym:
            by_length[len(form)][form] = replace(known, pseudonym="")
        self._lengths = tuple({*self._lengths, len(form[:_PREFIX])})

    def __bool__(self) -> bool:
        return bool(self._lengths)

    def hits(self, text: str) -> Iterator[tuple[str, Identifier, int]]:
        """Yield each form that stands in a text, whose it is, and where."""
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


class Finder:
    """Finds any of many identifiers in a text."""

    def __init__(
        self, identifiers: Iterable[Identifier], key_ids: frozenset[str] = frozenset()
    ) -> None:
        """Take the identifiers, and the names of the keys whose pseudonyms are in the texts."""
        self._machine_made = MachineMade(key_ids)
        self._written = _Forms()
        self._digits = _Forms()  # of numbers, without what groups them
        self._letters = _Forms()  # of names of several words, without what is between them
        self._exact: list[Identifier] = []
        for identifier in identifiers:
            forms = sorted(set(_forms(identifier)))
            for form in forms:
                self._written.add(form, identifier)
            for form in sorted(set(_digits(identifier))):
                self._digits.add(form, identifier)
            for form in _letters(identifier):
                self._letters.add(form, identifier)
            # What folds to next to nothing is looked for as it is written as well.
            if not identifier.text.isascii() and all(len(form) < _PREFIX for form in forms):
                self._exact.append(identifier)

    def find(self, text: str) -> list[Occurrence]:
        """Return where the identifiers stand in a text, each place of each once, in order."""
        found: dict[tuple[int, int, str], Occurrence] = {}
        made: Callable[[int, int], int] | None = None
        for spelled in spellings(text):
            for form, identifier, start, end, is_word in self._hits(spelled, text):
                made = self._machine_made.least_in(text) if made is None else made
                least = made(start, end)
                if len(form) < least:
                    continue
                is_chance = not is_word and len(form) < LONG_FOR_A_WORD
                one = Occurrence(identifier, start, end, is_word, bool(least), is_chance)
                found.setdefault((start, end, form), one)
        for identifier in self._exact:
            for match in re.finditer(re.escape(identifier.text), text):
                is_word = _is_word(text, *match.span())
                found[(*match.span(), "")] = Occurrence(
                    identifier, *match.span(), is_word, is_made=False, is_chance=not is_word
                )
        return [found[place] for place in sorted(found)]

    def _hits(
        self, spelled: Spelling, origin: str
    ) -> Iterator[tuple[str, Identifier, int, int, bool]]:
        """Yield form, identifier, where in the origin, and whether it stands as a word."""
        for form, identifier, at in self._written.hits(spelled.text):
            is_word = _is_word(spelled.text, at, at + len(form))
            if _counts(form, spelled, at, is_word):
                yield form, identifier, *spelled.span(at, at + len(form)), is_word
        for forms, kept in ((self._digits, _joined_digits), (self._letters, _only_letters)):
            if not forms:
                continue
            places = kept(spelled.text)
            joined = "".join([spelled.text[place] for place in places])
            for form, identifier, at in forms.hits(joined):
                start, end = spelled.starts[places[at]], spelled.ends[places[at + len(form) - 1]]
                yield form, identifier, start, end, _is_word(origin, start, end)


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
    for one in shown:
        yield from filter(None, (spelled.text.strip() for spelled in spellings(one)))


def _digits(identifier: Identifier) -> Iterator[str]:
    """Yield the digits of a number that is long enough to be told from any other.

    A phone's number is met without the country's code, which has one to three digits; any
    number without zeros at its beginning.
    """
    text = fold(identifier.text).strip()
    if _NUMBER.fullmatch(text) is None:
        return
    digits = re.sub(r"[^0-9]", "", text)
    found = [digits, digits.lstrip("0")]
    if text.startswith(_SUPERGROUP):
        found.append(digits.removeprefix(_SUPERGROUP[1:]))
    elif text[0] != "-" and text != digits:
        found += [digits[code:] for code in (1, 2, 3) if len(digits) - code >= _LEAST_OF_PHONE]
    yield from (one for one in found if len(one) >= _LEAST_DIGITS)


def _letters(identifier: Identifier) -> Iterator[str]:
    """Yield the letters of a shown name of several words: ``#JackSmith``, ``jack-smith``."""
    folded = fold(identifier.text).strip()
    letters = "".join(filter(str.isalnum, folded))
    if identifier.name == "display_name" and " " in folded and len(letters) >= LONG_FOR_A_WORD:
        yield letters


def _joined_digits(text: str) -> list[int]:
    """Return the places of a text's characters, without those that group digits."""
    places: list[int] = []
    at = 0
    for found in _BETWEEN_DIGITS.finditer(text):
        places += range(at, found.start())
        at = found.end()
    return [*places, *range(at, len(text))]


def _only_letters(text: str) -> list[int]:
    return [place for place, character in enumerate(text) if character.isalnum()]


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
