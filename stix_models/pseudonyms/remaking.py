"""Which ids of a rewritten bundle may stay, and what the others become.

An id can be a hash of what is no longer there: of an account's login, of the id of a
relationship to it, of a text that was redacted. Whoever guesses the login could check
the guess. An id stays if it is known to tell nothing:

- it is made of what the object says now, by STIX's rule or the set's;
- or it has the form of a random one, and nothing of the object was changed;
- or it is a creator's, by which a server knows a member.

A random form alone proves nothing, because hashes are written in it too. Any other id
becomes a keyed one, made of the old id: the same in every bundle that holds the object.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from stix_models.deterministic import ID_CONTRIBUTING
from stix_models.identifiers import is_identifier, type_of
from stix_models.opencti import NAMED_TYPES, opencti_id
from stix_models.pseudonyms.accounts import keyed_id
from stix_models.pseudonyms.checking import USER_ACCOUNT
from stix_models.pseudonyms.keys import PseudonymKey
from stix_models.pseudonyms.merging import Item
from stix_models.pseudonyms.renaming import ids_in, made_id

_OF_EVERYBODY = frozenset({"marking-definition", "extension-definition"})
"""Types whose ids others refer to, and that are about nobody."""


def others(items: Iterable[Item]) -> list[Item]:
    """Return the objects that are no accounts, were in the bundle before and have an id."""
    return [
        item
        for item in items
        if not item.is_made
        and item.before["type"] != USER_ACCOUNT
        and is_identifier(item.before.get("id"))
    ]


def creators(items: Iterable[Item]) -> frozenset[str]:
    """Return the ids of who created the objects, in small letters."""
    found = (str(item.before.get("created_by_ref")).lower() for item in items)
    return frozenset(stix_id for stix_id in found if stix_id.startswith("identity--"))


def next_ids(items: Sequence[Item], key: PseudonymKey, kept: frozenset[str]) -> dict[str, str]:
    """Return the ids that have to go now, in small letters, and what they become.

    Args:
        items: Those whose ids may have to go; a new id of one may change another.
        key: The circle's.
        kept: Ids that stay in any case.
    """
    found = {}
    for item in items:
        now = str(item.now["id"]).lower()
        new_id = None if now in kept else _next_id(item, now, key)
        if new_id is not None:
            found[now] = new_id
    return found


def _next_id(item: Item, now: str, key: PseudonymKey) -> str | None:
    old = str(item.before["id"]).lower()
    made = made_id(item.now)
    if made == now:
        return None
    if made is not None and _follows(item, old):
        return made
    if now != old or _is_named_by_opencti(item, now):
        return None
    may_stay = item.before["type"] in _OF_EVERYBODY or uuid.UUID(old[-36:]).version == 4
    if may_stay and item.now == item.before:
        return None
    return keyed_id(key, type_of(old), old)


def _follows(item: Item, old: str) -> bool:
    """Return whether an id is made of the object's properties, and stays so.

    That of an observable becomes so, unless it is made of other ids: it could be of its own.
    """
    if made_id(item.before) == old:
        return True
    names = ID_CONTRIBUTING.get(item.before["type"], ())
    made_of = [item.before[name] for name in names if name in item.before]
    return bool(made_of) and uuid.UUID(old[-36:]).version == 5 and not any(ids_in(made_of))


def _is_named_by_opencti(item: Item, now: str) -> bool:
    name, stix_type = item.now.get("name"), item.now["type"]
    if stix_type not in NAMED_TYPES or not isinstance(name, str):
        return False
    return opencti_id(stix_type, name) == now
