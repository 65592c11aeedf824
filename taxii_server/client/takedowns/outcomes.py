"""What became of each row: nothing of a report is dropped without a word."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from taxii_server.client.state import replacing
from taxii_server.client.takedowns.reading import Row, Takedown


class Kind(StrEnum):
    """What a row became, in one word."""

    OBJECTS = "objects"  # accounts, channels, domains, addresses, …
    NUMBERS = "numbers"  # metrics or ad spend of the cluster
    NOTE = "note"  # prose
    TECHNIQUE = "technique"  # a procedure without an indicator
    REPEATED = "repeated"  # the same as a row above
    EMPTY = "empty"
    HEADINGS = "headings"  # once more, in the middle of the file
    NOT_UNDERSTOOD = "not understood"  # kept as a note


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row."""

    file: str
    row: int  # as a spreadsheet counts
    kind: Kind
    text: str  # the indicator, as it is written
    became: tuple[str, ...] = ()
    not_understood: tuple[str, ...] = ()  # parts of the text; the note has them
    remarks: tuple[str, ...] = ()

    def as_record(self) -> dict[str, Any]:
        """Return the outcome for a report, every value a text or number."""
        return {
            "file": self.file,
            "row": self.row,
            "outcome": self.kind.value,
            "became": "; ".join(self.became),
            "not_understood": "; ".join(self.not_understood),
            "remarks": "; ".join(self.remarks),
            "text": self.text,
        }

    def without(self, became: str, remark: str) -> Outcome:
        """Return the outcome without a thing that it became after all not, and why."""
        rest = [*self.became]
        rest.remove(became)
        return replace(self, became=tuple(rest), remarks=(*self.remarks, remark))

    @property
    def is_understood(self) -> bool:
        return self.kind is not Kind.NOT_UNDERSTOOD and not self.not_understood


def outcome_of(takedown: Takedown, row: Row, kind: Kind, **more: tuple[str, ...]) -> Outcome:
    """Return the outcome of a row; ``more`` are the fields of ``Outcome`` that are lists."""
    shown = row.cell("indicator") or row.cell("value") or "\n".join(row.others.values())
    return Outcome(takedown.path.name, row.number, kind, shown, **more)


COLUMNS = ("file", "row", "outcome", "became", "not_understood", "remarks", "text")


def counted(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """Return how many rows became what, in the order of ``Kind``."""
    found = Counter(outcome.kind for outcome in outcomes)
    return {kind.value: found[kind] for kind in Kind if found[kind]}


def write_report(path: Path, outcomes: Sequence[Outcome]) -> None:
    """Write the outcomes as CSV or, if the file's name ends in ``.json``, as JSON.

    Raises:
        ClientError: The file cannot be written.
    """
    records = [outcome.as_record() for outcome in outcomes]
    with replacing(path) as file:
        if path.suffix.lower() == ".json":
            file.write(json.dumps(records, ensure_ascii=False, indent=1).encode() + b"\n")
            return
        lines = _Lines()
        writer = csv.DictWriter(lines, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _harmless(value) for name, value in r.items()} for r in records)
        file.write("".join(lines).encode())


class _Lines(list[str]):
    """Takes what a CSV writer writes."""

    def write(self, text: str) -> None:
        self.append(text)


def _harmless(value: Any) -> Any:
    """Keep a spreadsheet from running a cell of the report as a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in tuple("=+-@\t") else value
