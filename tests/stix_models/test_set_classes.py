"""The Python classes of the set: what they hold, refuse and are registered as."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import pytest
import stix2
from stix2.exceptions import STIXError
from stix2.properties import EmbeddedObjectProperty, ListProperty, OpenVocabProperty

import stix_models
from stix_models.extensions import (
    EXTENSION_OF_NAME,
    EXTENSIONS,
    NEW_SDO,
    extension_definitions,
    set_identity,
)
from stix_models.schema_files import EXAMPLE_NAMES, example, schema
from stix_models.validation import validate

COMMON = frozenset(
    [
        *("type", "spec_version", "id", "created_by_ref", "created", "modified", "revoked"),
        *("labels", "confidence", "lang", "external_references", "object_marking_refs"),
        *("granular_markings", "extensions", "defanged"),
    ]
)
CLASSES: dict[str, Any] = {
    "narrative": stix_models.Narrative,
    "coordinated-account-cluster": stix_models.CoordinatedAccountCluster,
    "ad-buyer": stix_models.AdBuyer,
    "political-ad": stix_models.PoliticalAd,
    "channel": stix_models.Channel,
    "event": stix_models.Event,
    "platform-action": stix_models.PlatformAction,
    "media-content": stix_models.MediaContent,
    "sharing": stix_models.Sharing,
    "pseudonymous-account": stix_models.PseudonymousAccount,
    "social-account": stix_models.SocialAccount,
    "influence-campaign": stix_models.InfluenceCampaign,
    "recall": stix_models.Recall,
}


_SHORT = re.compile(r"\.0+Z")  # stix2 drops these zeros in properties of STIX itself


def _own(names: Any) -> set[str]:
    return set(names) - COMMON - {"extension_type"}


def _vocabularies(properties: Any) -> dict[str, tuple[str, ...]]:
    """Return the vocabulary terms of each property that takes some, embedded ones too."""
    found = {}
    for name, property_ in properties.items():
        inner = property_.contained if isinstance(property_, ListProperty) else property_
        if isinstance(inner, OpenVocabProperty):
            found[name] = tuple(inner.allowed)
        if isinstance(inner, EmbeddedObjectProperty):
            more = _vocabularies(inner.type._properties)
            found |= {f"{name}/{below}": terms for below, terms in more.items()}
    return found


def test_there_is_a_class_for_each_schema() -> None:
    assert set(CLASSES) == set(EXAMPLE_NAMES)


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_has_the_properties_of_its_schema(name: str) -> None:
    assert _own(CLASSES[name]._properties) == _own(schema_properties(name))


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_requires_what_its_schema_requires(name: str) -> None:
    required = {n for n, p in CLASSES[name]._properties.items() if p.required}

    assert _own(required) == _own(schema_required(name))


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_is_what_parsing_its_example_gives(name: str) -> None:
    """``import stix_models`` registers it, and nothing of the example is lost."""
    found = example(name)

    parsed = stix2.parse(json.dumps(found))

    typed = parsed
    if name in EXTENSION_OF_NAME and EXTENSION_OF_NAME[name].extension_type != NEW_SDO:
        typed = parsed["extensions"][EXTENSION_OF_NAME[name].id]
    assert type(typed) is CLASSES[name]
    assert json.loads(_SHORT.sub("Z", parsed.serialize())) == json.loads(
        _SHORT.sub("Z", json.dumps(found))
    )


def test_an_object_made_without_an_extension_declares_itself() -> None:
    made = stix_models.Narrative(name="Ballots are lost")

    extension = EXTENSION_OF_NAME["narrative"]
    assert json.loads(made.serialize())["extensions"] == {
        extension.id: {"extension_type": "new-sdo"}
    }
    assert [
        p
        for p in validate(json.loads(made.serialize()), accept_undeclared_types=False)
        if p.severity == "error"
    ] == []


def test_an_object_that_opencti_declares_stays_as_it_is() -> None:
    """Object model section 2: narrative, channel and event may carry OpenCTI's extension."""
    theirs = {
        "extension-definition--ea279b3e-5c71-4632-ac08-831c66a786ba": {"extension_type": "new-sdo"}
    }

    made = stix_models.Channel(name="Daily", extensions=theirs)

    assert json.loads(made.serialize())["extensions"] == theirs


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (stix_models.Narrative, "name"),
        (lambda: stix_models.Narrative(name="a", metrics=[{"metrik": "views"}]), "metrik"),
        (
            lambda: stix_models.Narrative(
                name="a", first_seen="2020-02-01T00:00:00Z", last_seen="2020-01-01T00:00:00Z"
            ),
            "last_seen",
        ),
        (
            lambda: stix_models.Channel(
                name="a", account_refs=["url--a1a1a1a1-0000-4000-8000-000000000000"]
            ),
            "account_refs",
        ),
        (
            lambda: stix_models.CoordinatedAccountCluster(
                name="a",
                cluster_types=["bot-network"],
                platforms=["twitter"],
                metrics=[{"metric": "views", "lower": 5, "upper": 4}],
            ),
            "upper",
        ),
        (lambda: stix_models.PseudonymousAccount(scheme="md5", key_id="k-1", kind="id"), "scheme"),
    ],
)
def test_a_class_refuses_what_the_model_forbids(make: Any, said: str) -> None:
    """The set's rules hold where an object is made, not only where it is sent."""
    with pytest.raises(STIXError, match=said):
        make()


def test_a_number_stays_the_number_it_is() -> None:
    """``stix2`` has no number type that keeps 5 from becoming 5.0."""
    made = stix_models.AdBuyer(
        name="a", platforms=["facebook"], total_spend={"currency": "USD", "lower": 5, "upper": 7.5}
    )

    assert '"lower": 5, "upper": 7.5' in made.serialize()


def test_the_definitions_are_valid_extension_definitions() -> None:
    """STIX 2.1 section 7.3; both by the library and by our validation."""
    for definition in (set_identity(), *extension_definitions()):
        assert json.loads(stix2.parse(definition).serialize()) == definition
        errors = [
            problem
            for problem in validate(definition, accept_undeclared_types=False)
            if problem.severity == "error"
        ]
        assert errors == []
    assert len({found.id for found in EXTENSIONS}) == 12


def test_a_type_that_is_registered_already_is_left_alone_and_warned_of() -> None:
    """``pycti`` has a channel too: whoever is first stays, and ours can still be used."""
    script = """
import json, warnings
from stix2.v21 import CustomObject
from stix2.properties import StringProperty
@CustomObject("channel", [("name", StringProperty())])
class Theirs: pass
stix2_channel = {"type": "channel", "spec_version": "2.1", "name": "a"}
with warnings.catch_warnings(record=True) as found:
    warnings.simplefilter("always")
    import stix_models
import stix2
print(json.dumps({
    "warned": [str(w.message) for w in found if "channel" in str(w.message)],
    "parsed": type(stix2.parse(stix2_channel)).__name__,
    "made": stix_models.Channel(name="a", platform="twitter").platform,
}))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )

    told = json.loads(done.stdout)
    assert (len(told["warned"]), told["parsed"], told["made"]) == (1, "Theirs", "twitter")


def schema_properties(name: str) -> dict[str, Any]:
    """Return the properties that a schema describes itself, wherever in it."""
    found: dict[str, Any] = dict(schema(name).get("properties", {}))
    for part in schema(name).get("allOf", ()):
        found |= part.get("properties", {})
    return found


def schema_required(name: str) -> set[str]:
    """Return the properties that a schema requires itself, wherever in it."""
    found = set(schema(name).get("required", ()))
    for part in schema(name).get("allOf", ()):
        found |= set(part.get("required", ()))
    return found
