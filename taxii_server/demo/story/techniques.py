"""The techniques of the story, each team's own objects for those of the DISARM framework.

DISARM Red framework v1.6, by the DISARM Foundation, CC BY-SA 4.0.
"""

from __future__ import annotations

from collections.abc import Sequence

from stix_models.disarm import attack_pattern
from taxii_server.demo.stix import CLEAR, FICTION, LABEL, STIX, Telling


def techniques(tell: Telling, numbers: Sequence[str]) -> dict[str, STIX]:
    """Tell of techniques and return the objects by their numbers."""
    return {number: _technique(tell, number) for number in numbers}


def _technique(tell: Telling, number: str) -> STIX:
    made = attack_pattern(
        number,
        created_by_ref=tell.team.id,
        created=tell.at,
        object_marking_refs=[CLEAR, FICTION],
    )
    return tell.repeats({**made, "labels": [LABEL]})
