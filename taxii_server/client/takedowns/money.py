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
    OR_MORE,
    QUALIFIER,
    THROUGH,
    Amount,
    is_cut_off,
    read_bounds,
    shown_bounds,
)


@dataclass(frozen=True, slots=True)
class Money:
    """One amount as a range, in one currency (ISO 4217)."""

    lower: Amount | None
    upper: Amount | None
    currency: str
    text: str
    start: int

    @property
    def shown(self) -> str:
        """What the table of outcomes says of an amount that was added."""
        return f"ad spend {self.currency} {shown_bounds(self.lower, self.upper)}"


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
    code = rf"(?<!\w)(?:(?-i:{codes})|Rs\.?|RMB|zł)"
    before = rf"(?:{code}\s?(?:(?:{symbols})\s?)?|(?:{symbols})\s?)"
    after = rf"(?:\s?(?:{symbols})(?!\d)|\s?zł|\s(?:(?:[A-Z][a-z]+\s)?{name_pattern()}))"
    second = rf"(?:{THROUGH}(?:{before})?(?P<second>{NUMBER}))?"
    return re.compile(
        rf"{QUALIFIER}{BETWEEN}(?P<before>{before})?(?P<number>(?<![\d.,]){NUMBER})(?!(?!zł)\w)(?P<plus>\+)?"
        rf"{second}(?P<after>{after})?{OR_MORE}",
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
        bounds = None if is_cut_off(found) else read_bounds(found)
        if currency is None or bounds is None:
            continue
        yield Money(*bounds, currency, found[0].strip(), found.start())


def _currency(before: str, after: str) -> str | None:
    """Return the currency; a name says more than a sign ("$5 Canadian", "MXN $5")."""
    shown = [after, *before.split(), before, re.sub(r"\W+$", "", before)]
    codes = (_SIGNS.get(each.casefold()) or currency_of(each) for each in shown if each)
    return next((code for code in codes if code is not None), None)


_SIGNS = {"rs": "INR", "rs.": "INR", "zł": "PLN", "rmb": "CNY"}
