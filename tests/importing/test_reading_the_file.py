"""medallion's data file becomes values: what is dated, matched, kept and reported."""

from __future__ import annotations

import json
from typing import Any

import pytest

from taxii_server.services.importing.medallion_file import (
    FileCollection,
    MedallionFile,
    NotMedallionError,
    Severity,
    read_medallion,
)
from tests.differential import data


def read(content: Any) -> MedallionFile:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return read_medallion(raw)


def read_one(collection: dict[str, Any]) -> tuple[FileCollection, list[str]]:
    """Return the only collection of a file, and its findings as text."""
    root = {"information": {"title": "R"}, "status": [], "collections": [collection]}
    found = read({"/discovery": {}, "root": root})
    ((only,),) = [r.collections for r in found.roots]
    return only, [f"{f.severity}: {f.what}" for f in found.findings]


def test_a_file_has_its_roots_collections_statuses_and_objects() -> None:
    found = read(data.make_data())

    first, second = found.roots
    assert (first.path, second.path) == (data.ROOT, data.SECOND_ROOT)
    assert [c.id for c in first.collections][:2] == [data.RW, data.READ_ONLY]
    assert [s["id"] for s in first.statuses] == [data.STATUS, data.MIXED_STATUS]
    assert len(first.collections[0].objects) == len(data.mixed())
    assert found.findings == ()


def test_objects_come_in_the_order_of_their_dates_and_then_of_the_manifest() -> None:
    late, early = data.make_indicator(1), data.make_indicator(2)
    same, also = data.make_indicator(3), data.make_indicator(4)
    dated = [(data.day(3), late), (data.day(2), same), (data.day(2), also), (data.day(1), early)]
    collection = data.make_collection(data.RW, "T", dated)
    collection["objects"].reverse()

    found, _ = read_one(collection)

    wanted = [early["id"], same["id"], also["id"], late["id"]]
    assert [one.stix_id for one in found.objects] == wanted


def test_the_key_and_the_date_of_the_later_form_are_read() -> None:
    """Later versions key collections and statuses by id and date objects in ``__meta``."""
    meta = {"date_added": data.day(7), "media_type": data.STIX_2_1}
    stix = data.make_indicator(1)
    later = {"title": "T", "can_read": True, "can_write": False, "media_types": [data.STIX_2_1]}
    root = {
        "information": {"title": "R"},
        "status": {data.STATUS: {"status": "complete"}},
        "collections": {data.RW: {**later, "objects": [{**stix, "__meta": meta}]}},
    }

    (found,) = read({"root": root}).roots

    (collection,) = found.collections
    (one,) = collection.objects
    assert (collection.id, found.statuses[0]["id"]) == (data.RW, data.STATUS)
    assert json.loads(one.text) == stix
    assert one.date_added_us == 1_609_977_600_000_000


def test_versions_of_one_manifest_record_of_2_x_become_one_date_each() -> None:
    """Medallion 2.x kept one record per id, its versions newest first."""
    versions = [data.make_indicator(1, v) for v in (data.FIRST, data.SECOND)]
    collection = data.make_collection(data.RW, "T", [])
    collection["objects"] = versions
    record = {"id": versions[0]["id"], "date_added": data.day(1)}
    collection["manifest"] = [{**record, "versions": [data.SECOND, data.FIRST]}]

    found, problems = read_one(collection)

    modified = [json.loads(one.text)["modified"] for one in found.objects]
    assert modified == [data.FIRST, data.SECOND]
    assert {one.date_added_us for one in found.objects} == {1_609_459_200_000_000}
    assert problems == []


def test_a_version_is_found_by_its_instant_not_by_its_text() -> None:
    collection = data.make_collection(data.RW, "T", [(data.day(1), data.make_indicator(1))])
    collection["manifest"][0]["version"] = "2020-01-01T00:00:00Z"

    found, problems = read_one(collection)

    assert found.objects[0].date_added_us is not None
    assert problems == []


def test_content_keeps_its_digits_and_loses_medallions_internals() -> None:
    """INV-VERBATIM: a float keeps its digits; ``_date_added`` never leaks (T-GET-06)."""
    text = (
        b'{"r":{"information":{},"collections":[{"id":"c","title":"T","manifest":[],"objects":['
        b'{"type":"url","id":"url--1","x":1.10,"y":1e2,"z":12345678901234567890,'
        b'"_date_added":"2021-01-01T00:00:00.000000Z"}]}]}}'
    )

    (root,) = read(text).roots

    (one,) = root.collections[0].objects
    assert one.text == '{"type":"url","id":"url--1","x":1.10,"y":1e2,"z":12345678901234567890}'


def test_a_key_that_stands_twice_still_stands_twice() -> None:
    """T-ADD-28: the reader of objects refuses it there, and only that object."""
    text = (
        b'{"r":{"collections":[{"id":"c","title":"T","objects":'
        b'[{"id":"url--1","a":1,"a":2,"_date_added":"x"}]}]}}'
    )

    (root,) = read(text).roots

    assert root.collections[0].objects[0].text == '{"id":"url--1","a":1,"a":2}'


def test_an_object_that_nothing_dates_is_kept_last_and_reported() -> None:
    dated = data.make_indicator(1)
    collection = data.make_collection(data.RW, "T", [(data.day(1), dated)])
    collection["objects"].insert(0, data.make_indicator(2))

    found, problems = read_one(collection)

    assert next(one.stix_id for one in found.objects) == dated["id"]
    assert found.objects[1].date_added_us is None
    assert len(problems) == 1
    assert problems[0].endswith("has no date_added; dated by the import")


def test_a_manifest_record_without_an_object_is_reported() -> None:
    collection = data.make_collection(data.RW, "T", [(data.day(1), data.make_indicator(1))])
    collection["objects"].clear()

    found, problems = read_one(collection)

    assert found.objects == ()
    assert problems == [f"skipped: {data.INDICATOR} of this version has no object"]


def test_a_media_type_without_a_version_means_every_version() -> None:
    collection = data.make_collection(data.RW, "T", [], media_types=("application/stix+json",))

    found, problems = read_one(collection)

    assert found.media_types == (data.STIX_2_1, data.STIX_2_0)
    assert problems == []


@pytest.mark.parametrize(
    "document",
    [b"", b"nonsense", b"[]", b'{"/discovery": {}}', b'{"a": NaN}', b"\xff", b"[" * 100_000],
)
def test_what_is_no_data_file_is_refused_as_a_whole(document: bytes) -> None:
    with pytest.raises(NotMedallionError):
        read(document)


@pytest.mark.parametrize(
    "root",
    [
        5,
        {},
        {"collections": 5, "status": "x"},
        {"collections": [5, {}, {"id": 1}, {"id": "c"}, {"id": "c"}], "status": [[]]},
        {"collections": [{"id": "c", "objects": [1, {}], "manifest": [1, {"id": 2}]}]},
        {"collections": [{"id": "c", "media_types": [1], "objects": {}, "manifest": 3}]},
        {"collections": [{"id": "c", "title": 3, "objects": [{"id": "a", "__meta": 3}]}]},
    ],
)
def test_nonsense_inside_is_reported_and_never_raises(root: Any) -> None:
    found = read({"root": root, "other": {"information": {}}})

    assert any(f.severity in Severity for f in found.findings)
