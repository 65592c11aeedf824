"""Canonical JSON (RFC 8785) and its digest: when two objects have the same content.

``1``, ``1.0`` and ``-0`` against ``0`` are the same number and give the same
text; key order and escapes in the input do not matter.

The ``rfc8785`` library is exact and slow (pure Python). ``orjson`` writes the
same bytes several times faster unless there is a float (other notation), a
``null`` (which it also writes for NaN), an integer that a double cannot hold, or
a character from U+E000 up (where its key order, by code point, may differ from
RFC 8785's, by UTF-16 unit). Its output shows all of that, so it is looked at
before it is believed.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

import orjson
import rfc8785

_OPTIONS = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_STRICT_INTEGER
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)
_FLOAT_OR_NULL = re.compile(rb"[.]|[0-9]e|null")
_TEXT = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"')
_FROM_U_E000 = re.compile(rb"[\xee-\xff]")


def canonical_json(value: Any) -> bytes:
    """Return the canonical text of a JSON value.

    Args:
        value: Plain dicts, lists, texts, numbers, booleans and ``None``, nested
            to a bounded depth (``read_envelope`` bounds it at 64).

    Raises:
        ValueError: There is none: a number is NaN, infinite or an integer
            beyond 2**53 - 1, a text holds a lone surrogate, or a value is not JSON.

    >>> canonical_json({"b": 1.0, "a": -0.0})
    b'{"a":0,"b":1}'
    """
    try:
        quick = orjson.dumps(value, option=_OPTIONS)
    except orjson.JSONEncodeError:
        return rfc8785.dumps(value)
    if _FLOAT_OR_NULL.search(_outside_texts(quick)) or _FROM_U_E000.search(quick):
        return rfc8785.dumps(value)
    return quick


def _outside_texts(document: bytes) -> bytes:
    """Return what stands outside of quotes, enough to see every number and ``null``."""
    if b"\\" in document:
        return _TEXT.sub(b"", document)
    return b"".join(document.split(b'"')[::2])


def digest(value: Any) -> bytes:
    """Return the SHA-256 of the canonical text, 32 bytes.

    Raises:
        ValueError: As ``canonical_json``.

    >>> digest({"size": 1}) == digest({"size": 1.0})
    True
    """
    return hashlib.sha256(canonical_json(value)).digest()
