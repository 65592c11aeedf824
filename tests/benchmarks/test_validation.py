"""The benchmark of validation measures what it says; what it measures is not asserted."""

from __future__ import annotations

import json

import pytest

from benchmarks.validation import ALL, main, measure, sample


def test_the_sample_has_the_story_and_every_example() -> None:
    types = {obj["type"] for obj in sample()}

    assert len(sample()) > 250
    assert {"narrative", "political-ad", "media-content", "relationship", "note"} <= types


def test_objects_are_measured_type_by_type() -> None:
    objects = sample()[:40]
    timed = measure(objects, rounds=1)

    assert timed[-1].name == ALL
    assert sum(one.objects for one in timed[:-1]) == timed[-1].objects == 40
    assert all(one.ours > 0 and one.library > 0 and one.validator > 0 for one in timed)


def test_the_figures_can_be_had_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--rounds", "1", "--json"]) in {0, 1}

    assert json.loads(capsys.readouterr().out)[-1]["name"] == ALL
