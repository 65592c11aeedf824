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
from taxii_server.services.medallion_file import (
    FileCollection,
    FileRoot,
    Finding,
    MedallionFile,
    Severity,
)
from taxii_server.sharing.coalition import Coalition, Collection
from taxii_server.sharing.coalition_file import parse_coalition

_URL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}", re.ASCII)
_UUID_4 = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE
)


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
        rights = self.rights
        lines = {
            "root": _quote(self.root or "/"),
            "alias": _quote(self.alias),
            "title": _quote(self.title),
            "id": _quote(self.source.id),
            "readers": _quote_all((rights.owner, *rights.readers) if self.source.can_read else ()),
            "writers": _quote_all((rights.owner, *rights.writers) if self.source.can_write else ()),
            "visible_to": _quote_all((rights.owner,)),
            "media_types": _quote_all(self.source.media_types),
        }
        return "[[collection]]\n" + "".join(f"{key} = {text}\n" for key, text in lines.items())


@dataclass(slots=True)
class TableMaker:
    """Chooses names for the collections of one file; collects findings on the way."""

    coalition: Coalition
    rights: ImportRights
    fixed_ids: Mapping[str, str]
    findings: list[Finding] = field(default_factory=list)
    _names: set[tuple[str, str, str]] = field(default_factory=set)
    _ids: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for collection in self.coalition.collections:
            self._ids.add(collection.id.lower())
            self._names.add((collection.root, "alias", collection.alias))
            self._names.add((collection.root, "alias", collection.id))
            self._names.add((collection.root, "title", collection.title))

    def tables(self, found: MedallionFile) -> list[ImportTable]:
        """Return a table for every collection that can be taken."""
        made = []
        for root in found.roots:
            usable = [c for c in root.collections if self._is_usable(c)]
            for collection in usable:
                # An alias must not be the id of a collection beside it.
                self._names.add((root.path, "alias", collection.id))
            made += [self._table(root, collection) for collection in usable]
            if not root.collections:
                self._skip(f"/{root.path}/", "has no collections, so there is nothing to reach it by")
        return made

    def _is_usable(self, collection: FileCollection) -> bool:
        if not _URL_NAME.fullmatch(collection.id):
            self._skip(collection.where, "has an id that cannot stand in a URL")
            return False
        if collection.id.lower() in self._ids:
            self._skip(collection.where, "exists already: a collection here has this id")
            return False
        self._ids.add(collection.id.lower())
        if not _UUID_4.fullmatch(collection.id):
            self._warn(collection.where, "has an id that is not a UUID of version 4; it is kept")
        return True

    def _table(self, root: FileRoot, collection: FileCollection) -> ImportTable:
        title = self._unique(root.path, "title", _one_line(collection.title), " ({})")
        if title != collection.title:
            self._warn(collection.where, f"is titled {title!r} here, because titles are unique")
        alias = collection.alias or ""
        if not _URL_NAME.fullmatch(alias):
            alias = _slug(collection.title)
        chosen = self._unique(root.path, "alias", alias, "-{}", collection.id)
        if collection.alias is not None and chosen != collection.alias:
            self._warn(collection.where, f"has the alias {chosen!r} here")
        return ImportTable(collection, root.path, chosen, title, self.rights)

    def _unique(
        self, root: str, kind: str, wanted: str, form: str, collection_id: str = ""
    ) -> str:
        chosen, number = wanted, 1
        while self._is_taken(root, kind, chosen, collection_id):
            number += 1
            chosen = wanted + form.format(number)
        self._names.add((root, kind, chosen))
        return chosen

    def _is_taken(self, root: str, kind: str, name: str, collection_id: str) -> bool:
        if (root, kind, name) in self._names:
            return True
        if kind == "title":
            return False
        fixed = self.fixed_ids.get(f"collection:{root}:{name}", collection_id)
        # These begin the aliases of members, also of those who join later.
        of_members = root == self.coalition.api_root and name.startswith(("from-", "for-"))
        return fixed != collection_id or of_members and number_of(name) is None

    def _skip(self, where: str, what: str) -> None:
        self.findings.append(Finding(Severity.SKIPPED, where, what))

    def _warn(self, where: str, what: str) -> None:
        self.findings.append(Finding(Severity.WARNING, where, what))
