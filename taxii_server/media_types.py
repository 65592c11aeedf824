"""Content negotiation of TAXII 2.1 (sections 1.6.8 and 3.1): the Accept and Content-Type headers.

A server that has one representation must only find out whether a client takes it.
So ``Accept`` is read as RFC 9110 section 12.5.1 says: the most specific range that
covers our media type decides, and ``q=0`` refuses it. A range without a version
covers our version; a missing header is ``*/*``, because clients in use omit it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from taxii_server.errors import NotAcceptableError, UnsupportedMediaError

TAXII = "application/taxii+json"
VERSION = "2.1"
CT = f"{TAXII};version={VERSION}"
"""The media type of everything we send, exactly as it is sent."""

_JSON_TYPES = frozenset({"application/json", "application/stix+json"})
_MAX_HEADER = 8192  # characters; no client has this much to say


@dataclass(frozen=True, slots=True)
class MediaType:
    """A media type or range, lower case, without quotes: ``name`` is ``type/subtype``."""

    name: str
    parameters: dict[str, str]


def parse_media_type(text: str) -> MediaType | None:
    """Return a media type or range, or ``None`` if ``text`` is not one.

    >>> parse_media_type('Application/TAXII+json; Version="2.1"')
    MediaType(name='application/taxii+json', parameters={'version': '2.1'})
    """
    name, *rest = _split(text, ";")
    name = name.strip().lower()
    kind, slash, subtype = name.partition("/")
    if not (slash and kind and subtype) or any(c.isspace() for c in name) or "/" in subtype:
        return None
    parameters = {}
    for part in rest:
        key, equals, value = part.partition("=")
        if equals:
            parameters[key.strip().lower()] = _unquoted(value.strip())
    return MediaType(name, parameters)


def require_acceptable(accept_headers: Iterable[str]) -> None:
    """Return if the client takes ``CT`` (section 3.1).

    Args:
        accept_headers: Every Accept header sent. Untrusted input.

    Raises:
        NotAcceptableError: It does not (HTTP 406).
    """
    header = ",".join(accept_headers)
    if not header.strip():
        return
    best, quality = -1, 0.0
    for text in _split(header[:_MAX_HEADER], ","):
        media_range = parse_media_type(text)
        if media_range is None:
            continue
        precision = _precision(media_range)
        if precision < 0:
            continue
        offered = _quality(media_range.parameters.get("q", "1"))
        if precision > best or (precision == best and offered > quality):
            best, quality = precision, offered
    if quality <= 0:
        raise NotAcceptableError(f"This server sends {CT}; accept that.")


def require_taxii_content(content_type: str | None, *, accept_json: bool) -> None:
    """Return if a body of this type may be an envelope of TAXII 2.1 (section 5.5).

    Args:
        content_type: The Content-Type header. Untrusted input.
        accept_json: Whether STIX and plain JSON types are taken too (A-22).

    Raises:
        UnsupportedMediaError: It may not (HTTP 415).
    """
    sent = parse_media_type((content_type or "")[:_MAX_HEADER])
    if sent is not None:
        if sent.name == TAXII and sent.parameters.get("version", VERSION) == VERSION:
            return
        if accept_json and sent.name in _JSON_TYPES:
            return
    raise UnsupportedMediaError(f"Send the envelope with Content-Type: {CT}")


def accepts_gzip(accept_encoding: str) -> bool:
    """Return whether an Accept-Encoding header prefers gzip to no encoding at all.

    >>> accepts_gzip("deflate, gzip;q=0.5"), accepts_gzip("gzip;q=0, *"), accepts_gzip("")
    (True, False, False)
    """
    qualities = {}
    for part in accept_encoding[:_MAX_HEADER].split(","):
        coding, _, parameters = part.partition(";")
        key, _, value = parameters.partition("=")
        weight = _quality(value.strip()) if key.strip().lower() == "q" else 1.0
        qualities[coding.strip().lower()] = weight
    gzip = qualities.get("gzip", qualities.get("x-gzip", qualities.get("*", 0.0)))
    return gzip > 0 and gzip >= qualities.get("identity", 0.0)


def _precision(media_range: MediaType) -> int:
    """Return how precisely a range covers ``CT``; -1 if it does not."""
    if media_range.name == TAXII:
        version = media_range.parameters.get("version")
        if version is None:
            return 2
        return 3 if version == VERSION else -1
    return {"application/*": 1, "*/*": 0}.get(media_range.name, -1)


def _quality(text: str) -> float:
    """Return a weight between 0 and 1; one that is malformed counts as 1."""
    digits = text.replace(".", "", 1)
    if not (digits.isascii() and digits.isdigit() and len(text) <= 5):
        return 1.0
    return min(float(text), 1.0)


def _split(text: str, separator: str) -> list[str]:
    """Split at a separator, but not inside a quoted string."""
    parts, start, quoted, escaped = [], 0, False, False
    for index, character in enumerate(text):
        if escaped:
            escaped = False
        elif quoted and character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif character == separator and not quoted:
            parts.append(text[start:index])
            start = index + 1
    return [*parts, text[start:]]


def _unquoted(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return text[1:-1].replace("\\", "")
    return text
