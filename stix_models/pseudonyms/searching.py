"""Walking through a bundle: what of the rewritten accounts is left, and redacting it.

Every text, every property name and every number is looked at, except what the standard
prescribes word for word (``known``). A find has a mark, made with the key of the text and
the identifier: a person who looked at it can name the mark, and the find is accepted as
long as neither of the two changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from stix_models.pseudonyms.keys import PseudonymKey
from stix_models.pseudonyms.known import (
    is_place_of_terms,
    names_of_numbers,
    property_names,
    terms,
)
from stix_models.pseudonyms.leftovers import (
    NO_COINCIDENCE,
    Finder,
    Identifier,
    Occurrence,
    redacted,
)
from stix_models.pseudonyms.packing import packed_texts
from stix_models.pseudonyms.spelling import fold

Path = tuple[str | int, ...]

_MARK_DIGITS = 16
_REDACTIONS = 3  # rounds on one text
_ADDRESSES = frozenset({"email-addr", "domain-name"})
_NOT_REDACTED = frozenset({"type", "id", "payload_bin", "spec_version", "extension_type"})


@dataclass(frozen=True, slots=True)
class Leftover:
    """One identifier that is left in one place."""

    path: Path
    identifier: Identifier
    part: Literal["text", "property name", "number", "payload"]
    is_chance: bool  # part of a longer word, and short
    mark: str


@dataclass(slots=True)
class Searcher:
    """Looks for the identifiers of a finder in JSON values."""

    finder: Finder
    key: PseudonymKey
    key_ids: frozenset[str] = frozenset()  # of pseudonyms in the bundle

    def leftovers(self, value: Any, path: Path = (), name: str = "") -> Iterator[Leftover]:
        """Yield what is left in a value; ``name`` is the property that it is of."""
        if isinstance(value, str):
            yield from self._in_text(value, path, name)
        elif isinstance(value, Mapping):
            for key, item in value.items():
                if key not in property_names():
                    yield from self._of(self.finder.find(key), key, (*path, key), "property name")
                yield from self.leftovers(item, (*path, key), key)
        elif isinstance(value, list):
            for place, item in enumerate(value):
                yield from self.leftovers(item, (*path, place), name)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield from self._in_number(value, path, name)

    def _in_text(self, text: str, path: Path, name: str) -> Iterator[Leftover]:
        if name == "key_id" and text in self.key_ids:
            return
        if not (is_place_of_terms(name) and text in terms()):
            yield from self._of(self.finder.find(text), text, path, "text")
        for inside in packed_texts(text, name):
            yield from self._of(self.finder.find(inside), inside, path, "payload")

    def _in_number(self, value: float, path: Path, name: str) -> Iterator[Leftover]:
        """Yield an id that is written as a number; short ones count where nothing is counted."""
        text = str(abs(int(value))) if value == value // 1 else repr(abs(value))
        found = []
        for one in self.finder.find(text):
            length = one.end - one.start
            is_whole = length == len(text) and name not in names_of_numbers()
            if is_whole or length >= NO_COINCIDENCE:
                found.append(one)
        yield from self._of(found, text, path, "number")

    def _of(
        self,
        found: list[Occurrence],
        text: str,
        path: Path,
        part: Literal["text", "property name", "number", "payload"],
    ) -> Iterator[Leftover]:
        """Yield each property of an account once, of which the longest identifier is found.

        It is there by chance if it is so wherever it stands.
        """
        for of_property in _by_property(found):
            longest = max((one.identifier for one in of_property), key=lambda one: len(one.text))
            is_chance = all(one.is_chance for one in of_property)
            yield Leftover(path, longest, part, is_chance, self._mark(of_property, text))

    def _mark(self, of_property: list[Occurrence], text: str) -> str:
        identifiers = "\n".join(sorted({fold(one.identifier.text) for one in of_property}))
        said = f"clearinghouse/reviewed/2\n{identifiers}\n{text}"
        return self.key.hmac(said).hex()[:_MARK_DIGITS]

    def redact(self, obj: Mapping[str, Any], reviewed: frozenset[str]) -> tuple[Any, int]:
        """Return an object with pseudonyms for the identifiers in its texts, and how many.

        Not touched are property names, numbers, ids, addresses whose form would break, what is
        only part of a word, and what ``reviewed`` has the mark of.
        """
        count = 0

        def walk(value: Any, name: str) -> Any:
            nonlocal count
            if isinstance(value, str):
                if name in _NOT_REDACTED or name.endswith(("_ref", "_refs")):
                    return value
                if name == "value" and obj.get("type") in _ADDRESSES:
                    return value
                text, times = self._redact_text(value, name, reviewed)
                count += times
                return text
            if isinstance(value, list):
                return [walk(item, name) for item in value]
            if isinstance(value, Mapping):
                return {key: walk(item, key) for key, item in value.items()}
            return value

        return walk(obj, ""), count

    def _redact_text(self, text: str, name: str, reviewed: frozenset[str]) -> tuple[str, int]:
        if is_place_of_terms(name) and text in terms():
            return text, 0
        count = 0
        for _ in range(_REDACTIONS):
            found = [
                one
                for of_property in _by_property(self.finder.find(text))
                if self._mark(of_property, text) not in reviewed
                for one in of_property
                if one.is_word and not one.is_made and one.identifier.pseudonym
            ]
            if not found:
                break
            count += len({(one.start, one.end) for one in found})
            text = redacted(text, found)
        return text, count


def _by_property(found: list[Occurrence]) -> list[list[Occurrence]]:
    """Return what was found, by the account and the property that it was of."""
    groups: dict[tuple[int, str], list[Occurrence]] = {}
    for one in found:
        groups.setdefault((one.identifier.origin, one.identifier.name), []).append(one)
    return list(groups.values())
