"""Committing a batch: places and dates, what a planner sees, and all or nothing."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from taxii_server.errors import NotFoundError, StorageUnavailableError
from taxii_server.filters import ALL, ObjectFilter
from taxii_server.storage.protocol import (
    TOMBSTONE,
    Change,
    Committed,
    EntryState,
    Flags,
    LineKey,
    LineState,
    ObjectKey,
    Outcome,
    Page,
    Plan,
    PlanView,
    StatusRecord,
    Store,
    Support,
    SupportChange,
)
from tests.storage.making import (
    COLLECTION,
    OTHER,
    START_US,
    SetClock,
    execute,
    joined,
    make_append,
    make_batch,
    make_id,
    make_line,
    make_object,
    push,
    read,
)

FIVE = [make_object(make_id(n)) for n in range(5)]


def look(store: Store, *stix_ids: str) -> dict[str, list[EntryState]]:
    """Return what a planner sees of these ids."""
    seen: dict[str, list[EntryState]] = {}

    def plan(view: PlanView) -> Plan:
        seen.update({k: list(v) for k, v in view.entries_of(stix_ids).items()})
        return Plan("p1")

    store.commit(make_batch(), plan)
    return seen


def look_at_lines(store: Store, *stix_ids: str) -> dict[str, list[LineState]]:
    seen: dict[str, list[LineState]] = {}

    def plan(view: PlanView) -> Plan:
        seen.update({k: list(v) for k, v in view.lines_of(stix_ids).items()})
        return Plan("p1")

    store.commit(make_batch(), plan)
    return seen


def look_at_texts(store: Store, *keys: ObjectKey) -> dict[ObjectKey, str]:
    seen: dict[ObjectKey, str] = {}

    def plan(view: PlanView) -> Plan:
        seen.update(view.texts_of(keys))
        return Plan("p1")

    store.commit(make_batch(), plan)
    return seen


def test_dates_strictly_increase_although_the_clock_stands_still(store: Store) -> None:
    """INV-POLL, A-23: one microsecond apart inside a batch and between batches."""
    dates = push(store, *FIVE[:3]).dates_us + push(store, *FIVE[3:]).dates_us

    assert dates == tuple(START_US + n for n in range(5))


def test_dates_strictly_increase_although_the_clock_goes_back(
    store: Store, clock: SetClock
) -> None:
    """INV-POLL."""
    push(store, FIVE[0])
    clock.us -= 1_000_000

    assert push(store, FIVE[1]).dates_us == (START_US + 1,)


def test_each_log_has_dates_of_its_own(store: Store) -> None:
    push(store, *FIVE)

    assert push(store, *FIVE, collection=OTHER).dates_us[0] == START_US


def test_an_import_keeps_dates_unless_they_would_go_back(store: Store) -> None:
    later_us = START_US + 1_000_000
    appends = (
        make_append(FIVE[0], not_before_us=later_us),
        make_append(FIVE[1], not_before_us=later_us - 500),
    )

    committed = execute(store, Plan("p1", objects=tuple(FIVE[:2]), appends=appends))

    assert committed.dates_us == (later_us, later_us + 1)


def test_batches_are_numbered(store: Store) -> None:
    first = push(store, FIVE[0])
    numbers = []

    def plan(view: PlanView) -> Plan:
        numbers.append(view.batch_no)
        return Plan("p1")

    second = store.commit(make_batch(), plan)

    assert numbers == [second.batch_no]
    assert second.batch_no > first.batch_no


def test_a_planner_sees_entries_of_every_log_with_all_that_is_known(store: Store) -> None:
    stored = replace(FIVE[0], signed=True)
    line = make_line(stored)
    supports = (Support(line, "r1"), Support(LineKey(OTHER, "twitter", make_id(0)), "r2", False))
    appends = (
        make_append(stored, supports=supports, flags=Flags(1, 2, 0)),
        make_append(stored, collection=OTHER, supports=()),
    )
    execute(store, Plan("p1", objects=(stored,), appends=appends))

    seen = look(store, make_id(0), make_id(9))

    assert list(seen) == [make_id(0)]
    by_log = {e.collection: e for e in seen[make_id(0)]}
    assert by_log[COLLECTION] == EntryState(
        collection=COLLECTION,
        seq=1,
        date_added_us=START_US,
        object=stored.key,
        version="2020-01-01T00:00:00",
        spec_version="2.1",
        signed=True,
        statement=False,
        rule="a rule",
        policy_version="p1",
        flags=Flags(1, 2, 0),
        supports=supports,
    )
    assert by_log[OTHER].supports == ()
    assert by_log[OTHER].seq == 1


def test_a_planner_sees_the_entries_of_an_id_by_seq_and_tombstones_too(store: Store) -> None:
    versions = [make_object(make_id(1), modified=f"2020-01-0{n}T00:00:00Z") for n in range(1, 4)]
    push(store, *versions)
    execute(store, Plan("p1", changes=(Change(COLLECTION, 2, TOMBSTONE),)))

    seen = look(store, make_id(1))[make_id(1)]

    assert [e.seq for e in seen] == [1, 2, 3]
    assert [e.flags for e in seen] == [Flags(), TOMBSTONE, Flags()]


def test_an_object_without_a_version_has_none_for_a_planner(store: Store) -> None:
    push(store, make_object(make_id(1), modified=None))

    (seen,) = look(store, make_id(1))[make_id(1)]

    assert seen.version is None


def test_a_planner_may_ask_for_more_ids_than_one_statement_takes(store: Store) -> None:
    objects = [make_object(make_id(n)) for n in range(1_200)]
    push(store, *objects)

    assert len(look(store, *(o.key.stix_id for o in objects))) == 1_200


def test_a_planner_reads_texts_that_are_there(store: Store) -> None:
    push(store, *FIVE[:2])
    execute(store, Plan("p1", changes=(Change(COLLECTION, 2, TOMBSTONE),), erase=(FIVE[1].key,)))

    seen = look_at_texts(store, *(o.key for o in FIVE[:3]))

    assert seen == {FIVE[0].key: FIVE[0].body}


def test_a_line_is_made_and_changed(store: Store) -> None:
    keys = [LineKey(COLLECTION, producer, make_id(0)) for producer in ("facebook", "twitter")]
    execute(store, Plan("p1", lines=tuple(LineState(k, None) for k in keys)))
    execute(store, Plan("p1", lines=(LineState(keys[0], "~"),)))

    assert look_at_lines(store, make_id(0), make_id(1)) == {
        make_id(0): [LineState(keys[0], "~"), LineState(keys[1], None)]
    }


def test_a_line_may_lose_its_withdrawal(store: Store) -> None:
    key = LineKey(COLLECTION, "facebook", make_id(0))
    execute(store, Plan("p1", lines=(LineState(key, "~"),)))
    execute(store, Plan("p1", lines=(LineState(key, None),)))

    assert look_at_lines(store, make_id(0))[make_id(0)] == [LineState(key, None)]


def test_an_entry_gains_and_loses_support(store: Store) -> None:
    push(store, FIVE[0])
    own, other = make_line(FIVE[0]), LineKey(OTHER, "twitter", make_id(0))
    changes = (
        SupportChange(COLLECTION, 1, Support(own, "r", live=False)),
        SupportChange(COLLECTION, 1, Support(other, "r2")),
    )
    execute(store, Plan("p1", support_changes=changes))

    (seen,) = look(store, make_id(0))[make_id(0)]

    assert set(seen.supports) == {Support(own, "r", live=False), Support(other, "r2")}


def test_flags_change_in_place(store: Store) -> None:
    push(store, *FIVE[:2])
    execute(store, Plan("p1", changes=(Change(COLLECTION, 1, Flags(1, 0, 1)),)))

    assert read(store).text == joined(FIVE[1:2])
    assert read(store, ObjectFilter(versions=ALL)).text == joined(FIVE[:2])


def test_a_known_object_is_kept_as_it_is(store: Store) -> None:
    """Equal content is one text, whichever white space a later copy has."""
    push(store, FIVE[0])
    push(store, replace(FIVE[0], body=FIVE[0].body + " "), collection=OTHER)

    assert read(store, collection=OTHER).text == joined(FIVE[:1])


def test_equal_content_of_two_producers_is_two_objects(store: Store) -> None:
    theirs = replace(FIVE[0], key=replace_owner(FIVE[0].key, "twitter"))
    push(store, FIVE[0], theirs)

    assert {e.object for e in look(store, make_id(0))[make_id(0)]} == {FIVE[0].key, theirs.key}


def replace_owner(key: ObjectKey, owner: str) -> ObjectKey:
    return key._replace(owner=owner)


def test_an_erased_text_is_gone_and_its_entry_keeps_its_place(store: Store) -> None:
    push(store, *FIVE[:2])
    changes = (Change(COLLECTION, 1, TOMBSTONE),)

    execute(store, Plan("p1", changes=changes, erase=(FIVE[0].key,)))

    (seen,) = look(store, make_id(0))[make_id(0)]
    assert (seen.seq, seen.object, seen.version) == (1, FIVE[0].key, FIVE[0].version)
    assert look_at_texts(store, FIVE[0].key) == {}


def test_an_erased_object_can_be_pushed_again(store: Store) -> None:
    """T-DEL-13: its text is put back, its entry is a new one."""
    push(store, FIVE[0])
    changes = (Change(COLLECTION, 1, TOMBSTONE),)
    execute(store, Plan("p1", changes=changes, erase=(FIVE[0].key,)))

    push(store, FIVE[0])

    page = read(store)
    assert page.text == joined(FIVE[:1])
    assert page.last_seq == 2


def test_the_size_of_a_text_put_back_counts(store: Store) -> None:
    push(store, FIVE[0])
    changes = (Change(COLLECTION, 1, TOMBSTONE),)
    execute(store, Plan("p1", changes=changes, erase=(FIVE[0].key,)))
    padded = replace(FIVE[0], body=FIVE[0].body + " " * 100)

    push(store, padded, FIVE[1])

    assert read(store, max_bytes=len(padded.body) + len(FIVE[1].body)).count == 2
    assert read(store, max_bytes=len(padded.body) + len(FIVE[1].body) - 1).count == 1


@pytest.mark.parametrize(
    "plan",
    [
        Plan("p1", appends=(make_append(FIVE[4]),)),
        Plan("p1", appends=(make_append(FIVE[0]), make_append(FIVE[1]))),
        Plan("p1", appends=(make_append(FIVE[0]),), erase=(FIVE[0].key,)),
        Plan("p1", erase=(FIVE[0].key,)),
        Plan("p1", erase=(FIVE[4].key,)),
        Plan("p1", changes=(Change(COLLECTION, 9, TOMBSTONE),)),
        Plan("p1", support_changes=(SupportChange(OTHER, 1, Support(make_line(FIVE[0]), "r")),)),
    ],
    ids=[
        "append of an unknown object",
        "append of an erased object",
        "append and erasure of one object",
        "erasure of a live entry's text",
        "erasure of an unknown object",
        "change of an unknown entry",
        "support of an unknown entry",
    ],
)
def test_a_plan_that_cannot_be_executed_changes_nothing(store: Store, plan: Plan) -> None:
    push(store, *FIVE[:2])
    execute(store, Plan("p1", changes=(Change(COLLECTION, 2, TOMBSTONE),), erase=(FIVE[1].key,)))
    before = store.facts().entries

    with pytest.raises(ValueError, match="the plan"):
        execute(store, plan)

    assert store.facts().entries == before
    assert read(store).text == joined(FIVE[:1])


def test_what_a_planner_raises_is_passed_on(store: Store) -> None:
    def plan(view: PlanView) -> Plan:
        view.entries_of([make_id(0)])
        raise NotFoundError

    with pytest.raises(NotFoundError):
        store.commit(make_batch(), plan)

    assert push(store, FIVE[0]).dates_us == (START_US,)


def test_what_a_status_raises_undoes_the_batch(store: Store) -> None:
    plan = Plan("p1", objects=tuple(FIVE), appends=tuple(map(make_append, FIVE)))

    def status(_committed: Committed) -> StatusRecord:
        raise OSError("not a failure of the store")

    with pytest.raises(OSError, match="not a failure of the store"):
        store.commit(make_batch(), lambda _view: plan, status)

    assert read(store) == Page()
    assert look(store, make_id(0)) == {}
    push(store, *FIVE)
    assert read(store).text == joined(FIVE)


def test_a_status_is_made_of_the_dates_and_stored_with_the_batch(store: Store) -> None:
    outcomes = (Outcome(0, True, "accepted", entry=0),)
    plan = Plan("p1", objects=(FIVE[0],), appends=(make_append(FIVE[0]),), outcomes=outcomes)
    made = []

    def status(committed: Committed) -> StatusRecord:
        made.append(committed)
        return StatusRecord("s1", "coalition", "facebook", 5, b"{}")

    committed = store.commit(make_batch(), lambda _view: plan, status)

    assert made == [committed]
    assert committed.dates_us == (START_US,)
    assert committed.plan is plan
    assert store.get_status("s1") == StatusRecord("s1", "coalition", "facebook", 5, b"{}")


def test_a_batch_after_its_deadline_is_refused_before_it_is_planned(store: Store) -> None:
    """A handler past its request's deadline writes no batch (design section 5)."""
    planned = []

    def plan(_view: PlanView) -> Plan:
        planned.append(1)
        return Plan("p1")

    with pytest.raises(StorageUnavailableError):
        store.commit(make_batch(), plan, deadline_us=START_US - 1)

    assert planned == []


def test_a_batch_before_its_deadline_is_committed(store: Store) -> None:
    plan = Plan("p1", objects=(FIVE[0],), appends=(make_append(FIVE[0]),))

    store.commit(make_batch(), lambda _view: plan, deadline_us=START_US + 1)

    assert read(store).count == 1


def test_a_writer_that_waits_past_its_deadline_is_refused(store: Store) -> None:
    """A slow batch in the way must not turn into a late write of a request given up."""
    planning = threading.Event()
    go_on = threading.Event()

    def slow(_view: PlanView) -> Plan:
        planning.set()
        assert go_on.wait(10)
        return Plan("p1")

    writer = threading.Thread(target=store.commit, args=(make_batch(), slow))
    writer.start()
    try:
        assert planning.wait(10)
        with pytest.raises(StorageUnavailableError):
            store.commit(make_batch(), lambda _view: Plan("p1"), deadline_us=START_US + 20_000)
    finally:
        go_on.set()
        writer.join()


def test_a_planner_may_read_pages_and_sees_what_was_there_before(store: Store) -> None:
    push(store, FIVE[0])
    seen = []

    def plan(_view: PlanView) -> Plan:
        seen.append(read(store).count)
        return Plan("p1", objects=(FIVE[1],), appends=(make_append(FIVE[1]),))

    store.commit(make_batch(), plan)

    assert seen == [1]


def test_threads_commit_and_read_without_loss(store: Store) -> None:
    """INV-POLL in small: every page is a whole prefix, every batch is wholly there."""
    problems: list[str] = []

    def write(writer: int) -> None:
        for n in range(15):
            pair = [make_object(make_id(writer * 1000 + 2 * n + k)) for k in range(2)]
            push(store, *pair)

    def poll() -> None:
        seen = 0
        while seen < 120:
            page = read(store)
            if page.count % 2 or page.count < seen or page.last_seq != page.count:
                problems.append(f"{seen} entries, then {page.count} up to {page.last_seq}")
                return
            seen = page.count

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    threads += [threading.Thread(target=poll) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []
    assert read(store).count == 120


def test_the_edges_of_an_id_do_not_grow_with_its_history(store: Store) -> None:
    """INV-BOUNDED: what a push reads is what it can change, tombstones of its version too."""
    history = [
        make_object(make_id(0), modified=f"2020-01-01T00:00:{n:02d}.000Z") for n in range(30)
    ]
    edge = {0: Flags(1, 0, 1), 29: Flags(1, 1, 0), 7: TOMBSTONE}
    appends = [
        make_append(stored, flags=edge.get(n, Flags(1, 0, 0))) for n, stored in enumerate(history)
    ]
    execute(store, Plan("p1", objects=tuple(history), appends=tuple(appends)))

    seen = store.look(lambda view: view.edges_of([history[7]]))

    assert [entry.object for entry in seen[make_id(0)]] == [history[n].key for n in (0, 7, 29)]
