"""What is in a cell: addresses, domains, mail, IP addresses, hashes, handles, hashtags.

One expression finds them all, from left to right, so that the host of an address is
not found again as a domain. What is left of the cell then tells whether it was a list
of indicators or prose that names some.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from taxii_server.client.takedowns.defanging import DOT, plain, refang
from taxii_server.client.takedowns.hosts import is_app_name, is_host, is_likely_host


class Kind(StrEnum):
    """The kinds of indicator."""

    URL = "url"
    DOMAIN = "domain-name"
    EMAIL = "email-addr"
    IPV4 = "ipv4-addr"
    IPV6 = "ipv6-addr"
    HASH = "hash"
    HANDLE = "handle"
    HASHTAG = "hashtag"


@dataclass(frozen=True, slots=True)
class Found:
    """One indicator, restored, and where it stands in the restored text."""

    kind: Kind
    value: str  # an address always has a scheme
    start: int
    end: int
    raw: str  # as it stands there, restored and no more


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's restored text and what was found in it, from left to right."""

    text: str
    found: Sequence[Found]

    @property
    def without_found(self) -> str:
        """The text without its indicators; numbers in addresses count nothing."""
        parts, at = [], 0
        for one in self.found:
            parts.append(self.text[at : one.start])
            at = one.end
        return plain(" ".join([*parts, self.text[at:]]))

    @property
    def ranges(self) -> Sequence[str]:
        """The ranges of IP addresses that are written as their two ends."""
        ends = [one for one in self.found if one.kind in {Kind.IPV4, Kind.IPV6}]
        return [
            f"{one.value} - {two.value}"
            for one, two in pairwise(ends)
            if _TO.fullmatch(self.text[one.end : two.start])
        ]

    @property
    def rest(self) -> str:
        """What is left when the words between the indicators are taken out too."""
        return " ".join(_JOINING.sub(" ", self.without_found).split())

    @property
    def is_list(self) -> bool:
        """Whether the cell holds indicators and nothing else."""
        return bool(self.found) and not self.rest

    @property
    def is_listing(self) -> bool:
        """Whether the cell lists indicators, maybe with a word or two of what they are."""
        words = self.rest.casefold().split()
        return bool(self.found) and len(words) <= _LABEL_WORDS and not _PREPOSITIONS & {*words}

    def before(self, one: Found) -> str:
        """Return the text in front of an indicator, as far as it may say what that is."""
        return self.text[max(0, one.start - _LOOKED_AT) : one.start]


_TO = re.compile(r"\s*(?:[\-\u2013\u2014]|to|through)\s*", re.IGNORECASE)
_JOINING = re.compile(
    r"[\s,;|/&•·*‣\u2013\u2014\-()\[\]{}<>\"'\u2018\u2019\u201c\u201d«».:!?]+"
    r"|(?<!\w)(?:and|or|und|et|y|и|or:|also|\d{1,3}[.)])(?!\w)",
    re.IGNORECASE,
)

_LOOKED_AT = 200  # characters
_LABEL_WORDS = 5
_PREPOSITIONS = frozenset(
    {"with", "by", "to", "from", "in", "on", "at", "for", "of", "via", "through", "using", "about"}
)

_D = f"[.{DOT}]"
_LABEL = r"[^\W_](?:[\w\-]{0,61}[^\W_])?"
_HOST = rf"(?:{_LABEL}{_D})+(?:xn--[a-z0-9\-]{{2,59}}|[^\W\d_]{{2,63}})"
_HOST_ANY = rf"(?:[\w\-]{{1,63}}{_D})+[\w\-]{{2,63}}"
_IPV4 = rf"\d{{1,3}}(?:{_D}\d{{1,3}}){{3}}"
# Blanks, quotation marks and the punctuation of East Asian prose end an address.
_IN_URL = r"[^\s<>\"\u201c\u201d«»\u2039\u203a「」『』【】《》、。\uff0c\uff1b\uff01\uff1f\uff5c|]"
_NEXT_URL = rf"(?:https?://|ftps?://|www{_D})"
_PATTERN = re.compile(
    rf"""
    (?P<url>(?<![a-z0-9])(?:https?|ftps?|tg)://(?:(?![,;]\s*{_NEXT_URL}){_IN_URL})+)
  | (?P<fediverse>(?<![\w@./])@\w[\w.\-]{{0,62}}@{_HOST})(?![\w@])
  | (?P<email>(?<![\w.+\-@/])[\w.+%\-{DOT}]{{1,64}}@(?:{_HOST}|{_HOST_ANY}))(?![\w@])
  | (?P<hash>(?<![\w\-])(?:[0-9a-f]{{128}}|[0-9a-f]{{64}}|[0-9a-f]{{40}}|[0-9a-f]{{32}})(?![\w\-]))
  | (?P<ipv4>(?<![\w.{DOT}]){_IPV4}(?![\w{DOT}]|\.\w)(?P<port4>:\d{{1,5}}(?!\w))?
      (?P<tail4>/(?:\d{{1,2}}(?![\w/])|(?:(?![,;]\s*{_NEXT_URL}){_IN_URL})+))?)
  | (?P<ipv6>(?<![\w:.])(?=[0-9a-f:]*:[0-9a-f]*:)[0-9a-f:]{{3,39}}(?:/\d{{1,3}})?(?![\w:]))
  | (?P<address>(?<![\w@.\-{DOT}]){_HOST}(?::\d{{1,5}})?(?:/|\?(?=\w+=))
      (?:(?![,;]\s*{_NEXT_URL}){_IN_URL})*)
  | (?P<reddit>(?<![\w@./])/?[ur]/[\w\-]{{3,21}}(?![\w/]))
  | (?P<domain>(?<![\w@.\-{DOT}/]){_HOST}(?![\w@\-{DOT}]|\.\w))
  | (?P<handle>(?<![\w@./])@\w[\w.\-{DOT}]{{1,62}})
  | (?P<hashtag>(?<![\w&/\#])\#[^\W\d]\w{{1,200}}|(?<![\w&/\#])\#\d+[^\W\d]\w*)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_TRAILING = re.compile(r"[.,;:!?'\u2018\u2019\u201d\"*…]+$")
_TRAILING_ALONE = re.compile(r"[.,;:]+$")
_BRACKETS = {")": "(", "]": "[", "}": "{"}


def find_indicators(text: str, *, expect_domains: bool = False) -> Cell:
    """Return what is in a cell.

    Args:
        text: The cell as it is written, defanged or not.
        expect_domains: The row is about domains, so a plain word with a dot is one
            where prose would not have it.
    """
    restored = refang(text)
    found = tuple(_find(restored, expect_domains))
    return Cell(restored, found)


def _find(text: str, expect_domains: bool) -> Iterator[Found]:
    at, whole, alone = 0, text.strip(), _only_word(text)
    while (match := _PATTERN.search(text, at)) is not None:
        at = match.end()
        found = _judge(match, whole, expect_domains or match[0] == alone)
        if found is not None:
            yield found
            at = max(found.end, match.start() + 1)


def _judge(match: re.Match[str], whole: str, expect_domains: bool) -> Found | None:
    """Return what a match is, cut to its real end; ``None`` if it only looks like something."""
    group = str(match.lastgroup)
    start, raw = match.start(), match[0]
    if group in {"url", "address"}:
        raw = _TRAILING_ALONE.sub("", raw) if raw == whole else _trimmed(raw)
        if group == "address" and not _is_address(raw, whole, expect_domains):
            return None
        host = re.split(r"[/:?#]", raw.partition("://")[2] if group == "url" else raw)[0]
        if not host:
            return None
        return _found(Kind.URL, raw if group == "url" else f"http://{raw}", start, raw)
    if group == "domain":
        if not _is_domain(raw, expect_domains):
            return None
        return _found(Kind.DOMAIN, raw, start, raw)
    if group == "reddit":
        kind, _, name = raw.lstrip("/").partition("/")
        section = "user" if kind in "uU" else "r"
        return _found(Kind.URL, f"http://reddit.com/{section}/{name}", start, raw)
    if group in {"tail4", "port4", "ipv4"}:
        return _ipv4(match)
    if group == "ipv6":
        return _ipv6(raw, start)
    raw = raw.rstrip(f".-{DOT}") if group in {"handle", "email", "fediverse"} else raw
    kinds = {"hash": Kind.HASH, "hashtag": Kind.HASHTAG, "email": Kind.EMAIL}
    return _found(kinds.get(group, Kind.HANDLE), raw, start, raw)


def _found(kind: Kind, value: str, start: int, raw: str) -> Found:
    return Found(kind, plain(value), start, start + len(raw), plain(raw))


def _trimmed(raw: str) -> str:
    """Return an address without the punctuation of the sentence around it."""
    while True:
        shorter = _TRAILING.sub("", raw)
        last = shorter[-1:]
        if last in _BRACKETS and shorter.count(last) > shorter.count(_BRACKETS[last]):
            shorter = shorter[:-1]
        if shorter == raw:
            return raw
        raw = shorter


def _is_address(raw: str, whole: str, expect_domains: bool) -> bool:
    host = re.split(r"[/:?]", raw)[0]
    if DOT in host or raw == whole:
        return "." not in host or is_host(plain(host)) or DOT in host
    return is_likely_host(host) or (expect_domains and is_host(host))


def _is_domain(raw: str, expect_domains: bool) -> bool:
    if DOT in raw:
        return True
    if is_app_name(raw):
        return False
    return is_likely_host(raw) or (expect_domains and is_host(raw))


def _only_word(text: str) -> str | None:
    """Return the word that a text is, or repeats; ``None`` if it has several."""
    words = {*filter(None, re.split(r"[\s,;|]+", text))}
    return words.pop() if len(words) == 1 else None


def _ipv4(match: re.Match[str]) -> Found | None:
    tail, port = match["tail4"] or "", match["port4"] or ""
    raw = match[0]
    address = raw.removesuffix(tail).removesuffix(port)
    try:
        parsed = ipaddress.IPv4Address(plain(address))
    except ValueError:
        return None
    if parsed.packed[0] == 0 and DOT not in address:
        return None  # a number of the kill chain, 0.9.11.0
    if re.fullmatch(r"/\d{1,2}", tail) and not port:
        if int(tail[1:]) > 32:
            return None
        return _found(Kind.IPV4, str(parsed) + tail, match.start(), raw)
    if tail:
        whole = _trimmed(raw)
        return _found(Kind.URL, f"http://{whole}", match.start(), whole)
    return _found(Kind.IPV4, str(parsed), match.start(), address)


def _ipv6(raw: str, start: int) -> Found | None:
    raw = raw.rstrip(":") if not raw.endswith("::") else raw
    try:
        parsed = ipaddress.IPv6Interface(raw)
    except ValueError:
        return None
    if parsed.ip.packed[0] == 0:
        return None  # "::" and the like are punctuation
    value = str(parsed) if "/" in raw else str(parsed.ip)
    return _found(Kind.IPV6, value, start, raw)
