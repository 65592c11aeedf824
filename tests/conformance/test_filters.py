"""URL filter parameters (T-FLT)."""

from __future__ import annotations

import time

import pytest

from tests.conformance.checks import is_error
from tests.support.stix import (
    FIRST,
    Stix,
    envelope,
    make_id,
    make_indicator,
    make_malware,
    make_malware_2_0,
    make_statement,
    make_url,
    newer,
    stamp,
)
from tests.support.wire import Client

FORMS = ("objects/", "manifest/")


def put(filled: Client, *objects: Stix) -> list[str]:
    """Post these and return their dates, in order of arrival."""
    answer = filled.post("objects/", envelope(*objects))
    assert answer.json()["success_count"] == len(objects), answer.body
    return [one["date_added"] for one in filled.get("manifest/?match[version]=all").objects]


@pytest.mark.parametrize("form", FORMS)
def test_added_after_is_strictly_later_and_oldest_first(filled: Client, form: str) -> None:
    """T-FLT-01, T-FLT-02, T-FLT-06, T-INT-14, Q-16: Last verbatim repeats and loses nothing."""
    objects = [make_indicator() for _ in range(4)]
    dates = put(filled, *objects)
    ids = [one["id"] for one in objects]

    assert filled.get(form, {"added_after": dates[1]}).ids == ids[2:]
    assert filled.get(form, {"limit": 2}).ids == ids[:2]
    page = filled.get(form, {"limit": 3})
    assert filled.get(form, {"added_after": page.dates[1] or ""}).ids == ids[3:]


@pytest.mark.parametrize(
    "query",
    [
        "added_after=2020-01-01T00:00:00Z&added_after=2020-01-01T00:00:00Z",
        "added_after=2020-01-01T00:00:00Z,2021-01-01T00:00:00Z",
        "added_after=abc",
        "added_after=2024-13-01T00:00:00Z",
        "added_after=2024-01-01T00:00:00.0123456789Z",
        "added_after=",
        "added_after=2024-01-01",
        "added_after=2024-01-01T00:00:00",
        "added_after=2024-02-30T00:00:00Z",
        "added_after=2024-01-01T25:00:00Z",
        "added_after=2024-01-01T00:00:00.Z",
        "added_after=1700000000",
        "added_after=%00",
        "added_after=2024-01-01T00:00:00%2B99:00",
        "added_after=0000-01-01T00:00:00Z",
        "limit=0",
        "limit=-1",
        "limit=abc",
        "limit=1.5",
        "limit=",
        "limit=1&limit=1",
        "limit=%C2%B2",
        "limit=+1",
        "limit=0x10",
        "next=garbage",
        "next=a&next=b",
        "next=%00",
        "match[type]=a&match[type]=b",
        "match[id]=a&match[id]=b",
        "match[version]=all&match[version]=all",
        "match[spec_version]=2.1&match[spec_version]=2.0",
        "match[type]=a&match%5Btype%5D=b",
        "match[id]=",
        "match[type]=",
        "match[type]=,",
        "match[version]=",
        "match[version]=all,first",
        "match[version]=all,all",
        "match[version]=first,first",
        "match[version]=2020-01-01T00:00:00Z,2020-01-01T00:00:00.000Z",
        "match[version]=latest",
        "match[version]=2018",
        "match[version]=2018-13-01T00:00:00Z",
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_a_malformed_or_repeated_parameter_is_400(facebook: Client, form: str, query: str) -> None:
    """T-FLT-03, T-FLT-12, T-FLT-15, T-FLT-21, T-FLT-22, T-FLT-30, T-PAG-16, T-ERR-06, T-INT-14."""
    answer = facebook.get(f"collections/from-facebook/{form}?{query}")

    assert answer.status == 400
    assert is_error(answer)


@pytest.mark.parametrize(
    "text",
    [
        "2020-01-01T00:00:00Z",
        "2020-01-01T00:00:00.1Z",
        "2020-01-01T00:00:00.123Z",
        "2020-01-01T00:00:00.123456789Z",
        "2020-01-01T00:00:00%2B00:00",
        "2020-01-01T00:00:00+00:00",
        "2020-01-01T02:00:00+02:00",
        "2020-01-01T02:00:00%2b02:00",
        "2020-01-01t00:00:00z",
        "2020-01-01T00:00:00-05:30",
        "2016-12-31T23:59:60Z",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999Z",
    ],
)
def test_any_rfc_3339_timestamp_is_an_added_after(facebook: Client, text: str) -> None:
    """T-FLT-04, A-06, Q-05, Q-14: any precision, any offset, an unescaped plus."""
    path = f"collections/from-facebook/objects/?limit=1&added_after={text}"

    assert facebook.get(path).status == 200


def test_an_offset_is_honoured(filled: Client) -> None:
    """T-FLT-04: the same instant with another offset is the same filter."""
    objects = [make_indicator(), make_indicator()]
    dates = put(filled, *objects)
    utc = dates[0].removesuffix("Z")

    assert filled.get(f"objects/?added_after={utc}%2B00:00").ids == [objects[1]["id"]]
    assert filled.get(f"objects/?added_after={utc}+00:00").ids == [objects[1]["id"]]
    assert filled.get(f"objects/?added_after={utc}-23:59").ids == []
    assert len(filled.get(f"objects/?added_after={utc}%2B23:59").ids) == 2


def test_added_after_is_about_arrival(filled: Client) -> None:
    """T-FLT-05: not about the dates of STIX."""
    stix = make_indicator(created="2010-01-01T00:00:00Z", modified="2010-01-01T00:00:00Z")
    put(filled, stix)

    assert filled.get("objects/", {"added_after": "2015-01-01T00:00:00Z"}).objects == [stix]


@pytest.mark.parametrize("form", FORMS)
def test_values_of_a_field_are_or_and_fields_are_and(filled: Client, form: str) -> None:
    """T-FLT-07, T-FLT-08, T-FLT-11, T-FLT-15, T-INT-14: blanks between values do not count."""
    a, b, m, u = make_indicator(), make_indicator(), make_malware(), make_url()
    put(filled, a, b, m, u)

    def ids(**query: str) -> list[str]:
        return filled.get(form, {f"match[{key}]": value for key, value in query.items()}).ids

    assert ids(id=a["id"]) == [a["id"]]
    assert ids(id=f"{a['id']},{m['id']}") == [a["id"], m["id"]]
    assert ids(id=f" {a['id']},, {m['id']} ") == [a["id"], m["id"]]
    assert ids(type="indicator") == [a["id"], b["id"]]
    assert ids(type="indicator,malware") == [a["id"], b["id"], m["id"]]
    assert ids(type="indicator,malware", id=a["id"]) == [a["id"]]
    assert ids(type="malware", id=a["id"]) == []
    assert ids(id=make_id("url")) == []


STIX_TYPES = (
    "attack-pattern campaign course-of-action grouping identity incident indicator infrastructure "
    "intrusion-set location malware malware-analysis note observed-data opinion report "
    "threat-actor tool vulnerability relationship sighting marking-definition language-content "
    "extension-definition artifact autonomous-system directory domain-name email-addr "
    "email-message file ipv4-addr ipv6-addr mac-addr mutex network-traffic process software url "
    "user-account windows-registry-key x509-certificate"
)


@pytest.mark.parametrize("stix_type", [*STIX_TYPES.split(), "x-custom", "nonsense!", "ü"])
def test_every_type_may_be_asked_for(facebook: Client, stix_type: str) -> None:
    """T-FLT-09, T-FLT-10: an unknown type matches nothing and is no error."""
    answer = facebook.get(
        "collections/from-facebook/objects/", {"match[type]": stix_type, "limit": 1}
    )

    assert answer.status == 200


@pytest.mark.parametrize(
    "query",
    [
        "match[foo]=x",
        "foo=1",
        "match[foo]=x&match[foo]=y",
        "match[pattern_type]=stix",
        "match[malware_types]=remote-access-trojan",
        "match[tlp]=green",
        "match[relationships-all]=x",
        "match[confidence-gte]=10",
        "match=x",
        "match[]=x",
        "match[type=x",
        "%5B%5D=1",
        "a" * 500,
    ],
)
def test_unknown_parameters_are_ignored(filled: Client, query: str) -> None:
    """T-FLT-13, T-FLT-14, A-07, T-INT-17: the same answer as without."""
    put(filled, make_indicator())

    answer = filled.get(f"objects/?{query}")

    assert answer.status == 200
    assert answer.body == filled.get("objects/").body


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (None, [2, 3]),
        ("last", [2, 3]),
        ("first", [0, 3]),
        ("all", [0, 1, 2, 3]),
        ("first,last", [0, 2, 3]),
        (f"first,{stamp(1)},last", [0, 1, 2, 3]),
        (f"{FIRST},{stamp(1)}", [0, 1, 3]),
        ("2020-01-01T00:00:01Z", [1]),
        ("2020-01-01T00:00:01.000000Z", [1]),
        ("2020-01-01T01:00:01.0+01:00", [1]),
        ("2020-01-01T00:00:01.001Z", []),
        (f"last,{stamp(1)}", [1, 2, 3]),
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_versions_are_chosen_by_keyword_and_instant(
    filled: Client, form: str, wanted: str | None, expected: list[int]
) -> None:
    """T-FLT-16, T-FLT-17, T-FLT-18, T-FLT-19, T-FLT-20, T-INT-14: unions without repeats."""
    first = make_indicator()
    objects = [first, newer(first, 1), newer(first, 2), make_indicator()]
    put(filled, *objects)

    answer = filled.get(form, {} if wanted is None else {"match[version]": wanted})

    shown = [(one["id"], one.get("modified") or one["version"]) for one in answer.objects]
    assert shown == [(objects[n]["id"], objects[n]["modified"]) for n in expected]


def test_a_marking_definition_matches_by_created(filled: Client) -> None:
    """T-FLT-23."""
    stix = make_statement()
    put(filled, stix)

    assert filled.get("objects/", {"match[version]": FIRST}).objects == [stix]
    assert filled.get("objects/", {"match[version]": stamp(1)}).objects == []


def test_an_object_without_dates_matches_every_keyword_and_its_server_version(
    filled: Client,
) -> None:
    """T-FLT-24, A-13."""
    url = make_url()
    (version,) = put(filled, url)

    for wanted in ("first", "last", "all", version):
        assert filled.get("objects/", {"match[version]": wanted}).objects == [url], wanted


def test_the_latest_specification_is_the_default(facebook: Client) -> None:
    """T-FLT-25, T-FLT-26, T-FLT-27, T-FLT-28, A-09, A-18.

    T-FLT-28: the newest 2.0 version although a 2.1 version is newer.
    """
    here = facebook.at("/coalition/collections/mixed-03/")
    first = make_malware_2_0()
    second = newer(first, 1)
    third = make_malware(id=first["id"], modified=stamp(2))
    alone, url = make_malware_2_0(), make_url()
    del url["spec_version"]
    assert (
        here.post("objects/", envelope(first, second, third, alone, url)).json()["success_count"]
        == 5
    )

    def found(**query: str) -> list[Stix]:
        return here.get("objects/", {f"match[{k}]": v for k, v in query.items()}).objects

    assert found() == [third, alone, url]
    assert found(spec_version="2.1") == [third, url]
    assert found(spec_version="2.0") == [second, alone]
    assert found(spec_version="2.0", version="last") == [second, alone]
    assert found(spec_version="2.0", version="first") == [first, alone]
    assert found(spec_version="2.0", version="all") == [first, second, alone]
    assert found(spec_version="2.0,2.1") == [third, alone, url]
    assert found(spec_version="2.0,2.1", version="all") == [first, second, third, alone, url]
    assert found(spec_version="9.9") == []


def test_an_older_version_that_arrives_late_is_not_shown_as_latest(filled: Client) -> None:
    """T-FLT-29, A-09: added_after comes after the choice of the version."""
    first = make_indicator()
    last = newer(first, 5)
    date = put(filled, last)[0]
    put_late = filled.post("objects/", envelope(first))
    assert put_late.json()["success_count"] == 1

    assert filled.get("objects/", {"added_after": date}).objects == []
    assert filled.get("objects/", {"added_after": date, "match[version]": "all"}).objects == [first]


def test_many_ids_are_answered_quickly(filled: Client) -> None:
    """T-FLT-31: 500 ids work; 10,000 are answered or refused, without work."""
    stix = make_indicator()
    put(filled, stix)
    ids = [make_id("indicator") for _ in range(499)] + [stix["id"]]
    assert filled.get("objects/", {"match[id]": ",".join(ids)}).objects == [stix]

    started = time.monotonic()
    answer = filled.get("objects/?match[id]=" + ",".join(ids * 20))
    took = time.monotonic() - started

    assert answer.status in {200, 400, 414, 431}
    assert took < 30  # a bound against scanning, not a benchmark
