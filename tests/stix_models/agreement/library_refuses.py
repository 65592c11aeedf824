"""What ``stix2.parse`` refuses and this project accepts."""

from __future__ import annotations

from functools import partial

from tests.stix_models.agreement.disagreement import LEFT_OUT, Disagreement
from tests.stix_models.agreement.oracles import LIBRARY
from tests.stix_models.agreement.recognising import (
    has_foreign_hash,
    has_text,
    is_on_another_type,
    names_a_custom_property,
    names_a_foreign_type,
    names_a_meta_type,
)
from tests.stix_models.objects import TIME, UUID

_MARKING = {"created": TIME, "definition_type": "statement", "modified": LEFT_OUT}
_row = partial(Disagreement, oracle=LIBRARY, refused_by=LIBRARY)


ROWS: tuple[Disagreement, ...] = (
    _row(
        name="custom properties",
        words="Unexpected properties for|Property name '.*' must begin with an alpha character",
        decided_by="11.1, 7.3",
        because=(
            "Custom properties are deprecated, not forbidden; we relay what members agree on. The "
            "library was asked to allow none."
        ),
        example=("campaign", {"x_example_rank": 5}),
        holds=names_a_custom_property,
    ),
    _row(
        name="extensions under a name",
        words="Can't parse unknown extension type: .*-ext$",
        decided_by="11.3.1",
        because="A custom extension has a name that ends in `-ext`.",
        example=("file", {"extensions": {"x-example-ext": {"rank": 5}}}),
    ),
    _row(
        name="predefined extensions on other types",
        words="(Archive|HTTPRequest|UNIXAccount|PDF|NTFS)Ext",
        decided_by="3.10, 6.7.2, 6.12.2",
        because="A predefined extension is defined for one type; elsewhere its name is any name.",
        example=("campaign", {"extensions": {"archive-ext": {"comment": "nothing in it"}}}),
        holds=is_on_another_type,
    ),
    _row(
        name="leap seconds, and more than six digits of a second",
        words="must be a datetime object",
        decided_by="2.16.1",
        because=(
            "RFC 3339 has second 60, and any number of digits is allowed; Python's datetime has "
            "neither."
        ),
        example=("campaign", {"first_seen": "2016-12-31T23:59:60Z"}),
        holds=lambda obj, words: has_text(obj, r".*:60(\.\d+)?Z|.*\.\d{7,}Z"),
    ),
    _row(
        name="names of hashes that resemble STIX's",
        words="is not a valid .* hash",
        decided_by="2.7, 10.7",
        because=(
            "The library takes `sha256` for SHA-256 and checks the value; for STIX it is a name "
            "of somebody's own."
        ),
        example=("file", {"hashes": {"sha256": "ab"}}),
        holds=has_foreign_hash,
    ),
    _row(
        name="other hash algorithms",
        words="custom hash algorithm",
        decided_by="2.7, 2.14",
        because="The names are an open vocabulary.",
        example=("file", {"hashes": {"x_example": "ab"}}),
    ),
    _row(
        name="references to custom types",
        words="reference to custom object type|is not one of the valid types",
        decided_by="3.3, 11.2",
        because="The library cannot know which class an unregistered type belongs to.",
        example=("note", {"object_refs": [f"x-example-thing--{UUID}"]}),
        holds=names_a_foreign_type,
    ),
    _row(
        name="references to meta objects",
        words="is not one of the valid types",
        decided_by="1.4, 4.13, 7.1.1",
        because="Markings, extension definitions and translations are STIX Objects too.",
        example=("language-content", {"object_ref": f"marking-definition--{UUID}"}),
        holds=names_a_meta_type,
    ),
    _row(
        name="references to bundles",
        words="prefix 'bundle' for this property is (not one of the |one of the in)valid types",
        decided_by="1.4, 3.3",
        because=(
            "A bundle has an id but is no STIX Object. A reference to one leads nowhere; the "
            "standard does not forbid it in a list of any objects."
        ),
        example=("note", {"object_refs": [f"bundle--{UUID}"]}),
        our_choice=True,
    ),
    _row(
        name="capitals in selectors",
        words="must adhere to selector syntax",
        decided_by="7.2.3.1",
        because="A step is a property name or a dictionary's key, and keys have capitals.",
        example=(
            "file",
            {
                "hashes": {"MD5": "a" * 32},
                "granular_markings": [
                    {"selectors": ["hashes.MD5"], "marking_ref": f"marking-definition--{UUID}"}
                ],
            },
        ),
        holds=lambda obj, words: has_text(obj["granular_markings"], r"[a-z_.\[\]0-9]+\.[A-Z0-9-]+"),
    ),
    _row(
        name="empty hexadecimal values",
        words="must contain an even number of hexadecimal characters",
        decided_by="2.8",
        because="No digits are an even number of them.",
        example=("file", {"magic_number_hex": ""}),
        holds=lambda obj, words: has_text(obj, ""),
    ),
    _row(
        name="precision below zero",
        words="'precision': minimum value is 0",
        decided_by="4.10.1",
        because="The standard sets no limit. Nonsense, but not forbidden.",
        example=("location", {"latitude": 1, "longitude": 1, "precision": -1}),
    ),
    _row(
        name="selectors of empty values",
        words="^InvalidSelectorError",
        decided_by="7.2.3.1",
        because="What is selected must be there; the library takes an empty text for nothing.",
        example=(
            "campaign",
            {
                "description": "",
                "granular_markings": [
                    {"selectors": ["description"], "marking_ref": f"marking-definition--{UUID}"}
                ],
            },
        ),
        holds=lambda obj, words: has_text(obj, ""),
    ),
    _row(
        name="empty statements",
        words="No values for required properties for StatementMarking",
        decided_by="7.2.1.3",
        because="An empty text is a text; the library takes it for nothing.",
        example=("marking-definition", {**_MARKING, "definition": {"statement": ""}}),
        holds=lambda obj, words: obj["definition"].get("statement") == "",
    ),
    _row(
        name="empty keys",
        words="Invalid dictionary key : ",
        decided_by="2.3",
        because="A key has at most 250 characters; no least number is said.",
        example=("network-traffic", {"ipfix": {"": 1}}),
    ),
    _row(
        name="patterns",
        words="'pattern': |^UnboundLocalError",
        decided_by="9",
        because=(
            "A STIX pattern must be well-formed. We do not look: parsing one takes up to a "
            "thousand times as long as all other checks, and whoever uses it parses it anyway."
        ),
        example=("indicator", {"pattern": "[url:value = 'x'"}),
        holds=lambda obj, words: obj["type"] == "indicator",
        our_choice=True,
    ),
    _row(
        name="a property named custom_properties",
        words="'custom_properties' must be a dictionary|has no attribute 'keys'",
        decided_by="11.1",
        because="The name means something to the library only.",
        example=("campaign", {"custom_properties": "text"}),
        holds=lambda obj, words: "custom_properties" in obj,
    ),
    _row(
        name="end without is_active",
        words="'is_active' must be False if 'end' is present",
        decided_by="6.12.1",
        because="With an end, `is_active` must be false, but it is optional.",
        example=("network-traffic", {"end": TIME}),
        holds=lambda obj, words: "is_active" not in obj,
    ),
    _row(
        name="types of markings",
        words="definition_type must be a valid marking type",
        decided_by="7.2.1.1",
        because="The type of a marking is an open vocabulary.",
        example=(
            "marking-definition",
            {**_MARKING, "definition_type": "x-own", "definition": {"a": 1}},
        ),
    ),
    _row(
        name="content of TLP markings",
        words="TLPMarkingDefinitionError|required properties for TLPMarking",
        decided_by="7.2.1.4",
        because=(
            "Nobody may define TLP markings but the standard. What a marking means is decided by "
            "its id, and the server supplies the definitions itself, so their content is not "
            "compared."
        ),
        example=(
            "marking-definition",
            {
                **_MARKING,
                "id": "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
                "object_marking_refs": LEFT_OUT,
                "definition_type": "tlp",
                "definition": {"tlp": "green"},
            },
        ),
        our_choice=True,
    ),
    _row(
        name="observables inside of observed-data",
        words=r"Invalid value for (ObservedData 'objects'|(?!ObservedData)\w+ )",
        decided_by="2.13",
        because=(
            "The container is deprecated and its references are names of its own, which the "
            "library refuses; we look at the types in it only."
        ),
        example=(
            "observed-data",
            {
                "object_refs": LEFT_OUT,
                "objects": {"0": {"type": "url", "value": "x", "x_example": 1}},
            },
        ),
        holds=lambda obj, words: obj["type"] == "observed-data" and "objects" in obj,
        our_choice=True,
    ),
)
