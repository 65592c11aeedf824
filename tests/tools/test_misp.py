"""The story in misp-stix (Must show 6)."""

from __future__ import annotations

from tests.tools.results import Results


def test_misp_stix_imports_the_feed_without_an_exception(results: Results) -> None:
    """Its messages are of types that it does not know, never of an object that broke it."""
    answer = results.misp.answer
    known = ("Unable to load STIX object type: ", "Unknown STIX object type: ")

    assert answer["success"] == 1
    assert [text for text in answer["messages"] if not text.startswith(known)] == []


def test_each_report_and_grouping_becomes_an_event(results: Results) -> None:
    containers = [obj for obj in results.misp.sent if obj["type"] in ("report", "grouping")]

    assert results.misp.answer["events"] == len(containers) > 1


def test_much_of_the_story_survives(results: Results) -> None:
    survivors = results.misp.survivors()

    assert survivors["attack-pattern"] > 5
    assert survivors["user-account"] > 5
    assert survivors["domain-name"] > 3
    assert survivors["identity"] > 5
    assert survivors["coordinated-account-cluster"] == 0
