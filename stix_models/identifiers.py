"""STIX identifiers (STIX 2.1 section 2.9): a type name, ``--``, a UUID.

The UUID's version and letter case are not checked: section 2.9 asks for version
4 or 5 with a SHOULD, other tools send others, and a relay that refused them
would lose reports for nothing. That it is a UUID of RFC 4122 (its variant) is a
MUST, and consumers such as ``stix2`` fail on a whole page that holds another.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

TYPE_PATTERN = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*-?"
"""A type name, without its length: 3 to 250 characters (STIX 2.1 section 3.1)."""

UUID_PATTERN = (
    r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}"
)

_TYPE_NAME = re.compile(TYPE_PATTERN)
_UUID = re.compile(UUID_PATTERN)
_UUID_LENGTH = 36
_SHOWN = 80  # characters of untrusted text in an error message


class InvalidIdentifierError(ValueError):
    """A text is not a STIX identifier; the message says which part is wrong."""


@dataclass(frozen=True, slots=True)
class StixId:
    """The two parts of an identifier."""

    type: str
    uuid: uuid.UUID


def is_type_name(text: str) -> bool:
    """Return whether the text may name a STIX type (STIX 2.1 section 3.1).

    >>> is_type_name("coordinated-account-cluster"), is_type_name("ab"), is_type_name("a--b")
    (True, False, False)
    """
    return 3 <= len(text) <= 250 and _TYPE_NAME.fullmatch(text) is not None


def is_identifier(text: object) -> bool:
    """Return whether the value is a STIX identifier; anything that is no text is not."""
    if not isinstance(text, str) or text[-_UUID_LENGTH - 2 : -_UUID_LENGTH] != "--":
        return False
    if _UUID.fullmatch(text, len(text) - _UUID_LENGTH) is None:
        return False
    return is_type_name(text[: -_UUID_LENGTH - 2])


def type_of(identifier: str) -> str:
    """Return the type name of an identifier that is known to be one.

    >>> type_of("tool--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f")
    'tool'
    """
    return identifier[: -_UUID_LENGTH - 2]


def parse_identifier(text: str) -> StixId:
    """Split a STIX identifier into type name and UUID.

    Args:
        text: Untrusted input; at most its first characters appear in an error.

    Raises:
        InvalidIdentifierError: The separator, the type name or the UUID is wrong.

    >>> parse_identifier("tool--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f").type
    'tool'
    >>> parse_identifier("tool-8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f")
    Traceback (most recent call last):
    stix_models.identifiers.InvalidIdentifierError: no "--" between type name and UUID
    """
    if is_identifier(text):
        return StixId(type_of(text), uuid.UUID(text[-_UUID_LENGTH:]))
    type_name, separator, uuid_text = text.rpartition("--")
    if not separator:
        raise InvalidIdentifierError('no "--" between type name and UUID')
    if not is_type_name(type_name):
        raise InvalidIdentifierError(f"{type_name[:_SHOWN]!r} is not a STIX type name")
    raise InvalidIdentifierError(f"{uuid_text[:_SHOWN]!r} is not a UUID in 8-4-4-4-12 form")
