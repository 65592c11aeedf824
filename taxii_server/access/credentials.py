"""Passwords and API tokens: how they are made, hashed, rotated and disabled.

Both are generated, never chosen: 32 random bytes each. So a token needs no slow
hash (SHA-256 of 256 random bits cannot be searched) and is found by its hash. A
password gets argon2id all the same, because it is what people copy elsewhere. The
secrets themselves exist only in a ``Secrets`` value, printed once.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from taxii_server.access.principal import Role
from taxii_server.storage.protocol import ClientRecord

TOKEN_PREFIX = "chk_"  # noqa: S105 - lets secret scanners recognise a token

MAX_NAME = 64  # characters of a client's name

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}", re.ASCII)

# 19 MiB and 2 passes (OWASP's second choice for argon2id): two at once stay cheap.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@dataclass(frozen=True, slots=True)
class Secrets:
    """A client's new secrets. Shown once; never logged, hence not in ``repr``."""

    password: str = field(repr=False)
    token: str = field(repr=False)


def make_secrets() -> Secrets:
    """Return a new random password and API token."""
    return Secrets(secrets.token_urlsafe(32), TOKEN_PREFIX + secrets.token_urlsafe(32))


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password, with its salt and parameters."""
    return _HASHER.hash(password)


def is_password(password: str, password_hash: str) -> bool:
    """Return whether the password has this hash. Costs some 25 ms in either case."""
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def hash_token(token: str) -> bytes:
    """Return the SHA-256 under which an API token is stored and found."""
    return hashlib.sha256(token.encode()).digest()


def client_problem(name: str, member: str | None, roles: AbstractSet[Role]) -> str | None:
    """Return why there can be no client of this name, member and roles, or ``None``.

    Operators and auditors of the coalition belong to no member; publishers and
    subscribers need one, because what they write and read is their member's.
    """
    if _NAME.fullmatch(name) is None:
        return (
            f"The name must be at most {MAX_NAME} letters, digits and . _ @ - "
            "and begin with a letter or digit."
        )
    if not roles:
        return "A client needs at least one role."
    if Role.OPERATOR in roles and member is not None:
        return "An operator belongs to no member: leave the member out, or the operator role."
    needing = sorted(roles & {Role.PUBLISHER, Role.SUBSCRIBER})
    if needing and member is None:
        return f"A {needing[0]} needs a member."
    return None


def new_client(
    name: str, member: str | None, roles: AbstractSet[Role]
) -> tuple[ClientRecord, Secrets]:
    """Return a new client with new secrets.

    Raises:
        ValueError: There can be no such client; says why.
    """
    problem = client_problem(name, member, roles)
    if problem is not None:
        raise ValueError(problem)
    made = make_secrets()
    record = ClientRecord(
        name=name,
        member=member,
        roles=frozenset(role.value for role in roles),
        password_hash=hash_password(made.password),
        token_hash=hash_token(made.token),
    )
    return record, made


def rotate(record: ClientRecord, *, grace_us: int, now_us: int) -> tuple[ClientRecord, Secrets]:
    """Return the client with new secrets; the old ones stay valid for ``grace_us``.

    Secrets that were already old are valid no more: at most two are, at any time.
    """
    made = make_secrets()
    keeps_old = grace_us > 0
    rotated = replace(
        record,
        password_hash=hash_password(made.password),
        token_hash=hash_token(made.token),
        old_password_hash=record.password_hash if keeps_old else None,
        old_token_hash=record.token_hash if keeps_old else None,
        old_until_us=now_us + grace_us if keeps_old else 0,
    )
    return rotated, made


def disable(record: ClientRecord) -> ClientRecord:
    """Return the client disabled: its name stays taken, none of its secrets works."""
    return replace(
        record, disabled=True, old_password_hash=None, old_token_hash=None, old_until_us=0
    )
