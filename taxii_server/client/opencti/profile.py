"""The profile ``opencti``: one object in, what OpenCTI gets instead out.

Every step looks at the object alone. The file that comes out is for OpenCTI: an object
whose type stays keeps its id, although names in it were rewritten or text was added, so
the file must not be pushed to anybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stix_models.extensions import (
    EXTENSION_OF_ID,
    EXTENSION_OF_NAME,
    SET_IDENTITY,
    set_identity,
)
from stix_models.identifiers import is_identifier, type_of
from stix_models.markings import OPENCTI_EXTENSIONS
from taxii_server.client.bundles import StixText
from taxii_server.client.exact_json import read_exact, write_exact
from taxii_server.client.opencti.facts import (
    NOT_FOR_OPENCTI,
    ORDERS,
    READ_PROPERTIES,
    text_property,
)
from taxii_server.client.opencti.ids import (
    is_left_out,
    link_id,
    may_be_made,
    new_id,
    rewritten,
    target_type,
)
from taxii_server.client.opencti.mapped import (
    LINKED_PROPERTIES,
    NO_DATE,
    SOURCE_NAME,
    add_link,
    link_to,
    map_object,
    without_links,
)
from taxii_server.client.opencti.prose import joined, to_prose
from taxii_server.client.opencti.verbs import verb_for_opencti
from taxii_server.client.profiles import Profile
from taxii_server.client.session import ClientError

Stix = dict[str, Any]

_PSEUDONYM = EXTENSION_OF_NAME["pseudonymous-account"].id
_CAMPAIGN_EXTENSION = EXTENSION_OF_NAME["influence-campaign"].id
_TARGET_EVENTS = "target_event_refs"  # of that extension
_NAMELESS = frozenset({"event", "location", "malware"})
"""Types that OpenCTI takes only with a name, which STIX (or OASIS Incident Core) leaves open."""

_INHERITED = (
    *("created_by_ref", "created", "modified", "revoked", "confidence"),
    "object_marking_refs",
)
"""What a relationship has from the object whose reference it was."""


def rewrite(item: StixText) -> list[StixText]:
    """Return what OpenCTI gets instead of an object; nothing if it has no place for it.

    Raises:
        ClientError: The object is nested too deeply to be rewritten.
    """
    try:
        return [_written(item, obj) for obj in _rewritten_objects(item)]
    except RecursionError as exc:
        raise ClientError(f"{item.id} is nested too deeply for the profile opencti.") from exc


def origin(item: StixText) -> str | None:
    """Return whose version an object of the output is: the object it was made of, and its creator.

    Only the creator makes new versions (STIX 2.1 section 3.6), so another's object of the
    same id is none. What an external reference says is believed only where the id agrees.
    """
    if not isinstance(item.content, Mapping) or not is_identifier(item.id):
        return item.id
    if may_be_made(str(item.id)) and item.content.get("modified") == NO_DATE:
        return None  # made of an object without dates, which has no versions
    return f"{_made_of(item.content)} {item.content.get('created_by_ref')}"


def _made_of(made: Mapping[str, Any]) -> str:
    made_id = str(made["id"])
    verb, target = (str(made.get(name)) for name in ("relationship_type", "target_ref"))
    for reference in _dicts(made.get("external_references")) if may_be_made(made_id) else ():
        named = reference.get("external_id")
        if reference.get("source_name") != SOURCE_NAME or not is_identifier(named):
            continue
        if made_id in (new_id(str(named)), link_id(str(named), verb, target)):
            return str(named)
    return made_id


PROFILE = Profile("opencti", rewrite, origin)


def _rewritten_objects(item: StixText) -> Iterator[Any]:
    stix_type = item.text_of("type")
    if item.id is None:
        yield item.content  # not STIX: nothing is known of it
        return
    if not is_identifier(item.id) or type_of(item.id) != stix_type:
        return  # a wrong id could be one that the profile gives to another object
    original: Stix = read_exact(item.text)
    if stix_type in NOT_FOR_OPENCTI or _ends_in_nothing(original):
        return
    obj = without_links(_without_orders(rewritten(original)))
    obj["id"] = new_id(item.id)
    _fold_markings(obj)
    if obj.get("created_by_ref") == obj["id"]:
        del obj["created_by_ref"]  # an import ignores that an identity made itself
    if target_type(stix_type) != stix_type:
        made = map_object(item.id, obj)
    else:
        made = obj
        _complete(original, made)
        if made["id"] != item.id:
            add_link(made, item.id)
    _add_unread(made, obj)
    yield made
    yield from _links(item.id, obj)
    if _stands_beside_the_set(made):
        yield set_identity()  # a feed need not hold it, and a name of nothing is dropped


def _written(item: StixText, obj: Any) -> StixText:
    """Return the text of an object: as it came, if nothing was changed."""
    return item if obj == item.content else StixText(write_exact(obj), obj)


def _ends_in_nothing(obj: Stix) -> bool:
    """Return whether the object is about something that is left out."""
    ends = [obj.get(key) for key in ("source_ref", "target_ref", "sighting_of_ref")]
    if obj["type"] == "language-content":
        ends.append(obj.get("object_ref"))
    return any(map(is_left_out, ends))


def _stands_beside_the_set(made: Stix) -> bool:
    """Return whether an object names the set for want of anything better."""
    return made["id"] != SET_IDENTITY and any(
        made.get(key) == [SET_IDENTITY] for key in ("object_refs", "where_sighted_refs")
    )


def _without_orders(obj: Stix) -> Stix:
    kept = {k: v for k, v in obj.items() if k not in ORDERS}
    extensions = kept.get("extensions")
    if isinstance(extensions, dict):
        kept["extensions"] = {
            key: {k: v for k, v in value.items() if k not in {*ORDERS, "id"}}
            if key in OPENCTI_EXTENSIONS and isinstance(value, dict)
            else value
            for key, value in extensions.items()
        }
    return kept


def _fold_markings(obj: Stix) -> None:
    """Mark the whole object as its most restricted part is: OpenCTI knows no granular markings."""
    marked = obj.get("object_marking_refs")
    refs = list(marked) if isinstance(marked, list) else []
    granular = [one.get("marking_ref") for one in _dicts(obj.get("granular_markings"))]
    added = [ref for ref in granular if isinstance(ref, str) and ref not in refs]
    if added:
        obj["object_marking_refs"] = [*refs, *dict.fromkeys(added)]


def _complete(original: Stix, obj: Stix) -> None:
    """Give an object whose type stays what OpenCTI needs to take it."""
    if obj["type"] == "relationship":
        _use_known_verb(original, obj)
    elif obj["type"] == "sighting" and not obj.get("where_sighted_refs"):
        obj["where_sighted_refs"] = [obj.get("created_by_ref", SET_IDENTITY)]
    elif "object_refs" in original and not obj.get("object_refs"):
        obj["object_refs"] = [obj.get("created_by_ref", SET_IDENTITY)]
    elif obj["type"] in _NAMELESS and "name" not in obj:
        places = (obj.get(key) for key in ("city", "country", "region"))
        if not any(places):
            obj["name"] = obj["id"]


def _use_known_verb(original: Stix, obj: Stix) -> None:
    sent = obj.get("relationship_type")
    ends = [original.get(key) for key in ("source_ref", "target_ref")]
    if not isinstance(sent, str) or not all(map(is_identifier, ends)):
        return
    source, target = (type_of(str(end)) for end in ends)
    verb = verb_for_opencti(source, sent, target)
    if verb != sent:
        obj["relationship_type"] = verb
        obj["description"] = joined(obj.get("description"), f"Sent as: {source} {sent} {target}")


def _add_unread(made: Stix, obj: Stix) -> None:
    """Write what OpenCTI would overlook into the text that it shows."""
    text = text_property(made["type"])
    if text is None or _PSEUDONYM in _dict(obj.get("extensions")):
        return  # a pseudonym says what it is by itself, and nothing may stand beside it
    unread: Stix = {}
    read = READ_PROPERTIES.get(obj["type"])
    if read is not None:
        linked = LINKED_PROPERTIES.get(obj["type"], {})
        unread = {k: v for k, v in obj.items() if k not in {*read, *linked}}
    extensions = obj.get("extensions")
    for key, value in extensions.items() if isinstance(extensions, dict) else ():
        extension = EXTENSION_OF_ID.get(key)
        if extension is not None and extension.extension_type == "property-extension":
            structure = ("extension_type", _TARGET_EVENTS)
            unread[extension.name] = {k: v for k, v in _dict(value).items() if k not in structure}
    sources = [
        {k: v for k, v in one.items() if k != "hashes"}
        for one in _dicts(obj.get("external_references"))
        if "url" not in one and "external_id" not in one
    ]
    if sources:
        unread["sources"] = sources  # an import drops those that have neither
    said = to_prose("Further properties", unread)
    if said:
        made[text] = joined(made.get(text), said)


def _links(original: str, obj: Stix) -> Iterator[Stix]:
    """Yield relationships for the references that OpenCTI has no property for.

    What two properties name with one verb is one relationship, which says so.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for name, verb, refs in _linked_properties(obj):
        for ref in dict.fromkeys(ref for ref in refs if is_identifier(ref)):
            taken = verb_for_opencti(obj["type"], verb, type_of(ref))
            found.setdefault((taken, ref), []).append(name.replace("_", " "))
    for (taken, ref), names in found.items():
        yield {
            "type": "relationship",
            "spec_version": "2.1",
            "id": link_id(original, taken, ref),
            **{key: obj[key] for key in _INHERITED if key in obj},
            "relationship_type": taken,
            "source_ref": obj["id"],
            "target_ref": ref,
            "description": f"From the {' and the '.join(names)} of the {obj['type']}",
            "external_references": [link_to(original)],
        }


def _linked_properties(obj: Stix) -> Iterator[tuple[str, str, list[Any]]]:
    """Yield name, verb and references of each property that becomes relationships."""
    campaign = _dict(_dict(obj.get("extensions")).get(_CAMPAIGN_EXTENSION))
    for name, verb in LINKED_PROPERTIES.get(obj["type"], {}).items():
        yield name, verb, _items(obj.get(name))
    yield _TARGET_EVENTS, "targets", _items(campaign.get(_TARGET_EVENTS))


def _dict(value: Any) -> Stix:
    return value if isinstance(value, dict) else {}


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dicts(value: Any) -> list[Stix]:
    return [one for one in _items(value) if isinstance(one, dict)]
