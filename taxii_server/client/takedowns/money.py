"""Amounts of money in a cell: "Around $1.2 million in spending for ads, paid in dongs".

Which amounts are ad spend is for the row to say. The currencies that somebody paid in
are told apart from the one in which the report counts: it counts dongs in dollars.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from taxii_server.client.takedowns.currencies import (
    SYMBOLS,
    currency_of,
    iso_codes,
    name_pattern,
)
from taxii_server.client.takedowns.quantities import (
    BETWEEN,
    NUMBER,
    QUALIFIER,
    THROUGH,
    Amount,
    parse_number,
)


@dataclass(frozen=True, slots=True)
class Money:
    """One amount as a range, in one currency (ISO 4217)."""

    lower: Amount | None
    upper: Amount | None
    currency: str
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Payments:
    """The amounts of a cell and the currencies that it says were used to pay."""

    amounts: Sequence[Money]
    paid_in: Sequence[str]
    not_understood: Sequence[str]  # what stands where a currency should


_ABOUT_ADS = re.compile(
    r"\b(?:ads?|advert\w*|boost(?:ed|ing)?|promot(?:e|ed|ing|ion)\b.{0,40}\bposts?)\b",
    re.IGNORECASE,
)
_PAID_IN = re.compile(
    r"\bpa(?:id|yments?|ying)\b[^.;]{0,60}?\bin (?P<list>[^.;:()\n]+(?:\.\w\.[^.;:()\n]*)?)",
    re.IGNORECASE,
)
_FILLERS = re.compile(
    r"^(?:(?:mostly|mainly|primarily|largely|partly|predominantly|also|the|both|either|local"
    r"|currenc(?:y|ies)|such as|including|in)\b\s*)+",
    re.IGNORECASE,
)


@cache
def _pattern() -> re.Pattern[str]:
    symbols = "|".join(re.escape(sign) for sign in sorted(SYMBOLS, key=len, reverse=True))
    codes = "|".join(sorted(iso_codes()))
    before = rf"(?:(?<!\w)(?-i:{codes})\s?|(?:{symbols})\s?|(?<!\w)Rs\.?\s?|(?<!\w)zł\s?)"
    after = rf"(?:\s?(?:{symbols})(?!\d)|\s?zł|\s(?:(?:[A-Z][a-z]+\s)?{name_pattern()}))"
    second = rf"(?:{THROUGH}(?:{before})?(?P<second>{NUMBER}))?"
    return re.compile(
        rf"{QUALIFIER}{BETWEEN}(?P<before>{before})?(?P<number>(?<![\d.,]){NUMBER})(?P<plus>\+)?{second}"
        rf"(?P<after>{after})?(?P<end>\s+or (?:more|less))?",
        re.IGNORECASE,
    )


def is_about_ads(text: str) -> bool:
    """Return whether a text is about advertising."""
    return _ABOUT_ADS.search(text) is not None


def find_money(text: str) -> Payments:
    """Return the amounts in a cell.

    >>> [(m.lower, m.upper, m.currency) for m in find_money("less than $100 or 5,000 €").amounts]
    [(None, 100, 'USD'), (5000, 5000, 'EUR')]
    """
    paid: list[str] = []
    unknown: list[str] = []
    for found in _PAID_IN.finditer(text):
        for part in re.split(r",|/|\band\b|\bor\b", found["list"]):
            name = _FILLERS.sub("", part.strip()).strip(" .\"'“”")
            code = currency_of(name) if name else None
            if code is not None and code not in paid:
                paid.append(code)
            elif code is None and name and not re.search(r"\d", name):
                unknown.append(name)
    return Payments(tuple(_amounts(text)), paid, unknown)


def _amounts(text: str) -> Iterator[Money]:
    for found in _pattern().finditer(text):
        shown = (found["before"] or "").strip(), (found["after"] or "").strip()
        if not any(shown):
            continue
        currency = _currency(*shown)
        first = parse_number(found["number"])
        second = parse_number(found["second"]) if found["second"] else None
        if currency is None or first is None:
            continue
        lower, upper = _bounds(found, first, second)
        yield Money(lower, upper, currency, found[0].strip(), found.start())


def _currency(before: str, after: str) -> str | None:
    """Return the currency; a name behind says more than a sign in front ("$5 Canadian")."""
    signs = {"rs": "INR", "rs.": "INR", "zł": "PLN"}
    codes = [
        signs.get(shown.casefold()) or currency_of(shown) for shown in (after, before) if shown
    ]
    return next((code for code in codes if code is not None), None)


def _bounds(
    found: re.Match[str], first: Amount, second: Amount | None
) -> tuple[Amount | None, Amount | None]:
    if second is not None:
        scale = re.search(r"[a-z]+", found["second"], re.IGNORECASE)
        if scale is not None and first < second and not re.search(r"[a-z]", found["number"]):
            scaled = parse_number(f"{found['number']} {scale[0]}")  # "$1-2 million"
            first = scaled if scaled is not None and scaled <= second else first
        return min(first, second), max(first, second)
    end = (found["end"] or "").casefold()
    if found["lower"] or found["plus"] or end.endswith("more"):
        return first, None
    if found["upper"] or end.endswith("less"):
        return None, first
    return first, first
