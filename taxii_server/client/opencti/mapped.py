"""What the set's own types become: an intrusion set, an identity, a note.

Each keeps who made it, when, its markings, confidence, labels and references, gets its
old type as a label and an external reference to the object it was made of. What the
new type has no property for is written into its text, so that nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from stix_models.extensions import EXTENSION_OF_ID, SET_IDENTITY
from stix_models.identifiers import is_identifier
from taxii_server.client.opencti.ids import target_type
from taxii_server.client.opencti.prose import joined, to_prose

Stix = dict[str, Any]

SOURCE_NAME = "clearinghouse"
"""Of the external reference that leads back to the original object."""

NO_DATE = "1970-01-01T00:00:00.000Z"
"""The date of a note made of an object that has none, as observables have none."""

# Properties that become relationships of their own are not written into the text.
LINKED_PROPERTIES: Mapping[str, Mapping[str, str]] = {
    "coordinated-account-cluster": {
        "account_refs": "related-to",
        "channel_refs": "uses",
        "content_refs": "related-to",
        "lead_source_refs": "related-to",
    },
    "channel": {"account_refs": "belongs-to"},
}

_KEPT = (
    *("created_by_ref", "created", "modified", "revoked", "labels", "confidence", "lang"),
    *("external_references", "object_marking_refs"),
)
_CARRIED: Mapping[str, frozenset[str]] = {
    "intrusion-set": frozenset({"name", "first_seen", "last_seen"}),
    "identity": frozenset({"name", "aliases"}),
    "note": frozenset({"object_refs"}),
}
_NOT_IN_TEXT = frozenset({"type", "spec_version", "id", "extensions", "description", *_KEPT})


def map_object(original: str, obj: Stix) -> Stix:
    """Return what the object becomes; its references are new ids already.

    Args:
        original: The id of the object as it was sent.
        obj: Of a type that OpenCTI does not take, under its new id.
    """
    stix_type = obj["type"]
    target = target_type(stix_type)
    made: Stix = {"type": target, "spec_version": "2.1", "id": obj["id"]}
    made.update((name, obj[name]) for name in _KEPT if name in obj)
    made["labels"] = [*_list(obj.get("labels")), stix_type]
    add_link(made, original)
    extensions, declared = _split_extensions(obj.get("extensions"))
    if extensions:
        made["extensions"] = extensions
    makers: Mapping[str, Callable[[Stix], Stix]] = {
        "intrusion-set": _intrusion_set,
        "identity": _identity,
    }
    own = makers.get(target, _note)(obj)
    elsewhere = {*_NOT_IN_TEXT, *_CARRIED[target], *LINKED_PROPERTIES.get(stix_type, {})}
    rest = {k: v for k, v in {**obj, **declared}.items() if k not in elsewhere}
    text = "content" if target == "note" else "description"
    # With its id in it no two notes are alike: OpenCTI would take such for one.
    said = to_prose(f"Sent as {original}", rest) or f"Sent as {original}"
    return {**made, **own, text: joined(obj.get("description"), said)}


def link_to(original: str) -> Stix:
    """Return the external reference that leads back to an object."""
    return {"source_name": SOURCE_NAME, "external_id": original}


def add_link(made: Stix, original: str) -> None:
    """Add the external reference that leads back to the object that this one was made of."""
    made["external_references"] = [*_list(made.get("external_references")), link_to(original)]


def without_links(obj: Stix) -> Stix:
    """Return the object without external references that only the profile may give it.

    What somebody pushes cannot be made of another's object, and must not look so.
    """
    references = obj.get("external_references")
    if not isinstance(references, list) or not any(map(_is_link, references)):
        return obj
    rest = {k: v for k, v in obj.items() if k != "external_references"}
    kept = [one for one in references if not _is_link(one)]
    return rest | {"external_references": kept} if kept else rest


def _is_link(reference: Any) -> bool:
    if not isinstance(reference, dict) or not is_identifier(reference.get("external_id")):
        return False
    return str(reference.get("source_name")).strip().casefold() == SOURCE_NAME


def _intrusion_set(obj: Stix) -> Stix:
    seen = ("first_seen", "last_seen")
    return {"name": _name(obj)} | {name: obj[name] for name in seen if name in obj}


def _identity(obj: Stix) -> Stix:
    """An advertiser is an organization, unless the only thing known is that it is a person."""
    is_person = obj.get("buyer_types") == ["individual"]
    made = {"name": _name(obj), "identity_class": "individual" if is_person else "organization"}
    if "aliases" in obj:
        made["x_opencti_aliases"] = obj["aliases"]  # an identity of STIX has none
    return made


def _note(obj: Stix) -> Stix:
    made = {"abstract": _abstract(obj), "object_refs": _subjects(obj)}
    if "created" not in obj:
        made["created"] = NO_DATE
    if "modified" not in obj:
        made["modified"] = obj.get("created", NO_DATE)
    return made


def _abstract(obj: Stix) -> str:
    match obj:
        case {"type": "political-ad", "ad_id": number, "platform": platform}:
            return f"Political ad {number} on {platform}"
        case {"type": "platform-action", "platform": platform, "action_types": list(actions)}:
            return f"Action of {platform}: {', '.join(map(str, actions))}"
        case {"type": stix_type, "name": str(name)}:
            return f"{stix_type}: {name}"
    return str(obj["type"])


def _subjects(obj: Stix) -> list[str]:
    """Return what a note is about: everything the object names, in order, once.

    STIX asks for at least one: an object that names nothing is put beside who made it.
    """
    found: list[str] = []
    for key, value in obj.items():
        if key in _KEPT:
            continue
        if key.endswith("_refs"):
            found += [ref for ref in _list(value) if isinstance(ref, str)]
        elif key.endswith("_ref") and isinstance(value, str):
            found.append(value)
    return list(dict.fromkeys(found)) or [obj.get("created_by_ref", SET_IDENTITY)]


def _split_extensions(extensions: Any) -> tuple[Stix, Stix]:
    """Return the extensions that still hold, and what those say that declared the old type."""
    kept: Stix = {}
    said: Stix = {}
    for key, value in extensions.items() if isinstance(extensions, dict) else ():
        content = value if isinstance(value, dict) else {}
        if not str(content.get("extension_type", "")).startswith("new-"):
            kept[key] = value
        elif rest := {k: v for k, v in content.items() if k != "extension_type"}:
            said[EXTENSION_OF_ID[key].name if key in EXTENSION_OF_ID else key] = rest
    return kept, said


def _name(obj: Stix) -> str:
    name = obj.get("name")
    return name if isinstance(name, str) else str(obj["id"])


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else []
