"""Numbers in prose as ranges: "about 38,000", "over 1.2K", "between 5 and 10", "two dozen".

A number that is only said to be near is taken as it is; the note beside it keeps the
word. "Over" gives a lower bound and "less than" an upper one.
"""

from __future__ import annotations

import re
from decimal import Decimal

Amount = int | float

_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS = {word: number for number, word in enumerate(_ONES)} | {
    word: 20 + 10 * number for number, word in enumerate(_TENS)
}
_SCALES = {
    **dict.fromkeys(("k", "thousand", "thousands"), 1_000),
    **dict.fromkeys(("m", "mn", "mln", "mio", "million", "millions"), 1_000_000),
    **dict.fromkeys(("b", "bn", "bln", "billion", "billions"), 1_000_000_000),
    **dict.fromkeys(("t", "tn", "trillion", "trillions"), 1_000_000_000_000),
    "hundred": 100,
    "dozen": 12,
}
_SPACE = "[ \u00a0\u2009\u202f]"
_DIGITS = rf"\d{{1,3}}(?:{_SPACE}\d{{3}})+(?!\d)|\d{{1,15}}(?:[.,'\u2019]\d{{1,15}}){{0,6}}"
_LETTER = r"(?-i:[Kk]|M|m(?=n|ln|io)|B|bn|T(?=n))"
_SCALE = (
    rf"(?:{_SPACE}?(?:{_LETTER}(?:n|ln|io)?|thousand|hundred|million|billion|trillion|dozen)(?!\w))"
)
_TENS_WORDS = "|".join(_TENS)
_ONES_WORDS = "|".join(sorted(_ONES, key=len, reverse=True))
_WORD_NUMBER = (
    rf"(?:(?:{_TENS_WORDS})(?:[ \-](?:{_ONES_WORDS}))?|{_ONES_WORDS}|a(?={_SPACE}(?:dozen|hundred|"
    r"thousand|million)\b))"
)
NUMBER = rf"(?:(?:{_DIGITS})(?![\d])|(?<![\w\-]){_WORD_NUMBER}(?![\w])){_SCALE}?(?:{_SCALE})?"
"""An expression for a number with its scale; give it no group around a part."""

_LOWER = (
    r"over|more than|at least|greater than|upwards? of|in excess of|exceeding|above|no less than"
    r"|no fewer than|not less than|well over|>=?|≥"
)
_UPPER = (
    r"up to|at most|no more than|not more than|fewer than|less than|under|below|as many as"
    r"|a maximum of|maximum|max\.?|<=?|≤"
)
_NEAR = (
    r"about|around|approximately|approx\.?|roughly|nearly|almost|close to|some|circa|ca\.?|an"
    r" estimated|estimated|just over|just under|a total of|total of|~|≈"
)
QUALIFIER = rf"(?:(?:(?P<lower>{_LOWER})|(?P<upper>{_UPPER})|(?:{_NEAR}))\s{{0,9}}){{0,3}}"
"""An expression for the words in front of a number; groups ``lower`` and ``upper``."""


BETWEEN = r"(?P<between>\b(?:between|from)\s+)?"
THROUGH = r"(?(between)\s+(?:and|to)\s+|\s*(?:-|\u2013|\u2014|\bto\b)\s*)"
"""Expressions for the words around a range; "and" makes one only after "between"."""


def parse_number(text: str) -> Amount | None:
    """Return what a number in prose is worth; ``None`` if it is none.

    >>> [parse_number(n) for n in ("38,000", "1.2 million", "1.2K", "5.000", "twenty-one")]
    [38000, 1200000, 1200, 5000, 21]
    >>> [parse_number(n) for n in ("33,540.50", "a dozen", "1 234 567", "3,5", "2 hundred")]
    [33540.5, 12, 1234567, 3.5, 200]
    """
    found = re.fullmatch(
        rf"\s*(?P<digits>{_DIGITS})?(?P<words>{_WORD_NUMBER})?(?P<scales>(?:{_SCALE})*)\s*",
        text,
        re.IGNORECASE,
    )
    if found is None or not (found["digits"] or found["words"]):
        return None
    scales = re.findall(r"[a-z]+", found["scales"].casefold())
    value = _digits(found["digits"], bool(scales)) if found["digits"] else _words(found["words"])
    for scale in scales:
        value *= _SCALES[scale]
    return int(value) if value == int(value) else float(value)


def _digits(text: str, scaled: bool) -> Decimal:
    """Read digits; the last mark is the decimal one where its digits are not a group of three."""
    text = re.sub(r"[ \u00a0\u2009\u202f'\u2019]", "", text)
    marks = re.findall(r"[.,]", text)
    if not marks:
        return Decimal(text)
    last = marks[-1]
    whole, _, fraction = text.rpartition(last)
    grouped = len(fraction) == 3 and not whole.startswith("0")
    only_kind = len(set(marks)) == 1
    if (len(marks) > 1 and only_kind) or (len(marks) == 1 and grouped and not scaled):
        return Decimal(re.sub(r"[.,]", "", text))
    return Decimal(re.sub(r"[.,]", "", whole) + "." + fraction)


def _words(text: str) -> Decimal:
    parts = re.split(r"[ \-]", text.casefold())
    return Decimal(1 if parts == ["a"] else sum(_WORDS[part] for part in parts))
