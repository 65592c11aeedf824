"""The JSON Schemas of the extension set, as they are packaged and served.

One file an object and a property extension, and ``common`` for what they share. They
build on the OASIS schemas by reference. Beside what JSON Schema knows, a text has
``x-vocabulary`` (the open vocabulary its terms come from) and a reference
``x-refers-to`` (the types it may name; any type where it is absent).
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from stix_models.extensions import EXTENSIONS, NEW_SDO, PROPERTY_EXTENSION

SCHEMA_ID_PREFIX = "urn:clearinghouse:extension-set:1.0:"
"""What the ``$id`` of each schema begins with; its name follows."""

NEW_TYPES = tuple(found.name for found in EXTENSIONS if found.extension_type == NEW_SDO)
"""The types that the set adds to STIX."""

PROPERTY_EXTENSIONS = tuple(
    found.name for found in EXTENSIONS if found.extension_type == PROPERTY_EXTENSION
)
"""Names of the set's property extensions."""

MEDIA_CONTENT = "media-content"
"""OpenCTI's observable, described here because OpenCTI has no schema of it."""

OBJECT_TYPES = (*NEW_TYPES, MEDIA_CONTENT)
"""The types whose schema is the set's."""

EXAMPLE_NAMES = (*OBJECT_TYPES, *PROPERTY_EXTENSIONS)
"""What has an example; each is the file ``examples/<name>.json``."""

SCHEMA_NAMES = (*EXAMPLE_NAMES, "common")
"""Every schema; each is the file ``schemas/<name>.json``."""


def schema(name: str) -> dict[str, Any]:
    """Return a new copy of the schema of this name.

    Raises:
        KeyError: There is none.
    """
    return _read("schemas", name, SCHEMA_NAMES)


def example(name: str) -> dict[str, Any]:
    """Return a new copy of the example of a type or property extension, a complete object.

    Raises:
        KeyError: There is none.
    """
    return _read("examples", name, EXAMPLE_NAMES)


def _read(folder: str, name: str, names: tuple[str, ...]) -> dict[str, Any]:
    if name not in names:
        raise KeyError(name)
    file = files("stix_models").joinpath(folder, f"{name}.json")
    found: dict[str, Any] = json.loads(file.read_bytes())
    return found
