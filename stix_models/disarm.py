"""DISARM techniques as STIX attack-patterns (object model, sections 1 and 6).

The table of techniques is that of the DISARM Red framework v1.6 by the DISARM Foundation,
CC BY-SA 4.0 (``data/LICENSE-DISARM.md``). An id that is not in it is allowed, because the
framework grows; it warns and names the nearest.
"""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

from stix_models.deterministic import own_id
from stix_models.extensions import DISARM_EXTENSION, PROPERTY_EXTENSION
from stix_models.problems import Problem

SOURCE_NAME = "DISARM"
KILL_CHAIN_NAME = "disarm"
VERSION = "1.6"

_FILE = f"disarm-{VERSION}.tsv"
_TECHNIQUE_ID = re.compile(r"T?(\d{1,5})(?:\.(\d{1,4}))?", re.ASCII)
_LIKE_IDS = 0.75  # of 1, by difflib; less is like nothing
_SHOWN = 80  # characters of an id in a message


class UnknownTechniqueWarning(UserWarning):
    """An id is not one of DISARM's; the message names the nearest."""


@dataclass(frozen=True, slots=True)
class Technique:
    """One technique: its id, its name, its phases (tactics), and DISARM's own STIX id of it."""

    id: str
    name: str
    phases: tuple[str, ...]
    stix_id: str

    @property
    def parent_id(self) -> str | None:
        """The technique that this is a form of, ``T0049`` of ``T0049.001``."""
        parent, point, _ = self.id.partition(".")
        return parent if point else None


def techniques() -> Mapping[str, Technique]:
    """Return DISARM's techniques by id, in the order of their ids."""
    return _table()


def technique(technique_id: str) -> Technique | None:
    """Return the technique of this id, or ``None`` if DISARM has none.

    >>> technique("T0049").name
    'Flood Information Space'
    """
    return _table().get(technique_id)


def attack_pattern(
    technique_id: str, *, created_by_ref: str, created: str, name: str | None = None, **more: Any
) -> dict[str, Any]:
    """Return the attack-pattern that says that a technique was used.

    It is the creator's own object and not DISARM's: its id is the same for the same
    creator and technique, and no other creator has it.

    Args:
        technique_id: DISARM's, such as ``T0049.001``. An unknown one warns
            (``UnknownTechniqueWarning``) and makes an object without phases.
        created_by_ref: Id of the identity that says so.
        created: STIX timestamp; ``modified`` is the same unless it is given.
        name: Another name than DISARM's.
        more: Further properties, such as ``description``; empty ones are left out.
    """
    found = technique(technique_id)
    if found is None:
        warnings.warn(unknown(technique_id), UnknownTechniqueWarning, stacklevel=2)
    name = name or (technique_id if found is None else unique_name(found))
    made: dict[str, Any] = {
        "type": "attack-pattern",
        "spec_version": "2.1",
        "id": own_id("attack-pattern", created_by_ref, name),
        "created_by_ref": created_by_ref,
        "created": created,
        "modified": created,
        "name": name,
    }
    if found is not None:
        made["kill_chain_phases"] = [
            {"kill_chain_name": KILL_CHAIN_NAME, "phase_name": phase} for phase in found.phases
        ]
    made["external_references"] = [{"source_name": SOURCE_NAME, "external_id": technique_id}]
    made["extensions"] = {
        DISARM_EXTENSION: {"extension_type": PROPERTY_EXTENSION, "id": technique_id}
    }
    return made | {key: value for key, value in more.items() if value not in (None, "", [], ())}


def unique_name(found: Technique) -> str:
    """Return the technique's name, behind its parent's where another technique has the same.

    Ids are made of names, and tools merge attack-patterns on them.

    >>> unique_name(technique("T0129.001"))
    'Conceal Operational Activity: Conceal Network Identity'
    """
    parent = technique(found.parent_id) if found.parent_id is not None else None
    if parent is None or _name_counts()[found.name] == 1:
        return found.name
    return f"{parent.name}: {found.name}"


def technique_problems(obj: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield a warning for each DISARM id in an attack-pattern that DISARM does not have.

    What has another form than STIX prescribes is passed over; the schema refuses it.
    """
    if obj.get("type") != "attack-pattern":
        return
    references = obj.get("external_references")
    if not isinstance(references, list):
        return
    named = set()
    for place, reference in enumerate(references):
        if not isinstance(reference, Mapping) or reference.get("source_name") != SOURCE_NAME:
            continue
        technique_id = reference.get("external_id")
        named.add(technique_id if isinstance(technique_id, str) else None)
        if isinstance(technique_id, str) and technique_id not in _table():
            pointer = f"/external_references/{place}/external_id"
            yield Problem(pointer, "unknown-technique", "warning", unknown(technique_id))
    extensions = obj.get("extensions")
    extension = extensions.get(DISARM_EXTENSION) if isinstance(extensions, Mapping) else None
    said = extension.get("id") if isinstance(extension, Mapping) else None
    if named and isinstance(said, str) and said not in named and said not in _table():
        # Only beside a reference to DISARM: MITRE's own techniques are in this extension too.
        pointer = f"/extensions/{DISARM_EXTENSION}/id"
        yield Problem(pointer, "unknown-technique", "warning", unknown(said))


def unknown(technique_id: str) -> str:
    """Return the sentences about an id that DISARM does not have.

    >>> unknown("T049")
    'T049 is no technique of DISARM 1.6; the nearest is T0049 (Flood Information Space). Check it.'
    """
    shown = "".join(c if c.isprintable() else " " for c in technique_id[:_SHOWN])
    found = nearest(technique_id)
    named = f"the nearest is {found.id} ({found.name})"
    return f"{shown} is no technique of DISARM {VERSION}; {named}. Check it."


def nearest(text: str) -> Technique:
    """Return the technique whose id, or else whose name, is most like a text.

    A wrong number behind the point is nearer to its parent than to anything else.
    """
    wanted, table = text.strip()[:_SHOWN].upper(), _table()
    digits = _TECHNIQUE_ID.fullmatch(wanted)
    if digits is not None:
        parent = f"T{int(digits[1]):04d}"
        for guess in (f"{parent}.{int(digits[2] or 0):03d}", parent):
            if guess in table:
                return table[guess]
        near = get_close_matches(wanted, list(table), n=1, cutoff=_LIKE_IDS)
        by_number = min(table, key=lambda one: abs(int(one[1:5]) - int(digits[1])))
        return table[near[0] if near else by_number]
    names = {found.name.upper(): found for found in table.values()}
    near = get_close_matches(wanted, list(names), n=1, cutoff=0)
    return names[near[0]] if near else next(iter(table.values()))


@cache
def _table() -> Mapping[str, Technique]:
    text = files("stix_models").joinpath("data", _FILE).read_text(encoding="utf-8")
    found = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        technique_id, name, phases, stix_id = line.split("\t")
        if stix_id.startswith("attack-pattern--"):  # tactics stand below, under their own ids
            found[technique_id] = Technique(technique_id, name, tuple(phases.split(",")), stix_id)
    return found


@cache
def _name_counts() -> Counter[str]:
    return Counter(found.name for found in _table().values())
