"""A data file in the form that medallion 3.0.0 reads and writes, made for these tests.

Ids are written out, so that requests and differences can name them. The content is
ours; only the form is medallion's: API Roots by path, each with ``information``,
``status`` and ``collections`` that hold ``objects`` and the ``manifest`` that dates
them, and ``_date_added`` in an object that has no version of its own.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

FILE_HOST = "http://localhost:5000"
ROOT = "circle1"
SECOND_ROOT = "archive"
STIX_2_1 = "application/stix+json;version=2.1"
STIX_2_0 = "application/stix+json;version=2.0"
MAX_CONTENT_LENGTH = 1_048_576

RW = "11111111-1111-4111-8111-111111111111"
READ_ONLY = "22222222-2222-4222-8222-222222222222"
WRITE_ONLY = "33333333-3333-4333-8333-333333333333"
NEITHER = "44444444-4444-4444-8444-444444444444"
EMPTY = "55555555-5555-1555-8555-555555555555"  # not version 4: kept, with a warning
SCRATCH = "66666666-6666-4666-8666-666666666666"  # what POST and DELETE change
TIES = "88888888-8888-4888-8888-888888888888"  # two objects of one date
ARCHIVED = "77777777-7777-4777-8777-777777777777"
MISSING = "99999999-9999-4999-8999-999999999999"

STATUS = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
MIXED_STATUS = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"


def stix_id(stix_type: str, n: int) -> str:
    """Return the ``n``-th id of a type."""
    return f"{stix_type}--{n:08x}-0000-4000-8000-000000000000"


INDICATOR = stix_id("indicator", 1)  # three versions
MALWARE = stix_id("malware", 1)  # one version
TOOL = stix_id("tool", 1)  # STIX 2.1, with STIX 2.0 versions before and after it
STATEMENT = stix_id("marking-definition", 1)  # created, never modified
URL = stix_id("url", 1)  # no version of its own
RELATIONSHIP = stix_id("relationship", 1)
CAMPAIGN = stix_id("campaign", 1)  # its older version was added later
ATTACK = stix_id("attack-pattern", 1)
ABSENT = stix_id("indicator", 0xFFFF)
AUTHOR = stix_id("identity", 1)  # in no collection
GREEN = "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"

FIRST = "2020-01-01T00:00:00.000Z"
SECOND = "2020-02-01T00:00:00.500Z"
THIRD = "2020-03-01T00:00:00.123Z"


def make_data() -> Json:
    """Return the whole file."""
    return {
        "/discovery": {
            "title": "A TAXII server",
            "description": "What it is for",
            "contact": "somebody@example.org",
            "default": f"{FILE_HOST}/{ROOT}/",
            "api_roots": [f"{FILE_HOST}/{ROOT}/", f"{FILE_HOST}/{SECOND_ROOT}/"],
        },
        ROOT: _root("Circle", _collections(), _statuses()),
        SECOND_ROOT: _root("Archive", [make_collection(ARCHIVED, "Archive", archived())], []),
    }


def make_collection(
    collection_id: str,
    title: str,
    dated: list[tuple[str, Json]],
    *,
    can_read: bool = True,
    can_write: bool = True,
    media_types: tuple[str, ...] = (STIX_2_1,),
) -> Json:
    """Return a collection of these objects, each with its ``date_added``."""
    objects = []
    for date_added, stix in dated:
        unversioned = "created" not in stix and "modified" not in stix
        objects.append({**stix, "_date_added": date_added} if unversioned else stix)
    return {
        "id": collection_id,
        "title": title,
        "can_read": can_read,
        "can_write": can_write,
        "media_types": list(media_types),
        "objects": objects,
        "manifest": [_record(date_added, stix) for date_added, stix in dated],
    }


def make_object(stix: str, version: str = FIRST, **properties: Any) -> Json:
    """Return a STIX 2.1 object with the common properties and these.

    It is signed and marked, so that this server has nothing to remark about it.
    """
    made: Json = {
        "type": stix.partition("--")[0],
        "spec_version": "2.1",
        "id": stix,
        "created_by_ref": AUTHOR,
        "created": FIRST,
        "modified": version,
        "object_marking_refs": [GREEN],
    }
    return {**made, **properties}


def make_indicator(n: int, version: str = FIRST, name: str = "An indicator") -> Json:
    """Return the ``n``-th indicator."""
    return make_object(
        stix_id("indicator", n),
        version,
        name=name,
        pattern=f"[url:value = 'https://{n}.example/']",
        pattern_type="stix",
        valid_from=FIRST,
    )


def day(n: int, microseconds: int = 0) -> str:
    """Return midnight of the ``n``-th day of 2021, as medallion writes dates."""
    return f"2021-01-{n:02d}T00:00:00.{microseconds:06d}Z"


def mixed() -> list[tuple[str, Json]]:
    """Return the objects of RW in the order in which they were added."""
    relationship = make_object(
        RELATIONSHIP,
        relationship_type="indicates",
        source_ref=INDICATOR,
        target_ref=MALWARE,
        confidence=55,
    )
    statement = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": STATEMENT,
        "created": SECOND,
        "definition_type": "statement",
        "definition": {"statement": "Copyright © Example"},
    }
    tool_2_0 = {
        "type": "tool",
        "id": TOOL,
        "created": FIRST,
        "name": "T",
        "labels": ["exploitation"],
    }
    return [
        (day(1), make_indicator(1)),
        (day(2), make_object(MALWARE, name="Seen", is_family=False)),
        (day(3), relationship),
        (day(4), make_indicator(1, SECOND, "Second")),
        (day(5), statement),
        (
            day(6, 250),
            {"type": "url", "spec_version": "2.1", "id": URL, "value": "https://u.example/"},
        ),
        (day(7), {**tool_2_0, "modified": FIRST}),
        (day(8), make_object(TOOL, SECOND, name="T")),
        (day(9), {**tool_2_0, "modified": THIRD}),
        (day(10), make_indicator(1, THIRD, "Third")),
        (day(11), make_object(CAMPAIGN, THIRD, name="New first")),
        (day(11, 500), make_object(ATTACK, name="With a score", x_score=0.10)),
        (day(12), make_object(CAMPAIGN, FIRST, name="Old later")),
    ]


def numbered() -> list[tuple[str, Json]]:
    """Return the 23 objects of READ_ONLY: for walks by pages."""
    return [(day(1 + n, n), make_indicator(0x100 + n, name=f"Number {n}")) for n in range(23)]


def tied() -> list[tuple[str, Json]]:
    """Return the objects of TIES: the second and the third were added at one time."""
    dates = (day(1), day(2), day(2), day(3))
    return [(date, make_indicator(0x180 + n)) for n, date in enumerate(dates)]


def archived() -> list[tuple[str, Json]]:
    """Return the objects of the second API Root."""
    return [(day(20 + n), make_indicator(0x200 + n)) for n in range(3)]


def scratch() -> list[tuple[str, Json]]:
    """Return what DELETE takes away."""
    versions = [
        (day(1 + n), make_indicator(0x300, v)) for n, v in enumerate((FIRST, SECOND, THIRD))
    ]
    others = [(day(10 + n), make_indicator(0x301 + n)) for n in range(4)]
    return [*versions, *others]


def _collections() -> list[Json]:
    secret = [(day(2), make_indicator(0x400))]
    return [
        make_collection(RW, "Mixed objects", mixed(), media_types=(STIX_2_1, STIX_2_0)),
        make_collection(READ_ONLY, "Numbered objects", numbered(), can_write=False),
        make_collection(WRITE_ONLY, "Letter box", secret, can_read=False),
        make_collection(NEITHER, "Closed", secret, can_read=False, can_write=False),
        make_collection(EMPTY, "Nothing yet", []),
        make_collection(SCRATCH, "Scratch", scratch()),
        make_collection(TIES, "Ties", tied()),
    ]


def _root(title: str, collections: list[Json], statuses: list[Json]) -> Json:
    return {
        "information": {
            "title": title,
            "versions": ["application/taxii+json;version=2.1"],
            "max_content_length": MAX_CONTENT_LENGTH,
        },
        "status": statuses,
        "collections": collections,
    }


def _statuses() -> list[Json]:
    success = {"id": MALWARE, "version": FIRST}
    return [
        {
            "id": STATUS,
            "status": "complete",
            "request_timestamp": "2021-01-02T00:00:00.000001Z",
            "total_count": 1,
            "success_count": 1,
            "successes": [success],
            "failure_count": 0,
            "pending_count": 0,
        },
        {
            "id": MIXED_STATUS,
            "status": "pending",
            "request_timestamp": "2021-01-03T00:00:00.000000Z",
            "total_count": 3,
            "success_count": 1,
            "successes": [success],
            "failure_count": 1,
            "failures": [{"id": ABSENT, "version": FIRST, "message": "Unable to process object"}],
            "pending_count": 1,
            "pendings": [{"id": TOOL, "version": SECOND}],
        },
    ]


def _record(date_added: str, stix: Json) -> Json:
    unversioned = "created" not in stix and "modified" not in stix
    is_2_1 = unversioned or stix.get("spec_version") == "2.1"
    return {
        "id": stix["id"],
        "date_added": date_added,
        "version": stix.get("modified", stix.get("created", date_added)),
        "media_type": STIX_2_1 if is_2_1 else STIX_2_0,
    }
