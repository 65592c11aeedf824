"""Counts in a cell: "112 accounts", "About 38,000 accounts followed one or more of these Pages".

What a cluster is made of (accounts, Pages, Groups) is counted where the report lists
its assets, or where a cell holds counts and nothing else: in prose about whom it
targeted, 30 accounts may be anybody's. Followers, members and views are counted
wherever they are told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from taxii_server.client.takedowns.quantities import (
    BETWEEN,
    NUMBER,
    QUALIFIER,
    THROUGH,
    parse_number,
)
from taxii_server.client.takedowns.sites import known_platform, platform_in


@dataclass(frozen=True, slots=True)
class Count:
    """One count: the term of metric-ov, the platform if it is told, and the range."""

    metric: str
    platform: str | None
    lower: int | None
    upper: int | None
    text: str  # as it stands in the cell
    is_asset: bool  # counts what a cluster may be made of, and not its audience

    def as_metric(self) -> dict[str, Any]:
        """Return the entry for a cluster's ``metrics``."""
        values = {"platform": self.platform, "lower": self.lower, "upper": self.upper}
        return {"metric": self.metric, **{k: v for k, v in values.items() if v is not None}}


_ASSETS: Mapping[str, str] = {
    "ads-accounts": r"(?:ads?|advertising|advertiser) accounts?",
    "accounts": r"accounts?|profiles?|personas?|sock ?puppets?|handles?|bots?",
    "pages": r"(?:fan )?pages?",
    "groups": r"groups?|subreddits?|communit(?:y|ies)",
    "events": r"events?",
    "channels": r"channels?",
    "blogs": r"blogs?",
    "domains": r"domains?(?: names?)?|websites?|web ?sites?|sites?",
}
_AUDIENCE: Mapping[str, str] = {
    "followers": r"(?:page )?followers?|subscribers?|fans?",
    "members": r"(?:group )?members?(?! of (?!these|the|this|our|its)\w)",
    "views": r"views?|impressions?|plays?",
    "engagements": r"engagements?|interactions?|reactions?|likes?|shares?|retweets?|reposts?",
    "content": r"(?:pieces? of content|posts?|tweets?|videos?|articles?|comments?|petitions?)",
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
_PEOPLE = r"accounts?|people|users?|individuals?|persons?"
_NOT_IN_BETWEEN = "and|or|of|to|in|on|with|than|from|by|for"
_WORDS = rf"(?:(?!(?:{_NOT_IN_BETWEEN})\b)[A-Za-z][\w'\u2019/&\-]*[ \u00a0]+){{0,4}}?"
_UNIT_NAMES = "|".join(f"(?P<u{n}>{pattern})" for n, pattern in enumerate(_UNITS.values()))
_COUNT = re.compile(
    rf"(?<![\w.,$€£₫\-]){QUALIFIER}{BETWEEN}(?P<number>{NUMBER})(?P<plus>\+)?"
    r"(?!\s+(?:or more\s+)?of\b)"
    rf"(?:{THROUGH}(?P<second>{NUMBER}))?"
    rf"(?P<after>\s+or (?:more|fewer|less))?[ \u00a0\n]+"
    rf"{_WORDS}(?:{_UNIT_NAMES}|(?P<people>{_PEOPLE}))(?![\w\-])",
    re.IGNORECASE,
)
_ALONE_NUMBER = (
    rf"{QUALIFIER}{BETWEEN}(?P<number>{NUMBER})(?P<plus>\+)?(?:{THROUGH}(?P<second>{NUMBER}))?"
    r"(?P<after>\s+or (?:more|fewer|less))?"
)
_ALONE = re.compile(rf"\s*{_ALONE_NUMBER}\s*", re.IGNORECASE)
_UNIT = re.compile(rf"(?<!\w)(?:{_UNIT_NAMES})(?!\w)", re.IGNORECASE)
_LABELLED = re.compile(
    rf"(?<!\w)(?P<label>(?:\w+\s){{0,3}}?(?:{_UNIT_NAMES}))\s*[:=]\s*{_ALONE_NUMBER}(?=\s*(?:$|[,;.\n]))",
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


def find_counts(text: str, context: str) -> list[Count]:
    """Return the counts in a cell.

    Args:
        text: The cell, restored.
        context: What the row is about, its procedure; it may name the platform.
    """
    found = list(_COUNT.finditer(text))
    ends = [*(match.start() for match in found[1:]), len(text)]
    counts = [_count(m, text[m.end() : ends[n]], context) for n, m in enumerate(found)]
    if not found:
        counts = [_labelled(match, text, context) for match in _LABELLED.finditer(text)]
    if not counts:
        counts = [_implied(text, context)]
    return [count for count in counts if count is not None]


def is_only_counts(text: str, counts: Sequence[Count]) -> bool:
    """Return whether a cell holds counts and no other statement."""
    for count in counts:
        text = text.replace(count.text, " ", 1)
    return bool(counts) and not _FILLING.sub("", text)


def _count(match: re.Match[str], behind: str, context: str) -> Count | None:
    bounds = _bounds(match)
    if bounds is None or _is_year(match):
        return None
    unit = next((name for n, name in enumerate(_UNITS) if match[f"u{n}"]), None)
    clause = re.split(r"[.;]\s|\band\b", behind, maxsplit=1)[0]
    metric, is_asset = unit, unit in _ASSETS
    if unit in {None, "accounts"}:
        deed = _deed(clause)
        if deed is not None:
            metric, is_asset = deed, False
    if metric is None:
        return None  # people who did nothing that is counted
    platform = _platform(match[0], clause, metric, context, is_asset=is_asset)
    shown = match[0].strip()
    return Count(metric, platform, *bounds, shown, is_asset)


def _labelled(match: re.Match[str], text: str, context: str) -> Count | None:
    """Read "Pages: 65"."""
    bounds = _bounds(match)
    if bounds is None:
        return None
    metric = next(name for n, name in enumerate(_UNITS) if match[f"u{n}"])
    before = text[: match.start("label")].rpartition("\n")[2]
    platform = _platform(match["label"], before, metric, context, is_asset=metric in _ASSETS)
    return Count(metric, platform, *bounds, match[0].strip(), metric in _ASSETS)


def _implied(text: str, context: str) -> Count | None:
    """Read a number that stands alone, where the row says what it counts."""
    match = _ALONE.fullmatch(text)
    units = list(_UNIT.finditer(context))
    bounds = _bounds(match) if match is not None else None
    if match is None or bounds is None or not units:
        return None
    metric = next(name for n, name in enumerate(_UNITS) if units[-1][f"u{n}"])
    platform = _platform("", "", metric, context, is_asset=metric in _ASSETS)
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
    first = parse_number(match["number"])
    second = parse_number(match["second"]) if match["second"] else None
    if first is None or first != int(first) or (second is not None and second != int(second)):
        return None
    number = int(first)
    if second is not None:
        return min(number, int(second)), max(number, int(second))
    after = (match["after"] or "").casefold()
    if match["plus"] or after.endswith("more") or match["lower"]:
        return number, None
    if match["upper"] or after.endswith(("less", "fewer")):
        return None, number
    return number, number


def _platform(
    counted: str, behind: str, metric: str, context: str, *, is_asset: bool
) -> str | None:
    """Return the platform of a count: named in it, then behind it, then by the row."""
    named = platform_in(counted) or platform_in(behind)
    if named is None and not is_asset and re.search(r"\b(?:Pages?|Groups?)\b", behind):
        named = "facebook"
    named = named or platform_in(context)
    told = metric in _ONLY_ON_FACEBOOK or re.search(r"\b(?:Pages?|Groups?)\b", context)
    if named is None and told:
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
