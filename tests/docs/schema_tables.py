"""What ``docs/object-model.md`` takes from the schemas: tables of properties, examples, terms.

Everything here is read from ``stix_models/schemas`` and ``stix_models/vocabularies``;
nothing is said of a property that its schema does not say.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from stix_models.schema_files import EXAMPLE_NAMES, OBJECT_TYPES, SCHEMA_ID_PREFIX, example, schema
from stix_models.vocabularies import OPEN_VOCABULARIES

Schema = Mapping[str, Any]

OASIS = {
    "timestamp": "timestamp",
    "identifier": "identifier",
    "hashes-type": "hashes",
}
"""What the page calls a type of the standard, by the name of its schema."""

PARTS = ("metric", "count_range", "spend")
"""Definitions of ``common.json`` that several objects are made of; the page has a table of each."""

NOT_LISTED = {"type", "id", "extensions", "extension_type"}
"""Properties that the page explains once for all."""

LINE = 96  # characters of an example's line

HEAD = "| property | type | required | what it means |\n|---|---|---|---|\n"


def property_table(name: str) -> str:
    """Return the table of an object's or an extension's own properties."""
    return HEAD + "".join(_rows(schema(name), ""))


def part_table(name: str) -> str:
    """Return the table of what stands in a definition of ``common.json``."""
    return HEAD + "".join(_rows(schema("common")["$defs"][name], ""))


def link(name: str) -> str:
    """Return the name of a type as code, with a link if the page describes it."""
    return f"[`{name}`](#{name})" if name in OBJECT_TYPES else f"`{name}`"


def links(names: tuple[str, ...] | list[str]) -> str:
    """Return names of types, one after the other."""
    return ", ".join(link(name) for name in names)


def vocabulary_table() -> str:
    """Return every vocabulary with its terms and the properties that use it."""
    users = _users_of_vocabularies()
    rows = []
    for name, terms in sorted(OPEN_VOCABULARIES.items()):
        shown = ", ".join(f"`{term}`" for term in terms)
        rows.append(f'| <a id="{name}"></a>{name} | {", ".join(users[name])} | {shown} |\n')
    return "| vocabulary | where | terms |\n|---|---|---|\n" + "".join(rows)


def example_text(name: str) -> str:
    """Return the documented example as JSON: on one line what fits on one, else spread out."""
    return _spread(example(name), "")


def declared_by_opencti_too(name: str) -> bool:
    """Return whether OpenCTI's extension may stand in the place of the set's own."""
    return "anyOf" in schema(name).get("properties", {}).get("extensions", {})


def _rows(node: Schema, path: str) -> Iterator[str]:
    """Yield a row a property; those of objects that only this one has follow it."""
    required = set(node.get("required", ()))
    for name, found in node["properties"].items():
        if not path and name in NOT_LISTED:
            continue
        needed = "yes" if name in required else ""
        yield f"| `{path}{name}` | {_type_of(found)} | {needed} | {_meaning(found)} |\n"
        inner = found.get("items", found)
        if "properties" in inner:
            mark = "[]." if "items" in found else "."
            yield from _rows(inner, f"{path}{name}{mark}")


def _type_of(node: Schema) -> str:
    if node.get("type") == "array":
        return f"list of {_type_of(node['items'])}"
    reference = str(node.get("$ref", ""))
    if reference.startswith(SCHEMA_ID_PREFIX):
        part = reference.rpartition("/")[2]
        return f"[{part}](#{part})" if part in PARTS else _type_of(schema("common")["$defs"][part])
    if reference:
        return OASIS[reference.rpartition("/")[2].removesuffix(".json")]
    if "enum" in node or "const" in node or node["type"] == "string":
        return "text"
    if node["type"] == "object" and "properties" not in node:
        return "dictionary"
    return str(node["type"])


def _meaning(node: Schema) -> str:
    inner = node.get("items", node)
    said = [node["description"]]
    if "enum" in inner:
        said.append(f"One of {', '.join(f'`{value}`' for value in inner['enum'])}.")
    if "x-vocabulary" in inner:
        vocabulary = inner["x-vocabulary"]
        said.append(f"Terms: [{vocabulary}](#{vocabulary}).")
    if "x-refers-to" in inner:
        said.append(f"Refers to {links(inner['x-refers-to'])}.")
    return " ".join(said).replace("|", "\\|").replace("<", "&lt;").replace(">", "&gt;")


def _users_of_vocabularies() -> dict[str, list[str]]:
    users: dict[str, list[str]] = {name: [] for name in OPEN_VOCABULARIES}
    places = [(name, schema(name), "") for name in EXAMPLE_NAMES]
    places += [(part, schema("common")["$defs"][part], "") for part in PARTS]
    while places:
        owner, node, path = places.pop(0)
        for name, found in node.get("properties", {}).items():
            inner = found.get("items", found)
            if "x-vocabulary" in inner:
                users[inner["x-vocabulary"]].append(f"{owner} `{path}{name}`")
            places.append((owner, inner, f"{path}{name}."))
    return users


def _spread(value: Any, indent: str) -> str:
    line = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(line) <= LINE or not isinstance(value, dict | list):
        return line
    deeper = indent + "  "
    if isinstance(value, list):
        inner = ",\n".join(deeper + _spread(item, deeper) for item in value)
        return f"[\n{inner}\n{indent}]"
    inner = ",\n".join(
        f"{deeper}{json.dumps(key)}: {_spread(item, deeper)}" for key, item in value.items()
    )
    return f"{{\n{inner}\n{indent}}}"
