"""A takedown report as rows: encodings, delimiters, headers and all.

The files come out of spreadsheets, so a row's number is the one that a spreadsheet
shows: line breaks inside of a cell do not count. Cells are left as they are written,
except for control characters, which no STIX text may need.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from taxii_server.client.session import ClientError

MAX_BYTES = 64 * 1024 * 1024
_HEADER_WITHIN = 30  # rows; titles and remarks may stand above it
_DELIMITERS = ",;\t|"
_SENTINEL = "end of the report"
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)


class Form(StrEnum):
    """The two forms in which takedowns are published, and the choice to look."""

    AUTO = "auto"
    KILLCHAIN = "killchain"
    INDICATORS = "indicators"


_NAMES: Mapping[Form, Mapping[str, frozenset[str]]] = {
    Form.KILLCHAIN: {
        "tactic": frozenset({"tactic", "phase", "killchainphase", "stage"}),
        "technique": frozenset({"technique"}),
        "procedure": frozenset({"procedure", "subtechnique"}),
        "indicator": frozenset({"indicator", "threatindicator", "indicatorvalue", "ioc", "value"}),
    },
    Form.INDICATORS: {
        "type": frozenset({"indicatortype", "type", "ioctype", "kind"}),
        "value": frozenset({"indicatorvalue", "indicator", "value", "ioc", "iocvalue"}),
    },
}
_NEEDED: Mapping[Form, tuple[frozenset[str], ...]] = {
    Form.KILLCHAIN: (frozenset({"tactic", "technique", "procedure"}), frozenset({"indicator"})),
    Form.INDICATORS: (frozenset({"type"}), frozenset({"value"})),
}
_ADVICE: Mapping[Form, str] = {
    Form.KILLCHAIN: "Tactic, Technique, Procedure, Indicator",
    Form.INDICATORS: "indicator_type, indicator_value, comment, ds",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row below the header: its cells by meaning, and the other cells by their heading."""

    number: int  # as a spreadsheet counts
    cells: Mapping[str, str]
    others: Mapping[str, str] = field(default_factory=dict)  # not empty, stripped

    def cell(self, name: str) -> str:
        """Return a cell without the white space around it; one that is not there is empty."""
        return self.cells.get(name, "").strip()

    @property
    def is_empty(self) -> bool:
        return not self.others and not any(text.strip() for text in self.cells.values())


@dataclass(frozen=True, slots=True)
class Takedown:
    """One report as it was read."""

    path: Path
    form: Form
    rows: Sequence[Row]
    titles: Sequence[Row] = ()  # what stood above the header
    remarks: Sequence[str] = ()  # about the file as a whole


def read_takedown(path: Path, form: Form) -> Takedown:
    """Read a report.

    Raises:
        ClientError: It is no text, no table, or not a table of this form.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ClientError(f"{path} is larger than {MAX_BYTES >> 20} MiB; split it.")
        raw = path.read_bytes()
    except OSError as exc:
        raise ClientError(f"{path} cannot be read: {exc.strerror}.") from exc
    text, remarks = _decode(raw, path)
    table, header, found = _find_header(text, form, path)
    titles, rows = [], []
    names = _columns(table[header], found)
    for number, cells in enumerate(table, 1):
        if number <= header:
            titles.append(Row(number, {}, _others(cells, {}, [])))
        elif number > header + 1:
            rows.append(_row(number, cells, names, table[header]))
    said = [row for row in titles if row.others]
    return Takedown(path, found, rows, said, remarks)


def _decode(raw: bytes, path: Path) -> tuple[str, list[str]]:
    """Return the text. UTF-8 is expected; what spreadsheets write besides is announced."""
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")):
        raise ClientError(f"{path} is a spreadsheet or document; save it as CSV (UTF-8) first.")
    remarks = []
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
        remarks.append("read as UTF-16")
    elif b"\x00" in raw:
        raise ClientError(f"{path} is not text; save it as CSV (UTF-8).")
    else:
        encoding = "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as exc:
        if encoding == "utf-16":
            raise ClientError(f"{path} is not UTF-16 text; save it as CSV (UTF-8).") from exc
        try:
            text = raw.decode("cp1252")
        except UnicodeDecodeError:
            line = raw.count(b"\n", 0, exc.start) + 1
            raise ClientError(
                f"{path} is not UTF-8 text (line {line}); save it as CSV (UTF-8)."
            ) from exc
        remarks.append("not UTF-8: read as Windows-1252; check accents and dashes")
    return _CONTROLS.sub(" ", text), remarks


def _find_header(text: str, form: Form, path: Path) -> tuple[list[list[str]], int, Form]:
    """Return the table, the place of its header and its form; the first delimiter that fits."""
    forms = [Form.KILLCHAIN, Form.INDICATORS] if form is Form.AUTO else [form]
    delimiters = _DELIMITERS
    announced = _SEPARATOR_LINE.match(text)
    if announced is not None:
        text, delimiters = text[announced.end() :], announced[1]
    if not text.strip():
        raise ClientError(f"{path} is empty.")
    for delimiter in delimiters:
        table = _parse(text, delimiter, path)
        for place, cells in enumerate(table[:_HEADER_WITHIN]):
            for candidate in forms:
                meanings = _columns(cells, candidate).values()
                if all(needed.intersection(meanings) for needed in _NEEDED[candidate]):
                    return table, place, candidate
    columns = " or ".join(_ADVICE[each] for each in forms)
    other = _other_form(text, form, path) if form is not Form.AUTO else ""
    raise ClientError(f"{path} has no row of headings such as {columns}; add one.{other}")


def _other_form(text: str, form: Form, path: Path) -> str:
    other = Form.INDICATORS if form is Form.KILLCHAIN else Form.KILLCHAIN
    try:
        _find_header(text, Form.AUTO, path)
    except ClientError:
        return ""
    return f" It reads as --form {other.value}."


def _parse(text: str, delimiter: str, path: Path) -> list[list[str]]:
    csv.field_size_limit(MAX_BYTES)
    ended = text if text.endswith(("\n", "\r")) else text + "\n"
    lines = io.StringIO(ended + _SENTINEL + "\n", newline="")
    try:
        table = list(csv.reader(lines, delimiter=delimiter, strict=False))
    except csv.Error as exc:
        raise ClientError(f"{path} is not a table: {exc}.") from exc
    if not table or table[-1] != [_SENTINEL]:  # an open quote has swallowed it
        row = len(table)
        raise ClientError(f"{path}: a quotation mark in row {row} is never closed; close it.")
    return table[:-1]


def _columns(header: Sequence[str], form: Form) -> dict[int, str]:
    """Return the meanings of the columns by their place; each meaning once, the first wins."""
    plain = [_plain(heading) for heading in header]
    found: dict[int, str] = {}
    for meaning, names in _NAMES[form].items():
        places = [place for place, heading in enumerate(plain) if heading in names]
        if not places and form is Form.KILLCHAIN:  # such as "Indicator of compromise"
            places = [
                place
                for place, heading in enumerate(plain)
                if heading.startswith(meaning) and not heading.endswith(("type", "number", "id"))
            ]
        if places:
            found[places[0]] = meaning
    return found


def _plain(heading: str) -> str:
    return re.sub(r"[^a-z]", "", heading.casefold()).removesuffix("s")


def _row(number: int, cells: Sequence[str], names: Mapping[int, str], header: Sequence[str]) -> Row:
    known = {names[place]: cell for place, cell in enumerate(cells) if place in names}
    return Row(number, known, _others(cells, names, header))


def _others(
    cells: Sequence[str], names: Mapping[int, str], header: Sequence[str]
) -> dict[str, str]:
    """Return the cells that have no meaning, by heading or by the column's number."""
    found: dict[str, str] = {}
    for place, cell in enumerate(cells):
        if place in names or not cell.strip():
            continue
        heading = header[place].strip() if place < len(header) else ""
        heading = " ".join(heading.split()) or f"column {place + 1}"
        if heading in found:
            heading = f"{heading} (column {place + 1})"
        found[heading] = cell.strip()
    return found


def is_header_again(row: Row, form: Form) -> bool:
    """Return whether a row only repeats the headings, as joined files have it."""
    cells = [(name, row.cell(name)) for name in row.cells]
    said = [(name, text) for name, text in cells if text]
    return len(said) > 1 and all(_plain(text) in _NAMES[form][name] for name, text in said)
