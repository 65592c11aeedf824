"""DISARM's techniques: the table, attack-patterns made from it, ids that are not in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import stix2
from hypothesis import given, settings
from hypothesis import strategies as st

from stix_models.deterministic import has_own_id
from stix_models.disarm import (
    UnknownTechniqueWarning,
    attack_pattern,
    nearest,
    technique,
    technique_problems,
    techniques,
    unique_name,
)
from stix_models.extensions import DISARM_EXTENSION
from stix_models.validation import validate
from tests.support.stix import TLP2_GREEN

BESIDE = Path(__file__).parents[3] / "shared" / "real-data" / "disarm-1.6.stix.json"
CREATOR = "identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
CREATED = "2020-09-01T00:00:00.000Z"


def make(technique_id: str, **more: Any) -> dict[str, Any]:
    """Return the attack-pattern of a technique by this test's creator."""
    return attack_pattern(technique_id, created_by_ref=CREATOR, created=CREATED, **more)


def test_the_table_agrees_with_the_frameworks_own_bundle() -> None:
    """All 391 techniques: ids, names, phases, STIX ids."""
    file = Path(os.environ.get("CLEARINGHOUSE_TEST_DISARM", BESIDE))
    if not file.exists():
        pytest.skip(
            "the DISARM Foundation's bundle is not here; CLEARINGHOUSE_TEST_DISARM names it"
        )
    objects = json.loads(file.read_bytes())["objects"]

    theirs = {
        one["external_references"][0]["external_id"]: (
            one["name"],
            tuple(phase["phase_name"] for phase in one["kill_chain_phases"]),
            one["id"],
        )
        for one in objects
        if one["type"] == "attack-pattern"
    }

    assert theirs == {one.id: (one.name, one.phases, one.stix_id) for one in techniques().values()}
    phases = {one["x_mitre_shortname"] for one in objects if one["type"] == "x-mitre-tactic"}
    assert {phase for one in techniques().values() for phase in one.phases} == phases


def test_the_table_has_every_technique_and_no_tactic() -> None:
    assert len(techniques()) == 391
    assert all(key == one.id and key.startswith("T0") for key, one in techniques().items())
    assert all(
        one.parent_id is None or one.parent_id in techniques() for one in techniques().values()
    )


def test_the_table_ships_with_its_licence_and_attribution() -> None:
    folder = files("stix_models").joinpath("data")

    for name in ("disarm-1.6.tsv", "LICENSE-DISARM.md"):
        text = folder.joinpath(name).read_text(encoding="utf-8")
        assert "DISARM Foundation" in text
        assert "CC BY-SA 4.0" in text


def test_an_attack_pattern_has_the_form_that_tools_read() -> None:
    """Object model, section 6: OpenCTI reads the id in MITRE's extension."""
    made = make("T0049", description="Seen in June.", object_marking_refs=[TLP2_GREEN])

    assert made == {
        "type": "attack-pattern",
        "spec_version": "2.1",
        "id": made["id"],
        "created_by_ref": CREATOR,
        "created": CREATED,
        "modified": CREATED,
        "name": "Flood Information Space",
        "description": "Seen in June.",
        "kill_chain_phases": [{"kill_chain_name": "disarm", "phase_name": "maximise-exposure"}],
        "external_references": [{"source_name": "DISARM", "external_id": "T0049"}],
        "object_marking_refs": [TLP2_GREEN],
        "extensions": {
            "extension-definition--322b8f77-262a-4cb8-a915-1e441e00329b": {
                "extension_type": "property-extension",
                "id": "T0049",
            }
        },
    }


def test_all_attack_patterns_are_valid_and_differ() -> None:
    """Two pairs of techniques share a name; their ids must not meet for that."""
    made = [make(one, object_marking_refs=[TLP2_GREEN]) for one in techniques()]

    assert len({one["id"] for one in made}) == len({one["name"] for one in made}) == 391
    for one in made:
        assert validate(one, accept_undeclared_types=False) == []
        assert has_own_id(one)
        assert list(technique_problems(one)) == []
    stix2.parse(made[0])


def test_the_same_creator_gets_the_same_id_and_another_creator_another() -> None:
    other = attack_pattern("T0049", created_by_ref=f"{CREATOR[:-1]}0", created=CREATED)

    assert make("T0049")["id"] == make("T0049", modified="2020-10-01T00:00:00.000Z")["id"]
    assert make("T0049")["id"] != other["id"]


def test_empty_properties_are_left_out() -> None:
    """STIX forbids empty lists; who has no marking or description says nothing."""
    assert make("T0049", description="", object_marking_refs=[]) == make("T0049")


def test_a_name_that_is_not_unique_stands_behind_its_parents() -> None:
    found = [one for one in techniques().values() if unique_name(one) != one.name]

    assert [one.id for one in found] == ["T0114.002", "T0128.002", "T0129.001"]
    assert unique_name(found[0]) == "Deliver Ads: Traditional Media"


@pytest.mark.parametrize(
    ("unknown", "near"),
    [
        ("T0049.01", "T0049.001"),
        ("T0049.099", "T0049"),
        ("T049", "T0049"),
        ("t0049", "T0049"),
        ("T0049 ", "T0049"),
        ("49", "T0049"),
        ("T9999", "T0155"),
        ("Flood the information space", "T0049"),
        ("Trolls amplify & manipulate", "T0049.001"),
    ],
)
def test_an_unknown_id_warns_and_names_the_nearest(unknown: str, near: str) -> None:
    with pytest.warns(UnknownTechniqueWarning, match=rf"nearest is {near} \("):
        made = make(unknown)

    assert made["name"] == unknown
    assert "kill_chain_phases" not in made
    (reference,) = technique_problems(made)  # the same id in the extension is not said twice
    assert (reference.pointer, reference.severity, reference.rule) == (
        "/external_references/0/external_id",
        "warning",
        "unknown-technique",
    )
    assert f"nearest is {near} (" in reference.message


def test_another_unknown_id_in_the_extension_warns_too() -> None:
    """OpenCTI reads that one, whatever the reference says."""
    obj = make("T0049", extensions={DISARM_EXTENSION: {"id": "T049"}})

    assert [problem.pointer for problem in technique_problems(obj)] == [
        f"/extensions/{DISARM_EXTENSION}/id"
    ]


def test_a_known_id_does_not_warn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        make("T0049.001")


@pytest.mark.parametrize(
    "obj",
    [
        {"type": "attack-pattern"},
        {"type": "malware", "external_references": [{"source_name": "DISARM", "external_id": "X"}]},
        {"type": "attack-pattern", "external_references": [{"source_name": "capec"}]},
        {"type": "attack-pattern", "external_references": [{"source_name": "DISARM"}]},
        {
            "type": "attack-pattern",
            "external_references": [{"source_name": "DISARM", "external_id": 1}],
        },
        {"type": "attack-pattern", "external_references": "DISARM"},
        {"type": "attack-pattern", "external_references": ["DISARM"]},
        {"type": "attack-pattern", "extensions": {DISARM_EXTENSION: {"id": "T1566"}}},
        {"type": "attack-pattern", "external_references": [], "extensions": []},
    ],
)
def test_what_names_no_technique_of_disarm_has_no_problem(obj: dict[str, Any]) -> None:
    """MITRE's own techniques stand in the same extension, and are none of DISARM's."""
    assert list(technique_problems(obj)) == []


@settings(max_examples=60)
@given(st.text(max_size=200))
def test_any_text_has_a_nearest_technique_and_a_short_message(text: str) -> None:
    obj = {
        "type": "attack-pattern",
        "external_references": [{"source_name": "DISARM", "external_id": text}],
    }

    for problem in technique_problems(obj):
        assert len(problem.message) < 300
        assert problem.message.isprintable()
    assert technique(nearest(text).id) is not None


def test_the_table_is_read_when_it_is_used() -> None:
    """``import stix_models.disarm`` stays cheap for those who never ask."""
    code = (
        "import stix_models.disarm as d; assert d._table.cache_info().currsize == 0;"
        "d.technique('T0049'); assert d._table.cache_info().currsize == 1"
    )

    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
