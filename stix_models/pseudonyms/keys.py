"""The key of one circle: what turns an account into a pseudonym, and how it is kept as text.

A key file is TOML with two lines, ``key_id`` and ``key``; the key is hexadecimal, so
that it survives mail gateways and editors. Nothing here ever prints the key: not
``repr``, not an error.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import tomllib
from dataclasses import dataclass, field

KEY_ID_PATTERN = r"[a-z0-9-]{3,32}"
LEAST_BYTES = 32  # of a key; new ones have as many
MOST_BYTES = 64  # more would be hashed down to 32 (RFC 2104)

_KEY_ID = re.compile(KEY_ID_PATTERN)
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")


class InvalidKeyError(ValueError):
    """A text is not a key; the message says what to do and never shows it."""


@dataclass(frozen=True, slots=True)
class PseudonymKey:
    """The name of a key, which everybody sees, and its secret, which only the circle knows.

    >>> PseudonymKey("k-2020", bytes(range(32)))
    PseudonymKey(key_id='k-2020')
    """

    key_id: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.key_id, str) or _KEY_ID.fullmatch(self.key_id) is None:
            raise InvalidKeyError("key_id must be 3 to 32 of a-z, 0-9 and -.")
        if not LEAST_BYTES <= len(self.secret) <= MOST_BYTES:
            raise InvalidKeyError(f"key must have {LEAST_BYTES} to {MOST_BYTES} bytes.")

    def hmac(self, text: str) -> bytes:
        """Return HMAC-SHA256 with the key over the UTF-8 text, 32 bytes."""
        return hmac.digest(self.secret, text.encode(), hashlib.sha256)


def parse_key(text: str) -> PseudonymKey:
    r"""Read the text of a key file.

    Raises:
        InvalidKeyError: It is another text.

    >>> parse_key('key_id = "k-2020"\nkey = "%s"' % ("0f" * 32)).key_id
    'k-2020'
    """
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        found = {}
    if found.keys() != {"key_id", "key"}:
        raise InvalidKeyError('a key file has two lines, key_id = "…" and key = "…".')
    digits = found["key"]
    if not isinstance(digits, str) or _HEX.fullmatch(digits) is None:
        raise InvalidKeyError("key must be written in hexadecimal digits, two a byte.")
    return PseudonymKey(found["key_id"], bytes.fromhex(digits))


def key_text(key: PseudonymKey) -> str:
    """Return the text of a key file: the one place where a key is written out."""
    return (
        "# The pseudonym key of one circle. Whoever holds it can find out the accounts behind\n"
        "# pseudonyms: give it to the companies of the circle only, never to an agency.\n"
        f'key_id = "{key.key_id}"\n'
        f'key = "{key.secret.hex()}"\n'
    )
