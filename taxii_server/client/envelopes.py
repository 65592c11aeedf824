"""Envelopes no larger than the server takes (TAXII 2.1 sections 3.7 and 4.2.1).

``max_content_length`` is counted on the bytes as they are sent, and an envelope of
exactly that size is allowed. A group of objects that belong together starts a new
envelope rather than being cut; only a group too large for any envelope is cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from taxii_server.client.bundles import StixText

_HEAD, _TAIL = b'{"objects":[', b"]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeLimits:
    """What one envelope may hold. Only ``max_bytes`` cuts a group that belongs together."""

    max_bytes: int
    max_objects: int = 1000


@dataclass(slots=True)
class Split:
    """Envelopes in sending order, and the objects that no envelope can hold."""

    envelopes: list[list[StixText]] = field(default_factory=list)
    too_large: list[StixText] = field(default_factory=list)


def encode_envelope(objects: Sequence[StixText]) -> bytes:
    """Return the envelope as it is sent."""
    return _HEAD + ",".join(item.text for item in objects).encode() + _TAIL


def split_into_envelopes(groups: Iterable[Sequence[StixText]], limits: EnvelopeLimits) -> Split:
    """Fill envelopes with groups, in order."""
    split = Split()
    current: list[StixText] = []
    size = len(_HEAD) + len(_TAIL)
    for part in _parts_that_fit(groups, limits.max_bytes, split.too_large):
        added = sum(len(item.text.encode()) + 1 for item in part)  # each with a comma
        too_many = len(current) + len(part) > limits.max_objects
        if current and (too_many or size + added - 1 > limits.max_bytes):
            split.envelopes.append(current)
            current, size = [], len(_HEAD) + len(_TAIL)
        current.extend(part)
        size += added
    if current:
        split.envelopes.append(current)
    return split


def _parts_that_fit(
    groups: Iterable[Sequence[StixText]], max_bytes: int, too_large: list[StixText]
) -> Iterable[Sequence[StixText]]:
    for group in groups:
        if len(encode_envelope(group)) <= max_bytes:
            yield group
            continue
        for item in group:
            if len(encode_envelope([item])) <= max_bytes:
                yield [item]
            else:
                too_large.append(item)
