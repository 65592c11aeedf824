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
from stix_models.problems import Problem
from stix_models.references import REFERS_TO
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


def _errors(obj: Any, *, accept_undeclared_types: bool = False) -> list[Problem]:
    found = validate(obj, accept_undeclared_types=accept_undeclared_types)
    return [problem for problem in found if problem.severity == "error"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda p: p.name)
def test_the_published_examples_are_accepted(example: Path) -> None:
    document = json.loads(example.read_bytes())

    for obj in document.get("objects", [document]):
        assert _errors(obj, accept_undeclared_types=True) == []


def test_there_are_published_examples() -> None:
    assert EXAMPLES


@pytest.mark.parametrize(
    ("type_name", "change"),
    [
        ("campaign", {"id": "campaign--01890a5d-ac96-774b-bcce-b302099a8057"}),
        ("campaign", {"id": f"campaign--{UUID.upper()}"}),
        ("campaign", {"phone_numbers": ["1"]}),
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
    assert _errors(make(type_name, **change)) == []


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

    assert _errors(obj) == []


REFERENCES = [
    (schema, name, types)
    for schema, properties in REFERS_TO.items()
    for name, types in properties.items()
]


@pytest.mark.parametrize(("schema", "name", "types"), REFERENCES)
def test_a_reference_is_to_the_types_that_the_standard_names(
    schema: str, name: str, types: tuple[str, ...]
) -> None:
    """Chapters 4 and 6: "the object referenced MUST be of type …"."""
    type_name = schema.partition("/")[2]

    def pointers(to: str) -> list[str]:
        reference: Any = f"{to}--{UUID}"
        value = [reference] if name.endswith("_refs") else reference
        return [p.pointer for p in _errors(_with_reference(type_name, name, value))]

    assert [pointers(to) for to in types] == [[]] * len(types)
    assert name in pointers("vulnerability")[0]


def _with_reference(type_name: str, name: str, value: Any) -> dict[str, Any]:
    """Return an object that has a reference, inside of an extension if it belongs there."""
    if name == "body_raw_ref":
        part = {"content_type": "image/png", name: value}
        return make(type_name, is_multipart=True, body_multipart=[part])
    if name == "message_body_data_ref":
        request = {"request_method": "get", "request_value": "/", name: value}
        return make(type_name, extensions={"http-request-ext": request})
    if name == "service_dll_refs":
        service = {"service_name": "a", "descriptions": ["a"], name: value}
        return make(type_name, extensions={"windows-service-ext": service})
    more = {"is_multipart": True} if name == "raw_email_ref" else {}
    return make(type_name, **{name: value}, **more)


@pytest.mark.parametrize(
    ("type_name", "change", "pointer"),
    [
        ("user-account", {"user_id": None, "display_name": "a"}, None),
        ("user-account", {"id": f"user-account--{UUID[:14]}5{UUID[15:]}"}, None),
        ("x509-certificate", {"id": f"x509-certificate--{UUID[:14]}5{UUID[15:]}"}, "/id"),
        ("file", {"name_enc": "UTF-8"}, None),
        ("file", {"hashes": {"MD5": HASH}, "name": None, "name_enc": "UTF-8"}, "/name"),
        ("url", {"defanged": True}, None),
        ("campaign", {"defanged": False}, "/defanged"),
        ("observed-data", {"object_refs": [f"sighting--{UUID}", FILE]}, None),
        ("observed-data", {"object_refs": [f"sighting--{UUID}"]}, "/object_refs"),
        ("user-account", {"extensions": {"unix-account-ext": {"gid": 1}}}, None),
        (
            "user-account",
            {"extensions": {"unix-account-ext": {"gid": 1.5}}},
            "/extensions/unix-account-ext/gid",
        ),
        ("process", {"environment_variables": {"A": "1"}}, None),
        ("process", {"environment_variables": {"A": 1}}, "/environment_variables/A"),
        ("campaign", {"x_own_name": 1}, None),
        ("campaign", {"x_ownName": 1}, "/x_ownName"),
        ("campaign", {"a" * 250: 1}, None),
        ("campaign", {"a" * 251: 1}, "/" + "a" * 80 + "…"),
        ("sighting", {"sighting_of_ref": f"x-own--{UUID}"}, None),
        ("sighting", {"sighting_of_ref": f"media-content--{UUID}"}, "/sighting_of_ref"),
        ("location", {"latitude": 1, "longitude": 1, "precision": 1, "country": None}, None),
        ("location", {"longitude": 1}, "/latitude"),
    ],
)
def test_what_the_schemas_overlook_is_refused_where_the_standard_says_must(
    type_name: str, change: dict[str, Any], pointer: str | None
) -> None:
    """Each case is a tightening of docs/adr/0002-validation.md, or what it leaves alone."""
    expected = [] if pointer is None else [pointer]

    assert [problem.pointer for problem in _errors(make(type_name, **change))] == expected
