"""Pull what a collection holds, or what is new in it, into a file.

Without a state the output is replaced by everything that matches. With one, only
what was added since is fetched and the output grows: JSON Lines are appended, a
bundle is written anew with the old objects and the new. The output always holds
all that was pulled: had a bundle only what is new, an import that failed once
would have lost it. An older version leaves a bundle when a newer one of its id
arrives, unless all versions are wanted.

With a profile every object is rewritten for a tool on its way to the output.
"""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO
from urllib.parse import urlencode

from taxii_server.client.bundles import StixText, read_file
from taxii_server.client.collections import RemoteCollection, find_collection
from taxii_server.client.pages import PulledPage, walk
from taxii_server.client.profiles import Profile
from taxii_server.client.session import ClientError, TaxiiSession
from taxii_server.client.state import PullState, locked, replacing, sync_folder
from taxii_server.clock import parse_instant

STANDARD_OUTPUT = Path("-")


class OutputFormat(StrEnum):
    """What a pull writes."""

    BUNDLE = "bundle"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class PullOptions:
    """What to pull and where to."""

    out: Path  # STANDARD_OUTPUT only without a state: what a pipe took cannot be taken back
    format: OutputFormat = OutputFormat.BUNDLE
    state: Path | None = None
    types: Sequence[str] = ()  # all types if empty
    all_versions: bool = False
    profile: Profile | None = None
    progress: Callable[[int], None] = lambda _: None

    def query(self) -> dict[str, str]:
        """Return the TAXII match parameters (section 3.4.1)."""
        query = {}
        if self.types:
            query["match[type]"] = ",".join(sorted(set(self.types)))
        if self.all_versions:
            query["match[version]"] = "all"
        return query


@dataclass(frozen=True, slots=True)
class PullReport:
    """What a pull got."""

    collection: RemoteCollection
    out: Path
    format: OutputFormat
    pulled: int  # objects received now
    written: int  # objects that the output holds for this pull: with a bundle all, else the new
    left_out: int  # objects received now for which the profile has no place
    added_after: str | None  # where the next pull with the state continues


def pull_collection(session: TaxiiSession, url: str, options: PullOptions) -> PullReport:
    """Pull from the collection that ``url`` stands for.

    Raises:
        ClientError: Nothing could be pulled or written; output and state are as they
            were, or are brought back by the next pull with the same state.
    """
    collection = find_collection(session, url, "read")
    with locked(options.state) if options.state is not None else nullcontext():
        state = PullState() if options.state is None else PullState.load(options.state)
        state.undo_unfinished()
        return _Pull(session, collection, options, state).run()


class _Pull:
    """One pull under way."""

    def __init__(
        self,
        session: TaxiiSession,
        collection: RemoteCollection,
        options: PullOptions,
        state: PullState,
    ) -> None:
        self._session = session
        self._collection = collection
        self._options = options
        self._state = state
        remembered = options.query()
        if options.profile is not None:
            remembered["profile"] = options.profile.name
        self._key = collection.url + (f"?{urlencode(remembered)}" if remembered else "")
        self._last = state.added_after.get(self._key)
        self._pulled = 0
        self._left_out = 0

    def run(self) -> PullReport:
        if self._options.format is OutputFormat.BUNDLE:
            written = self._write_bundle()
        elif self._options.state is None:
            with _opened(self._options.out) as file:
                written = _write_lines(file, self._objects())
        else:
            written = self._append_lines(self._options.state)
        if self._options.state is not None:
            if self._last is not None:
                self._state.added_after[self._key] = self._last
            self._state.save(self._options.state)
        return PullReport(
            self._collection,
            self._options.out,
            self._options.format,
            self._pulled,
            written,
            self._left_out,
            self._last,
        )

    def _objects(self) -> Iterator[StixText]:
        pages = walk(self._session, self._collection, self._options.query(), self._last)
        for page in pages:
            self._note(page)
            for item in page.objects:
                yield from self._rewritten(item)

    def _rewritten(self, item: StixText) -> Sequence[StixText]:
        if self._options.profile is None:
            return (item,)
        found = self._options.profile.rewrite(item)
        self._left_out += not found
        return found

    def _note(self, page: PulledPage) -> None:
        self._pulled += len(page.objects)
        if page.objects and page.last is not None:
            self._last = page.last
        self._options.progress(len(page.objects))

    def _append_lines(self, state_file: Path) -> int:
        out = self._options.out
        try:
            with out.open("ab") as file:
                self._state.appending_to = str(out.resolve())
                self._state.appending_from = file.tell()
                self._state.save(state_file)
                written = _write_lines(file, self._objects())
                file.flush()
                os.fsync(file.fileno())
            sync_folder(out.resolve().parent)
        except OSError as exc:
            raise ClientError(f"{out} cannot be written: {exc.strerror}.") from exc
        self._state.appending_to = None
        return written

    def _write_bundle(self) -> int:
        out = self._options.out
        if self._options.state is None or not out.exists():
            with _opened(out) as file:
                return _write_bundle(file, self._objects())
        old, new = read_file(out), list(self._objects())
        profile = self._options.profile
        origin = (lambda item: item.id) if profile is None else profile.origin
        merged = merge(old, new, keep_all=self._options.all_versions, origin=origin)
        if not new:
            return len(merged)  # nothing to write; the file may be read by others
        with replacing(out) as file:
            return _write_bundle(file, merged)


def _opened(out: Path) -> AbstractContextManager[IO[bytes]]:
    return nullcontext(sys.stdout.buffer) if out == STANDARD_OUTPUT else replacing(out)


def merge(
    old: Sequence[StixText],
    new: Sequence[StixText],
    *,
    keep_all: bool,
    origin: Callable[[StixText], str | None] = lambda item: item.id,
) -> list[StixText]:
    """Return old and new objects, exact copies once.

    Unless ``keep_all``, old ones of which a newer version is among the new leave:
    versions of the object that ``origin`` names, so that everything leaves that was
    made of an older one.
    """
    newest: dict[str, str] = {}
    for item in new:
        named, instant = origin(item), _instant(item)
        if named is not None and instant is not None:
            newest[named] = max(newest.get(named, instant), instant)

    def is_superseded(item: StixText) -> bool:
        named, instant = origin(item), _instant(item)
        return named in newest and instant is not None and instant < newest[named]

    kept = {item.text: item for item in old if keep_all or not is_superseded(item)}
    for item in new:
        kept.setdefault(item.text, item)
    return list(kept.values())


def _instant(item: StixText) -> str | None:
    try:
        return parse_instant(item.version or "")
    except ValueError:
        return None


def _write_lines(file: IO[bytes], objects: Iterable[StixText]) -> int:
    count = 0
    for item in objects:
        file.write(item.text.encode() + b"\n")
        count += 1
    return count


def _write_bundle(file: IO[bytes], objects: Iterable[StixText]) -> int:
    """Write a bundle, one object a line; STIX has no empty lists, so none without objects."""
    file.write(f'{{"type":"bundle","id":"bundle--{uuid.uuid4()}"'.encode())
    count = 0
    for item in objects:
        file.write((b",\n" if count else b',"objects":[\n') + item.text.encode())
        count += 1
    file.write(b"\n]}\n" if count else b"}\n")
    return count
