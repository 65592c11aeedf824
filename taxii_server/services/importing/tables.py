"""The ``[[collection]]`` tables of an import: who reads and writes, under which names.

Ids stay as the file has them. An alias and a title must be unique in their API Root,
and an alias that the store has already tied to another id is taken for ever; what
the file calls two things alike gets a number. Whether a table is right is decided
by the one parser of ``coalition.toml``: what it would refuse at the next start is
never appended.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from taxii_server.errors import ConfigError
from taxii_server.services.importing.medallion_file import (
    FileCollection,
    FileRoot,
    Finding,
    MedallionFile,
    Severity,
)
from taxii_server.sharing.coalition import BUILT_IN_GROUPS, Coalition, Collection
from taxii_server.sharing.coalition_file import parse_coalition

_URL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}", re.ASCII)
_UUID_4 = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE
)
_OF_MEMBERS = ("from-", "for-")
"""How aliases of members begin, also of those who join later."""


@dataclass(frozen=True, slots=True)
class ImportRights:
    """Who gets what the file has: members, or groups of ``coalition.toml``."""

    owner: str  # a member
    readers: tuple[str, ...] = ()  # join the owner where the file says can_read
    writers: tuple[str, ...] = ()  # join the owner where the file says can_write


@dataclass(frozen=True, slots=True)
class ImportTable:
    """One collection of the file and the table that it becomes."""

    source: FileCollection
    root: str
    alias: str
    title: str
    rights: ImportRights

    def to_toml(self) -> str:
        """Return the ``[[collection]]`` table."""
        rights, source = self.rights, self.source
        readers = (rights.owner, *rights.readers) if source.can_read else ()
        writers = (rights.owner, *rights.writers) if source.can_write else ()
        lines = {
            "root": _quote(self.root or "/"),
            "alias": _quote(self.alias),
            "title": _quote(self.title),
            "id": _quote(source.id),
            "readers": _quote_all(readers),
            "writers": _quote_all(writers),
            "visible_to": _quote_all((rights.owner,)),
            "media_types": _quote_all(source.media_types),
        }
        return "\n[[collection]]\n" + "".join(f"{key} = {text}\n" for key, text in lines.items())


@dataclass(slots=True)
class TableMaker:
    """Chooses names for the collections of one file; collects findings on the way."""

    coalition: Coalition
    rights: ImportRights
    fixed_ids: Mapping[str, str]
    findings: list[Finding] = field(default_factory=list)
    _taken: set[tuple[str, str]] = field(default_factory=set)  # root, alias or id or "title:…"
    _ids: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for collection in self.coalition.collections:
            self._ids.add(collection.id.lower())
            names = (collection.alias, collection.id, f"title:{collection.title}")
            self._taken |= {(collection.root, name) for name in names}

    def tables(self, found: MedallionFile) -> list[ImportTable]:
        """Return a table for every collection that can be taken."""
        made = []
        for root in found.roots:
            if not root.collections:
                self._skip(f"/{root.path}/", "has no collections, and nothing else to reach")
            usable = [collection for collection in root.collections if self._is_usable(collection)]
            # An alias must not be the id of a collection beside it.
            self._taken |= {(root.path, collection.id) for collection in usable}
            made += [self._table(root, collection) for collection in usable]
        return made

    def _is_usable(self, collection: FileCollection) -> bool:
        if not _URL_NAME.fullmatch(collection.id):
            self._skip(collection.where, "has an id that cannot stand in a URL")
            return False
        if collection.id.lower() in self._ids:
            self._skip(collection.where, "exists already: another collection has this id")
            return False
        self._ids.add(collection.id.lower())
        if not _UUID_4.fullmatch(collection.id):
            self._warn(collection.where, "has an id that is not a UUID of version 4; it is kept")
        return True

    def _table(self, root: FileRoot, collection: FileCollection) -> ImportTable:
        wanted = " ".join(collection.title.split())
        title = wanted
        number = 1
        while (root.path, f"title:{title}") in self._taken:
            number += 1
            title = f"{wanted} ({number})"
        if title != collection.title:
            self._warn(
                collection.where, f"is titled {title!r} here; titles are unique, on one line"
            )
        alias = self._alias(root.path, collection)
        if collection.alias is not None and alias != collection.alias:
            self._warn(collection.where, f"has the alias {alias!r} here, not {collection.alias!r}")
        self._taken |= {(root.path, f"title:{title}"), (root.path, alias)}
        return ImportTable(collection, root.path, alias, title, self.rights)

    def _alias(self, root: str, collection: FileCollection) -> str:
        wanted = collection.alias or ""
        if not _URL_NAME.fullmatch(wanted):
            wanted = re.sub(r"[^a-z0-9]+", "-", collection.title.lower())[:100].strip("-")
            wanted = wanted or "imported"
        if root == self.coalition.api_root and wanted.startswith(_OF_MEMBERS):
            wanted = f"imported-{wanted[:100]}"
        alias, number = wanted, 1
        while not self._is_free(root, alias, collection.id):
            number += 1
            alias = f"{wanted[:100]}-{number}"
        return alias

    def _is_free(self, root: str, alias: str, collection_id: str) -> bool:
        fixed = self.fixed_ids.get(f"collection:{root}:{alias}", collection_id)
        return (root, alias) not in self._taken and fixed == collection_id

    def _skip(self, where: str, what: str) -> None:
        self.findings.append(Finding(Severity.SKIPPED, where, what))

    def _warn(self, where: str, what: str) -> None:
        self.findings.append(Finding(Severity.WARNING, where, what))


@dataclass(frozen=True, slots=True)
class CoalitionText:
    """``coalition.toml`` as it stands, and what it becomes with more tables."""

    path: Path
    text: str

    @classmethod
    def load(cls, path: Path) -> CoalitionText:
        """Read the file. Raises ``ConfigError``."""
        try:
            return cls(path, path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as exc:
            raise ConfigError(path, [f"cannot be read: {exc}"]) from exc

    def unknown_names(self, coalition: Coalition, names: Iterable[str]) -> list[str]:
        """Return the names that are neither members nor groups."""
        groups = tomllib.loads(self.text).get("groups", {})
        known = {*coalition.names, *BUILT_IN_GROUPS, *groups}
        return sorted(set(names) - known)

    def with_tables(self, tables: Sequence[ImportTable], comment: str) -> str:
        """Return the text with these tables at its end."""
        head = self.text if self.text.endswith("\n") or not self.text else f"{self.text}\n"
        return f"{head}\n# {comment}\n" + "".join(table.to_toml() for table in tables)

    def collections(self, tables: Sequence[ImportTable]) -> dict[str, Collection]:
        """Return what these tables mean, by collection id.

        Raises:
            ConfigError: The file with these tables could not be read at the next start.
        """
        try:
            document = tomllib.loads(self.with_tables(tables, "checked before it is written"))
        except tomllib.TOMLDecodeError as exc:
            raise ConfigError(self.path, [f"no table can be appended to it: {exc}"]) from exc
        parsed = parse_coalition(document, source=self.path)
        ids = {table.source.id for table in tables}
        return {c.id: c for c in parsed.collections if c.id in ids}


def with_collections(coalition: Coalition, added: Iterable[Collection]) -> Coalition:
    """Return the coalition as it will be once the tables are appended."""
    return replace(coalition, collections=(*coalition.collections, *added))


def _quote(text: str) -> str:
    """Return a TOML basic string: JSON's escapes, and DEL, which JSON leaves raw."""
    clean = text.encode("utf-8", errors="replace").decode("utf-8")
    return json.dumps(clean, ensure_ascii=False).replace("\x7f", "\\u007f")


def _quote_all(texts: Iterable[str]) -> str:
    return "[" + ", ".join(_quote(text) for text in dict.fromkeys(texts)) + "]"
