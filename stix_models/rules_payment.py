"""Raw payment data in an ad buyer: card numbers and bank account numbers (IBAN).

A card number is digits of a card scheme's beginning and length that pass the check
digit (ISO/IEC 7812); an IBAN has its country's length and passes its checksum (ISO
13616). Both may be grouped by blanks, hyphens or dots. A platform's own number can
look the same once in some thousands; the way out is then the same: hash it with a key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from stix_models.describing import pointer_to
from stix_models.problems import Problem

Path = tuple[str | int, ...]


def payment_rules(obj: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield a problem for each name or value, at any depth, that holds raw payment data."""
    pending: list[tuple[Path, Any]] = [((), obj)]
    while pending:
        path, value = pending.pop()
        if isinstance(value, dict):
            for name, inner in value.items():
                if isinstance(name, str) and _kind_of(name):
                    yield _problem(path, _kind_of(name))  # the pointer would repeat it
                pending.append(((*path, name), inner))
        elif isinstance(value, list):
            pending.extend(((*path, place), inner) for place, inner in enumerate(value))
        else:
            kind = _kind_of(_as_text(value))
            if kind:
                yield _problem(path, kind)


def _problem(path: Path, kind: str) -> Problem:
    message = (
        f"This holds {kind}, and raw payment data is refused; hash it with a key, as in"
        " payment_fingerprints, or leave it out."
    )
    return Problem(pointer_to(path), "payment-data", "error", message)


def _as_text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    whole = isinstance(value, int) or value.is_integer()
    return str(int(value)) if whole and abs(value) < _BEYOND_CARDS else ""


def _kind_of(text: str) -> str:
    """Return what payment data the text holds, in words; empty if none."""
    if _DIGITS.search(text) is None:
        return ""
    if any(_is_card(_GAPS.sub("", found[0])) for found in _CARD.finditer(text)):
        return "a card number"
    if any(_is_iban(text, found.start()) for found in _IBAN.finditer(text)):
        return "a bank account number (IBAN)"
    return ""


def _is_card(digits: str) -> bool:
    if _SCHEMES.fullmatch(digits) is None:
        return False
    doubled = (int(digit) * 2 for digit in digits[-2::-2])
    total = sum(int(digit) for digit in digits[-1::-2]) + sum(n - 9 * (n > 9) for n in doubled)
    return total % 10 == 0


def _is_iban(text: str, start: int) -> bool:
    """Return whether an IBAN begins here and ends where its country's do."""
    length = _IBAN_LENGTHS.get(text[start : start + 2].upper())
    if length is None:
        return False
    found, place = "", start
    while len(found) < length and place < len(text):
        if text[place].isascii() and text[place].isalnum():
            found += text[place]
        elif _GAPS.match(text, place) is None or _GAPS.match(text, place - 1) is not None:
            return False
        place += 1
    if len(found) < length or _WORD.match(text, place) is not None:
        return False
    turned = found[4:].upper() + found[:4].upper()
    return int("".join(str(int(digit, 36)) for digit in turned)) % 97 == 1


_BEYOND_CARDS = 10**19
_DIGITS = re.compile("[0-9]{4}|[A-Za-z]{2}[0-9]{2}")
_GAPS = re.compile("[ .\u00a0-]")
_WORD = re.compile("[0-9A-Za-z]")
_CARD = re.compile(
    "(?<![0-9A-Za-z])"
    "(?:[0-9]{12,19}"
    r"|[0-9]{4}([ .\u00a0-])[0-9]{4}\1[0-9]{4}\1[0-9]{1,4}(?:\1[0-9]{1,3})?"
    r"|[0-9]{4}([ .\u00a0-])[0-9]{6}\2[0-9]{4,5})"
    "(?![0-9A-Za-z])"
)
_SCHEMES_PATTERN = (
    "4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})"  # Visa
    "|5[1-5][0-9]{14}"  # Mastercard
    "|(?:222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}"
    "|3[47][0-9]{13}"  # American Express
    "|3(?:0[0-5]|[68][0-9])[0-9]{11}"  # Diners Club
    "|(?:6011|64[4-9][0-9]|65[0-9]{2})[0-9]{12}"  # Discover
    "|35(?:2[89]|[3-8][0-9])[0-9]{12}"  # JCB
    "|62[0-9]{14,17}"  # UnionPay
    "|(?:5018|5020|5038|5893|6304|6759|676[1-3])[0-9]{8,14}"  # Maestro
)
_SCHEMES = re.compile(_SCHEMES_PATTERN)
_IBAN = re.compile("(?<![0-9A-Za-z])[A-Za-z]{2}[0-9]{2}")
_IBAN_LENGTHS = {
    **dict.fromkeys(("NO",), 15),
    **dict.fromkeys(("BE",), 16),
    **dict.fromkeys(("DK", "FI", "FK", "FO", "GL", "NL", "SD"), 18),
    **dict.fromkeys(("MK", "SI"), 19),
    **dict.fromkeys(("AT", "BA", "EE", "KZ", "LT", "LU", "MN", "XK"), 20),
    **dict.fromkeys(("CH", "HR", "LI", "LV"), 21),
    **dict.fromkeys(("BG", "BH", "CR", "DE", "GB", "GE", "IE", "ME", "RS", "VA"), 22),
    **dict.fromkeys(("AE", "GI", "IL", "IQ", "OM", "SO", "TL"), 23),
    **dict.fromkeys(("AD", "CZ", "ES", "MD", "PK", "RO", "SA", "SE", "SK", "TN", "VG"), 24),
    **dict.fromkeys(("LY", "PT", "ST"), 25),
    **dict.fromkeys(("IS", "TR"), 26),
    **dict.fromkeys(("BI", "DJ", "FR", "GR", "IT", "MC", "MR", "SM"), 27),
    **dict.fromkeys(("AL", "AZ", "BY", "CY", "DO", "GT", "HU", "LB", "NI", "PL", "SV"), 28),
    **dict.fromkeys(("BR", "EG", "PS", "QA", "UA"), 29),
    **dict.fromkeys(("JO", "KW", "MU", "YE"), 30),
    **dict.fromkeys(("MT", "SC"), 31),
    "LC": 32,
    "RU": 33,
}

_GAP = "[ .\u00a0-]"
_COUNTRIES = "|".join(
    "".join(f"[{letter}{letter.lower()}]" for letter in country) for country in _IBAN_LENGTHS
)
MAY_BE_PAYMENT_DATA = (
    f"(^|[^0-9A-Za-z])({_SCHEMES_PATTERN}|[0-9]{{4}}{_GAP}([0-9]{{4}}|[0-9]{{6}}){_GAP}[0-9]"
    f"|({_COUNTRIES})[0-9]{{2}}{_GAP}?[0-9A-Za-z])"
)
"""What is in every text that holds payment data, and in few others; for any pattern engine."""
