"""The table of conformance is complete and true."""

from __future__ import annotations

from tests.conformance.table import LEVELS, PAGE, REASONS, find_proofs, read_lines, render


def test_every_line_has_a_test_or_a_reason_and_not_both() -> None:
    """Must show 2: no line is forgotten, and no reason stays when a test has come."""
    proofs = find_proofs()
    ids = {line.id for line in read_lines()}

    assert ids - set(proofs) - set(REASONS) == set()
    assert set(proofs) & set(REASONS) == set()


def test_no_test_names_a_line_that_does_not_exist() -> None:
    """A mistyped id would prove nothing."""
    assert (set(find_proofs()) | set(REASONS)) - {line.id for line in read_lines()} == set()


def test_the_page_is_what_the_tests_say() -> None:
    """``docs/conformance.md`` is written by ``python -m tests.conformance.table``."""
    assert PAGE.read_text(encoding="utf-8") == render()


def test_every_level_is_explained() -> None:
    """A reader of the page knows what D, R and X are."""
    legend = " ".join([*LEVELS, *LEVELS.values()])

    assert [line.level for line in read_lines() if line.level not in legend] == []
