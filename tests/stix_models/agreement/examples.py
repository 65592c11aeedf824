"""Objects to begin with: one or more complete ones of every type, and what OASIS ships.

Our own are in the folder ``examples``, a file a type, every property of the type in
one of them. Those of the extension set are in the package ``stix_models``.
"""

from __future__ import annotations

import copy
import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import stix_models

Stix = dict[str, Any]

OWN = Path(__file__).parent / "examples"
SET = Path(stix_models.__file__).parent / "examples"


def names() -> list[str]:
    """Return the names of the files: STIX's types, then the extension set's objects."""
    return sorted(path.stem for path in OWN.glob("*.json")) + set_names()


def set_names() -> list[str]:
    """Return the names of the extension set's examples."""
    return sorted(path.stem for path in SET.glob("*.json"))


def examples(name: str) -> list[Stix]:
    """Return new copies of the complete objects of one file."""
    return copy.deepcopy(_read(name))


@cache
def _read(name: str) -> list[Stix]:
    own = OWN / f"{name}.json"
    found = json.loads((own if own.exists() else SET / f"{name}.json").read_bytes())
    return found if isinstance(found, list) else [found]


def shipped() -> dict[str, Stix]:
    """Return every object in the examples that ``stix2-validator`` ships, by file and id."""
    spec = find_spec("stix2validator")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "schemas-2.1" / "examples"
    found: dict[str, Stix] = {}
    for path in sorted(folder.glob("**/*.json")):
        document = json.loads(path.read_bytes())
        for obj in document.get("objects", [document]):
            found[f"{path.stem} {obj['id']}"] = obj
    return found
