"""Stateless page tokens for the list endpoints (TAXII 2.1 section 3.5).

Entries are served in the order in which they became visible. A page is
identified by the number (``seq``) of its last entry, not by an offset and not by
anything that the server remembers: any worker on any host serves any page, a
token survives a restart, and what is added meanwhile appears at the end.

A token carries the filter of the walk, because some clients drop it on page 2,
and is signed, because it must not become a way to ask for anything else. It
grants no access: the collection and the rights are checked on every request.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import struct
from dataclasses import dataclass, fields, replace

from taxii_server.errors import InvalidParameterError
from taxii_server.filters import ObjectFilter, VersionFilter

_MAX_FILTER = 1200  # bytes; with the rest, in base64, below 2,048 characters
_HEAD = struct.Struct(">BQqB")  # token version, seq, date, 1 = filter carried / 0 = digest
_MAC = 16  # bytes
_REFUSED = "is not a value issued by this server for this query"


@dataclass(frozen=True, slots=True)
class Position:
    """How far a walk has come: the last entry it passed, or the start."""

    seq: int = 0
    date_added_us: int = 0


@dataclass(frozen=True, slots=True)
class Walk:
    """One page request: where it goes on and what it asks for."""

    position: Position
    wanted: ObjectFilter


def encode_page_token(key: bytes, scope: str, walk: Walk) -> str:
    """Return the ``next`` value that continues ``walk``.

    Args:
        key: The server's signing key, the same on every host.
        scope: Endpoint and collection that the token is good for.
    """
    carried = _filter_json(walk.wanted)
    fits = len(carried) <= _MAX_FILTER
    if not fits:
        carried = hashlib.sha256(carried).digest()
    head = _HEAD.pack(1, walk.position.seq, walk.position.date_added_us, fits)
    raw = head + carried
    return _to_text(raw + _mac(key, scope, raw))


def decode_page_token(key: bytes, scope: str, token: str, sent: ObjectFilter) -> Walk:
    """Read a ``next`` value sent by a client and complete its filter from it.

    Args:
        token: The value as received. Untrusted input.
        sent: The filter of *this* request. What it lacks is taken from the
            token; what it has must agree with it.

    Raises:
        InvalidParameterError: Not one of ours, for another endpoint or
            collection, or the filters disagree. Sent to the client as HTTP 400.
    """
    raw = _verified(key, scope, token)
    _, seq, date_added_us, fits = _HEAD.unpack_from(raw)
    carried = raw[_HEAD.size :]
    position = Position(seq, date_added_us)
    if not fits:
        if hashlib.sha256(_filter_json(sent)).digest() != carried:
            raise InvalidParameterError("next", "needs the same filters as the first request")
        return Walk(position, sent)
    wanted = _filter_from_json(carried)
    for field in fields(ObjectFilter):
        value = getattr(sent, field.name)
        if value is not None and value != getattr(wanted, field.name):
            raise InvalidParameterError("next", "was issued for a query with other filters")
    return Walk(position, wanted)


def _verified(key: bytes, scope: str, token: str) -> bytes:
    if len(token) > 2048:
        raise InvalidParameterError("next", _REFUSED)
    try:
        signed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as exc:
        raise InvalidParameterError("next", _REFUSED) from exc
    raw, mac = signed[:-_MAC], signed[-_MAC:]
    is_ours = _to_text(signed) == token  # base64 has spare bits, in which a token could differ
    if not is_ours or len(raw) < _HEAD.size or not hmac.compare_digest(mac, _mac(key, scope, raw)):
        raise InvalidParameterError("next", _REFUSED)
    return raw


def _to_text(signed: bytes) -> str:
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")


def _mac(key: bytes, scope: str, raw: bytes) -> bytes:
    message = scope.encode() + b"\0" + raw
    return hmac.new(key, b"page-token/1\0" + message, hashlib.sha256).digest()[:_MAC]


def _filter_json(wanted: ObjectFilter) -> bytes:
    versions = wanted.versions
    sent = {
        "a": wanted.added_after_us,
        "i": None if wanted.ids is None else sorted(wanted.ids),
        "t": None if wanted.types is None else sorted(wanted.types),
        "s": None if wanted.spec_versions is None else sorted(wanted.spec_versions),
        "v": None
        if versions is None
        else [versions.all, versions.first, versions.last, sorted(versions.instants)],
    }
    kept = {name: value for name, value in sent.items() if value is not None}
    return json.dumps(kept, separators=(",", ":")).encode()


def _filter_from_json(raw: bytes) -> ObjectFilter:
    kept = json.loads(raw)
    wanted = ObjectFilter(added_after_us=kept.get("a"))
    if "v" in kept:
        all_, first, last, instants = kept["v"]
        wanted = replace(wanted, versions=VersionFilter(all_, first, last, frozenset(instants)))
    return replace(
        wanted,
        ids=frozenset(kept["i"]) if "i" in kept else None,
        types=frozenset(kept["t"]) if "t" in kept else None,
        spec_versions=frozenset(kept["s"]) if "s" in kept else None,
    )
