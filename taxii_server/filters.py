"""What a client asks of a collection: the URL filter parameters of TAXII 2.1 section 3.4.

A query string is untrusted. It becomes one frozen ``ObjectFilter`` here, or an
``InvalidParameterError``; services and backends see only the value. A field that
is ``None`` was not sent: its default (the latest version, the latest
specification version) is applied by the store, and a page token may supply it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from taxii_server.clock import instant_to_us, parse_instant
from taxii_server.errors import InvalidParameterError

MAX_MATCH_IDS = 500
"""``match[id]`` values in one request; 1,000 cost 2 to 4 ms in the store."""

MAX_MATCH_VALUES = 200
"""Values of any other match field in one request."""

_LONG_FRACTION = re.compile(r"\.\d{10}")

Query = Mapping[str, Sequence[str]]
"""Decoded query parameters: every value that each name was sent with."""


@dataclass(frozen=True, slots=True)
class VersionFilter:
    """``match[version]`` (section 3.4.1): a union of keywords and exact instants."""

    all: bool = False
    first: bool = False
    last: bool = False
    instants: frozenset[str] = frozenset()  # normalised, see ``clock``


LAST = VersionFilter(last=True)
ALL = VersionFilter(all=True)


@dataclass(frozen=True, slots=True)
class ObjectFilter:
    """One value per filter parameter; ``None`` means that it was not sent."""

    added_after_us: int | None = None
    ids: frozenset[str] | None = None
    types: frozenset[str] | None = None
    spec_versions: frozenset[str] | None = None
    versions: VersionFilter | None = None


@dataclass(frozen=True, slots=True)
class ParsedFilter:
    """A filter and the match fields that this endpoint does not know."""

    wanted: ObjectFilter
    unknown: tuple[str, ...] = field(default=())


FIELDS_OF_OBJECTS = frozenset({"added_after", "id", "type", "spec_version", "version"})
FIELDS_OF_OBJECT = frozenset({"added_after", "spec_version", "version"})
FIELDS_OF_VERSIONS = frozenset({"added_after", "spec_version"})


def parse_filter(query: Query, fields: frozenset[str]) -> ParsedFilter:
    """Return the filter that ``query`` asks for, of the ``fields`` this endpoint knows.

    Raises:
        InvalidParameterError: A parameter is repeated or malformed (HTTP 400).
    """
    values: dict[str, str] = {}
    unknown = []
    for name, sent in query.items():
        known = _known_field(name)
        if known in {"limit", "next"} or known in fields:
            _require_once(name, sent)
        if known in fields:
            values[known] = sent[0]
        elif name.startswith("match["):
            unknown.append(name)
    added_after = values.get("added_after")
    versions = values.get("version")
    wanted = ObjectFilter(
        added_after_us=None if added_after is None else _parse_added_after(added_after),
        ids=_parse_set(values, "id", MAX_MATCH_IDS),
        types=_parse_set(values, "type", MAX_MATCH_VALUES),
        spec_versions=_parse_set(values, "spec_version", MAX_MATCH_VALUES),
        versions=None if versions is None else _parse_versions(versions),
    )
    return ParsedFilter(wanted, tuple(unknown))


def parse_delete_filter(query: Query) -> ObjectFilter:
    """Return which versions a DELETE takes (section 5.7).

    A delete is never widened by ignoring what was asked: any other parameter is
    an error here, known to other endpoints or not.

    Raises:
        InvalidParameterError: A parameter is not ``match[version]`` or
            ``match[spec_version]``, is repeated or malformed (HTTP 400).
    """
    allowed = {"match[version]", "match[spec_version]"}
    for name in query:
        known = _known_field(name)
        bare = f"match[{name}]"  # a filter without its brackets would be ignored elsewhere
        if name not in allowed and (
            name.startswith("match[") or known is not None or _known_field(bare) is not None
        ):
            raise InvalidParameterError(name, "is not a filter of DELETE; nothing was deleted")
    return parse_filter(query, frozenset({"version", "spec_version"})).wanted


def parse_limit(query: Query, *, max_page_size: int) -> int:
    """Return how many objects one page may hold (section 3.4, ``limit``).

    A missing ``limit`` means ``max_page_size``. A larger one is lowered to it
    without an error: the server may always return fewer objects than asked for.

    Raises:
        InvalidParameterError: ``limit`` is repeated or not a positive integer.
    """
    sent = query.get("limit")
    if sent is None:
        return max_page_size
    _require_once("limit", sent)
    raw = sent[0]
    if not (raw.isascii() and raw.isdigit()) or not raw.strip("0"):
        raise InvalidParameterError("limit", "must be a positive integer")
    return max_page_size if len(raw.lstrip("0")) > 9 else min(int(raw), max_page_size)


def parse_next(query: Query) -> str | None:
    """Return the page token sent, or ``None``; an empty one counts as absent.

    Raises:
        InvalidParameterError: ``next`` is repeated.
    """
    sent = query.get("next")
    if sent is None:
        return None
    _require_once("next", sent)
    return sent[0] or None


def _known_field(name: str) -> str | None:
    if name in {"added_after", "limit", "next"}:
        return name
    if name in {"match[id]", "match[type]", "match[version]", "match[spec_version]"}:
        return name[len("match[") : -1]
    return None


def _require_once(name: str, sent: Sequence[str]) -> None:
    if len(sent) != 1:
        raise InvalidParameterError(name, "must be given once; separate values by commas")


def _parse_added_after(raw: str) -> int:
    if _LONG_FRACTION.search(raw):
        raise InvalidParameterError("added_after", "must not be finer than a nanosecond")
    try:
        return instant_to_us(parse_instant(raw))
    except ValueError as exc:
        raise InvalidParameterError("added_after", "must be one RFC 3339 timestamp") from exc


def _parse_list(name: str, raw: str, most: int) -> list[str]:
    found = [part.strip() for part in raw.split(",")]
    found = [part for part in found if part]
    if not found:
        raise InvalidParameterError(name, "must not be empty")
    if len(found) > most:
        raise InvalidParameterError(name, f"takes at most {most} values, got {len(found)}")
    return found


def _parse_set(values: Mapping[str, str], known: str, most: int) -> frozenset[str] | None:
    raw = values.get(known)
    return None if raw is None else frozenset(_parse_list(f"match[{known}]", raw, most))


def _parse_versions(raw: str) -> VersionFilter:
    name = "match[version]"
    seen: set[str] = set()
    for part in _parse_list(name, raw, MAX_MATCH_VALUES):
        try:
            value = part if part in {"all", "first", "last"} else parse_instant(part)
        except ValueError as exc:
            problem = f"{part[:40]!r} is not all, first, last or an RFC 3339 timestamp"
            raise InvalidParameterError(name, problem) from exc
        if value in seen:
            raise InvalidParameterError(name, f"{part!r} is given twice")
        seen.add(value)
    if "all" in seen and len(seen) > 1:
        raise InvalidParameterError(name, "'all' stands alone")
    return VersionFilter(
        all="all" in seen,
        first="first" in seen,
        last="last" in seen,
        instants=frozenset(seen - {"all", "first", "last"}),
    )
