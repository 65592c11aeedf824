"""Views of entries as lines make them (T-FLT-16, T-FLT-25, T-FLT-28; design section 5)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from taxii_server.sharing.log import Draft, Logs, views_of
from taxii_server.storage.protocol import (
    TOMBSTONE,
    Change,
    EntryState,
    Flags,
    LineKey,
    ObjectKey,
    Support,
)

STIX_ID = "campaign--00000000-0000-4000-8000-000000000000"
A = LineKey("from-a", "a", STIX_ID)
B = LineKey("from-b", "b", STIX_ID)


def entry(digest: str, *supports: Support, spec: str = "2.1") -> Draft:
    """Return an entry that these lines support."""
    draft = Draft("feed", ObjectKey("a", STIX_ID, digest.encode()), digest, spec, "rule")
    draft.supports = {support.line: support for support in supports}
    return draft


def stored(seq: int, digest: str, flags: Flags, *supports: Support) -> EntryState:
    """Return an entry as the store shows it."""
    key = ObjectKey("a", STIX_ID, digest.encode())
    return EntryState(
        "feed", seq, seq, key, digest, "2.1", signed=False, statement=False,
        rule="rule", policy_version="p1", flags=flags, supports=supports,
    )  # fmt: skip


def test_the_newest_of_a_line_is_latest_and_the_oldest_first() -> None:
    views = views_of([entry("2020", Support(A, "2020")), entry("2021", Support(A, "2021"))])

    assert views == [Flags(1, 0, 1), Flags(1, 1, 0)]


def test_an_entry_is_latest_while_any_line_has_nothing_newer() -> None:
    shared = entry("2020", Support(A, "2020"), Support(B, "2020"))

    views = views_of([shared, entry("2021", Support(A, "2021"))])

    assert [flags.latest for flags in views] == [1, 1]


def test_a_version_of_an_older_specification_shows_only_when_asked_for() -> None:
    """T-FLT-25 and T-FLT-28: by default the latest specification, among both the newest."""
    old = entry("2021", Support(A, "2021"), spec="2.0")

    views = views_of([old, entry("2020", Support(A, "2020"))])

    assert views == [Flags(live=4, latest=4, first=2), Flags(live=1, latest=3, first=1)]


def test_an_entry_without_a_live_line_is_a_tombstone() -> None:
    assert views_of([entry("2020", Support(A, "2020", live=False))]) == [TOMBSTONE]


def test_an_entry_that_becomes_latest_again_is_appended_again() -> None:
    """INV-POLL: promoted in place, readers that passed it would keep the wrong version."""
    old = stored(1, "2020", Flags(1, 0, 1), Support(A, "2020"))
    new = stored(2, "2021", Flags(1, 1, 0), Support(A, "2021"))
    logs = Logs({STIX_ID: [old, new]})

    logs.support(logs.of("feed", STIX_ID)[1], Support(A, "2021", live=False))
    plan = logs.to_plan("policy")

    assert set(plan.changes) == {Change("feed", 1, TOMBSTONE), Change("feed", 2, TOMBSTONE)}
    assert [(a.object.digest, a.flags) for a in plan.appends] == [(b"2020", Flags(1, 1, 1))]


def test_a_text_is_erased_only_when_no_live_entry_shows_it() -> None:
    one = stored(1, "2020", Flags(), Support(A, "2020"))
    logs = Logs({STIX_ID: [one]})

    logs.support(logs.of("feed", STIX_ID)[0], Support(A, "2020", live=False))

    assert logs.to_plan("policy").erase == (one.object,)


ranks = st.integers(0, 30).map(lambda n: f"{2000 + n}")


@given(st.lists(st.tuples(ranks, st.sampled_from([A, B]), st.booleans()), max_size=12))
def test_each_line_has_exactly_one_latest_and_one_first(
    rows: list[tuple[str, LineKey, bool]],
) -> None:
    """With one line and distinct versions, as TAXII says; with two, at most one each."""
    distinct = {(rank, line): live for rank, line, live in rows}
    drafts = [entry(r, Support(line, r, live=live)) for (r, line), live in distinct.items()]
    lines = {line for (_, line), live in distinct.items() if live}

    views = views_of(drafts)

    assert sum(flags.latest == 1 for flags in views) == len(lines)
    assert sum(flags.first == 1 for flags in views) == len(lines)
