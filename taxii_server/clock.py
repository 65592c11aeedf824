"""Time as this server keeps it: integer microseconds since 1970-01-01T00:00:00Z.

Integers, because a float drops microseconds and two backends would then disagree.
Times that producers send stay text, any precision (STIX 2.1 section 2.16.1); to
compare them as instants they are normalised to UTC text without the ``Z`` and
without trailing zeros, which is exact and sorts as time does.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], int]
"""Returns now in microseconds."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,64}))?([Zz]|[+\- ]\d\d:\d\d)", re.ASCII
)


def now_us() -> int:
    """Return the wall clock in microseconds."""
    return time.time_ns() // 1000


def format_us(at_us: int) -> str:
    """Return a TAXII timestamp: exactly six digits and ``Z`` (TAXII 2.1 section 2).

    >>> format_us(1)
    '1970-01-01T00:00:00.000001Z'
    """
    moment = _EPOCH + timedelta(microseconds=at_us)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}Z".rjust(27, "0")


def parse_instant(text: str) -> str:
    """Return the normalised instant of an RFC 3339 timestamp, any offset, any precision.

    Args:
        text: Untrusted input. A blank where ``+`` was meant (an unescaped plus in
            a query string) is read as plus.

    Raises:
        ValueError: It is not a timestamp.

    >>> parse_instant("2016-01-20T12:31:12.120Z")
    '2016-01-20T12:31:12.12'
    >>> parse_instant("2016-01-20T14:31:12+02:00")
    '2016-01-20T12:31:12'
    """
    found = _RFC3339.fullmatch(text)
    if found is None:
        raise ValueError("is not an RFC 3339 timestamp")
    day, clock, fraction, offset = found.groups()
    leap = clock.endswith(":60")
    moment = datetime.fromisoformat(f"{day}T{clock[:-2]}59" if leap else f"{day}T{clock}")
    if offset not in "Zz":
        hours, minutes = int(offset[1:3]), int(offset[4:6])
        if hours > 23 or minutes > 59:
            raise ValueError("has an impossible offset")
        shift = timedelta(hours=hours, minutes=minutes)
        try:
            moment = moment + shift if offset[0] == "-" else moment - shift
        except OverflowError as exc:
            raise ValueError("is out of range") from exc
    text = moment.isoformat()
    if leap:
        text = text[:-2] + "60"
    digits = (fraction or "").rstrip("0")
    return f"{text}.{digits}" if digits else text


def instant_to_us(instant: str) -> int:
    """Return a normalised instant in whole microseconds, rounded down.

    >>> instant_to_us("1970-01-01T00:00:00.0000019")
    1
    """
    whole, _, digits = instant.partition(".")
    leap = whole.endswith(":60")
    moment = datetime.fromisoformat(whole[:-2] + "59" if leap else whole).replace(tzinfo=UTC)
    seconds = (moment - _EPOCH) // timedelta(seconds=1) + int(leap)
    return seconds * 1_000_000 + int(digits[:6].ljust(6, "0"))
