"""What became of each object of the story in pycti's splitter and in misp-stix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stix_models.markings import TLP_2_EXTENSION
from tests.tools.feeds import Feeds
from tests.tools.running import ask, import_into_misp

Stix = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Split:
    """What pycti's splitter did with the objects of a bundle."""

    sent: list[Stix]
    taken: frozenset[str]
    dropped: frozenset[str]
    removed: Mapping[str, int]  # "type property" -> objects whose names were removed

    def drops(self) -> list[Stix]:
        """Return the objects that were dropped, each id once."""
        return [obj for obj in _once(self.sent) if obj["id"] in self.dropped]


@dataclass(frozen=True, slots=True)
class Imported:
    """What misp-stix made of a bundle."""

    sent: list[Stix]
    answer: Mapping[str, Any]

    def survivors(self) -> Counter[str]:
        """Return how many objects of each type are found in the events."""
        found = Counter(obj["type"] for obj in _once(self.sent) if self._is_there(obj))
        found["relationship"] = self.answer["references"]
        found["sighting"] = self.answer["sightings"]
        return found

    def _is_there(self, obj: Stix) -> bool:
        if obj["type"] == "marking-definition":
            return _tag(obj) in self.answer["tags"]
        if obj["id"].partition("--")[2] in self.answer["uuids"]:
            return True
        is_skipped = f"Unable to load STIX object type: {obj['type']}" in self.answer["messages"]
        return not is_skipped and obj.get("name") in self.answer["clusters"]


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that the pages about other tools say of the story."""

    plain: Split
    opencti: Split
    misp: Imported


def try_tools(feeds: Feeds) -> Results:
    """Run the tools on the feed."""
    return Results(
        split(feeds.sent),
        split(feeds.mapped),
        Imported(feeds.sent, import_into_misp(feeds.plain)),
    )


def split(objects: list[Stix]) -> Split:
    """Return what the splitter does with a bundle of these objects."""
    bundle = {"type": "bundle", "id": "bundle--0d2b1d0a-8f6f-4bb1-8f3c-1d5ed33e1c3e"}
    answer = ask("split", {**bundle, "objects": objects})
    assert answer["expected"] == len(answer["taken"])
    return Split(
        objects, frozenset(answer["taken"]), frozenset(answer["dropped"]), answer["removed"]
    )


def count_types(objects: list[Stix]) -> Counter[str]:
    """Return how many objects of each type there are, each id once."""
    return Counter(obj["type"] for obj in _once(objects))


def _once(objects: list[Stix]) -> list[Stix]:
    return list({obj["id"]: obj for obj in objects}.values())


def _tag(marking: Stix) -> str:
    """Return the MISP tag of a marking."""
    definition = marking.get("definition", {})
    level = marking.get("extensions", {}).get(TLP_2_EXTENSION, {}).get("tlp_2_0")
    level = level or definition.get("tlp")
    return f"tlp:{level}" if level else f"statement:{definition.get('statement')}"
