"""Currencies by the names that prose gives them (ISO 4217).

A name that several countries use (dollar, peso, rupee) is told apart by the country's
adjective before it; without one it is the currency that such reports mean by it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

SYMBOLS: Mapping[str, str] = {
    **{"US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "HK$": "HKD"},
    **{"NZ$": "NZD", "NT$": "TWD", "S$": "SGD", "R$": "BRL", "MX$": "MXN", "J$": "JMD"},
    **{"CN¥": "CNY", "CN\uffe5": "CNY", "JP¥": "JPY", "Mex$": "MXN"},
    **{"€": "EUR", "£": "GBP", "¥": "JPY", "₫": "VND", "₹": "INR", "₽": "RUB", "₴": "UAH"},
    **{"₪": "ILS", "₺": "TRY", "₱": "PHP", "฿": "THB", "৳": "BDT", "₦": "NGN", "₩": "KRW"},
    **{"₾": "GEL", "₸": "KZT", "₵": "GHS", "₼": "AZN", "₮": "MNT", "₭": "LAK", "៛": "KHR"},
    **{
        "₡": "CRC",
        "₲": "PYG",
        "֏": "AMD",
        "₨": "PKR",
        "\uff04": "USD",
        "\uffe5": "JPY",
        "$": "USD",
    },
}

_SHARED = frozenset(
    {"dollar", "pound", "rupee", "dinar", "ruble", "rouble", "dirham", "riyal", "lira", "sum"}
    | {"real", "lei", "leu", "bolivar", "won", "sterling"}
)
"""Names that several countries use, so that an adjective which is not known changes them."""


_LONGEST = 6  # words in a name


@cache
def _codes() -> Mapping[str, str]:
    found: dict[str, str] = {}
    text = (resources.files(__package__) / "currencies.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            code, _, names = line.partition(" ")
            found |= dict.fromkeys(names.split("|"), code)
    return found


@cache
def iso_codes() -> frozenset[str]:
    """Return the codes that are known."""
    return frozenset(_codes().values())


@cache
def name_pattern() -> str:
    """Return an expression for the name or code of a currency, letter case apart from codes."""
    names = sorted(_codes(), key=len, reverse=True)
    plural = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in names)
    codes = "|".join(sorted(iso_codes()))
    return rf"(?:(?<!\w)(?:(?-i:{codes})|(?:{plural})(?:s|es)?)(?!\w))"


def currency_of(name: str) -> str | None:
    """Return the code of a currency's name, code or symbol; ``None`` if it is not known.

    >>> [currency_of(n) for n in ("Vietnamese dongs", "€", "Thai baht", "Bajan dollars")]
    ['VND', 'EUR', 'THB', None]
    """
    if name in SYMBOLS or name.upper() in SYMBOLS:
        return SYMBOLS[name] if name in SYMBOLS else SYMBOLS[name.upper()]
    if name in iso_codes():
        return name
    words = name.casefold().split()[-_LONGEST:]
    for start in range(len(words)):
        rest = " ".join(words[start:])
        if start > 0 and rest.removesuffix("s") in _SHARED:
            return None
        for candidate in (rest, rest.removesuffix("s"), rest.removesuffix("es")):
            if candidate in _codes():
                return _codes()[candidate]
    return None
