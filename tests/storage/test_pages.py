"""Reading a page: order, every filter, every bound, every form of text."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from taxii_server.clock import format_us, parse_instant
from taxii_server.filters import ALL, ObjectFilter, VersionFilter
from taxii_server.storage.protocol import (
    TOMBSTONE,
    Change,
    Flags,
    Page,
    PageForm,
    Plan,
    Store,
    StoredObject,
)
from tests.storage.making import (
    COLLECTION,
    OTHER,
    START_US,
    SetClock,
    execute,
    joined,
    make_append,
    make_id,
    make_object,
    push,
    read,
)

FIVE = [make_object(make_id(n)) for n in range(5)]
EVERYTHING = ObjectFilter(versions=ALL)


def test_objects_come_in_the_order_in_which_they_were_added(store: Store) -> None:
    """T-FLT-02: oldest first."""
    push(store, *FIVE[3:])
    push(store, *FIVE[:3])

    assert read(store).text == joined(FIVE[3:] + FIVE[:3])


def test_an_unknown_collection_is_an_empty_page(store: Store) -> None:
    push(store, *FIVE)

    assert read(store, collection=OTHER) == Page()


def test_a_page_that_matches_nothing_is_the_empty_page(store: Store) -> None:
    push(store, *FIVE)

    assert read(store, ObjectFilter(types=frozenset({"malware"}))) == Page()


def test_a_page_says_where_it_stands(store: Store) -> None:
    """T-HDR-03, T-PAG-03: the first and last date of this page, and that there is more."""
    dates = push(store, *FIVE).dates_us

    page = read(store, limit=2, after_seq=1)

    assert page == Page(joined(FIVE[1:3]), 2, dates[1], dates[2], 3, more=True)


def test_more_is_false_when_the_limit_is_exactly_the_number_of_matches(store: Store) -> None:
    """T-PAG-18."""
    push(store, *FIVE)

    assert read(store, limit=5).more is False


def test_a_walk_of_pages_sees_each_entry_once(store: Store) -> None:
    """T-PAG-07."""
    push(store, *FIVE)
    seen = []
    page = Page(more=True)
    while page.more:
        page = read(store, limit=2, after_seq=page.last_seq)
        seen.append(page.text)

    assert b",".join(seen) == joined(FIVE)


def test_added_after_is_strict(store: Store) -> None:
    """T-FLT-01, T-FLT-06: the entry of that very date is not repeated."""
    dates = push(store, *FIVE).dates_us

    assert read(store, ObjectFilter(added_after_us=dates[2])).text == joined(FIVE[3:])


def test_added_after_between_two_dates_starts_at_the_later_one(
    store: Store, clock: SetClock
) -> None:
    push(store, FIVE[0])
    clock.us += 1_000
    push(store, FIVE[1])

    assert read(store, ObjectFilter(added_after_us=START_US + 500)).text == joined(FIVE[1:2])


def test_added_after_before_everything_shows_everything(store: Store) -> None:
    push(store, *FIVE)

    assert read(store, ObjectFilter(added_after_us=-5)).count == 5


def test_the_later_of_added_after_and_the_walks_position_counts(store: Store) -> None:
    """Q-12: some clients send ``next`` and their first ``added_after`` together."""
    dates = push(store, *FIVE).dates_us
    wanted = ObjectFilter(added_after_us=dates[1])

    assert read(store, wanted, after_seq=4).text == joined(FIVE[4:])
    assert read(store, wanted, after_seq=1).text == joined(FIVE[2:])


def test_types_are_a_union(store: Store) -> None:
    """T-FLT-08: either type, in the order of the log."""
    objects = [make_object(make_id(n, kind)) for n, kind in enumerate(["a", "b", "c", "a", "b"])]
    push(store, *objects)

    page = read(store, ObjectFilter(types=frozenset({"b", "a", "unheard-of"})))

    assert page.text == joined([objects[0], objects[1], objects[3], objects[4]])


def test_ids_are_a_union_in_the_order_of_the_log(store: Store) -> None:
    """T-FLT-07."""
    push(store, *FIVE)
    ids = frozenset({make_id(3), make_id(1), make_id(77)})

    assert read(store, ObjectFilter(ids=ids)).text == joined([FIVE[1], FIVE[3]])


def test_ids_and_types_must_both_match(store: Store) -> None:
    """T-FLT-11."""
    malware = make_object(make_id(9, "malware"))
    push(store, *FIVE, malware)
    ids = frozenset({make_id(3), make_id(9, "malware")})

    page = read(store, ObjectFilter(ids=ids, types=frozenset({"malware"})))

    assert page.text == joined([malware])


def test_an_id_in_another_collection_does_not_match(store: Store) -> None:
    push(store, FIVE[0], collection=OTHER)
    push(store, FIVE[1])

    assert read(store, ObjectFilter(ids=frozenset({make_id(0)}))) == Page()


V1 = make_object(make_id(1), modified="2020-01-01T00:00:00.000Z")
V2 = make_object(make_id(1), modified="2020-01-02T00:00:00Z")
V3 = make_object(make_id(1), modified="2020-01-03T00:00:00.1200Z")
ONLY = make_object(make_id(2), modified="2020-01-02T00:00:00.000Z")


@pytest.fixture
def versioned(store: Store) -> Store:
    """Three versions of one id, the first of them first, the last latest, and another id."""
    flags = [Flags(1, 0, 1), Flags(1, 0, 0), Flags(1, 1, 0), Flags(1, 1, 1)]
    objects = (V1, V2, V3, ONLY)
    appends = [make_append(o, flags=f) for o, f in zip(objects, flags, strict=True)]
    execute(store, Plan("p1", objects=objects, appends=tuple(appends)))
    return store


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        (None, [V3, ONLY]),
        (VersionFilter(last=True), [V3, ONLY]),
        (VersionFilter(first=True), [V1, ONLY]),
        (ALL, [V1, V2, V3, ONLY]),
        (VersionFilter(first=True, last=True), [V1, V3, ONLY]),
        (VersionFilter(instants=frozenset({"2020-01-02T00:00:00"})), [V2, ONLY]),
        (VersionFilter(instants=frozenset({"2020-01-03T00:00:00.12"})), [V3]),
        (VersionFilter(instants=frozenset({"2020-01-03T00:00:00.121"})), []),
        (VersionFilter(first=True, instants=frozenset({"2020-01-02T00:00:00"})), [V1, V2, ONLY]),
        (VersionFilter(), []),
    ],
)
@pytest.mark.parametrize("ids", [None, frozenset({V1.key.stix_id, ONLY.key.stix_id})])
@pytest.mark.parametrize("types", [None, frozenset({"indicator", "malware"})])
def test_versions_are_a_union_without_duplicates(
    versioned: Store,
    versions: VersionFilter | None,
    expected: list[StoredObject],
    ids: frozenset[str] | None,
    types: frozenset[str] | None,
) -> None:
    """T-FLT-16 to T-FLT-20, also by id and by type."""
    page = read(versioned, ObjectFilter(versions=versions, ids=ids, types=types))

    assert page.text == joined(expected)
    assert page.count == len(expected)


OLD_SPEC = make_object(make_id(1), modified="2020-01-01T00:00:00.000Z", spec="2.0")
NEW_SPEC = make_object(make_id(1), modified="2020-01-02T00:00:00.000Z", spec="2.1")
ONLY_OLD = make_object(make_id(2), modified="2020-01-01T00:00:00.000Z", spec="2.0")


FIRST = VersionFilter(first=True)
BOTH = frozenset({"2.0", "2.1"})


@pytest.mark.parametrize(
    ("specs", "versions", "expected"),
    [
        *((None, versions, [NEW_SPEC, ONLY_OLD]) for versions in (None, ALL, FIRST)),
        *((frozenset({"2.0"}), versions, [OLD_SPEC, ONLY_OLD]) for versions in (None, ALL, FIRST)),
        *((frozenset({"2.1"}), versions, [NEW_SPEC]) for versions in (None, ALL, FIRST)),
        (BOTH, None, [NEW_SPEC, ONLY_OLD]),
        (BOTH, ALL, [OLD_SPEC, NEW_SPEC, ONLY_OLD]),
        (BOTH, FIRST, [OLD_SPEC, ONLY_OLD]),
        (frozenset({"9.9"}), None, []),
        (frozenset({"9.9", "2.1"}), None, [NEW_SPEC]),
    ],
)
@pytest.mark.parametrize("ids", [None, frozenset({make_id(1)}), frozenset(map(make_id, range(9)))])
def test_an_id_in_two_specifications_shows_the_later_one_unless_asked(
    store: Store,
    specs: frozenset[str] | None,
    versions: VersionFilter | None,
    expected: list[StoredObject],
    ids: frozenset[str] | None,
) -> None:
    """T-FLT-25, T-FLT-26, T-FLT-28."""
    appends = (
        make_append(OLD_SPEC, flags=Flags(live=4, latest=2, first=4)),
        make_append(NEW_SPEC, flags=Flags(live=1, latest=1, first=3)),
        make_append(ONLY_OLD),
    )
    execute(store, Plan("p1", objects=(OLD_SPEC, NEW_SPEC, ONLY_OLD), appends=appends))
    shown = [o for o in expected if ids is None or o.key.stix_id in ids]

    page = read(store, ObjectFilter(spec_versions=specs, ids=ids, versions=versions))

    assert page.text == joined(shown)


def test_a_tombstone_is_in_no_view(store: Store) -> None:
    """T-DEL-03."""
    push(store, *FIVE[:2])
    execute(store, Plan("p1", changes=(Change(COLLECTION, 1, TOMBSTONE),)))

    instants = VersionFilter(instants=frozenset({"2020-01-01T00:00:00"}))
    for versions in (None, ALL, VersionFilter(first=True), instants):
        assert read(store, ObjectFilter(versions=versions)).text == joined(FIVE[1:2])
    assert read(store, ObjectFilter(ids=frozenset({make_id(0)}), versions=ALL)) == Page()


def test_a_page_ends_where_its_texts_reach_the_bound(store: Store) -> None:
    """INV-BOUNDED, T-PAG-03: what does not fit is announced by ``more``."""
    push(store, *FIVE)
    size = len(FIVE[0].body)

    page = read(store, max_bytes=2 * size)

    assert page.text == joined(FIVE[:2])
    assert page.more is True
    assert page.last_seq == 2


def test_one_object_is_served_however_large_it_is(store: Store) -> None:
    push(store, *FIVE)

    page = read(store, max_bytes=1)

    assert page.text == joined(FIVE[:1])
    assert page.more is True


def test_the_bound_counts_bytes_and_not_characters(store: Store) -> None:
    wide = [make_object(make_id(n), content="ü" * 100) for n in range(2)]
    push(store, *wide)

    assert read(store, max_bytes=len(wide[0].body) * 2).count == 1


def test_a_text_comes_back_byte_for_byte(store: Store) -> None:
    """INV-VERBATIM: the store never parses what it keeps."""
    body = '{"id":"x-a--1","n":1.0e0,"s":"\\u0000 \\ud83d\\ude00 ü \\"","t":1E400}'
    odd = replace(make_object(make_id(1)), body=body)
    push(store, odd)

    assert read(store).text == body.encode()


def test_a_manifest_has_one_record_per_entry(store: Store) -> None:
    """T-MAN-01 to T-MAN-04: the version is the object's own text, the date ours."""
    old = make_object(make_id(1), modified="2020-01-01T00:00:00.100Z", spec="2.0")
    dates = push(store, old, V2).dates_us

    records = json.loads(b"[" + read(store, form=PageForm.MANIFEST).text + b"]")

    assert records == [
        {
            "id": make_id(1),
            "date_added": format_us(dates[0]),
            "version": "2020-01-01T00:00:00.100Z",
            "media_type": "application/stix+json;version=2.0",
        },
        {
            "id": make_id(1),
            "date_added": format_us(dates[1]),
            "version": "2020-01-02T00:00:00Z",
            "media_type": "application/stix+json;version=2.1",
        },
    ]


def test_versions_are_json_strings(store: Store) -> None:
    """T-VER-01."""
    push(store, V1, V2)

    page = read(store, EVERYTHING, form=PageForm.VERSIONS)

    assert page.text == b'"2020-01-01T00:00:00.000Z","2020-01-02T00:00:00Z"'


@pytest.mark.parametrize("us", [START_US, START_US + 7, START_US + 120_000])
def test_an_object_without_a_version_has_the_date_of_its_entry(
    store: Store, clock: SetClock, us: int
) -> None:
    """T-FLT-24, T-VER-03: manifest, versions and ``match[version]`` agree."""
    clock.us = us
    push(store, make_object(make_id(1, "url"), modified=None))
    instant = parse_instant(format_us(us))

    assert read(store, form=PageForm.VERSIONS).text == f'"{format_us(us)}"'.encode()
    (record,) = json.loads(b"[" + read(store, form=PageForm.MANIFEST).text + b"]")
    assert record["version"] == record["date_added"] == format_us(us)
    wanted = ObjectFilter(versions=VersionFilter(instants=frozenset({instant})))
    assert read(store, wanted).count == 1


def test_the_same_object_has_the_date_of_each_log_as_its_version(
    store: Store, clock: SetClock
) -> None:
    url = make_object(make_id(1, "url"), modified=None)
    push(store, url)
    clock.us += 5
    push(store, url, collection=OTHER)

    texts = [read(store, collection=c, form=PageForm.VERSIONS).text for c in (COLLECTION, OTHER)]

    assert texts == [f'"{format_us(us)}"'.encode() for us in (START_US, START_US + 5)]


def test_manifest_and_versions_are_not_cut_by_the_size_of_objects(store: Store) -> None:
    push(store, *FIVE)

    assert read(store, max_bytes=1, form=PageForm.MANIFEST).count == 5
    assert read(store, max_bytes=1, form=PageForm.VERSIONS).count == 5


def test_many_values_of_several_fields_are_one_page(store: Store) -> None:
    """More combinations than one compound statement takes."""
    kinds = [f"x-kind-{n}" for n in range(60)]
    objects = [make_object(make_id(n, kind)) for n, kind in enumerate(kinds)]
    push(store, *objects)
    instants = frozenset({f"2020-01-01T00:00:00.{n:03d}1" for n in range(40)})
    wanted = ObjectFilter(
        types=frozenset(kinds[10:]),
        spec_versions=frozenset({"2.0", "2.1"}),
        versions=VersionFilter(first=True, last=True, instants=instants | {"2020-01-01T00:00:00"}),
    )

    page = read(store, wanted, limit=20)

    assert page.text == joined(objects[10:30])
    assert page.more is True


def test_has_object_says_whether_a_live_entry_of_the_id_stands(store: Store) -> None:
    """T-OBJ-03, T-OBJ-04: what filters exclude exists, what was deleted does not."""
    push(store, FIVE[0], flags=Flags(2, 0, 0))
    push(store, FIVE[1])
    execute(store, Plan("p1", changes=(Change(COLLECTION, 2, TOMBSTONE),)))

    assert store.has_object(COLLECTION, make_id(0)) is True
    assert store.has_object(COLLECTION, make_id(1)) is False
    assert store.has_object(COLLECTION, make_id(2)) is False
    assert store.has_object(OTHER, make_id(0)) is False
