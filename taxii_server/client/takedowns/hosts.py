"""Host names: which texts are one, whose they are, and how STIX writes them.

STIX 2.1 wants URLs of RFC 3986 (section 6.18), so letters outside of ASCII are encoded
there. A domain name may have them (section 6.4) and keeps them. Host names are written
in small letters, so that two reports on one domain make one object of it.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from urllib.parse import quote

_FILES = frozenset({"zip", "mov", "sh"})
"""Endings that stand for a file or a program more often than for a domain."""

_APP_ROOTS = frozenset({"com", "org", "net", "io"})
_SECOND_LEVEL = frozenset(
    {"ac", "co", "com", "edu", "go", "gob", "gov", "info", "ne", "net", "or", "org", "web"}
)
_OF_URI = "!#$%&'()*+,/:;=?@~"
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ONION = re.compile(r"[a-z2-7]{16}|[a-z2-7]{56}")
_LABEL = re.compile(r"(?!-)[\w-]{1,63}(?<!-)")


@cache
def top_level_domains() -> frozenset[str]:
    """Return the top-level domains in use, those in other scripts both ways."""
    text = (resources.files(__package__) / "tlds.txt").read_text(encoding="utf-8")
    words = [word for line in text.splitlines() if line[:1] != "#" for word in line.split()]
    unicode = (word.encode().decode("idna") for word in words if word.startswith("xn--"))
    return frozenset([*words, *unicode])


def is_host(text: str) -> bool:
    """Return whether a text has the form of a host name with a known top-level domain."""
    labels = text.casefold().rstrip(".").split(".")
    if labels[-1] == "onion":
        return len(labels) > 1 and _ONION.fullmatch(labels[-2]) is not None
    return (
        len(labels) > 1
        and len(text) <= 253
        and labels[-1] in top_level_domains()
        and all(_LABEL.fullmatch(label) for label in labels)
    )


def is_likely_host(text: str) -> bool:
    """Return whether a plain word with dots is a host name, seen in the middle of prose.

    ``Rep.Jim``, ``accounts.The``, ``clip.mp4`` and ``com.example.app`` are not.
    """
    labels = text.split(".")
    if not is_host(text) or labels[-1].casefold() in _FILES or is_app_name(text):
        return False
    return labels[-1].islower() or text.isupper() or not labels[-1].isascii()


def is_app_name(text: str) -> bool:
    """Return whether a word with dots is the name of a program, a domain the wrong way round."""
    labels = text.casefold().split(".")
    return len(labels) > 2 and labels[0] in _APP_ROOTS


def registrable(host: str) -> str:
    """Return the part of a host name that somebody registers, by the usual second levels.

    >>> registrable("forum.example.co.uk"), registrable("a.b.example.org")
    ('example.co.uk', 'example.org')
    """
    labels = host.split(".")
    keep = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL else 2
    return ".".join(labels[-keep:])


def without_www(host: str) -> str:
    """Return a host name without a leading ``www.``."""
    shorter = host.removeprefix("www.")
    return shorter if "." in shorter else host


def readable(host: str) -> str:
    """Return a host name in its own script, so that its two spellings are one.

    >>> readable("xn--mnchner-bote-dlb.example"), readable("xn--nonsense-.example")
    ('m\u00fcnchner-bote.example', 'xn--nonsense-.example')
    """
    if "xn--" not in host:
        return host
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:
        return host


def uri(address: str) -> str:
    """Return an address as a URI of RFC 3986: scheme and host small, the rest encoded.

    >>> uri("HTTP://Example.COM/Путь?q=1")
    'http://example.com/%D0%9F%D1%83%D1%82%D1%8C?q=1'
    """
    scheme, separator, rest = address.partition("://")
    end = next((at for at, char in enumerate(rest) if char in "/?#"), len(rest))
    user, at_sign, host = rest[:end].rpartition("@")
    path = _BARE_PERCENT.sub("%25", quote(rest[end:], safe=_OF_URI))
    return f"{scheme.lower()}{separator}{quote(user, safe=':%')}{at_sign}{_ascii_host(host)}{path}"


def _ascii_host(host: str) -> str:
    host = host.lower()
    if host.isascii():
        return host
    name, colon, port = host.partition(":")
    try:
        return name.encode("idna").decode("ascii") + colon + port
    except UnicodeError:
        return quote(host, safe=":")
