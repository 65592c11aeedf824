"""Our validation against its oracles, on examples and on thousands of spoilt ones.

Where the three do not agree, a row of the table must say why; ``docs/validation.md``
is that table. A disagreement without a row is a fault of ours, or a new row.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from stix_models.compiled import SCHEMA_OF_TYPE
from stix_models.extensions import EXTENSIONS
from stix_models.problems import Problem
from stix_models.validation import the_long_way, validate
from tests.stix_models.agreement.disagreement import US, Disagreement, unexplained
from tests.stix_models.agreement.documentation import PAGE, to_markdown
from tests.stix_models.agreement.examples import Stix, examples, names, set_names, shipped
from tests.stix_models.agreement.generation import OBJECTS_OF_EACH, generate, generated
from tests.stix_models.agreement.mutations import MUTATIONS, places
from tests.stix_models.agreement.oracles import ORACLES, our_errors
from tests.stix_models.agreement.rule_names import OF_THE_SET, WARNINGS, in_sources, known
from tests.stix_models.agreement.table import DISAGREEMENTS, rows_of

WRONG: tuple[Any, ...] = (None, [], {}, "", 0, True, [[]], "text\n")


def judge(obj: Stix) -> list[tuple[str, str | Problem]]:
    """Return the oracles that disagree with us, each with a reason that no row explains."""
    errors = our_errors(obj)
    found: list[tuple[str, str | Problem]] = []
    for oracle, ask in ORACLES.items():
        verdict = ask(obj)
        if verdict.accepts == bool(errors):
            reasons = errors or verdict.reasons
            found += [(oracle, reason) for reason in unexplained(rows_of(oracle), obj, reasons)]
    return found


@pytest.mark.parametrize("name", names())
def test_generated_and_mutated_objects_are_judged_as_the_oracles_judge_them(name: str) -> None:
    found = [(case.mutations, judge(case.obj)) for case in generated(name)]

    assert [one for one in found if one[1]] == []


@pytest.mark.parametrize("name", names())
def test_the_short_cut_for_objects_without_a_flaw_changes_nothing(name: str) -> None:
    for case in generated(name):
        quick = validate(case.obj, accept_undeclared_types=False)

        assert quick == the_long_way(case.obj, accept_undeclared_types=False), case


@pytest.mark.parametrize("name", names())
def test_the_short_cut_changes_nothing_about_any_value_in_an_example(name: str) -> None:
    for obj in examples(name):
        for at, key in list(places(obj)):
            kept = at[key]
            for value in WRONG:
                at[key] = value
                quick = validate(obj, accept_undeclared_types=False)

                assert quick == the_long_way(obj, accept_undeclared_types=False), (key, value)
            at[key] = kept


def test_at_least_five_thousand_objects_are_judged() -> None:
    assert len(names()) * OBJECTS_OF_EACH >= 5_000


def test_every_type_is_generated() -> None:
    of_stix = set(SCHEMA_OF_TYPE)
    of_the_set = {extension.name for extension in EXTENSIONS} | {"media-content"}

    assert set(names()) == of_stix | of_the_set
    assert set(set_names()) == of_the_set


def test_generated_objects_are_good_and_bad_in_every_way() -> None:
    """A generator that makes only bad objects, or only good ones, would agree with anybody."""
    done: Counter[str] = Counter()
    accepted = total = 0
    for name in names():
        for case in generated(name):
            done.update(case.mutations)
            total += 1
            accepted += not our_errors(case.obj)

    assert set(done) == {mutation.__name__ for mutation in MUTATIONS}
    assert 0.25 < accepted / total < 0.75


def test_objects_are_generated_the_same_each_time() -> None:
    assert list(generate("campaign", 20)) == list(generate("campaign", 20))


@pytest.mark.parametrize("name", names())
def test_complete_examples_are_accepted(name: str) -> None:
    for obj in examples(name):
        assert [
            p for p in validate(obj, accept_undeclared_types=False) if p.severity == "error"
        ] == []
        assert judge(obj) == []


def test_the_examples_that_stix2_validator_ships_are_judged_alike() -> None:
    found = {place: judge(obj) for place, obj in shipped().items()}

    assert len(found) > 250
    assert {place: reasons for place, reasons in found.items() if reasons} == {}
    assert [place for place, obj in shipped().items() if our_errors(obj)] == []


@pytest.mark.parametrize(
    "row", DISAGREEMENTS, ids=lambda row: f"{row.oracle}-{row.refused_by == US}-{row.name}"
)
def test_every_row_of_the_table_occurs(row: Disagreement) -> None:
    obj = row.witness()
    errors: list[Any] = list(our_errors(obj))
    words = ORACLES[row.oracle](obj).reasons

    assert bool(errors) == (row.refused_by == US)
    assert bool(words) == (row.refused_by == row.oracle)
    assert [reason for reason in errors or words if not row.explains(obj, reason)] == []


def test_every_rule_name_is_explained_on_the_page() -> None:
    seen = {
        problem.rule
        for name in names()
        for case in generated(name)
        for problem in validate(case.obj, accept_undeclared_types=False)
    }

    assert seen <= known()
    assert set(in_sources()) <= known()
    assert {*OF_THE_SET, *WARNINGS} <= set(in_sources())


def test_no_row_stands_twice() -> None:
    assert len({(row.oracle, row.refused_by, row.name) for row in DISAGREEMENTS}) == len(
        DISAGREEMENTS
    )


def test_the_page_is_current() -> None:
    """``python -m tests.stix_models.agreement.documentation`` writes it."""
    assert PAGE.read_text(encoding="utf-8") == to_markdown()
