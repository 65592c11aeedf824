"""The relationships that say that two pseudonymous accounts are one account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stix_models.pseudonyms.accounts import PROPERTY_OF_KIND, SHARING, keyed_id
from stix_models.pseudonyms.keys import PseudonymKey
from stix_models.pseudonyms.renaming import ids_in
from stix_models.rules_pseudonym import PSEUDONYMOUS

Stix = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Author:
    """Who says it, and when: an SCO has neither, a relationship needs both."""

    created_by_ref: str
    created: str


def authors(objects: Sequence[Stix], accounts: frozenset[str]) -> dict[str, Author]:
    """Return for each account the author of the first object that names it, if there is one.

    An account that no dated and signed object names has the author of the first such object.
    """
    found: dict[str, Author] = {}
    first: Author | None = None
    for obj in objects:
        created_by_ref, created = obj.get("created_by_ref"), obj.get("created")
        if isinstance(created_by_ref, str) and isinstance(created, str):
            author = Author(created_by_ref, created)
            first = author if first is None else first
            for stix_id in accounts.intersection(ids_in(obj)):
                found.setdefault(stix_id, author)
    if first is not None:
        return {stix_id: found.get(stix_id, first) for stix_id in accounts}
    return found


def relationships_between(
    raw: Stix,
    made: Sequence[Stix],
    previous: Sequence[Stix],
    author: Author,
    key: PseudonymKey,
) -> Iterator[dict[str, Any]]:
    """Yield what joins the accounts made of one raw account: both kinds, both keys.

    Their markings are those of the account and of its identifiers, because who reads them
    learns that the two are one.
    """
    markings = sorted(_markings(raw))
    if len(made) > 1:
        yield _relationship(raw, (made[0], "related-to", made[1]), author, key, markings)
    for account in made:
        for older in previous:
            if _kind(account) == _kind(older):
                ends = (account, "duplicate-of", older)
                yield _relationship(raw, ends, author, key, markings)


def _relationship(
    raw: Stix,
    ends: tuple[Stix, str, Stix],
    author: Author,
    key: PseudonymKey,
    markings: Sequence[str],
) -> dict[str, Any]:
    source, verb, target = ends
    signature = (author.created_by_ref, author.created)
    made_of = (*signature, source["id"], verb, target["id"], *markings)
    relationship: dict[str, Any] = {
        "type": "relationship",
        "spec_version": "2.1",
        "id": keyed_id(key, "relationship", *made_of),
        "created_by_ref": author.created_by_ref,
        "created": author.created,
        "modified": author.created,
        "relationship_type": verb,
        "source_ref": source["id"],
        "target_ref": target["id"],
    }
    if markings:
        relationship["object_marking_refs"] = list(markings)
    sharing = raw.get("extensions", {}).get(SHARING)
    if sharing is not None:
        relationship["extensions"] = {SHARING: sharing}
    return relationship


def _kind(account: Stix) -> str:
    return str(account["extensions"][PSEUDONYMOUS]["kind"])


def _markings(raw: Stix) -> Iterator[str]:
    yield from dict.fromkeys(raw.get("object_marking_refs", ()))
    whole = set(raw.get("object_marking_refs", ()))
    for marking in raw.get("granular_markings", ()):
        marking_ref = marking.get("marking_ref")
        named = {"id", *PROPERTY_OF_KIND.values()}.intersection(marking["selectors"])
        if named and isinstance(marking_ref, str) and marking_ref not in whole:
            whole.add(marking_ref)
            yield marking_ref
