"""The schemas and examples of the extension set, by themselves and with OASIS' own."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from referencing import Registry, Resource

from stix_models.compiled import load_oasis_schemas, validator_of
from stix_models.deterministic import ID_CONTRIBUTING, sco_id
from stix_models.extensions import EXTENSION_OF_NAME, EXTENSIONS
from stix_models.schema_files import (
    EXAMPLE_NAMES,
    NEW_TYPES,
    OBJECT_TYPES,
    PROPERTY_EXTENSIONS,
    SCHEMA_ID_PREFIX,
    SCHEMA_NAMES,
    example,
    schema,
)
from stix_models.validation import validate
from stix_models.vocabularies import OPEN_VOCABULARIES
from tests.stix_models.objects import MINIMAL

COMMON = {
    *("type", "spec_version", "id", "created", "modified", "created_by_ref"),
    *("object_marking_refs", "extensions"),
}
KNOWN_TYPES = {*MINIMAL, *OBJECT_TYPES}


def extension_content(name: str, obj: dict[str, Any]) -> dict[str, Any]:
    """Return the content of the extension ``name`` in an object."""
    content: dict[str, Any] = obj["extensions"][EXTENSION_OF_NAME[name].id]
    return content


def described(found: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every property of a schema, at any depth, with its path."""
    if isinstance(found, dict):
        for group in ("properties", "$defs"):
            for name, inner in found.get(group, {}).items():
                yield f"{path}/{name}", inner
                yield from described(inner, f"{path}/{name}")
        if isinstance(found.get("items"), dict):
            yield from described(found["items"], f"{path}/*")


def optional_properties(name: str) -> list[tuple[str, str]]:
    """Return the optional properties of a type or an extension, each with the name."""
    found = schema(name)
    names = found["properties"].keys() - set(found.get("required", ())) - COMMON
    return [(name, inner) for inner in sorted(names)]


EVERY_OPTIONAL = [pair for name in EXAMPLE_NAMES for pair in optional_properties(name)]


def with_required_only(name: str, *more: str) -> dict[str, Any]:
    """Return the example with its required properties and those named."""
    obj = example(name)
    found = schema(name)
    kept = {*found.get("required", ()), *more}
    if name in OBJECT_TYPES:
        return {key: value for key, value in obj.items() if key in kept | COMMON}
    content = extension_content(name, obj)
    obj["extensions"] = {
        EXTENSION_OF_NAME[name].id: {key: content[key] for key in content if key in kept}
    }
    return obj


def test_every_object_and_extension_of_the_set_has_a_schema() -> None:
    assert {found.name for found in EXTENSIONS} | {"media-content", "common"} == set(SCHEMA_NAMES)


@pytest.mark.parametrize("name", SCHEMA_NAMES)
def test_a_schema_is_valid_json_schema_and_has_its_id(name: str) -> None:
    found = schema(name)

    jsonschema.Draft202012Validator.check_schema(found)
    jsonschema_rs.meta.validate(found)
    assert found["$id"] == SCHEMA_ID_PREFIX + name
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("name", SCHEMA_NAMES)
def test_every_property_is_described(name: str) -> None:
    found = list(described(schema(name)))

    assert found
    assert [path for path, inner in found if not inner.get("description", "").endswith(".")] == []


@pytest.mark.parametrize("name", SCHEMA_NAMES)
def test_every_vocabulary_and_every_type_that_is_named_exists(name: str) -> None:
    found = [schema(name), *(inner for _, inner in described(schema(name)))]
    items = [inner["items"] for inner in found if isinstance(inner.get("items"), dict)]
    for inner in (*found, *items):
        assert inner.get("x-vocabulary", "platform-ov") in OPEN_VOCABULARIES
        assert set(inner.get("x-refers-to", ())) <= KNOWN_TYPES


def test_every_vocabulary_is_used() -> None:
    texts = "".join(str(schema(name)) for name in SCHEMA_NAMES)

    assert [name for name in OPEN_VOCABULARIES if f"'{name}'" not in texts] == []


@pytest.mark.parametrize("name", SCHEMA_NAMES)
def test_an_annotation_says_what_the_pattern_beside_it_asks_for(name: str) -> None:
    for _, inner in described(schema(name)):
        for found in (inner, inner.get("items", {})):
            if "x-refers-to" in found:
                types = "|".join(found["x-refers-to"])
                assert found["pattern"] in {f"^{types}--", f"^({types})--"}


@pytest.mark.parametrize("name", OBJECT_TYPES)
def test_a_property_name_has_three_characters_or_more(name: str) -> None:
    """STIX 2.1 section 3.1; ``id`` is the standard's own exception."""
    assert [n for n in schema(name)["properties"] if len(n) < 3] == ["id"]


@pytest.mark.parametrize("name", OBJECT_TYPES)
def test_every_schema_of_the_set_compiles(name: str) -> None:
    assert validator_of(name) is not None


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_an_example_is_valid_without_a_warning(name: str) -> None:
    assert validate(example(name), accept_undeclared_types=False) == []


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_an_example_has_every_property(name: str) -> None:
    obj = example(name)
    content = obj if name in OBJECT_TYPES else extension_content(name, obj)

    assert schema(name)["properties"].keys() - content.keys() <= {"extensions"}


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_an_example_has_the_id_that_the_standard_recommends(name: str) -> None:
    obj = example(name)

    if obj["type"] in ID_CONTRIBUTING:
        assert obj["id"] == sco_id(obj["type"], obj)
    else:
        assert obj["id"][-22] == "4"


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_an_object_with_its_required_properties_only_is_valid(name: str) -> None:
    obj = with_required_only(name)
    if name == "media-content":
        obj["url"] = "https://video.example/watch/4711"  # one of several

    assert validate(obj, accept_undeclared_types=False) == []


@pytest.mark.parametrize(("name", "optional"), EVERY_OPTIONAL)
def test_a_property_may_stand_alone_beside_the_required_ones(name: str, optional: str) -> None:
    obj = with_required_only(name, optional)

    assert validate(obj, accept_undeclared_types=False) == []


@pytest.mark.parametrize(("name", "optional"), EVERY_OPTIONAL)
def test_a_property_may_be_left_out(name: str, optional: str) -> None:
    obj = example(name)
    content = obj if name in OBJECT_TYPES else extension_content(name, obj)
    del content[optional]

    assert validate(obj, accept_undeclared_types=False) == []


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_a_required_property_may_not_be_left_out(name: str) -> None:
    for required in schema(name).get("required", ()):
        obj = example(name)
        content = obj if name in OBJECT_TYPES else extension_content(name, obj)
        del content[required]

        (problem,) = validate(obj, accept_undeclared_types=False)

        assert (problem.severity, problem.rule) == ("error", "required")
        assert problem.pointer.startswith("/extensions/") or problem.pointer == f"/{required}"


@pytest.mark.parametrize("name", [name for name in EXAMPLE_NAMES if name != "pseudonymous-account"])
def test_further_properties_are_allowed(name: str) -> None:
    """STIX 2.1 section 11.1; a pseudonym alone says nothing else."""
    obj = example(name)
    content = obj if name in OBJECT_TYPES else extension_content(name, obj)
    content["x_further"] = {"any": ["thing"]}

    assert validate(obj, accept_undeclared_types=False) == []


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
@pytest.mark.parametrize("wrong", [None, [], {}, "", -1, 1.5, True, "text", ["text"], [[]], [{}]])
def test_a_property_of_another_kind_is_refused_there_or_not_at_all(name: str, wrong: Any) -> None:
    """No value in one property may be blamed on another one."""
    for property_name in schema(name)["properties"]:
        obj = example(name)
        content = obj if name in OBJECT_TYPES else extension_content(name, obj)
        content[property_name] = wrong
        at = "" if name in OBJECT_TYPES else f"/extensions/{EXTENSION_OF_NAME[name].id}"
        places = {f"{at}/{property_name}", "/type", "/id", "/user_id"}

        for problem in validate(obj, accept_undeclared_types=False):
            inside = any(problem.pointer.startswith(place) for place in places)
            assert inside or property_name in {"type", "extensions", "account_refs"}, problem


# What we serve is of use to others who have OASIS' schemas, as they are published.


@pytest.fixture(scope="module")
def oasis() -> dict[str, dict[str, Any]]:
    """Return all schemas that a third party would register, by their id."""
    published = [*load_oasis_schemas().values(), *map(schema, SCHEMA_NAMES)]
    return {found["$id"]: found for found in published}


def judges(oasis: dict[str, dict[str, Any]], found: dict[str, Any]) -> list[Any]:
    """Return a schema as two libraries compile it."""
    registry = Registry().with_resources(
        (name, Resource.from_contents(content)) for name, content in oasis.items()
    )
    rust = jsonschema_rs.Registry([*oasis.items()])
    return [
        jsonschema.Draft202012Validator(found, registry=registry),
        jsonschema_rs.Draft202012Validator(found, registry=rust),
    ]


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_the_schemas_work_with_plain_libraries_and_the_published_schemas(
    name: str, oasis: dict[str, dict[str, Any]]
) -> None:
    obj = example(name)
    content = obj if name in OBJECT_TYPES else extension_content(name, obj)
    for judge in judges(oasis, schema(name)):
        assert judge.is_valid(content)
        for required in schema(name).get("required", ()):
            assert not judge.is_valid({k: v for k, v in content.items() if k != required})


@pytest.mark.parametrize("name", PROPERTY_EXTENSIONS)
def test_an_object_with_an_extension_is_valid_by_the_published_schema_of_its_type(
    name: str, oasis: dict[str, dict[str, Any]]
) -> None:
    obj = example(name)
    folder = "observables" if obj["type"] == "user-account" else "sdos"
    published = load_oasis_schemas()[f"{folder}/{obj['type']}"]

    for judge in judges(oasis, published):
        assert judge.is_valid(obj)


@pytest.mark.parametrize("name", NEW_TYPES)
def test_a_third_party_finds_what_the_schema_forbids(
    name: str, oasis: dict[str, dict[str, Any]]
) -> None:
    for judge in judges(oasis, schema(name)):
        assert not judge.is_valid({**example(name), "id": f"tool--{'0' * 8}-0000-4000-8000-000000"})
        assert not judge.is_valid({**example(name), "type": "tool"})
        assert not judge.is_valid({**example(name), "extensions": {}})


def test_a_schema_is_a_copy() -> None:
    """Who changes one changes nobody else's."""
    before = copy.deepcopy(schema("narrative"))
    schema("narrative")["properties"].clear()

    assert schema("narrative") == before
    with pytest.raises(KeyError):
        schema("../extensions")
    with pytest.raises(KeyError):
        example("common")
