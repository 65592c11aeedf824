"""Taking OpenCTI's two extensions off objects: they repeat names and values in clear."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stix_models.extensions import EXTENSION_OF_NAME
from stix_models.markings import OPENCTI_EXTENSIONS
from stix_models.pseudonyms.accounts import selects

_DECLARING = ("new-sdo", "new-sco", "new-sro")


def without_opencti(obj: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    """Return a copy without OpenCTI's extensions, and how many it had.

    An object of a type that only its OpenCTI extension declares keeps the declaration and
    nothing else of it; a narrative, channel or event gets the set's. Granular markings of
    what went go too.
    """
    extensions = obj.get("extensions")
    if not isinstance(extensions, Mapping):
        return dict(obj), 0
    gone = OPENCTI_EXTENSIONS & extensions.keys()
    if not gone:
        return dict(obj), 0
    kept = {name: content for name, content in extensions.items() if name not in gone}
    kept |= _declarations(obj, {name: extensions[name] for name in sorted(gone)})
    if kept == extensions:  # they were nothing but declarations
        return dict(obj), 0
    cleaned = {**obj, "extensions": kept}
    if not kept:
        del cleaned["extensions"]
    _drop_selectors(obj, cleaned)
    return cleaned, len(gone)


def _declarations(obj: Mapping[str, Any], gone: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    own = EXTENSION_OF_NAME.get(str(obj.get("type")))
    for name, content in gone.items():
        said = content.get("extension_type") if isinstance(content, Mapping) else None
        if said in _DECLARING:
            found[name if own is None else own.id] = {"extension_type": said}
    return found


def _drop_selectors(before: Mapping[str, Any], cleaned: dict[str, Any]) -> None:
    markings = []
    for marking in before.get("granular_markings", ()):
        left = [
            selector
            for selector in marking["selectors"]
            if selects(cleaned, selector) or not selects(before, selector)
        ]
        if left:
            markings.append({**marking, "selectors": left})
    if "granular_markings" in before:
        cleaned["granular_markings"] = markings
        if not markings:
            del cleaned["granular_markings"]
