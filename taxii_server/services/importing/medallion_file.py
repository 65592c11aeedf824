"""medallion's JSON data file as values: API Roots, collections, dated objects, statuses.

Two published forms are read. Up to medallion 3.0.0 a collection has ``objects`` and
beside them a ``manifest`` that dates them (one record per version; in 2.x one record
per id with ``versions``), and the server leaves ``_date_added`` in objects without a
version. Later ones key collections and statuses by id and keep the date in the
object, as ``__meta``. Both become the same values, without those internals.

Objects leave here as text, because content goes out as it came in: a number keeps its
digits, a key that stands twice still stands twice (the reader of objects refuses it
then). Whatever this module cannot read becomes a ``Finding``, never an exception,
unless the file as a whole is no data file.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from taxii_server.clock import instant_to_us, parse_instant
from taxii_server.services.candidates import spec_version_of
from taxii_server.sharing.coalition import STIX_2_0, STIX_2_1

DISCOVERY = "/discovery"
"""The key beside the API Roots that describes the server."""


class Severity(StrEnum):
    """What a finding means for the thing it names."""

    SKIPPED = "skipped"  # not imported
    WARNING = "warning"  # imported, not exactly as the file has it


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing in the file that could not be taken as it is."""

    severity: Severity
    where: str
    what: str


@dataclass(frozen=True, slots=True)
class FileObject:
    """One object version of a collection, without medallion's internals."""

    where: str
    stix_id: str
    text: str  # JSON without insignificant white space
    date_added_us: int | None  # None: nothing in the file dates it


@dataclass(frozen=True, slots=True)
class FileCollection:
    """A collection; its objects in the order of ``date_added``, then of the manifest."""

    where: str
    id: str
    title: str
    alias: str | None
    can_read: bool
    can_write: bool
    media_types: tuple[str, ...]
    objects: tuple[FileObject, ...] = ()


@dataclass(frozen=True, slots=True)
class FileRoot:
    """An API Root at the path that the file names."""

    path: str  # without slashes at the ends
    collections: tuple[FileCollection, ...]
    statuses: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class MedallionFile:
    """Everything readable in a data file, and what was not."""

    roots: tuple[FileRoot, ...]
    findings: tuple[Finding, ...]


class NotMedallionError(Exception):
    """The file as a whole is not a data file of medallion; the message says why."""


def read_medallion(document: bytes) -> MedallionFile:
    """Return what a data file holds.

    Args:
        document: The file's bytes. Untrusted input.

    Raises:
        NotMedallionError: It is not JSON, or not an object of API Roots.
    """
    try:
        data = _DECODER.decode(document.decode("utf-8"))
    except (ValueError, RecursionError) as exc:
        raise NotMedallionError(f"is not UTF-8 JSON: {exc}") from exc
    if not isinstance(data, dict):
        raise NotMedallionError("is not a JSON object whose keys are API Roots")
    reading = _Reading()
    roots = [
        reading.root(key, value)
        for key, value in data.items()
        if key != DISCOVERY and reading.is_object(value, key)
    ]
    if not roots:
        raise NotMedallionError("names no API Root")
    return MedallionFile(tuple(roots), tuple(reading.findings))


def encode_json(value: object) -> str:
    """Return decoded JSON as text again, numbers and repeated keys as they were."""
    if isinstance(value, dict):
        pairs = value.pairs if isinstance(value, _Repeated) else list(value.items())
        return "{" + ",".join(f"{_string(k)}:{encode_json(v)}" for k, v in pairs) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(encode_json, value)) + "]"
    if isinstance(value, str):
        return _string(value)
    return value.token if isinstance(value, _Float) else json.dumps(value)


class _Float(float):
    """A number with its digits."""

    token: str


class _Repeated(dict[str, Any]):
    """An object in which a key stands twice."""

    pairs: list[tuple[str, Any]]


def _parse_float(token: str) -> _Float:
    number = _Float(token)
    number.token = token
    return number


def _parse_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    repeated = _Repeated(plain)
    repeated.pairs = pairs
    return repeated


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _string(text: str) -> str:
    # A lone surrogate cannot be UTF-8; escaped, the reader of objects can name it.
    lone = any("\ud800" <= c <= "\udfff" for c in text)
    return json.dumps(text, ensure_ascii=lone)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_parse_pairs, parse_float=_parse_float, parse_constant=_refuse_constant
)


@dataclass(slots=True)
class _Dated:
    """What the manifest says of one version; ``order`` is its place there."""

    stix_id: str
    version: str
    date_added_us: int
    order: int
    media_type: object
    where: str


@dataclass(slots=True)
class _Reading:
    """One pass over a file; collects findings on the way."""

    findings: list[Finding] = field(default_factory=list)

    def skip(self, where: str, what: str) -> None:
        self.findings.append(Finding(Severity.SKIPPED, where, what))

    def warn(self, where: str, what: str) -> None:
        self.findings.append(Finding(Severity.WARNING, where, what))

    def is_object(self, value: object, where: str) -> bool:
        if isinstance(value, dict):
            return True
        self.skip(where, "is not a JSON object")
        return False

    def root(self, key: str, value: dict[str, Any]) -> FileRoot:
        path = key.strip("/")
        if not isinstance(value.get("information"), dict):
            self.warn(key, "has no information; medallion answers 404 for it")
        collections = [
            self.collection(f"{path}/collections/{name}", name, item)
            for name, item in self._keyed(value.get("collections"), f"{path}/collections")
        ]
        statuses = [
            {**item, "id": name}
            for name, item in self._keyed(value.get("status"), f"{path}/status")
        ]
        return FileRoot(path, tuple(collections), tuple(statuses))

    def collection(self, where: str, name: str, value: dict[str, Any]) -> FileCollection:
        title = value.get("title")
        if not isinstance(title, str) or not title.strip():
            self.warn(where, "has no title; its id stands in")
            title = name
        if value.get("description"):
            self.warn(where, "has a description, which coalition.toml has no key for; not kept")
        alias = value.get("alias")
        return FileCollection(
            where=where,
            id=name,
            title=title,
            alias=alias if isinstance(alias, str) else None,
            can_read=value.get("can_read") is True,
            can_write=value.get("can_write") is True,
            media_types=self._media_types(where, value.get("media_types")),
            objects=tuple(self._objects(where, value)),
        )

    def _keyed(self, value: object, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Return the items of a list by their ``id``, or of an object by its keys."""
        named: Iterable[tuple[object, object]] = ()
        if isinstance(value, dict):
            named = value.items()
        elif isinstance(value, list):
            named = [(v.get("id") if isinstance(v, dict) else None, v) for v in value]
        elif value is not None:
            self.skip(where, "is neither a list nor an object")
        seen: set[str] = set()
        for number, (name, item) in enumerate(named):
            at = f"{where}/{name or number}"
            if not self.is_object(item, at):
                continue
            if not isinstance(name, str) or not name:
                self.skip(at, "has no id")
            elif name in seen:
                self.skip(at, "has the id of another one before it")
            elif isinstance(item, dict):
                seen.add(name)
                yield name, item

    def _media_types(self, where: str, value: object) -> tuple[str, ...]:
        """Return the STIX media types; without a version they mean every version."""
        if value is None:
            return (STIX_2_1, STIX_2_0)
        found = set()
        for sent in value if isinstance(value, list) else [value]:
            kind, _, version = str(sent).replace(" ", "").partition(";version=")
            if kind.endswith("stix+json") and version in {"2.0", "2.1", ""}:
                found |= {
                    f"application/stix+json;version={v}" for v in (version or "2.1 2.0").split()
                }
            elif kind == "application/taxii+json":
                self.warn(where, f"media type {sent} is TAXII's, not STIX's; read as STIX 2.1")
                found.add(STIX_2_1)
            else:
                self.warn(where, f"media type {sent} is not one of STIX 2.0 or 2.1; not kept")
        return tuple(m for m in (STIX_2_1, STIX_2_0) if m in found) or (STIX_2_1,)

    def _objects(self, where: str, value: dict[str, Any]) -> list[FileObject]:
        sent = value.get("objects")
        items: list[tuple[str, dict[str, Any]]] = []
        for number, item in enumerate(sent if isinstance(sent, list) else []):
            at = f"{where}/objects[{number}]"
            if self.is_object(item, at):
                if isinstance(item.get("id"), str):
                    items.append((at, item))
                else:
                    self.skip(at, "has no id")
        dated = self._date_by_manifest(where, value.get("manifest"), items)
        found: list[tuple[int, int, FileObject]] = []
        for number, (at, item) in enumerate(items):
            by_manifest = dated.get(number)
            date_us, order = by_manifest or (self._own_date(at, item), number)
            text = encode_json(_without_internals(item))
            undated = date_us is None
            if undated:
                self.warn(at, f"{item['id']} has no date_added; dated by the import")
            key = (1 << 62, number) if date_us is None else (date_us, order)
            found.append((*key, FileObject(at, item["id"], text, date_us)))
        return [one for *_, one in sorted(found, key=lambda entry: entry[:2])]

    def _own_date(self, where: str, item: dict[str, Any]) -> int | None:
        meta = item.get("__meta")
        if not isinstance(meta, dict):
            return None
        return self._date(where, meta.get("date_added"))

    def _date(self, where: str, value: object) -> int | None:
        try:
            return instant_to_us(parse_instant(str(value)))
        except ValueError:
            self.warn(where, f"date_added {str(value)[:40]!r} is not a timestamp")
            return None

    def _date_by_manifest(
        self, where: str, manifest: object, items: list[tuple[str, dict[str, Any]]]
    ) -> dict[int, tuple[int, int]]:
        """Return date and manifest order of each object that the manifest dates, by position."""
        waiting: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number, (_, item) in enumerate(items):
            waiting[item["id"], _version(item)].append(number)
        dated: dict[int, tuple[int, int]] = {}
        named: set[tuple[str, str]] = set()
        for record in self._manifest_records(f"{where}/manifest", manifest):
            key = (record.stix_id, record.version)
            found = waiting.get(key) or waiting.get((record.stix_id, ""))
            if found:
                number = found.pop(0)
                dated[number] = (record.date_added_us, record.order)
                self._compare_media_type(record, items[number][1])
            elif key in named:
                self.skip(record.where, f"{record.stix_id} of this version is named twice")
            else:
                self.skip(record.where, f"{record.stix_id} of this version has no object")
            named.add(key)
        return dated

    def _manifest_records(self, where: str, manifest: object) -> Iterator[_Dated]:
        order = 0
        for number, record in enumerate(manifest if isinstance(manifest, list) else []):
            at = f"{where}[{number}]"
            if not self.is_object(record, at):
                continue
            versions = record.get("versions", [record.get("version")])
            date_us = self._date(at, record.get("date_added"))
            if date_us is None or not isinstance(versions, list):
                self.skip(at, "dates no version")
                continue
            # Version 2.x lists the newest first; they came oldest first.
            for version in sorted(_instant(v) for v in versions):
                order += 1
                media_type = record.get("media_type")
                yield _Dated(str(record.get("id")), version, date_us, order, media_type, at)

    def _compare_media_type(self, record: _Dated, item: dict[str, Any]) -> None:
        version = spec_version_of(item)
        if record.media_type and not str(record.media_type).endswith(version):
            said = f"the manifest says {record.media_type}, the object is STIX {version}"
            self.warn(record.where, f"{record.stix_id}: {said}")


def _without_internals(item: dict[str, Any]) -> dict[str, Any]:
    internals = {"_date_added", "__meta"}
    if isinstance(item, _Repeated):
        return _parse_pairs([pair for pair in item.pairs if pair[0] not in internals])
    return {key: value for key, value in item.items() if key not in internals}


def _version(item: Mapping[str, Any]) -> str:
    for name in ("modified", "created", "_date_added"):
        if name in item:
            return _instant(item[name])
    return ""


def _instant(value: object) -> str:
    """Return the instant that two texts of one version share; other text as it is."""
    try:
        return parse_instant(str(value))
    except ValueError:
        return str(value)
