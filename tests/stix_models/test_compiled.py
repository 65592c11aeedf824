"""The OASIS schemas, and each place where we differ from them."""

from __future__ import annotations

import json
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from stix_models import compiled
from stix_models.patches import PATCHES, Patch
from stix_models.relaxations import REPLACED
from stix_models.validation import validate
from tests.stix_models.objects import FILE, TIME, UUID, make

SPEC = find_spec("stix2validator")
PACKAGE = Path(SPEC.origin or "").parent if SPEC else Path()
EXAMPLES = sorted((PACKAGE / "schemas-2.1" / "examples").rglob("*.json"))
EXTENSION = f"extension-definition--{UUID}"
HASH = "d41d8cd98f00b204e9800998ecf8427e"


@pytest.mark.parametrize("patch", PATCHES, ids=lambda p: f"{p.schema}:{'/'.join(map(str, p.path))}")
def test_every_patch_finds_its_place_in_the_installed_schemas(patch: Patch) -> None:
    assert compiled.apply_patch(compiled.load_oasis_schemas()[patch.schema], patch)
    assert patch.reason


def test_every_replaced_schema_exists() -> None:
    assert REPLACED.keys() <= compiled.load_oasis_schemas().keys()


def test_every_schema_of_a_type_compiles_without_the_network() -> None:
    for type_name in compiled.SCHEMA_OF_TYPE:
        assert compiled.validator_of(type_name) is not None


def test_every_schema_that_is_shipped_for_a_type_is_used() -> None:
    shipped = {name for name in compiled.load_oasis_schemas() if not name.startswith("common/")}

    assert shipped <= set(compiled.SCHEMA_OF_TYPE.values())


def test_a_reference_outside_of_the_package_is_an_error() -> None:
    with pytest.raises(LookupError):
        compiled._retrieve_nothing("https://example.com/schema.json")


def test_first_use_from_many_threads_compiles_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_compiled", {})
    found: list[Any] = []
    threads = [
        threading.Thread(target=lambda: found.append(compiled.validator_of("campaign")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({id(validator) for validator in found}) == 1


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda p: p.name)
def test_the_published_examples_are_accepted(example: Path) -> None:
    document = json.loads(example.read_bytes())

    for obj in document.get("objects", [document]):
        assert validate(obj, accept_undeclared_types=True) == []


def test_there_are_published_examples() -> None:
    assert EXAMPLES


@pytest.mark.parametrize(
    ("type_name", "change"),
    [
        ("campaign", {"id": "campaign--01890a5d-ac96-774b-bcce-b302099a8057"}),
        ("campaign", {"id": f"campaign--{UUID.upper()}"}),
        ("campaign", {"action": "a"}),
        ("campaign", {"x_trash_bin": "blue", "x_magic_hex": "spell"}),
        ("campaign", {"1st_name": "a", "_private": "b"}),
        (
            "campaign",
            {"external_references": [{"source_name": "NVD", "external_id": "CVE-2017-0199"}]},
        ),
        (
            "campaign",
            {
                "external_references": [
                    {"source_name": "a", "url": "hxxp://b[.]c/ d", "hashes": {"WHIRLPOOL": "x"}}
                ]
            },
        ),
        ("campaign", {"granular_markings": [{"selectors": ["name"], "lang": "de"}]}),
        (
            "campaign",
            {"extensions": {EXTENSION: {"extension_type": "property-extension", "Ä b": 1}}},
        ),
        ("campaign", {"extensions": {"x-acme-ext": {"a": 1}}}),
        (
            "file",
            {
                "hashes": {"MD5": HASH},
                "granular_markings": [{"selectors": ["hashes.MD5"], "lang": "de"}],
            },
        ),
        ("file", {"hashes": {"TLSH": "T1" + "A" * 70}}),
        ("file", {"extensions": {EXTENSION: {"extension_type": "property-extension", "a.b": 1}}}),
        ("artifact", {"payload_bin": "", "mime_type": "haptics/ivs"}),
        ("observed-data", {"object_refs": [f"tool-mark--{UUID}"]}),
        ("observed-data", {"object_refs": None, "objects": {"0": {"type": "x-acme-file-share"}}}),
        ("email-message", {"additional_header_fields": {"Reply-To": ["a@example.com"]}}),
        (
            "email-message",
            {"is_multipart": True, "body_multipart": [{"body": "a", "body_raw_ref": FILE}]},
        ),
        ("ipv6-addr", {"value": "::ffff:192.0.2.1"}),
        ("ipv6-addr", {"value": "2001:db8::/32"}),
        ("process", {"pid": None, "created_time": TIME}),
        ("windows-registry-key", {"key": None, "modified_time": TIME}),
        ("windows-registry-key", {"key": "HKEY_LOCAL_MACHINE\\hkus"}),
        ("software", {"languages": ["zh-Hans", "en-us"]}),
        ("software", {"cpe": "cpe:2.3:a:microsoft:word:2000:*:*:*:*:*:*:*"}),
        (
            "network-traffic",
            {
                "extensions": {
                    "socket-ext": {"address_family": "AF_INET6", "options": {"IPV6_V6ONLY": 1}}
                }
            },
        ),
    ],
)
def test_what_the_standard_allows_and_the_schemas_refuse_is_accepted(
    type_name: str, change: dict[str, Any]
) -> None:
    """Each case is a relaxation of docs/adr/0002-validation.md."""
    assert validate(make(type_name, **change), accept_undeclared_types=False) == []


def test_a_tlp_marking_with_other_content_is_accepted() -> None:
    """Object model section 1: what OpenCTI sends as CLEAR carries the id of TLP 1.0 WHITE."""
    obj = make(
        "marking-definition",
        id="marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
        modified=None,
        name="TLP:CLEAR",
        definition_type="tlp",
        definition={"tlp": "clear"},
        x_opencti_order=1,
    )

    assert validate(obj, accept_undeclared_types=False) == []
