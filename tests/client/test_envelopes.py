"""Envelopes are as large as the API Root takes, to the byte, and no larger."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taxii_server.client.envelopes import EnvelopeLimits, encode_envelope, split_into_envelopes
from tests.client.make import as_text, make_object

_GROUPS = st.lists(st.lists(st.integers(0, 60), min_size=1, max_size=4), max_size=12)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_GROUPS, st.integers(150, 700), st.integers(1, 6))
def test_every_envelope_fits_and_nothing_is_lost(
    sizes: list[list[int]], max_bytes: int, max_objects: int
) -> None:
    number = iter(range(10_000))
    groups = [
        as_text(*(make_object(next(number), x="ä" * size) for size in group)) for group in sizes
    ]

    split = split_into_envelopes(
        groups, EnvelopeLimits(max_bytes=max_bytes, max_objects=max_objects)
    )

    sent = [item for envelope in split.envelopes for item in envelope]
    everything = [item for group in groups for item in group]
    assert [item for item in everything if item not in split.too_large] == sent
    for envelope in split.envelopes:
        assert len(encode_envelope(envelope)) <= max_bytes
    for item in split.too_large:
        assert len(encode_envelope([item])) > max_bytes
    for group in groups:
        if len(encode_envelope(group)) <= max_bytes:
            assert sum(any(i in envelope for i in group) for envelope in split.envelopes) == 1


def test_an_envelope_of_exactly_the_limit_is_one_envelope() -> None:
    """T-ADD-10: a body of exactly max_content_length is accepted."""
    objects = as_text(make_object(1, x="ä"), make_object(2))
    size = len(encode_envelope(objects))
    groups = [[item] for item in objects]

    exact = split_into_envelopes(groups, EnvelopeLimits(max_bytes=size))
    less = split_into_envelopes(groups, EnvelopeLimits(max_bytes=size - 1))

    assert len(exact.envelopes) == 1
    assert len(less.envelopes) == 2


def test_the_number_of_objects_is_bounded_but_cuts_no_circle() -> None:
    objects = as_text(*(make_object(n) for n in range(6)))
    groups = [[objects[0]], objects[1:5], [objects[5]]]

    split = split_into_envelopes(groups, EnvelopeLimits(max_bytes=10_000, max_objects=2))

    assert [len(envelope) for envelope in split.envelopes] == [1, 4, 1]


def test_the_encoded_envelope_is_json() -> None:
    things = [make_object(1, x="ä"), make_object(2)]

    assert json.loads(encode_envelope(as_text(*things))) == {"objects": things}
