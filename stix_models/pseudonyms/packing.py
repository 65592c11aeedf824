"""Texts that are packed inside of texts: payloads, ``data:`` URLs, literals of patterns."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

_DATA = re.compile(r"data:[^,\s]{0,200};base64,([A-Za-z0-9+/=_%\s-]+)", re.IGNORECASE)
_HEXADECIMAL = re.compile(r"\bh'([0-9A-Fa-f\s]+)'")
_BASE64 = re.compile(r"\bb'([A-Za-z0-9+/=_\s-]+)'")
_NOT_OF_BASE64 = re.compile(r"[^A-Za-z0-9+/]")


def packed_texts(text: str, name: str) -> Iterator[str]:
    """Yield what is packed in the value of a property; ``payload_bin`` is packed as a whole.

    >>> list(packed_texts("[user-account:account_login = h'6a61636b']", "pattern"))
    ['jack']
    """
    if name == "payload_bin":
        yield from _texts(_of_base64(text))
    for found in _DATA.finditer(text):
        yield from _texts(_of_base64(found[1]))
    for found in _BASE64.finditer(text):
        yield from _texts(_of_base64(found[1]))
    for found in _HEXADECIMAL.finditer(text):
        digits = "".join(found[1].split())
        yield from _texts(bytes.fromhex(digits[: len(digits) // 2 * 2]))


def _of_base64(text: str) -> bytes:
    """Decode either alphabet, with or without line breaks and padding."""
    plain = text.replace("%2B", "+").replace("%2F", "/").replace("-", "+").replace("_", "/")
    digits = _NOT_OF_BASE64.sub("", plain)
    try:
        return base64.b64decode(digits + "=" * (-len(digits) % 4))
    except binascii.Error:  # one digit too many
        return base64.b64decode(digits[:-1])


def _texts(packed: bytes) -> Iterator[str]:
    yield packed.decode("utf-8", "replace")
    if b"\x00" in packed:
        yield packed.decode("utf-16-le", "replace")
        yield packed.decode("utf-16-be", "replace")
