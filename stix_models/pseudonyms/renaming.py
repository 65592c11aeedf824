"""Giving objects other ids: everywhere in a bundle where the old ones stand, prose and keys too."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from stix_models.deterministic import (
    ID_CONTRIBUTING,
    ad_id,
    own_id,
    relationship_name,
    sco_id,
)
from stix_models.identifiers import UUID_PATTERN

_IDS = re.compile(rf"(?<![a-z0-9-])[a-z][a-z0-9-]*--{UUID_PATTERN}", re.IGNORECASE)


class Renaming:
    """Replaces ids in JSON values and counts how often."""

    def __init__(self, new_ids: Mapping[str, str]) -> None:
        """Take the new id of each old one, which is written in small letters."""
        self.new_ids = new_ids
        self.counts: Counter[str] = Counter()

    def apply(self, value: Any, name: str = "") -> Any:
        """Return a copy with the new ids.

        A list of references that would name one object twice names it once.

        Raises:
            ValueError: Two properties would have one name.
        """
        if isinstance(value, str):
            return self._text(value) if "--" in value else value
        if isinstance(value, list):
            renamed = [self.apply(item, name) for item in value]
            return _once(renamed) if name.endswith("_refs") and renamed != value else renamed
        if isinstance(value, Mapping):
            renamed_keys = {self._text(key): self.apply(item, key) for key, item in value.items()}
            if len(renamed_keys) < len(value):
                raise ValueError("two properties would have one name")
            return renamed_keys
        return value

    def _text(self, text: str) -> str:
        return _IDS.sub(self._renamed, text)

    def _renamed(self, found: re.Match[str]) -> str:
        new_id = self.new_ids.get(found[0].lower())
        if new_id is None:
            return found[0]
        self.counts[found[0].lower()] += 1
        return new_id


def places_of_ids(
    value: Any, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield every STIX id in a JSON value, in small letters, and where; prose and keys too."""
    if isinstance(value, str):
        if "--" in value:
            yield from ((path, found.lower()) for found in _IDS.findall(value))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from places_of_ids(item, (*path, place))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from places_of_ids(key, path)
            yield from places_of_ids(item, (*path, key))


def ids_in(value: Any) -> Iterator[str]:
    """Yield every STIX id in a JSON value, in small letters."""
    return (stix_id for _, stix_id in places_of_ids(value))


def made_id(obj: Mapping[str, Any]) -> str | None:
    """Return the id that an object would have if it was made of its own properties.

    STIX's of an SCO, the set's of anything else (``stix_models.deterministic``).
    """
    stix_type, creator = str(obj.get("type")), str(obj.get("created_by_ref"))
    if stix_type in ID_CONTRIBUTING:
        try:
            return sco_id(stix_type, obj)
        except (ValueError, TypeError, AttributeError, LookupError):  # not what the type should be
            return None
    if stix_type == "political-ad":
        return ad_id(creator, str(obj.get("platform")), str(obj.get("ad_id")))
    if stix_type == "relationship":
        parts = [str(obj.get(key)) for key in ("source_ref", "relationship_type", "target_ref")]
        return own_id(stix_type, creator, relationship_name(*parts))
    return own_id(stix_type, creator, str(obj.get("name")))


def _once(items: list[Any]) -> list[Any]:
    return list(dict.fromkeys(items)) if all(isinstance(item, str) for item in items) else items
