"""Extensions that nobody here has read: what they say of a person cannot be known.

STIX's own and those that this project knows say nothing of accounts beside what is looked
for anyway, and OpenCTI's two are removed. Any other refuses the bundle, wherever it is,
until a person who read it says that it may stay. One that only declares a type is empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stix_models.describing import pointer_to
from stix_models.markings import OPENCTI_EXTENSIONS
from stix_models.problems import Problem
from stix_models.pseudonyms.known import predefined_extensions
from stix_models.rules import KNOWN_EXTENSIONS

_DEFINITION = "extension-definition--"
_DECLARATION = frozenset({"extension_type"})

Path = tuple[str | int, ...]


def extension_problems(
    obj: Mapping[str, Any], path: Path, known: frozenset[str]
) -> Iterator[Problem]:
    """Yield the extensions of an object that are not known, and OpenCTI's where they stay.

    Args:
        obj: Any object but an account, whose extensions do not stay.
        path: Where it is.
        known: The ids of further extensions that may stay.
    """
    for key, value in obj.items():
        if key == "extensions" and isinstance(value, Mapping):
            for name, content in value.items():
                # OpenCTI's are removed here, with whatever is in them.
                if name not in OPENCTI_EXTENSIONS:
                    yield from _one((*path, key, name), name, content, known)
                    yield from _below(content, (*path, key, name), known)
        else:
            yield from _below(value, (*path, key), known)


def _below(value: Any, path: Path, known: frozenset[str]) -> Iterator[Problem]:
    if isinstance(value, list):
        for place, item in enumerate(value):
            yield from _below(item, (*path, place), known)
    elif isinstance(value, Mapping):
        is_extended = path[-1] == "extensions"
        for key, item in value.items():
            if is_extended or key.lower().startswith(_DEFINITION):
                yield from _one((*path, key), key, item, known - OPENCTI_EXTENSIONS)
            yield from _below(item, (*path, key), known)


def _one(path: Path, name: str, content: Any, known: frozenset[str]) -> Iterator[Problem]:
    if name in known or name in KNOWN_EXTENSIONS - OPENCTI_EXTENSIONS:
        return
    if name in predefined_extensions():
        return
    if isinstance(content, Mapping) and content.keys() == _DECLARATION:
        return
    message = (
        "What this extension says is unknown here, and may name a person; remove it, or read it"
        " and name it with --known-extension."
    )
    if name in OPENCTI_EXTENSIONS:
        message = "OpenCTI's extensions are removed from extensions only; remove this one."
    yield Problem(pointer_to(path), "unknown-extension", "error", message)
