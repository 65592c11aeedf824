"""Counts in a cell: "112 accounts", "About 38,000 accounts followed one or more of these Pages".

What a cluster is made of (accounts, Pages, Groups) is counted where the report lists
its assets, or where a cell holds counts and nothing else: in prose about whom it
targeted, 30 accounts may be anybody's. Followers, members and views are counted
wherever they are told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from taxii_server.client.takedowns.quantities import (
    BETWEEN,
    NUMBER,
    OR_MORE,
    QUALIFIER,
    THROUGH,
    is_cut_off,
    read_bounds,
)
from taxii_server.client.takedowns.sites import known_platform, platform_in, platform_names


@dataclass(frozen=True, slots=True)
class Count:
    """One count: the term of metric-ov, the platform if it is told, and the range."""

    metric: str
    platform: str | None
    lower: int | None
    upper: int | None
    text: str  # as it stands in the cell
    is_asset: bool  # counts what a cluster may be made of, and not its audience

    def is_like(self, other: Count) -> bool:
        """Return whether both count the same thing on the same platform."""
        return (self.metric, self.platform) == (other.metric, other.platform)

    def as_metric(self) -> dict[str, Any]:
        """Return the entry for a cluster's ``metrics``."""
        values = {"platform": self.platform, "lower": self.lower, "upper": self.upper}
        return {"metric": self.metric, **{k: v for k, v in values.items() if v is not None}}


_AUDIENCE: Mapping[str, str] = {
    "followers": r"(?:(?:page|channel|account|profile) )?(?:followers?|subscribers?|fans?)",
    "members": r"(?:(?:group|channel) )?members?(?! of (?!these|the|this|our|its)\w)",
    "views": r"views?|impressions?|plays?",
    "engagements": r"engagements?|interactions?|reactions?|likes?|shares?|retweets?|reposts?",
    "content": r"(?:pieces? of content|posts?|tweets?|videos?|articles?|comments?|petitions?)",
}
_NOT_OF_AN_AUDIENCE = r"(?! (?:followers?|subscribers?|fans?|members?|views?|likes?|posts?)\b)"
_ASSETS: Mapping[str, str] = {
    metric: f"(?:{pattern}){_NOT_OF_AN_AUDIENCE}"
    for metric, pattern in (
        ("ads-accounts", r"(?:ads?|advertising|advertiser) accounts?"),
        ("accounts", r"accounts?|profiles?|personas?|sock ?puppets?|handles?|bots?"),
        ("pages", r"(?:fan )?pages?"),
        ("groups", r"groups?|subreddits?|communit(?:y|ies)|discord servers?"),
        ("events", r"events?"),
        ("channels", r"channels?"),
        ("blogs", r"blogs?"),
        ("domains", r"domains?(?: names?)?|websites?|web ?sites?|sites?"),
    )
}
_UNITS = {**_ASSETS, **_AUDIENCE}
_ONLY_ON_FACEBOOK = frozenset({"pages", "groups", "events", "ads-accounts"})

# What the people who are counted did tells what the count is: the first that fits.
_DEEDS: Sequence[tuple[str, re.Pattern[str]]] = tuple(
    (metric, re.compile(pattern, re.IGNORECASE))
    for metric, pattern in (
        ("followers", r"\b(?:follow(?:ed|s|ing)?|subscrib(?:ed|e|es|ing)|liked)\b"),
        ("members", r"\b(?:join(?:ed|s|ing)?|(?:was|were|are) members? of)\b"),
        ("engagements", r"\b(?:expressed (?:an )?interest|signed up|interacted|engaged)\b"),
        ("views", r"\b(?:viewed|watched)\b"),
    )
)
_DONE_BY = re.compile(r"(?P<deed>\b(?:followed|liked|joined|viewed|watched)) by\s+$", re.IGNORECASE)
_PEOPLE = r"accounts?|people|users?|individuals?|persons?"
_NOT_IN_BETWEEN = "and|or|of|to|in|on|with|than|from|by|for"
_KINDS = (
    "fake|hacked|compromised|stolen|inauthentic|authentic|real|duplicate|bought|rented|automated"
    "|public|private|active|inactive|new|old|personal|suspended|disabled"
)
_WORDS = (
    rf"(?:(?:(?:{_KINDS}) (?:and|or) (?:{_KINDS}) |(?!(?:{_NOT_IN_BETWEEN})\b)[A-Za-z]"
    r"[\w'\u2019/&\-]*[ \u00a0]+)){0,4}?"
)
_UNIT_NAMES = "|".join(f"(?P<u{n}>{pattern})" for n, pattern in enumerate(_UNITS.values()))
_BEFORE = rf"(?<![\w.,$€£₫\-]){QUALIFIER}{BETWEEN}(?P<number>{NUMBER})(?P<plus>\+)?"
_RANGE = rf"(?:{THROUGH}(?P<second>{NUMBER}))?{OR_MORE}"
_COUNT = re.compile(
    rf"{_BEFORE}(?!\s+(?:or more\s+)?of\b){_RANGE}[ \u00a0\n]+"
    rf"{_WORDS}(?:{_UNIT_NAMES}|(?P<people>{_PEOPLE}))(?![\w\-])",
    re.IGNORECASE,
)
_ALONE_NUMBER = rf"{QUALIFIER}{BETWEEN}(?P<number>{NUMBER})(?!\w)(?P<plus>\+)?{_RANGE}"
_ALONE = re.compile(rf"\s*{_ALONE_NUMBER}\s*", re.IGNORECASE)
_UNIT = re.compile(rf"(?<!\w)(?:{_UNIT_NAMES})(?!\w)", re.IGNORECASE)
_LABELLED = re.compile(
    rf"(?<!\w)(?P<label>(?:\w+\s){{0,3}}?(?:{_UNIT_NAMES}))\s*(?:[:=]|\s[\-\u2013\u2014]\s)\s*"
    rf"{_ALONE_NUMBER}(?=\s*(?:$|[,;.\n]))",
    re.IGNORECASE,
)
_IN_A_YEAR = re.compile(
    r"\b(?:in|since|until|by|during|of|from|before|after|early|late|mid|january|february|march|april"
    r"|may|june|july|august|september|october|november|december)[ -]+$",
    re.IGNORECASE,
)
_FILLING = re.compile(
    r"[\s.,;:&+()/\-\u2013\u2014]+|\b(?:and|on|facebook|instagram|threads|in|total|removed|the|platform"
    r"|hosted|were|was|we)\b",
    re.IGNORECASE,
)
_ON_FACEBOOK = re.compile(r"\b(?:Pages?|Groups?)\b")
_FORUMS = re.compile(r"\b(?:forums?|blogs?|websites?|petitions?)\b", re.IGNORECASE)
_PART_OF_IT = r"\bof (?:which|whom)\b|, of (?:these|them|those)\b|\bincluding\b"
_CLAUSE_END = re.compile(rf"[.;]\s|\band\b|{_PART_OF_IT}", re.IGNORECASE)


@cache
def _again() -> re.Pattern[str]:
    """Return an expression for a count without its unit: "8 accounts on Quora and 7 on Reddit"."""
    return re.compile(
        rf"(?:,|\band\b|{_PART_OF_IT})\s+{_BEFORE}{_RANGE}\s+(?:(?:more|were)\s+)?on\s+"
        rf"(?P<again>{platform_names()})(?!\w|\s+(?:{_UNIT_NAMES}))",
        re.IGNORECASE,
    )


def find_counts(text: str, context: str) -> list[Count]:
    """Return the counts in a cell.

    Args:
        text: The cell, restored.
        context: What the row is about, its procedure; it may name the platform.
    """
    counts = list(_counts(text, context))
    if not counts:
        counts = [_labelled(match, text, context) for match in _LABELLED.finditer(text)]
    if not counts:
        counts = [_implied(text, context)]
    return [count for count in counts if count is not None]


def _counts(text: str, context: str) -> Iterator[Count | None]:
    """Yield the counts of a text; ``None`` for what looks like one and cannot be read."""
    found = list(_COUNT.finditer(text))
    if found:
        taken = [match.span("number") for match in found]
        again = _again().finditer(text, found[0].end())
        found += [match for match in again if match.span("number") not in taken]
        found.sort(key=lambda match: match.start("number"))
    before: Count | None = None
    for n, match in enumerate(found):
        behind, part = text[match.end() :], None
        if n + 1 < len(found):
            behind = text[match.end() : found[n + 1].start()]
            part = found[n + 1] if _is_part(found[n + 1], match.end()) else None
        if "again" in match.groupdict():
            count = _count_again(match, before)
        else:
            count = _count(match, behind, context)
        is_part = n > 0 and _is_part(match, found[n - 1].end())
        if is_part and before is not None and count is not None and count.is_like(before):
            continue  # it must not be added to the whole
        if count is not None and part is not None:
            other = platform_in(part[0])
            if other is not None and known_platform(other) != count.platform:
                count = replace(count, platform=None)  # its parts are on several
        before = count
        yield count


def _is_part(match: re.Match[str], end: int) -> bool:
    """Return whether a count is a part of the one before it, which ends at ``end``."""
    return re.search(_PART_OF_IT, match.string[end : match.start("number")], re.I) is not None


def is_only_counts(text: str, counts: Sequence[Count]) -> bool:
    """Return whether a cell holds counts and no other statement."""
    for count in counts:
        text = text.replace(count.text, " ", 1)
    return bool(counts) and not _FILLING.sub("", text)


def _count(match: re.Match[str], behind: str, context: str) -> Count | None:
    bounds = _bounds(match)
    is_any = match["number"].casefold() == "one" and match["or"]  # "one or more Pages"
    if bounds is None or is_any or _is_year(match):
        return None
    unit = next((name for n, name in enumerate(_UNITS) if match[f"u{n}"]), None)
    clause = _CLAUSE_END.split(behind, maxsplit=1)[0]
    metric, is_asset = unit, unit in _ASSETS
    if unit in {None, "accounts"}:
        deed = _deed(clause)
        if _DONE_BY.search(match.string[: match.start()]) is not None:
            clause = re.split(r"[.;]\s", match.string[: match.start()])[-1]
            deed = _deed(clause)
        if deed is not None:
            metric, is_asset = deed, False
    if metric is None:
        return None  # people who did nothing that is counted
    platform = _platform(match, clause, metric, context, is_asset=is_asset)
    return Count(metric, platform, *bounds, match[0].strip(), is_asset)


def _count_again(match: re.Match[str], before: Count | None) -> Count | None:
    """Read "7 on Reddit" behind "8 accounts on Quora"."""
    bounds, named = _bounds(match), platform_in(match["again"])
    if before is None or not before.is_asset or bounds is None or named is None:
        return None
    return Count(before.metric, known_platform(named), *bounds, match[0].strip(), is_asset=True)


def _labelled(match: re.Match[str], text: str, context: str) -> Count | None:
    """Read "Pages: 65"."""
    bounds = _bounds(match)
    if bounds is None:
        return None
    metric = next(name for n, name in enumerate(_UNITS) if match[f"u{n}"])
    before = text[: match.start("label")].rpartition("\n")[2]
    platform = _platform(match, before, metric, context, is_asset=metric in _ASSETS)
    return Count(metric, platform, *bounds, match[0].strip(), metric in _ASSETS)


def _implied(text: str, context: str) -> Count | None:
    """Read a number that stands alone, where the row says what it counts."""
    match = _ALONE.fullmatch(text)
    units = list(_UNIT.finditer(context))
    bounds = _bounds(match) if match is not None else None
    if match is None or bounds is None or not units:
        return None
    metric = next(name for n, name in enumerate(_UNITS) if units[-1][f"u{n}"])
    platform = _platform(match, "", metric, context, is_asset=metric in _ASSETS)
    return Count(metric, platform, *bounds, text.strip(), metric in _ASSETS)


def _is_year(match: re.Match[str]) -> bool:
    """Return whether what looks like a count is a year: "in 2022 accounts were created"."""
    before = match.string[: match.start("number")]
    year = re.fullmatch(r"(?:19|20)\d\d", match["number"])
    return year is not None and _IN_A_YEAR.search(before) is not None


def _deed(clause: str) -> str | None:
    found = [(m.start(), metric) for metric, p in _DEEDS if (m := p.search(clause)) is not None]
    return min(found)[1] if found else None


def _bounds(match: re.Match[str]) -> tuple[int | None, int | None] | None:
    bounds = None if is_cut_off(match) else read_bounds(match)
    if bounds is None or any(number is not None and number != int(number) for number in bounds):
        return None
    lower, upper = (None if number is None else int(number) for number in bounds)
    return lower, upper


def _platform(
    match: re.Match[str], behind: str, metric: str, context: str, *, is_asset: bool
) -> str | None:
    """Return the platform of a count: named in it, then behind it, then by the row."""
    named = platform_in(match[0]) or platform_in(behind)
    if named is None and not is_asset and _ON_FACEBOOK.search(f"{match[0]} {behind}"):
        named = "facebook"
    named = named or platform_in(context)
    elsewhere = platform_in(match.string) not in {None, "facebook", "instagram"}
    only_there = metric in _ONLY_ON_FACEBOOK and not elsewhere and not _FORUMS.search(context)
    if named is None and (only_there or _ON_FACEBOOK.search(context)):
        named = "facebook"
    return known_platform(named) if named is not None else None


def merged(counts: Sequence[Count]) -> Iterator[dict[str, Any]]:
    """Yield the metrics of a cluster in the order they were told, each once."""
    seen: list[dict[str, Any]] = []
    for count in counts:
        metric = count.as_metric()
        if metric not in seen:
            seen.append(metric)
            yield metric
