"""What the patterns of the schemas ask for, in words: "must be …".

A test says that every pattern that a value can fail has its words here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from stix_models.identifiers import UUID_PATTERN
from stix_models.relaxations import (
    EXTENSION_KEY,
    IDENTIFIER,
    LANGUAGE,
    SELECTOR,
    TIMESTAMP,
    TYPE_NAME,
)

_TYPE = "a type name of lower-case letters, digits and single hyphens"
_IPV4 = (
    r"^(([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])\.){3}([0-9]|[1-9][0-9]|1[0-9]{2}"
    r"|2[0-4][0-9]|25[0-5])(\/(3[0-2]|[1-2][0-9]|[0-9]))?$"
)
_MIME = "^[a-zA-Z0-9][a-zA-Z0-9!#$&^_.+-]*/[a-zA-Z0-9][a-zA-Z0-9!#$&^_.+-]*"

FORMS: Mapping[str, str] = {
    IDENTIFIER: "a STIX identifier, its type, two hyphens and a UUID",
    TIMESTAMP: "a timestamp in UTC like 2016-05-12T08:17:27.000Z, of a day that exists",
    TYPE_NAME: _TYPE,
    r"^([a-z][a-z0-9]*)+(-[a-z0-9]+)*\-?$": _TYPE,
    LANGUAGE: "a language code of RFC 5646, such as en or pt-BR",
    SELECTOR: "a selector like description or labels.[0]",
    EXTENSION_KEY: "the id of an extension definition",
    "^[a-fA-F0-9]{32}$": "an MD5 hash of 32 hexadecimal digits",
    "^[a-fA-F0-9]{40}$": "a SHA-1 hash of 40 hexadecimal digits",
    "^[a-fA-F0-9]{64}$": "a hash of 64 hexadecimal digits",
    "^[a-fA-F0-9]{128}$": "a hash of 128 hexadecimal digits",
    "^[a-zA-Z0-9/+:.]{1,250}$": "an SSDEEP hash of letters, digits, slash, plus, colon and dot",
    "^(T1)?[a-zA-Z0-9]{70}$": "a TLSH hash of 70 letters and digits, with T1 in front or not",
    "^([a-fA-F0-9]{2})*$": "an even number of hexadecimal digits",
    "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)?$": "text in base64 (RFC 4648)",
    r"^[a-z0-9\-]+$": "lower-case letters, digits and hyphens only",
    r"^CVE-[0-9]{4}-(0[0-9]{3}|[1-9][0-9]{3,})$": "a CVE number like CVE-2017-0199",
    "^CAPEC-[0-9]+$": "a CAPEC number like CAPEC-163",
    r"^cpe:2\.3:[aho*-](:([^:\\]|\\.)+){10}$": "a CPE 2.3 name, cpe:2.3: and eleven parts",
    _MIME: "a media type like image/jpeg",
    r"^[a-zA-Z0-9/\.+_:-]{2,250}$": "the name of a character set, such as UTF-8",
    r"T\d{2}:\d{2}:\d{2}Z$": "a timestamp of whole seconds, like 2016-05-12T08:17:27Z",
    _IPV4: "an IPv4 address like 192.0.2.1, or a CIDR block like 192.0.2.0/24",
    "^([0-9a-f]{2}[:]){5}([0-9a-f]{2})$": "a MAC address in small letters, d2:fb:49:24:37:18",
    "^[A-Z]{2}$": "a country code of two capital letters (ISO 3166-1), such as US",
    "^[A-Z]{2}-[A-Z0-9]{1,3}$": "a region code (ISO 3166-2), such as US-OH",
    "^[A-Z]{2}(-[A-Z0-9]{1,3})?$": (
        "a country or region code in capitals (ISO 3166-1 or 3166-2), such as US or US-OH"
    ),
    "^[A-Z]{3}$": "a currency code of three capital letters (ISO 4217), such as USD",
    "^hmac-sha256:[a-z0-9-]{3,32}:[0-9a-f]{64}$": (
        "a keyed hash, hmac-sha256:<key_id>:<64 hexadecimal digits in small letters>"
    ),
    "^[a-z0-9-]{3,32}$": "3 to 32 lower-case letters, digits and hyphens",
    "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$": (
        "the name of a member or group: lower-case letters, digits and hyphens"
    ),
}
"""Words by pattern."""

_REFERENCE = re.compile(r"\^\(?([a-z0-9|-]+?)\)?--(?:\.\+\$)?")


def referred_types(pattern: str) -> list[str]:
    """Return the types that a pattern of references names; none if it is of another kind.

    >>> referred_types("^(url|artifact)--"), referred_types("^a+$")
    (['url', 'artifact'], [])
    """
    found = _REFERENCE.fullmatch(pattern.removesuffix(f"{UUID_PATTERN}$"))
    return found[1].split("|") if found else []


def form_of(pattern: str) -> str | None:
    """Return what a pattern asks for, after "must be"; ``None`` if nobody wrote it down."""
    types = referred_types(pattern)
    if types:
        return f"the id of {an(either(types))}"
    return FORMS.get(pattern)


def either(names: list[str]) -> str:
    """Return names as a choice.

    >>> either(["url", "artifact", "file"])
    'url, artifact or file'
    """
    return " or ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


def an(noun: str) -> str:
    """Return a noun with its article.

    >>> an("identity"), an("url"), an("user-account")
    ('an identity', 'a url', 'a user-account')
    """
    vowel = noun[:1] in "aeio" or noun.startswith(("un", "up"))
    return f"{'an' if vowel else 'a'} {noun}"
