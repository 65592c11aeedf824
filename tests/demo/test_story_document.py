"""``docs/story.md`` tells of the story that the code makes."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from taxii_server.demo.comparison import actions_and_led
from taxii_server.demo.story import story

TEXT = (Path(__file__).parents[2] / "docs" / "story.md").read_text(encoding="utf-8")
BUNDLES = story()
OBJECTS = {thing["id"]: thing for part in BUNDLES for thing in part.content["objects"]}
IN_WORDS = {7: "seven", 11: "eleven"}


def test_the_bundles_are_listed_with_pusher_and_count() -> None:
    rows = re.findall(r"^\| `(.+)\.json` \| (\S+) \| (\d+) \|$", TEXT, re.MULTILINE)

    assert rows == [(part.name, part.member, str(len(part.content["objects"]))) for part in BUNDLES]


def test_the_counts_of_types_are_true() -> None:
    rows = re.findall(r"^\| ([a-z0-9-]+) \| (\d+) \|$", TEXT, re.MULTILINE)

    counts = Counter(thing["type"] for thing in OBJECTS.values())
    assert {stix_type: int(count) for stix_type, count in rows} == counts
    assert f"the story has {len(OBJECTS)} objects" in TEXT


def test_the_days_are_those_of_the_bundles() -> None:
    """Each item of "What happens" begins with the day on which its bundle was made."""
    days = re.findall(r"^\d\. \*\*(\d+) (\w+)", TEXT, re.MULTILINE)

    months = {"September": "09", "October": "10"}
    told = [f"2020-{months[month]}-{int(day):02d}" for day, month in days]
    made = [
        max(thing["modified"] for thing in part.content["objects"] if "modified" in thing)[:10]
        for part in BUNDLES
    ]
    assert told == made


def test_the_count_of_leads_that_worked_is_true() -> None:
    actions, led = actions_and_led(BUNDLES)

    assert f"of the {IN_WORDS[actions]}\n  actions {IN_WORDS[led]} were led to" in TEXT
