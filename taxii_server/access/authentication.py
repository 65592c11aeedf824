"""Who is asking: Basic (password, or API token as password) and Bearer (RFC 7617, RFC 6750).

An argon2id check costs some 25 ms, too much for every request, so a credential that
passed is remembered: by an HMAC of name and password under a key that only this
process has, together with the stored hash that it passed against. The client's row
is read on every request, so a rotated or disabled client is refused at once: its
stored hash is no longer the remembered one.

Names are never confirmed or denied. An unknown name, a disabled client and a wrong
password cost the same work, count the same and get the same answer.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from taxii_server.access.credentials import (
    MAX_NAME,
    hash_password,
    hash_token,
    is_password,
    make_secrets,
)
from taxii_server.access.principal import Principal, Role
from taxii_server.clock import Clock
from taxii_server.errors import TooManyRequestsError, UnauthenticatedError
from taxii_server.storage.protocol import ClientRecord, Store

MAX_FAILED_LOGINS = 10  # per name and address
WINDOW_US = 60_000_000  # in which they count

_MAX_SECRET = 512  # characters of a password or token
_MAX_VERIFICATIONS = 2  # argon2 at once: bounds memory and leaves cores for readers
_MAX_WAITING = 12  # threads at once in argon2 or waiting for it; the others serve
_CACHE_SIZE = 4096  # credentials


@dataclass(frozen=True, slots=True)
class _Credential:
    """What an Authorization header says; ``name`` is empty for a Bearer token."""

    name: str
    secret: str = field(repr=False)
    bearer: bool = False

    @property
    def counted_as(self) -> str:
        """The name under which failures count.

        A token has no name beside it, and one wrong token must not shut out all the
        others behind one address. Guessing among 2^256 needs no limit.
        """
        return self.name or hash_token(self.secret).hex()


class Authenticator:
    """Turns an Authorization header into a principal. Safe to share between threads."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._verified = _VerifiedCredentials()
        self._gate = _Gate()
        self._no_password_hash = hash_password(make_secrets().password)

    def authenticate(self, authorization: str | None, address: str) -> Principal:
        """Return who sends this header from this address.

        Args:
            authorization: The header as received; ``None`` if there is none. Untrusted.
            address: The client's IP address, as ``trusted_proxies`` decides.

        Raises:
            UnauthenticatedError: No credentials, or not valid ones (HTTP 401).
            TooManyRequestsError: Too many failed logins of this name from this
                address, or too many logins at this moment (HTTP 429).
        """
        credential = _parse_authorization(authorization)
        if credential is None:
            raise UnauthenticatedError
        self._require_few_failures(credential.counted_as, address)
        if credential.bearer:
            record = self._find_by_token(credential.secret)
        else:
            record = self._find_by_password(credential, address)
        if record is None:
            self._store.record_failed_login(credential.counted_as, address, self._clock())
            # Others may have failed meanwhile: of those beyond the limit none is told "no".
            self._require_few_failures(credential.counted_as, address, MAX_FAILED_LOGINS + 1)
            raise UnauthenticatedError
        roles = frozenset(Role(role) for role in record.roles)
        return Principal(record.name, record.member, roles)

    def _require_few_failures(
        self, name: str, address: str, too_many: int = MAX_FAILED_LOGINS
    ) -> None:
        now_us = self._clock()
        failed, oldest_us = self._store.count_failed_logins(name, address, now_us - WINDOW_US)
        if failed >= too_many:
            wait_us = min(max(oldest_us + WINDOW_US - now_us, 0), WINDOW_US)
            raise TooManyRequestsError(
                "Too many failed logins; wait before you try again.",
                retry_after_s=1 + wait_us // 1_000_000,
            )

    def _find_by_token(self, token: str) -> ClientRecord | None:
        record = self._store.find_client_by_token(hash_token(token))
        if record is None or record.disabled or not self._has_token(record, token):
            return None
        return record

    def _find_by_password(self, credential: _Credential, address: str) -> ClientRecord | None:
        record = self._store.get_client(credential.name)
        if record is not None and record.disabled:
            record = None
        if record is not None and self._has_token(record, credential.secret):
            return record
        valid = self._valid_hashes(record)
        if self._verified.has(credential, valid):
            return record
        with self._gate.enter():
            # What happened while this thread waited counts: others may have verified
            # the same credential, or used up the attempts of this name.
            if self._verified.has(credential, valid):
                return record
            self._require_few_failures(credential.counted_as, address)
            return record if self._passes(credential, valid) else None

    def _passes(self, credential: _Credential, valid: tuple[str, ...]) -> bool:
        """Check against the current and the old hash; always two checks before a no."""
        for password_hash in (*valid, self._no_password_hash, self._no_password_hash)[:2]:
            if is_password(credential.secret, password_hash) and password_hash in valid:
                self._verified.remember(credential, password_hash)
                return True
        return False

    def _valid_hashes(self, record: ClientRecord | None) -> tuple[str, ...]:
        if record is None:
            return ()
        if record.old_password_hash is not None and self._clock() < record.old_until_us:
            return (record.password_hash, record.old_password_hash)
        return (record.password_hash,)

    def _has_token(self, record: ClientRecord, token: str) -> bool:
        sent = hash_token(token)
        old = record.old_token_hash
        is_old = old is not None and self._clock() < record.old_until_us
        current = hmac.compare_digest(sent, record.token_hash)
        return (hmac.compare_digest(sent, old or b"") and is_old) or current


class _VerifiedCredentials:
    """The most recently used credentials that passed, and the hash each passed against."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._hashes: OrderedDict[bytes, str] = OrderedDict()

    def has(self, credential: _Credential, valid: tuple[str, ...]) -> bool:
        """Return whether the credential passed against a hash that is still valid."""
        key = self._digest(credential)
        with self._lock:
            passed = self._hashes.get(key)
            if passed is None:
                return False
            if passed not in valid:
                del self._hashes[key]
                return False
            self._hashes.move_to_end(key)
            return True

    def remember(self, credential: _Credential, password_hash: str) -> None:
        with self._lock:
            self._hashes[self._digest(credential)] = password_hash
            while len(self._hashes) > _CACHE_SIZE:
                self._hashes.popitem(last=False)

    def _digest(self, credential: _Credential) -> bytes:
        # A name holds no colon (RFC 7617), so name and secret cannot be shifted.
        message = f"{credential.name}:{credential.secret}".encode()
        return hmac.new(self._key, message, hashlib.sha256).digest()


class _Gate:
    """Lets a few threads check passwords, a few more wait, and sends the rest away.

    Without the second bound a flood of wrong passwords would occupy every thread of
    the worker, and clients whose credentials are known would wait behind it.
    """

    def __init__(self) -> None:
        self._waiting = threading.BoundedSemaphore(_MAX_WAITING)
        self._working = threading.BoundedSemaphore(_MAX_VERIFICATIONS)

    @contextmanager
    def enter(self) -> Iterator[None]:
        if not self._waiting.acquire(blocking=False):
            raise TooManyRequestsError("Too many logins at once; try again.", retry_after_s=1)
        try:
            with self._working:
                yield
        finally:
            self._waiting.release()


def _parse_authorization(authorization: str | None) -> _Credential | None:
    """Return the credential of a header, or ``None`` if it is absent or malformed."""
    scheme, _, value = (authorization or "").strip().partition(" ")
    value = value.strip()
    if scheme.lower() == "basic":
        return _parse_basic(value)
    if scheme.lower() == "bearer" and 0 < len(value) <= _MAX_SECRET and value.isascii():
        return _Credential("", value, bearer=True)
    return None


def _parse_basic(value: str) -> _Credential | None:
    if len(value) > 4 * (MAX_NAME + _MAX_SECRET):
        return None
    try:
        decoded = base64.b64decode(value, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    name, colon, secret = decoded.partition(":")
    if not colon or not name or len(name) > MAX_NAME or len(secret) > _MAX_SECRET:
        return None
    return _Credential(name, secret)
