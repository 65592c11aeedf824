"""Timestamps compared as instants (STIX 2.1 section 2.16), whatever their digits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stix_models.problems import Problem

Order = tuple[str, str, bool]
"""A later property, an earlier one, and whether the two may be equal."""


def is_before(one: str, other: str) -> bool:
    """Return whether a timestamp lies before another one; both are valid, in UTC.

    >>> is_before("2016-05-12T08:17:27Z", "2016-05-12T08:17:27.000Z")
    False
    """
    if len(one) == len(other):
        return one < other
    return _sortable(one) < _sortable(other)


def out_of_order(obj: Mapping[str, Any], orders: tuple[Order, ...], at: str) -> Iterator[Problem]:
    """Yield a problem for each pair of times that lie the wrong way round.

    Args:
        obj: Any JSON object; what is no text is left to the schema.
        orders: The pairs.
        at: JSON pointer of the object, empty for the outermost one.
    """
    for later, earlier, equal_too in orders:
        last, first = obj.get(later), obj.get(earlier)
        if not isinstance(last, str) or not isinstance(first, str):
            continue
        if is_before(last, first):
            message = f"{later} lies before {earlier}; correct one of the two."
            yield Problem(f"{at}/{later}", "time-order", "error", message)
        elif not equal_too and not is_before(first, last):
            message = f"{later} must be later than {earlier}; correct one of the two."
            yield Problem(f"{at}/{later}", "time-order", "error", message)


def _sortable(timestamp: str) -> str:
    """Return a text that sorts as the instant does: no ``Z``, no zeros at the end."""
    return timestamp[:-1].rstrip("0").rstrip(".") if "." in timestamp else timestamp[:-1]
