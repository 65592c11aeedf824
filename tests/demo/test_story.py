"""The sample story is valid STIX 2.1, the same everywhere, and says that it is a sample."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stix2

import stix_models  # noqa: F401 - makes the types of the set known to stix2
from stix_models.deterministic import ID_CONTRIBUTING, sco_id
from stix_models.validation import validate
from taxii_server.demo.stix import FICTION
from taxii_server.demo.story import StoryBundle, story

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its own imports are deprecated
    import stix2validator

BUNDLES = [pytest.param(part, id=part.name) for part in story()]
COMMAND = str(Path(sys.executable).parent / "clearinghouse")


def all_objects() -> Iterator[dict[str, Any]]:
    for part in story():
        yield from part.content["objects"]


def texts(value: Any) -> Iterator[str]:
    """Yield every string in a value, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for inner in value.values() for text in texts(inner))
    elif isinstance(value, list):
        yield from (text for inner in value for text in texts(inner))


@pytest.mark.parametrize("part", BUNDLES)
def test_the_validator_of_oasis_finds_no_error(part: StoryBundle) -> None:
    options = stix2validator.ValidationOptions(version="2.1")

    found = stix2validator.validate_string(json.dumps(part.content), options)

    assert found.is_valid, [str(error) for r in found.object_results for error in r.errors]


@pytest.mark.parametrize("part", BUNDLES)
def test_the_servers_validation_has_nothing_to_say(part: StoryBundle) -> None:
    """Not even a warning: a sample is what others begin from."""
    said = {
        thing["id"]: problems
        for thing in part.content["objects"]
        if (problems := validate(thing, accept_undeclared_types=False))
    }

    assert said == {}


def test_the_reference_library_reads_every_object_and_changes_no_value() -> None:
    """Its own types lose the zeros after a second, which are the same instant."""

    def plain(value: object) -> str:
        return json.dumps(value, sort_keys=True).replace(".000Z", "Z")

    for thing in all_objects():
        assert plain(json.loads(stix2.parse(thing, version="2.1").serialize())) == plain(thing)


def test_observables_have_the_ids_that_their_properties_make() -> None:
    """STIX 2.1 section 2.9."""
    observables = [thing for thing in all_objects() if thing["type"] in ID_CONTRIBUTING]

    assert len(observables) > 60
    for thing in observables:
        assert thing["id"] == sco_id(thing["type"], thing)


def test_an_id_stands_for_one_object_and_its_versions() -> None:
    """Two objects that the story calls by one key would be one object by accident."""
    versions: dict[tuple[str, str], dict[str, Any]] = {}
    for thing in all_objects():
        key = thing["id"], thing.get("modified", "")
        assert versions.setdefault(key, thing) == thing


def test_it_has_about_300_objects() -> None:
    """Issue 8: "about 300 objects"."""
    assert 280 <= len({thing["id"] for thing in all_objects()}) <= 330
    assert 280 <= len(list(all_objects())) <= 350  # versions and repetitions counted too


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    """In processes whose sets and dictionaries are ordered differently."""
    written = []
    for seed in ("1", "2"):
        folder = tmp_path / seed
        subprocess.run(
            [COMMAND, "demo", "--write", str(folder)],
            env=os.environ | {"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            timeout=60,
        )
        written.append({file.name: file.read_bytes() for file in folder.iterdir()})

    assert written[0] == written[1]
    assert sorted(written[0]) == [f"{part.name}.json" for part in story()]


def test_every_object_says_that_it_is_fictional() -> None:
    for thing in all_objects():
        assert FICTION in thing["object_marking_refs"] or thing["id"] == FICTION
        if "created_by_ref" in thing:
            assert thing["labels"] == ["fictional"]


def test_every_bundle_brings_the_marking_that_says_so() -> None:
    """So that each file can be pushed alone."""
    for part in story():
        first = part.content["objects"][0]
        assert first["id"] == FICTION
        assert first["definition"]["statement"].startswith("Fictional")


def test_reports_and_the_campaign_say_so_in_words_too() -> None:
    for thing in all_objects():
        if thing["type"] in ("campaign", "report") and "embargo" not in thing["description"]:
            assert "ictional" in thing["description"] or "own organisation" in thing["description"]


def test_all_hosts_and_addresses_are_invented() -> None:
    """Hosts are under ``.example`` (RFC 2606), addresses for documentation (RFC 5737)."""
    for thing in all_objects():
        for text in texts(thing):
            for host in re.findall(r"https?://([^/\s'%]+)", text):
                assert host.endswith(".example"), text
        if thing["type"] in ("domain-name", "email-addr"):
            assert thing["value"].endswith(".example")
        if thing["type"] == "ipv4-addr":
            assert thing["value"].startswith("203.0.113.")


def test_no_account_can_be_anybodys() -> None:
    accounts = [thing for thing in all_objects() if thing["type"] == "user-account"]
    raw = [account for account in accounts if "account_login" in account]

    assert len(raw) >= 6
    for account in raw:
        assert account["account_login"].endswith("_example")
        assert account["user_id"].startswith("example-")
    for account in accounts:
        if account not in raw:
            assert account["user_id"].startswith("pseudonym:k-2020:")
