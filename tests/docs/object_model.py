"""``docs/object-model.md``, written from the schemas, the vocabularies and the examples.

The prose is in ``object_model.md.in`` beside this file, tables and sections are made
here. ``python -m tests.docs.object_model`` writes the page; a test keeps it equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import stix_models
from stix_models.deterministic import SET_NAMESPACE, own_id
from stix_models.extensions import EXTENSION_OF_NAME, EXTENSIONS, NEW_SDO, SET_IDENTITY, Extension
from stix_models.relationships import RELATIONS
from stix_models.schema_files import (
    MEDIA_CONTENT,
    OBJECT_TYPES,
    PROPERTY_EXTENSIONS,
    example,
    schema,
)
from tests.docs.constraints import CONSTRAINTS
from tests.docs.schema_tables import (
    PARTS,
    declared_by_opencti_too,
    example_text,
    link,
    links,
    part_table,
    property_table,
    vocabulary_table,
)

DOCS = Path(__file__).parents[2] / "docs"
FILE = DOCS / "object-model.md"
TEMPLATE = Path(__file__).parent / "object_model.md.in"

FURTHER_PAGES = (
    ("opencti.md", "OpenCTI: what it takes in, what it drops, and the profile that maps the rest"),
    ("misp.md", "MISP: what survives an import"),
    ("takedowns.md", "From a published takedown report to a bundle"),
    ("pseudonyms.md", "Pseudonymous accounts: how to make them, and what they are worth"),
    ("validation.md", "Validation: where this server and other validators differ"),
)
"""Pages of their own about one side of the set; those that are there are named."""

NOTES = {
    "event": "An `event` that has the extension of OASIS Incident Core is another kind of object, "
    "to which nothing here applies.",
    "pseudonymous-account": "Two members that hold the same key make the same `user_id`, and with "
    "it the same id, of the same account: that is how they meet. The server never has the key.",
    "recall": "Only the coalition itself writes it; from a member it is refused.",
    "sharing": "Only the creator of an object sets it; a change is a new version of the object. A "
    "name in `audience` that the coalition does not know is refused. What the server does with it "
    "is in [the policy](policy.md).",
}
"""What a schema does not say and no change to an example can show."""


def render() -> str:
    """Return the text of the page."""
    page = TEMPLATE.read_text(encoding="utf-8")
    for name, text in {
        "DEFINITIONS": _definitions(),
        "RELATIONS": _relations(),
        "OBJECTS": "\n".join(_section(name) for name in OBJECT_TYPES),
        "EXTENSIONS": "\n".join(_section(name) for name in PROPERTY_EXTENSIONS),
        "PARTS": "\n".join(_part(name) for name in PARTS),
        "VOCABULARIES": vocabulary_table(),
        "NAMESPACE": str(SET_NAMESPACE),
        "OWN_ID": _own_id(),
        "SET_IDENTITY": SET_IDENTITY,
        "MORE": _further_pages(),
    }.items():
        page = page.replace(f"@{name}@", text.rstrip("\n"))
    return page


def class_name(name: str) -> str:
    """Return what ``stix_models`` calls the class of a type or a property extension.

    >>> class_name("ad-buyer")
    'AdBuyer'
    """
    made = "".join(word.capitalize() for word in name.split("-"))
    assert made in stix_models.__all__, made
    return made


def _definitions() -> str:
    rows = [
        f"| {_named(found)} | {found.title.removesuffix('.')} | `{found.id}` |\n"
        for found in EXTENSIONS
    ]
    return "| | what it is | extension definition |\n|---|---|---|\n" + "".join(rows)


def _named(found: Extension) -> str:
    return (
        link(found.name) if found.extension_type == NEW_SDO else f"[*{found.name}*](#{found.name})"
    )


def _relations() -> str:
    rows = [
        f"| {links(each.sources)} | **{each.verb}** | {links(each.targets)} | {each.meaning} |\n"
        for each in RELATIONS
    ]
    return "| from | relationship | to | which says |\n|---|---|---|---|\n" + "".join(rows)


def _section(name: str) -> str:
    """Return all about one object or property extension."""
    parts = [
        f"### {name}\n",
        f"{schema(name)['description']}\n",
        f"{_facts(name)}\n",
        property_table(name),
        *_constraints(name),
        *_relations_of(name),
        f"<details><summary>Example</summary>\n\n```json\n{example_text(name)}\n```\n\n</details>\n",
    ]
    return "\n".join(parts)


def _facts(name: str) -> str:
    """Return where a type or an extension is found: definition, schema, class."""
    file = f"[{name}.json](../stix_models/schemas/{name}.json)"
    made = f"`stix_models.{class_name(name)}`"
    if name == MEDIA_CONTENT:
        return f"Schema {file}, class {made}."
    declared = f"`{EXTENSION_OF_NAME[name].id}`"
    if declared_by_opencti_too(name):
        declared += ", or OpenCTI's own extension in its place"
    return f"Definition {declared}; schema {file}; class {made}."


def _constraints(name: str) -> Iterator[str]:
    if name in NOTES:
        yield f"{NOTES[name]}\n"
    if name in CONSTRAINTS:
        yield "Constraints:\n"
        yield "".join(f"- {each.sentence}\n" for each in CONSTRAINTS[name])


def _relations_of(name: str) -> Iterator[str]:
    """Yield the suggested relationships of a type, seen from it."""
    leaving = [f"{each.verb} → {links(each.targets)}" for each in RELATIONS if name in each.sources]
    coming = [f"{links(each.sources)} → {each.verb}" for each in RELATIONS if name in each.targets]
    if leaving:
        yield f"From it: {'; '.join(leaving)}.\n"
    if coming:
        yield f"To it: {'; '.join(coming)}.\n"


def _part(name: str) -> str:
    description = schema("common")["$defs"][name]["description"]
    return f"### {name}\n\n{description}\n\n{part_table(name)}"


def _own_id() -> str:
    found = example("narrative")
    creator, name = found["created_by_ref"], found["name"]
    made = own_id("narrative", creator, name)
    call = f'own_id(\n    "narrative",\n    "{creator}",\n    "{name}",\n)'
    return f"from stix_models.deterministic import own_id\n\n{call}\n# {made}"


def _further_pages() -> str:
    lines = [f"- [{what}]({page})\n" for page, what in FURTHER_PAGES if (DOCS / page).exists()]
    return "More:\n\n" + "".join(lines) if lines else ""


if __name__ == "__main__":
    FILE.write_text(render(), encoding="utf-8")
