"""Every published report converts, and an independent reader finds in the bundle what it reads.

Must show 7, "by an independent script for all".
"""

from __future__ import annotations

from pathlib import Path

import pytest
import stix2
from stix2validator import ValidationOptions, validate_instance

from stix_models.validation import validate
from taxii_server.client.takedowns.outcomes import Kind
from tests.takedowns.independent import extract, missing
from tests.takedowns.published import published
from tests.takedowns.reports import example_reports
from tests.takedowns.told import Told, convert_file

EXAMPLES = example_reports()


def report_paths() -> list[object]:
    found: list[object] = [pytest.param(path, id=path.name) for path in published()]
    return found + [pytest.param(name, id=f"example {name}") for name in EXAMPLES]


@pytest.fixture(params=report_paths())
def report(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a published report, or one of our own in the same forms."""
    if isinstance(request.param, Path):
        return request.param
    made = tmp_path / request.param
    made.write_bytes(EXAMPLES[request.param])
    return made


def test_what_an_independent_reader_finds_is_in_the_bundle(report: Path) -> None:
    read = extract(report)

    assert read.rows > 5
    assert read.domains or read.accounts
    assert sorted(missing(read, Told.by(convert_file(report)))) == []


def test_the_independent_reader_misses_what_is_taken_out(tmp_path: Path) -> None:
    """It can fail: without any one of these objects it says so."""
    path = tmp_path / "report.csv"
    path.write_bytes(EXAMPLES["harbor-voice.killchain.csv"])
    read, told = extract(path), Told.by(convert_file(path))
    kinds = ("user-account", "domain-name")

    for taken in told.of(*kinds):
        rest = Told([obj for obj in told.objects if obj is not taken])
        assert list(missing(read, rest)) != [], taken
    for number in range(len(told.cluster["metrics"])):
        fewer = {**told.cluster, "metrics": [*told.cluster["metrics"]]}
        del fewer["metrics"][number]
        rest = [fewer if obj is told.cluster else obj for obj in told.objects]
        assert list(missing(read, Told(rest))) != [], told.cluster["metrics"][number]
    without_spend = {key: value for key, value in told.cluster.items() if key != "ad_spend"}
    rest = [without_spend if obj is told.cluster else obj for obj in told.objects]
    assert list(missing(read, Told(rest))) != []


DEFANGED = {
    "not at all": lambda text: text.replace("[.]", ".").replace("[:]", ":").replace("{:}", ":"),
    "in round brackets": lambda text: text.replace("[.]", "(.)"),
    "in words": lambda text: text.replace("[.]", "[dot]").replace("https://", "hxxps[:]//"),
    "with blanks": lambda text: text.replace("[.]", " [.] ").replace("http://", "hXXp://"),
}


@pytest.mark.parametrize("how", DEFANGED)
def test_another_way_of_defanging_changes_nothing(report: Path, tmp_path: Path, how: str) -> None:
    again = tmp_path / "again.csv"
    text = report.read_bytes().decode("utf-8-sig")
    again.write_bytes(DEFANGED[how](text).encode())

    first, second = Told.by(convert_file(report)), Told.by(convert_file(again))

    assert second.accounts == first.accounts
    assert second.channels == first.channels
    assert second.domains == first.domains
    assert second.addresses == first.addresses
    assert second.metrics == first.metrics


def test_every_row_has_an_outcome_and_none_is_a_riddle(report: Path) -> None:
    outcomes = convert_file(report).outcomes

    assert [o.row for o in outcomes if not o.is_understood] == []
    assert [outcome.row for outcome in outcomes] == list(range(2, len(outcomes) + 2))
    assert all(o.became for o in outcomes if o.kind not in {Kind.EMPTY, Kind.REPEATED})


def test_every_object_is_valid(report: Path) -> None:
    """Warnings are only for platforms that STIX's list of account types does not have."""
    problems = [
        (problem.severity, problem.pointer)
        for obj in convert_file(report).bundle["objects"]
        for problem in validate(obj, accept_undeclared_types=False)
    ]

    assert set(problems) <= {("warning", "/account_type")}


def test_the_bundle_is_whole(report: Path) -> None:
    """Every reference leads to an object of the bundle, and no id comes twice."""
    objects = convert_file(report).bundle["objects"]
    ids = [obj["id"] for obj in objects]
    named = {
        ref
        for obj in objects
        for key, value in obj.items()
        if key != "object_marking_refs"
        for ref in ([value] if key.endswith("_ref") else value if key.endswith("_refs") else [])
    }

    assert len(ids) == len(set(ids))
    assert named <= set(ids)


def test_other_readers_of_stix_take_one_of_each_type(report: Path) -> None:
    """``stix2.parse`` and ``stix2-validator`` are slow: one object of each type is asked about."""
    by_type = {obj["type"]: obj for obj in convert_file(report).bundle["objects"]}

    for obj in by_type.values():
        stix2.parse(obj)
        checked = validate_instance(obj, ValidationOptions(version="2.1", silent=True))
        assert checked.errors == []
