"""Numbers in prose as ranges: "about 38,000", "over 1.2K", "half a million", "two dozen".

One grammar reads digits, words and multipliers. A number that it cannot read to its end
is not read at all: a wrong number is worse than one that is left to a person. A number
that is only said to be near is taken as it is; the note beside it keeps the word. "Over"
gives a lower bound and "less than" an upper one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

Amount = int | float
Bounds = tuple[Amount | None, Amount | None]

_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS = {word: number for number, word in enumerate(_ONES)} | {
    word: 20 + 10 * number for number, word in enumerate(_TENS)
}
_LETTERS = {
    **dict.fromkeys(("k",), 1_000),
    **dict.fromkeys(("mn", "mln", "mio", "m"), 1_000_000),
    **dict.fromkeys(("bn", "bln", "b"), 1_000_000_000),
    **dict.fromkeys(("tn", "trn"), 1_000_000_000_000),
}
_MULTIPLIERS = {
    "hundred": 100,
    "dozen": 12,
    "thousand": 1_000,
    "lakh": 100_000,
    "million": 1_000_000,
    "crore": 10_000_000,
    "billion": 1_000_000_000,
    "trillion": 1_000_000_000_000,
}
_SPACE = "[ \u00a0\u2009\u202f]"
_GAP = f"(?:{_SPACE}|-)"
_DIGITS = rf"\d{{1,3}}(?:{_SPACE}\d{{3}})+(?!\d)|\d{{1,15}}(?:[.,'\u2019]\d{{1,15}}){{0,6}}"
MULTIPLIER = rf"(?:{'|'.join(_MULTIPLIERS)})(?!\w)"
_LETTER = rf"(?:{'|'.join(_LETTERS)})(?!\w)"
_WORD = rf"(?:{'|'.join(sorted(_WORDS, key=len, reverse=True))})(?!\w)"
_SMALL = rf"(?:(?:{'|'.join(_TENS)})(?:{_GAP}{_WORD})?|{_WORD})(?!{_GAP}(?:{MULTIPLIER}))"
_AND_A_HALF = rf"{_GAP}and{_GAP}a{_GAP}half(?={_SPACE}{MULTIPLIER})"
NUMBER = (
    rf"(?>(?:(?:{_DIGITS})(?:{_SPACE}?{_LETTER})?"
    rf"|(?<![\w\-])(?:{_WORD}|half{_GAP}(?:a{_GAP})?(?={MULTIPLIER})|a(?={_SPACE}{MULTIPLIER})))"
    rf"(?:{_AND_A_HALF})?"
    rf"(?:{_GAP}?{MULTIPLIER}(?:{_SPACE}and{_SPACE}{_SMALL})?|(?<=[a-z]){_GAP}{_WORD})*)"
)
"""An expression for a number with its multipliers, from its first word to its last."""

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
OR_MORE = r"(?P<or>\s+or (?:more|fewer|less))?"
"""Expressions for the words around a range; "and" makes one only after "between"."""

_BEGUN = re.compile(
    rf"(?:(?<![\w.]){_WORD}|{MULTIPLIER}|(?<![\d.,])\d{{1,3}}){_GAP}(?:and{_GAP})?(?:an?{_GAP})?$"
    rf"|\b(?:quarters?|thirds?|fifths?|tenths?|half|couple|few|several|many|dozens|hundreds"
    rf"|thousands|millions){_GAP}(?:of{_SPACE})?(?:an?{_SPACE})?$",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    rf"(?:{_GAP}and)?{_GAP}(?:a{_GAP}half(?!\w)|(?:\d[\d.,]*|{_WORD}(?:{_GAP}{_WORD})*){_GAP}?{MULTIPLIER})"
    rf"|{_GAP}(?:{_WORD}|{MULTIPLIER})",
    re.IGNORECASE,
)


def is_cut_off(match: re.Match[str], last: str = "number") -> bool:
    """Return whether a match of ``NUMBER`` is only a part of what is written.

    Args:
        match: With a group ``number``.
        last: The group that ends what has to do with the number.
    """
    before = match.string[max(0, match.start("number") - 40) : match.start("number")]
    if _BEGUN.search(before) is not None and not match["between"]:
        return True
    return match["second"] is None and _GOES_ON.match(match.string, match.end(last)) is not None


def parse_number(text: str) -> Amount | None:
    """Return what a number in prose is worth; ``None`` if it is none.

    >>> [parse_number(n) for n in ("38,000", "1.2 million", "1.2K", "5.000", "twenty-one")]
    [38000, 1200000, 1200, 5000, 21]
    >>> [parse_number(n) for n in ("33,540.50", "a dozen", "1 234 567", "3,5", "2 hundred")]
    [33540.5, 12, 1234567, 3.5, 200]
    >>> [parse_number(n) for n in ("half a million", "one thousand and forty-one", "$1.5m"[1:])]
    [500000, 1041, 1500000]
    """
    found = re.fullmatch(rf"\s*(?P<digits>{_DIGITS})?(?P<words>.*?)\s*", text, re.DOTALL)
    if found is None:
        return None
    words = re.findall(r"[a-z]+", found["words"].casefold())
    if not (found["digits"] or words):
        return None
    first = _digits(found["digits"], bool(words)) if found["digits"] else None
    value = _value(first, words)
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)


def _value(first: Decimal | None, words: Sequence[str]) -> Decimal | None:
    """Add and multiply the words of a number; ``None`` if they make none in this order."""
    total, group, limit = Decimal(0), first, Decimal(10) ** 15
    said = " ".join(words)
    if said.startswith("half "):
        group, said = Decimal("0.5"), said.removeprefix("half ").removeprefix("a ")
    elif said.startswith("a "):
        group, said = Decimal(1), said.removeprefix("a ")
    said = said.replace("and a half", "+half")
    for word in said.split():
        if word == "and":
            continue
        if word == "+half":
            group = (group or 0) + Decimal("0.5")
        elif word in _WORDS:
            if group is not None and not _fits(_WORDS[word], group):
                return None
            group = (group or Decimal(0)) + _WORDS[word]
        elif word in {"hundred", "dozen"}:
            if group is None or group >= 100:
                return None
            group *= _MULTIPLIERS[word]
        else:
            scale = (_MULTIPLIERS | _LETTERS).get(word)
            if scale is None or group is None or scale >= limit:
                return None
            total, group, limit = total + group * scale, None, Decimal(scale)
    return total + (group or 0)


def _fits(number: int, group: Decimal) -> bool:
    """Return whether a number may be said behind another: "one hundred" "five", "twenty" "one"."""
    if group % 100 == 0 and group > 0:
        return True
    return number < 10 and group % 10 == 0 and group % 100 >= 20


def read_bounds(match: re.Match[str]) -> Bounds | None:
    """Return the range that a match says; ``None`` if a number in it cannot be read.

    The groups are those of the expressions above, ``number``, ``second`` and ``plus``.
    """
    first = parse_number(match["number"])
    second = parse_number(match["second"]) if match["second"] else None
    if first is None or (match["second"] and second is None):
        return None
    if second is not None:
        # "between 1 and 2 million" shares the multiplier; "between 900 and 1 million" does not.
        shared = re.search(r"[a-z]+$", match["second"].strip(), re.IGNORECASE)
        if (
            shared is not None
            and _is_multiplier(shared[0])
            and not _has_multiplier(match["number"])
        ):
            scaled = parse_number(f"{match['number']} {shared[0]}")
            first = scaled if scaled is not None and scaled <= second else first
        return min(first, second), max(first, second)
    end = (match["or"] or "").casefold()
    if match["plus"] or end.endswith("more") or match["lower"]:
        return first, None
    if match["upper"] or end.endswith(("less", "fewer")):
        return None, first
    return first, first


def _is_multiplier(word: str) -> bool:
    return word.casefold() in _MULTIPLIERS or word.casefold() in _LETTERS


def _has_multiplier(number: str) -> bool:
    return any(_is_multiplier(word) for word in re.findall(r"[A-Za-z]+", number))


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


def shown_bounds(lower: object, upper: object) -> str:
    """Return a range as a person would write it.

    >>> shown_bounds(5, 5), shown_bounds(5, None), shown_bounds(None, 5), shown_bounds(1, 5)
    ('5', 'at least 5', 'at most 5', '1 to 5')
    """
    if lower == upper:
        return str(lower)
    if upper is None:
        return f"at least {lower}"
    return f"at most {upper}" if lower is None else f"{lower} to {upper}"
