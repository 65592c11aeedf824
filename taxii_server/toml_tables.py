"""Typed reading of a TOML document that collects every problem instead of stopping.

A reader returns a usable value in any case (``""`` or ``()`` after a problem), so
that one run finds all problems; whoever made the ``Problems`` raises them together.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from taxii_server.errors import ConfigError

Check = Callable[[str], str | None]
"""Returns what is wrong with a text, or ``None``."""


@dataclass(slots=True)
class Problems:
    """Everything wrong with one file so far, in the order of the file's sections."""

    found: list[str] = field(default_factory=list)

    def add(self, where: str, what: str) -> None:
        """Remember one problem. ``where`` is ``[section] name: key``."""
        self.found.append(f"{where}: {what}")


@dataclass(frozen=True, slots=True)
class Table:
    """One TOML table and where it stands: ``[[member]] facebook``."""

    where: str
    values: Mapping[str, Any]
    problems: Problems

    def problem(self, key: str, what: str) -> None:
        """Report what is wrong with a key of this table."""
        self.problems.add(f"{self.where} {key}" if self.where[-1] == "]" else self._at(key), what)

    def refuse_unknown(self, known: Iterable[str]) -> None:
        """Report every key that is not known."""
        for key in self.values:
            if key not in known:
                self.problem(key, "unknown key")

    def text(self, key: str, check: Check | None = None, *, default: str | None = None) -> str:
        """Return a text that passes ``check``; without ``default`` the key must be there."""
        value = self.values.get(key, default)
        if value is None:
            self.problem(key, "is missing")
        elif not isinstance(value, str):
            self.problem(key, f"must be text, is {value!r}")
        elif not value.strip() and default != "":
            self.problem(key, "must not be empty")
        else:
            wrong = check(value) if check is not None else None
            if wrong is None:
                return value
            self.problem(key, wrong)
        return ""

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """Return a list of texts, each once."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.problem(key, f"must be a list of texts, is {value!r}")
            return ()
        if required and not value:
            self.problem(key, "must not be empty" if key in self.values else "is missing")
        for item in dict.fromkeys(item for item in value if value.count(item) > 1):
            self.problem(key, f"{item!r} is given twice")
        return tuple(dict.fromkeys(value))

    def _at(self, key: str) -> str:
        return f"{self.where}: {key}"


def read_toml(path: Path) -> dict[str, Any]:
    """Return the document of a TOML file.

    Raises:
        ConfigError: The file cannot be read or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise ConfigError(path, [f"cannot be read: {exc.strerror}"]) from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise ConfigError(path, [f"is not TOML: {exc}"]) from exc


def find_table(document: Mapping[str, Any], name: str, problems: Problems) -> Table:
    """Return the section ``[name]``, an empty one if it is missing or no section."""
    value = document.get(name, {})
    if not isinstance(value, dict):
        problems.add(f"[{name}]", "must be a section of keys")
        value = {}
    return Table(f"[{name}]", value, problems)


def find_tables(
    document: Mapping[str, Any], name: str, title_key: str, problems: Problems
) -> list[Table]:
    """Return every ``[[name]]``; its place is told by ``title_key``, else by its number."""
    value = document.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        problems.add(f"[[{name}]]", "must be tables, each begun by a line [[" + name + "]]")
        return []
    tables = []
    for number, item in enumerate(value, start=1):
        title = item.get(title_key)
        shown = title if isinstance(title, str) and title else f"number {number}"
        tables.append(Table(f"[[{name}]] {shown}", item, problems))
    return tables
