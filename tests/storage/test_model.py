"""Pages of generated logs compared with a model that knows nothing of indexes."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taxii_server.clock import format_us, parse_instant
from taxii_server.filters import LAST, ObjectFilter, VersionFilter
from taxii_server.storage.protocol import (
    TOMBSTONE,
    Append,
    Batch,
    BatchKind,
    Change,
    Flags,
    Page,
    PageForm,
    PageQuery,
    Plan,
    Store,
    StoredObject,
)
from taxii_server.storage.sqlite import pages
from tests.storage.making import START_US, make_id, make_object

KINDS = ("indicator", "url", "malware")
DAYS = ("2020-01-01T00:00:00.000Z", "2020-01-02T00:00:00Z")
OBJECTS = [
    make_object(make_id(n, kind), modified=modified, spec=spec)
    for kind in KINDS
    for n in range(2)
    for spec in ("2.0", "2.1")
    for modified in (*DAYS, None)
]

flag = st.integers(0, 4)
live_flags = st.builds(Flags, st.integers(1, 4), flag, flag)
append = st.tuples(st.sampled_from(OBJECTS), live_flags, st.integers(0, 3))
batch = st.tuples(
    st.lists(append, max_size=8),
    st.lists(st.tuples(st.integers(0, 30), live_flags | st.just(TOMBSTONE)), max_size=3),
)

instants = st.frozensets(
    st.sampled_from([parse_instant(day) for day in DAYS])
    | st.integers(START_US, START_US + 12).map(lambda us: parse_instant(format_us(us))),
    max_size=3,
)
versions = st.builds(
    lambda keywords, exact: VersionFilter("all" in keywords, *keywords_of(keywords), exact),
    st.sets(st.sampled_from(["first", "last"])) | st.just({"all"}),
    instants,
)
wanted_filters = st.builds(
    ObjectFilter,
    added_after_us=st.none() | st.integers(START_US - 2, START_US + 25),
    ids=st.none() | st.frozensets(st.sampled_from([o.key.stix_id for o in OBJECTS]), min_size=1),
    types=st.none() | st.frozensets(st.sampled_from([*KINDS, "unknown"]), min_size=1),
    spec_versions=st.none() | st.frozensets(st.sampled_from(["2.0", "2.1", "9.9"]), min_size=1),
    versions=st.none() | versions,
)
queries = st.builds(
    PageQuery,
    collection=st.just(""),
    wanted=wanted_filters,
    after_seq=st.integers(0, 10),
    limit=st.integers(1, 12),
    max_bytes=st.integers(1, 1500),
    form=st.sampled_from(PageForm),
)


def keywords_of(keywords: set[str]) -> tuple[bool, bool]:
    return "first" in keywords, "last" in keywords


@dataclass
class ModelEntry:
    """An entry as one would write it on paper."""

    seq: int
    date_us: int
    stored: StoredObject
    flags: Flags

    @property
    def version(self) -> str:
        return self.stored.version or parse_instant(format_us(self.date_us))

    @property
    def version_text(self) -> str:
        return self.stored.version_text or format_us(self.date_us)

    def text(self, form: PageForm) -> str:
        if form is PageForm.OBJECTS:
            return self.stored.body
        if form is PageForm.VERSIONS:
            return f'"{self.version_text}"'
        return (
            f'{{"id":"{self.stored.key.stix_id}","date_added":"{format_us(self.date_us)}",'
            f'"version":"{self.version_text}",'
            f'"media_type":"application/stix+json;version={self.stored.spec_version}"}}'
        )


def is_shown(entry: ModelEntry, wanted: ObjectFilter) -> bool:
    stored = entry.stored
    specs = wanted.spec_versions
    shown_flags = (
        {1, 3} if specs is None else {1, 4} if len(specs & {"2.0", "2.1"}) == 2 else {1, 2, 3, 4}
    )
    asked = wanted.versions or LAST
    in_view = (
        (asked.all and entry.flags.live in shown_flags)
        or (asked.first and entry.flags.first in shown_flags)
        or (asked.last and entry.flags.latest in shown_flags)
        or (entry.version in asked.instants and entry.flags.live in shown_flags)
    )
    return (
        in_view
        and (specs is None or stored.spec_version in specs)
        and (wanted.types is None or stored.type in wanted.types)
        and (wanted.ids is None or stored.key.stix_id in wanted.ids)
        and (wanted.added_after_us is None or entry.date_us > wanted.added_after_us)
    )


def model_page(log: Sequence[ModelEntry], query: PageQuery) -> Page:
    matching = [e for e in log if e.seq > query.after_seq and is_shown(e, query.wanted)]
    served: list[ModelEntry] = []
    size = 0
    for entry in matching[: query.limit]:
        size += len(entry.stored.body)
        if served and query.form is PageForm.OBJECTS and size > query.max_bytes:
            break
        served.append(entry)
    if not served:
        return Page()
    text = ",".join(e.text(query.form) for e in served).encode()
    first, last = served[0], served[-1]
    more = len(served) < len(matching)
    return Page(text, len(served), first.date_us, last.date_us, last.seq, more)


def write(store: Store, collection: str, batches: Sequence[Any]) -> list[ModelEntry]:
    """Execute generated batches and return the log that they must have made."""
    log: list[ModelEntry] = []
    for appends, changes in batches:
        chosen = {seq % len(log): flags for seq, flags in changes} if log else {}
        plan = Plan(
            policy_version="p1",
            objects=tuple(o for o, _, _ in appends),
            appends=tuple(
                Append(collection, o.key, "rule", flags, (), START_US + later)
                for o, flags, later in appends
            ),
            changes=tuple(Change(collection, at + 1, flags) for at, flags in chosen.items()),
        )
        kind = Batch(BatchKind.PUSH, collection, "facebook", START_US)
        store.commit(kind, lambda _view, plan=plan: plan)  # type: ignore[misc]  # bound now
        for at, flags in chosen.items():
            log[at].flags = flags
        for stored, flags, later in appends:
            after_us = log[-1].date_us + 1 if log else 0
            date_us = max(START_US + later, after_us)
            log.append(ModelEntry(len(log) + 1, date_us, stored, flags))
    return log


@pytest.mark.parametrize("max_ranges", [pages.MAX_RANGES, 0], ids=["merged", "listed"])
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(batches=st.lists(batch, max_size=4), asked=st.lists(queries, min_size=1, max_size=12))
def test_every_page_is_what_the_model_says(
    shared_store: Store,
    monkeypatch: pytest.MonkeyPatch,
    max_ranges: int,
    batches: list[Any],
    asked: list[PageQuery],
) -> None:
    """INV-POLL, T-FLT, T-PAG: any log, any filter, any bound, in both forms of the SQL."""
    monkeypatch.setattr(pages, "MAX_RANGES", max_ranges)
    collection = str(uuid.uuid4())
    log = write(shared_store, collection, batches)
    write(shared_store, str(uuid.uuid4()), batches)  # a neighbour of equal content

    for query in asked:
        assert shared_store.read_page(replace(query, collection=collection)) == model_page(
            log, query
        )


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(batches=st.lists(batch, max_size=4), query=queries)
def test_a_walk_sees_each_match_once_and_in_order(
    shared_store: Store, batches: list[Any], query: PageQuery
) -> None:
    """T-PAG-07 and T-PAG-08: by position and by ``added_after`` alike."""
    collection = str(uuid.uuid4())
    log = write(shared_store, collection, batches)
    query = replace(query, collection=collection, after_seq=0)
    expected = [e.seq for e in log if is_shown(e, query.wanted)]

    by_position, by_date = [], []
    page = Page(more=True)
    while page.more:
        page = shared_store.read_page(replace(query, after_seq=page.last_seq))
        by_position.append(page)
    page, wanted = Page(more=True), query.wanted
    while page.more:
        page = shared_store.read_page(replace(query, wanted=wanted))
        wanted = replace(wanted, added_after_us=page.last_us)
        by_date.append(page)

    assert by_position == by_date
    assert sum(p.count for p in by_position) == len(expected)
    if expected:
        assert by_position[-1].last_seq == expected[-1]
