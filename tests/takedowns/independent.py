"""A second, plainer reader of takedown reports, to check the converter against.

It shares nothing with the converter: words are cut at blanks, brackets are taken out
by ``str.replace``, and addresses are split by the standard library. It reads less, and
what it reads it must find in the bundle.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

PLATFORM_OF_HOST = {
    "twitter.com": "twitter",
    "x.com": "twitter",
    "t.me": "telegram",
    "tiktok.com": "tiktok",
    "youtube.com": "youtube",
    "reddit.com": "reddit",
    "pinterest.com": "pinterest",
    "medium.com": "medium",
    "tumblr.com": "tumblr",
    "vk.com": "vkontakte",
    "ok.ru": "odnoklassniki",
    "vimeo.com": "vimeo",
    "quora.com": "quora",
    "livejournal.com": "livejournal",
    "instagram.com": "instagram",
    "facebook.com": "facebook",
    "github.com": "github",
    "steemit.com": "steemit",
    "flickr.com": "flickr",
    "soundcloud.com": "soundcloud",
}
BEFORE_NAMES = {"user", "u", "s", "r", "group", "groups", "profile", "photos", "channel", "c"}
UNITS = {"account": "accounts", "page": "pages", "group": "groups"}
SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP"}


@dataclass
class Extract:
    """What the plain reader read in one report."""

    domains: set[str] = field(default_factory=set)
    urls: set[str] = field(default_factory=set)
    accounts: set[tuple[str, str]] = field(default_factory=set)
    counts: set[tuple[str, int]] = field(default_factory=set)
    amounts: set[tuple[str, float]] = field(default_factory=set)
    rows: int = 0


def extract(path: Path) -> Extract:
    """Read the indicator cells of a report of either form, of four or more columns."""
    found = Extract()
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.reader(file))
    column = 1 if table[0][0].startswith("indicator") else 3
    for row in table[1:]:
        cell = row[column] if len(row) > column else ""
        if cell.strip():
            found.rows += 1
            _read(cell, found, counting=column == 1 or row[0].strip()[:1] in "01")
    return found


def _read(cell: str, found: Extract, *, counting: bool) -> None:
    words = [_bare(word) for word in cell.split()]
    for word in filter(None, words):
        if "://" in word or ("/" in word and "." in word.split("/")[0]):
            _read_address(word, found)
        elif _is_domain(word):
            found.domains.add(word.lower())
    for place, word in enumerate(words):
        number = _number(word, words[place + 1 : place + 2])
        if number is None:
            continue
        if word[:1] in SYMBOLS:
            found.amounts.add((SYMBOLS[word[0]], number))
            continue
        behind = [each.lower().rstrip("s") for each in words[place + 1 : place + 3]]
        unit = next((UNITS[each] for each in behind if each in UNITS), None)
        if unit is None:
            continue
        deeds = {"followed": "followers", "joined": "members"}
        did = next((deeds[each] for each in words[place : place + 4] if each in deeds), None)
        if did is not None or counting:
            found.counts.add((did or unit, int(number)))


def _bare(word: str) -> str:
    """Take the brackets out of a word, and the punctuation off its ends."""
    for defanged, plain in (("[.]", "."), ("[:]", ":"), ("{:}", ":"), ("[dot]", "."), ("(.)", ".")):
        word = word.replace(defanged, plain)
    if word.lower().startswith("hxxp"):
        word = "http" + word[4:]
    return word.strip("\"'\u201c\u201d\u2018\u2019()[],;:").rstrip(".!")


def _is_domain(word: str) -> bool:
    labels = word.lower().split(".")
    if len(labels) < 2 or "@" in word or not labels[-1].isalpha() or len(labels[-1]) < 2:
        return False
    letters = set("abcdefghijklmnopqrstuvwxyz0123456789-")
    if labels[-1] in {"mp4", "the", "jim"}:  # a file, and sentences without a blank between
        return False
    return all(label and set(label) <= letters for label in labels)


def _read_address(word: str, found: Extract) -> None:
    parts = urlsplit(word if "://" in word else f"https://{word}")
    if not _is_domain(parts.netloc.lower()):
        return
    found.urls.add(word)
    host = parts.netloc.lower()
    if parts.path in {"", "/"} and not parts.query and host not in PLATFORM_OF_HOST:
        found.domains.add(host)
    account = _account(parts)
    if account is not None:
        found.accounts.add(account)


def _account(parts: SplitResult) -> tuple[str, str] | None:
    host = parts.netloc.lower().removeprefix("www.")
    segments = [segment for segment in parts.path.split("/") if segment]
    platform = PLATFORM_OF_HOST.get(host)
    if platform is None:
        sub, _, parent = host.partition(".")
        platform = PLATFORM_OF_HOST.get(parent)
        if platform in {"medium", "tumblr", "quora", "livejournal"} and len(sub) > 2:
            return platform, sub
    if platform is None or not segments:
        return None
    name = segments[1] if segments[0] in BEFORE_NAMES and len(segments) > 1 else segments[0]
    if segments[0] == "r":
        name = f"r/{name}"
    if platform == "vkontakte" and name.startswith("id"):
        name = name.removeprefix("id")
    return platform, name.removeprefix("@")


def _number(word: str, behind: list[str]) -> float | None:
    digits = word.lstrip("".join(SYMBOLS)).replace(",", "")
    scale = {"million": 1_000_000, "thousand": 1_000}.get(behind[0].lower() if behind else "", 1)
    if digits[-1:] in {"K", "M"}:
        digits, scale = digits[:-1], {"K": 1_000, "M": 1_000_000}[digits[-1]]
    try:
        return float(digits) * scale
    except ValueError:
        return None


def missing(extract: Extract, told: object) -> Iterator[str]:
    """Yield what the plain reader read and the bundle does not tell."""
    from tests.takedowns.told import Told

    assert isinstance(told, Told)
    domains = {domain.lower() for domain in told.domains}
    yield from (f"domain {domain}" for domain in extract.domains - domains)
    addresses = {address.rstrip("/").lower() for address in told.addresses}
    for url in extract.urls:
        plain = url.rstrip("/").lower()
        if not {plain, f"http://{plain}", f"https://{plain}"} & addresses:
            known = any(url.lower() in note.lower().replace("[.]", ".") for note in told.notes)
            if not known or _account(urlsplit(f"https://{url}")) is None:
                yield f"address {url}"
    accounts = {(platform, name.casefold()) for platform, name in told.accounts}
    for platform, name in extract.accounts:
        if (platform, name.casefold()) not in accounts:
            yield f"account {name} on {platform}"
    metrics = {(metric, lower) for metric, _, lower, _ in told.metrics}
    yield from (f"count {count}" for count in extract.counts - metrics)
    spend = told.cluster.get("ad_spend", {})
    for currency, amount in extract.amounts:
        if spend.get("lower") != amount or currency not in spend["currencies"]:
            yield f"amount {amount} {currency}"
