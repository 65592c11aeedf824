"""Objects that became one: those that say the same go, those that do not refuse the bundle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stix_models.problems import Problem
from stix_models.pseudonyms.checking import USER_ACCOUNT, error
from stix_models.rules_pseudonym import PSEUDONYMOUS


@dataclass(slots=True, eq=False)
class Item:
    """One object of the bundle on its way: where it stood, as it was, as it is."""

    origin: int  # place of what it was or is made of
    before: Mapping[str, Any]  # without OpenCTI's extensions
    now: dict[str, Any]
    is_made: bool = False  # not in the bundle before

    @property
    def is_renamed(self) -> bool:
        return self.is_made or self.now.get("id") != self.before.get("id")


def merge(items: list[Item]) -> tuple[list[Item], list[Problem]]:
    """Return the items without copies, and what is wrong with those that are no exact copies.

    Copies that were in the bundle before stay; a server takes them as it finds them. Of two
    accounts the first stays, and says of both what was left out of them.
    """
    kept: list[Item] = []
    problems: list[Problem] = []
    known: dict[str, list[Item]] = {}
    for item in items:
        others = known.setdefault(str(item.now.get("id")), [])
        if not any(one.is_renamed for one in (item, *others)):
            others.append(item)
            kept.append(item)
            continue
        rivals = [one for one in others if one.now.get("modified") == item.now.get("modified")]
        if not rivals:
            others.append(item)
            kept.append(item)
        elif _compared(rivals[0].now) == _compared(item.now):
            _unite_attributes(rivals[0].now, item.now)
        else:
            problems.append(_conflict(rivals[0], item))
    return kept, problems


def _compared(obj: Mapping[str, Any]) -> Any:
    """Return what must be equal in two objects for them to be one."""
    compared = {**obj}
    if isinstance(obj.get("object_marking_refs"), list):
        compared["object_marking_refs"] = sorted(map(str, obj["object_marking_refs"]))
    extension = _pseudonym_extension(obj)
    if extension is not None:
        left = {key: value for key, value in extension.items() if key != "attributes"}
        compared["extensions"] = {**obj["extensions"], PSEUDONYMOUS: left}
    return compared


def _unite_attributes(kept: dict[str, Any], gone: Mapping[str, Any]) -> None:
    ours, theirs = _pseudonym_extension(kept), _pseudonym_extension(gone)
    if ours is not None and theirs is not None:
        names = {*ours.get("attributes", ()), *theirs.get("attributes", ())}
        if names:
            united = {**ours, "attributes": sorted(names)}
            kept["extensions"] = {**kept["extensions"], PSEUDONYMOUS: united}


def _pseudonym_extension(obj: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if obj.get("type") != USER_ACCOUNT:
        return None
    found = obj.get("extensions", {}).get(PSEUDONYMOUS)
    return found if isinstance(found, Mapping) else None


def _conflict(first: Item, second: Item) -> Problem:
    message = (
        f"This and the object at /objects/{first.origin} become one and differ; make the rest of"
        " them equal (markings, is_disabled), or leave one out."
    )
    return error(["objects", second.origin], "becomes-one", message)
