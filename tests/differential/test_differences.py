"""Medallion and this server on the same data: every difference is listed, and occurs."""

from __future__ import annotations

import re

import pytest

from tests.differential.comparison import Compared, compare_everything
from tests.differential.difference import matches
from tests.differential.differences import DIFFERENCES
from tests.differential.documentation import FILE, to_markdown


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> list[Compared]:
    """Return what both servers answered to every request."""
    return compare_everything(tmp_path_factory.mktemp("differential"))


def values(one: Compared, aspect: str) -> tuple[object, object]:
    return getattr(one.ours, aspect), getattr(one.theirs, aspect)


def test_no_answer_differs_without_a_listed_reason(compared: list[Compared]) -> None:
    unlisted = [
        f"{one.exchange.name}: {aspect}: ours {ours}, medallion's {theirs}"
        for one in compared
        for aspect in one.aspects
        for ours, theirs in [values(one, aspect)]
        if not any(d.explains(one.exchange.name, aspect, ours, theirs) for d in DIFFERENCES)
    ]

    assert unlisted == []


def test_every_listed_difference_still_occurs(compared: list[Compared]) -> None:
    """A case without ``when`` must differ for each request that it names."""
    gone = []
    for difference in DIFFERENCES:
        for case in difference.cases:
            named = [one for one in compared if matches(case, one.exchange.name)]
            explained = [
                any(
                    difference.explains(one.exchange.name, aspect, *values(one, aspect))
                    for aspect in one.aspects
                )
                for one in named
            ]
            enough = any(explained) if difference.when else explained and all(explained)
            if not enough:
                names = [o.exchange.name for o, e in zip(named, explained, strict=True) if not e]
                gone.append(f"{difference.title}: {case}: {names[:5]}")

    assert gone == []


def test_no_answer_of_this_server_is_a_failure_of_the_server(compared: list[Compared]) -> None:
    """T-ERR-05: no request of a client is answered with 500."""
    assert [one.exchange.name for one in compared if one.ours.status >= "500"] == []


def test_most_requests_are_answered_alike(compared: list[Compared]) -> None:
    """The comparison compares something: a few hundred requests, most without a difference."""
    alike = [one for one in compared if not one.aspects]

    assert len(compared) > 500
    assert len(alike) > 250


def test_the_page_for_people_is_the_table() -> None:
    """``python -m tests.differential.documentation`` writes it anew."""
    assert FILE.read_text(encoding="utf-8") == to_markdown() + "\n"


def test_every_difference_is_decided_by_a_line_of_the_conformance_page() -> None:
    """``A-`` ids name decisions on ambiguities; at least one testable ``T-`` line holds each."""
    page = FILE.with_name("conformance.md").read_text(encoding="utf-8")
    lines = set(re.findall(r"T-[A-Z]+-\d\d", page))
    without = [d.title for d in DIFFERENCES if not lines & set(d.decided_by)]
    unknown = {i for d in DIFFERENCES for i in d.decided_by if i.startswith("T-")} - lines

    assert without == []
    assert unknown == set()
