"""Build the sample story's STIX 2.1 objects, the same on every machine.

A sample must be the same wherever it is made, so nothing is random: ids of STIX
domain objects are version 4 in form (STIX 2.1 section 2.9) and made from a hash of
the story's own key; ids of cyber-observable objects are the deterministic ones of
that section, so that two companies that saw one domain have one object.

A sample must also be known for one wherever it ends up: every object carries the
statement marking ``FICTION``, and every one that can have labels ``fictional``.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from stix_models.deterministic import sco_id
from stix_models.extensions import EXTENSION_OF_NAME, NEW_SDO, PROPERTY_EXTENSION
from stix_models.markings import OPENCTI_SCO, TLP_2
from stix_models.pseudonyms import PseudonymKey

STIX = dict[str, Any]

_ID_OF_LEVEL = {level: marking_id for marking_id, level in TLP_2.items()}
CLEAR = _ID_OF_LEVEL["clear"]
GREEN = _ID_OF_LEVEL["green"]
AMBER = _ID_OF_LEVEL["amber"]
AMBER_STRICT = _ID_OF_LEVEL["amber+strict"]
RED = _ID_OF_LEVEL["red"]

DEMO_KEY = PseudonymKey("k-2020", bytes(range(32)))
"""Published, so that anybody can check the pseudonyms of the story: worth nothing as a secret."""

LABEL = "fictional"  # of every object that can have labels
_OPENCTI_OBSERVABLES = frozenset({"media-content"})


def story_id(stix_type: str, key: str) -> str:
    """Return the id of the object that the story calls ``key``."""
    digest = hashlib.sha256(f"clearinghouse sample story/{stix_type}/{key}".encode()).digest()
    return f"{stix_type}--{uuid.UUID(bytes=digest[:16], version=4)}"


FICTION = story_id("marking-definition", "fiction")
"""The statement on every object of the story."""


def fiction_marking() -> STIX:
    """Return the definition of the statement marking; each bundle begins with it."""
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": FICTION,
        "created": "2020-09-01T00:00:00.000Z",
        "name": "Fictional sample data",
        "definition_type": "statement",
        "definition": {
            "statement": "Fictional: sample data of the Clearinghouse project. The operation, its "
            "sites, accounts, ads and messages are invented, and so is what anybody did about them."
        },
        "object_marking_refs": [CLEAR],
    }


@dataclass(frozen=True, slots=True)
class Team:
    """A member's team that signs what it pushes, with an identity of its own.

    The identity of the member itself is made by ``init`` and differs in every
    coalition; a file that anybody can push cannot name it.
    """

    key: str
    name: str
    since: str  # timestamp of its identity object

    @property
    def id(self) -> str:
        return story_id("identity", self.key)

    def identity(self) -> STIX:
        """Return the team's identity object."""
        return {
            "type": "identity",
            "spec_version": "2.1",
            "id": self.id,
            "created_by_ref": self.id,
            "created": self.since,
            "modified": self.since,
            "name": self.name,
            "description": "Signs the sample story; the team is fictional.",
            "identity_class": "group",
            "labels": [LABEL],
            "object_marking_refs": [GREEN, FICTION],
        }


@dataclass(slots=True)
class Telling:
    """What a team says in one bundle, in the order in which it says it."""

    team: Team
    at: str  # when it was said: created of what is new, modified of what is not
    objects: list[STIX] = field(default_factory=lambda: [fiction_marking()])

    def introduces_itself(self) -> None:
        """Put the team's identity into the bundle."""
        self.objects.append(self.team.identity())

    def says(
        self, stix_type: str, *, marking: str = AMBER, key: str = "", **properties: Any
    ) -> STIX:
        """Make a domain object of the team's and return it.

        ``key`` tells it from the team's others of its type; its name does, if it has one.
        """
        key = key or properties.get("name") or properties["abstract"]
        declared = EXTENSION_OF_NAME.get(stix_type)
        extensions = dict(properties.pop("extensions", {}))
        if declared is not None:
            extensions[declared.id] = {"extension_type": NEW_SDO}
        made: STIX = {
            "type": stix_type,
            "spec_version": "2.1",
            "id": story_id(stix_type, f"{self.team.key} {key}"),
            "created_by_ref": self.team.id,
            "created": self.at,
            "modified": self.at,
            **properties,
            "labels": [LABEL],
            "object_marking_refs": [marking, FICTION],
        }
        if extensions:
            made["extensions"] = extensions
        return self.repeats(made)

    def relates(self, source: STIX, verb: str, *targets: STIX, **more: Any) -> list[STIX]:
        """Join an object to others; ``marking`` and properties of a relationship may follow."""
        return [
            self.says(
                "relationship",
                key=f"{source['id']} {verb} {target['id']}",
                relationship_type=verb,
                source_ref=source["id"],
                target_ref=target["id"],
                **more,
            )
            for target in targets
        ]

    def corrects(self, known: STIX, **changes: Any) -> STIX:
        """Make a new version of an object of the team's, with some properties changed."""
        return self.repeats({**known, "modified": self.at, **changes})

    def revokes(self, known: STIX) -> None:
        """Say that an object of the team's was wrong (STIX 2.1 section 3.2, ``revoked``)."""
        self.corrects(known, revoked=True)

    def repeats(self, known: STIX) -> STIX:
        """Put an object as it is into the bundle, and return it."""
        self.objects.append(known)
        return known

    def sees(self, *observables: STIX) -> None:
        """Put observables into the bundle."""
        self.objects.extend(observables)


def observable(
    stix_type: str,
    marking: str = AMBER,
    *,
    extensions: Mapping[str, Any] | None = None,
    **properties: Any,
) -> STIX:
    """Return a cyber-observable object with its deterministic id."""
    extensions = dict(extensions or {})
    if stix_type in _OPENCTI_OBSERVABLES:
        extensions[OPENCTI_SCO] = {"extension_type": "new-sco"}
    made: STIX = {
        "type": stix_type,
        "spec_version": "2.1",
        "id": sco_id(stix_type, properties),
        **properties,
        "object_marking_refs": [marking, FICTION],
    }
    return {**made, "extensions": extensions} if extensions else made


def extension(name: str, **properties: Any) -> dict[str, STIX]:
    """Return the ``extensions`` of an object that has one property extension of the set."""
    content = {"extension_type": PROPERTY_EXTENSION, **properties}
    return {EXTENSION_OF_NAME[name].id: content}


def keyed_hash(kind: str, value: str) -> str:
    """Return a value hashed with the demo's key, as ad buyers' ids and payments are written.

    Members that hold the key get the same hash for the same means of payment.
    """
    digest = DEMO_KEY.hmac(f"clearinghouse sample story/{kind}\n{value}")
    return f"hmac-sha256:{DEMO_KEY.key_id}:{digest.hex()}"


def metric(name: str, lower: int, upper: int | None = None, *, platform: str) -> STIX:
    """Return a count on a platform; it is exact where no ``upper`` is given."""
    return {
        "metric": name,
        "platform": platform,
        "lower": lower,
        "upper": lower if upper is None else upper,
    }


def ids(*things: STIX) -> list[str]:
    """Return the objects' ids."""
    return [thing["id"] for thing in things]


def later(timestamp: str, *, seconds: int) -> str:
    """Return the instant so many seconds after another, with milliseconds.

    >>> later("2020-08-30T23:59:00.000Z", seconds=65)
    '2020-08-31T00:00:05.000Z'
    """
    moved = datetime.fromisoformat(timestamp.removesuffix("Z")) + timedelta(seconds=seconds)
    return f"{moved.isoformat(timespec='milliseconds')}Z"


def bundle(key: str, objects: list[STIX]) -> STIX:
    """Return a bundle with a fixed id."""
    return {"type": "bundle", "id": story_id("bundle", key), "objects": objects}
