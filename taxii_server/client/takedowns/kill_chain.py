"""The Online Operations Kill Chain in a report: its numbers, and its tactics by name.

The most specific number decides what a row is about: ``0.4.1`` belongs to the first
tactic even where the tactic's own cell says ``1 Acquiring assets``. A name without a
number takes the number that the same name has elsewhere in the file; a tactic that is
misspelt is the one whose name is nearest.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

KILL_CHAIN = "online-operations-kill-chain"
SOURCE_NAME = "Online Operations Kill Chain"

TACTICS: tuple[str, ...] = (
    "acquiring-assets",
    "disguising-assets",
    "gathering-information",
    "coordinating-and-planning",
    "testing-defenses",
    "evading-detection",
    "indiscriminate-engagement",
    "targeted-engagement",
    "compromising-assets",
    "enabling-longevity",
)
"""The tactics in the order of their numbers, 0 to 9, as phase names."""

_NUMBERED = re.compile(
    r"\s*(?:(?:tactic|technique|procedure|phase|stage|step)\s*#?\s*)?"
    r"(?P<number>\d{1,3}(?:\s?\.\s?\d{1,3}){0,5})(?:\s*[.:)\-\u2013\u2014]+)?\s*(?P<name>(?:[^\d\s].*)?)$",
    re.IGNORECASE | re.DOTALL,
)
_NEAR_TACTIC, _SURELY_TACTIC, _NEAR_NAME = 0.6, 0.85, 0.9  # of difflib's ratio


@dataclass(frozen=True, slots=True)
class Label:
    """A cell of the kill chain: its number, if it has one, and its name."""

    number: str  # empty if there is none
    name: str

    @property
    def depth(self) -> int:
        """How specific it is: 1 a tactic, 2 a technique, 3 and more a procedure; 0 unknown."""
        return self.number.count(".") + 1 if self.number else 0


@dataclass(frozen=True, slots=True)
class Procedure:
    """What a row is about: its most specific label, and the tactic."""

    label: Label
    tactic: str | None  # phase name
    written: str  # the cells as they are written, joined
    remarks: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What makes it one procedure: its number, else its name."""
        return self.label.number or self.label.name.casefold()

    @property
    def shown(self) -> str:
        return f"{self.label.number} {self.label.name}".strip()


def parse_label(cell: str) -> Label:
    """Split a cell into number and name.

    >>> parse_label("0.9.11.0 Creating petitions "), parse_label("2.1. Soliciting")
    (Label(number='0.9.11.0', name='Creating petitions'), Label(number='2.1', name='Soliciting'))
    """
    text = " ".join(cell.split())
    found = _NUMBERED.fullmatch(text)
    if found is None:
        return Label("", text)
    return Label(re.sub(r"\s", "", found["number"]), found["name"].strip())


@dataclass(slots=True)
class Numbering:
    """What the numbers of one file are called, to find the number of a name without one."""

    numbers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, cells: Iterable[str]) -> Numbering:
        """Learn from every cell that has a number and a name."""
        found = cls()
        for cell in cells:
            label = parse_label(cell)
            if label.number and label.name:
                found.numbers.setdefault(label.name.casefold(), label.number)
        return found

    def complete(self, label: Label) -> Label:
        """Return the label with the number that its name has in this file, if it has none."""
        if label.number or not label.name:
            return label
        near = difflib.get_close_matches(label.name.casefold(), self.numbers, 1, _NEAR_NAME)
        return Label(self.numbers[near[0]], label.name) if near else label


def procedure_of(
    tactic: str, technique: str, procedure: str, numbering: Numbering
) -> Procedure | None:
    """Return what a row is about; ``None`` if its three cells are empty."""
    cells = [cell.strip() for cell in (tactic, technique, procedure)]
    labels = [parse_label(cell) for cell in cells]
    written = " > ".join(" ".join(cell.split()) for cell in cells if cell)
    if not written:
        return None
    remarks: list[str] = []
    lower = [numbering.complete(label) for label in labels[1:]]
    for before, after in zip(labels[1:], lower, strict=True):
        if before != after:
            remarks.append(f"no number before {before.name!r}: read as {after.number}")
    phase = _tactic(labels[0], lower, remarks)
    chosen = next(label for label in reversed([labels[0], *lower]) if label.name or label.number)
    if chosen is labels[0] and phase is not None:
        chosen = Label(str(TACTICS.index(phase)), chosen.name)
    return Procedure(chosen, phase, written, tuple(remarks))


def _tactic(own: Label, lower: list[Label], remarks: list[str]) -> str | None:
    """Decide the tactic: by the most specific number, by its own, by the nearest name.

    Its own number does not count against the name of another tactic, spelt well: who
    numbers from 1 writes ``1 Acquiring assets``.
    """
    specific = [label.number for label in reversed(lower) if "." in label.number]
    by_name = _nearest(own.name, _NEAR_TACTIC)
    for number in specific:
        decided = _numbered(number)
        if decided is not None:
            place = number.partition(".")[0]
            if own.number and own.number.partition(".")[0] != place:
                remarks.append(f"tactic {own.number} read as {place}, from {number}")
            return decided
    decided, surely = _numbered(own.number), _nearest(own.name, _SURELY_TACTIC)
    if decided is not None and surely in {None, decided}:
        return decided
    if by_name is not None:
        shown = f"{own.number} {own.name}".strip()
        remarks.append(f"tactic {shown!r} read as {TACTICS.index(by_name)} {by_name}")
    elif own.name or own.number:
        remarks.append(f"tactic not understood: {f'{own.number} {own.name}'.strip()}")
    return by_name


def _numbered(number: str) -> str | None:
    place = number.partition(".")[0]
    return TACTICS[int(place)] if place.isdigit() and int(place) < len(TACTICS) else None


def _nearest(name: str, cutoff: float) -> str | None:
    slug = re.sub(r"[^a-z]+", "-", name.casefold()).strip("-")
    near = difflib.get_close_matches(slug, TACTICS, 1, cutoff)
    return near[0] if near else None


def in_section(number: str, sections: Mapping[str, str]) -> str | None:
    """Return the entry for the longest section that a number lies in.

    >>> in_section("1.2.8", {"1": "a", "1.2": "b"}), in_section("1.20", {"1": "a", "1.2": "b"})
    ('b', 'a')
    """
    parts = number.split(".") if number else []
    for length in range(len(parts), 0, -1):
        found = sections.get(".".join(parts[:length]))
        if found is not None:
            return found
    return None
