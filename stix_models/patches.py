"""Single places in the OASIS schemas that differ from STIX 2.1, each with the reason.

``relaxations`` replaces whole schemas; this table changes one keyword at a time.
A test asserts that every place still exists in the installed schemas.
"""

from __future__ import annotations

from dataclasses import dataclass

from stix_models.relaxations import (
    EXTENSIONS,
    IDENTITY,
    LANGUAGE,
    MARKING,
    NOT_NULL_NOT_EMPTY,
    Schema,
    list_of,
    matching,
    oasis,
    when,
)


@dataclass(frozen=True, slots=True)
class Patch:
    """One place in an OASIS schema and what stands there instead; ``None`` removes it."""

    schema: str
    path: tuple[str | int, ...]
    value: object
    reason: str


_TEXT: Schema = {"type": "string"}
_BOOLEAN: Schema = {"type": "boolean"}
_OWN = ("allOf", 1, "properties")  # where most schemas keep the type's own properties
_CORES = ("common/core", "common/cyber-observable-core")
_FOREIGN = "the content of other extensions is their own business (section 7.3)"
_VERSIONED = "they are read as the object's version, so they are timestamps where present"

_SDO_NAMES = (
    "attack-pattern|campaign|course-of-action|grouping|identity|incident|indicator|infrastructure"
    "|intrusion-set|location|malware-analysis|malware|note|observed-data|opinion|report"
    "|threat-actor|tool|vulnerability"
)
_SCO_NAMES = (
    "artifact|autonomous-system|directory|domain-name|email-addr|email-message|file|ipv4-addr"
    "|ipv6-addr|mac-addr|media-content|mutex|network-traffic|process|software|url|user-account"
    "|windows-registry-key|x509-certificate"
)
_FILE_EXTENSIONS = ("definitions", "file-extensions-dictionary", "patternProperties")
_NOT_SIGHTED = "bundle|language-content|marking-definition|relationship|sighting"


def _cores(path: tuple[str, ...], value: object, reason: str) -> list[Patch]:
    return [Patch(schema, path, value, reason) for schema in _CORES]


def _any_of(names: str) -> list[Schema]:
    return [{"required": [name]} for name in names.split()]


def _both(one: str, other: str) -> Schema:
    return {"required": [one, other]}


def _never_with(name: str, value: bool, other: str) -> Schema:
    return when(name, value, {"properties": {other: False}})


_COMMON = [
    *_cores(
        ("properties", "object_marking_refs", "items"),
        matching(MARKING),
        "section 3.2: they are ids of marking-definitions",
    ),
    *_cores(("properties", "extensions"), EXTENSIONS, "any UUID version; names inside are free"),
    *_cores(("properties", "spec_version"), {"const": "2.1"}, "section 3.2: MUST be 2.1"),
    *_cores(
        ("not",),
        None,
        "action is reserved as a type, not as a property; the others are in validation",
    ),
    *_cores(("properties", "created"), oasis("timestamp"), _VERSIONED + "; few digits only warn"),
    *_cores(("properties", "modified"), oasis("timestamp"), _VERSIONED + "; few digits only warn"),
    Patch(
        "common/core",
        ("properties", "created_by_ref"),
        matching(IDENTITY),
        "section 3.2: it is the id of an identity",
    ),
    Patch(
        "common/core",
        ("properties", "defanged"),
        False,
        "section 3.2: it MUST NOT be used but on observables",
    ),
    Patch("common/core", ("properties", "lang"), matching(LANGUAGE), "section 3.2: RFC 5646"),
    Patch(
        "common/hashes-type",
        ("patternProperties", "^SSDEEP$", "pattern"),
        "^[a-zA-Z0-9/+:.]{1,250}$",
        "fuzzy hashes may be longer than 128 characters",
    ),
    Patch(
        "common/hashes-type",
        ("patternProperties", "^TLSH$", "pattern"),
        "^(T1)?[a-zA-Z0-9]{70}$",
        "TLSH 4 writes T1 in front",
    ),
]

_DOMAIN_OBJECTS = [
    Patch(
        "common/extension-definition",
        ("required",),
        ["created_by_ref", "name", "schema", "version", "extension_types"],
        "section 7.3: who signs a definition is required",
    ),
    Patch(
        "sdos/malware",
        ("oneOf",),
        None,
        "replaced by the condition below, which can say what is wrong",
    ),
    Patch("sdos/malware", (*_OWN, "is_family"), _BOOLEAN, "the schema has it in oneOf"),
    Patch(
        "sdos/malware", ("allOf", 2), when("is_family", True, {"required": ["name"]}), "as above"
    ),
    Patch(
        "sdos/location",
        ("allOf", 2, "anyOf"),
        _any_of("region country latitude longitude"),
        "the last two need each other, which is said below",
    ),
    Patch(
        "sdos/location",
        ("allOf", 3, "oneOf"),
        None,
        "replaced by the conditions below, which can name what is missing",
    ),
    Patch("sdos/location", ("allOf", 4, "oneOf"), None, "as above"),
    Patch(
        "sdos/location",
        ("allOf", 4, "dependentRequired"),
        {
            "latitude": ["longitude"],
            "longitude": ["latitude"],
            "precision": ["latitude", "longitude"],
        },
        "as above",
    ),
    Patch("sdos/observed-data", ("oneOf",), None, "replaced by the two conditions below"),
    Patch("sdos/observed-data", ("anyOf",), _any_of("objects object_refs"), "the schema's oneOf"),
    Patch("sdos/observed-data", ("not",), _both("objects", "object_refs"), "the schema's oneOf"),
    Patch(
        "sdos/observed-data",
        (*_OWN, "objects"),
        {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {
                "type": "object",
                "required": ["type"],
                "properties": {"type": _TEXT},
            },
        },
        "deprecated; the schema refuses custom types whose name holds file, url, mutex and so on",
    ),
    Patch(
        "sdos/observed-data",
        (*_OWN, "object_refs"),
        {
            **list_of({"allOf": [oasis("identifier"), {"not": {"pattern": f"^({_SDO_NAMES})--"}}]}),
            "contains": {"not": {"pattern": "^(relationship|sighting)--"}},
        },
        "section 4.14.1: one observable at least; the schema refuses custom types whose name"
        " begins as an SDO's, such as tool-mark",
    ),
]

_ENDS = [
    Patch(
        "sros/sighting",
        (*_OWN, "sighting_of_ref"),
        {
            "allOf": [
                oasis("identifier"),
                {"not": {"pattern": f"^({_SCO_NAMES}|{_NOT_SIGHTED})--"}},
            ]
        },
        "section 5.2: what is sighted MUST be an SDO; the schema lets observables pass",
    ),
    Patch(
        "sdos/malware-analysis",
        (*_OWN, "analysis_sco_refs", "items"),
        {"allOf": [oasis("identifier"), {"not": {"pattern": f"^({_SDO_NAMES})--"}}]},
        "section 4.12: they MUST be observables",
    ),
    Patch(
        "observables/file",
        (*_OWN, "contains_refs", "items"),
        {
            "allOf": [
                oasis("identifier"),
                {"not": {"pattern": f"^({_SDO_NAMES}|{_NOT_SIGHTED}|extension-definition)--"}},
            ]
        },
        "section 6.7.1: a file contains observables",
    ),
    Patch(
        "observables/file",
        (
            *(*_FILE_EXTENSIONS, "^ntfs-ext$", "allOf", 0, "properties"),
            *("alternate_data_streams", "items", "type"),
        ),
        "object",
        "section 6.7.3.2; the schema lets null and texts pass",
    ),
    Patch(
        "observables/file",
        (*_FILE_EXTENSIONS, "^archive-ext$", "properties", "contains_refs", "items"),
        {"allOf": [oasis("identifier"), {"pattern": "^(file|directory)--"}]},
        "section 6.7.2: they MUST be files and directories",
    ),
]

_OBSERVABLES = [
    Patch(
        "observables/file",
        ("dependentRequired",),
        {"name_enc": ["name"]},
        "section 3.1: no encoding without what it is the encoding of",
    ),
    Patch("observables/artifact", ("allOf", 2, "oneOf"), None, "replaced by conditions, as above"),
    Patch("observables/artifact", ("allOf", 3, "oneOf"), None, "replaced by conditions, as above"),
    Patch("observables/artifact", ("anyOf",), _any_of("payload_bin url"), "the schema's oneOf"),
    Patch("observables/artifact", ("not",), _both("payload_bin", "url"), "the schema's oneOf"),
    Patch(
        "observables/artifact",
        ("allOf", 3, "dependentRequired"),
        {"url": ["hashes"], "decryption_key": ["encryption_algorithm"]},
        "the schema's oneOf",
    ),
    Patch(
        "observables/artifact",
        (*_OWN, "mime_type"),
        matching("^[a-zA-Z0-9][a-zA-Z0-9!#$&^_.+-]*/[a-zA-Z0-9][a-zA-Z0-9!#$&^_.+-]*"),
        "IANA has registered more top-level types since",
    ),
    Patch("observables/email-message", ("oneOf",), None, "replaced by the conditions below"),
    Patch("observables/email-message", ("required",), ["is_multipart"], "the schema's oneOf"),
    Patch("observables/email-message", (*_OWN, "is_multipart"), _BOOLEAN, "the schema's oneOf"),
    Patch("observables/email-message", (*_OWN, "body"), _TEXT, "the schema's oneOf"),
    Patch(
        "observables/email-message",
        (*_OWN, "body_multipart"),
        list_of({"$ref": "#/definitions/mime-part-type"}),
        "the schema's oneOf",
    ),
    Patch(
        "observables/email-message",
        ("allOf", 2),
        {
            "allOf": [
                _never_with("is_multipart", True, "body"),
                _never_with("is_multipart", False, "body_multipart"),
            ]
        },
        "the schema's oneOf",
    ),
    Patch(
        "observables/email-message",
        ("definitions", "mime-part-type", "oneOf"),
        None,
        "replaced by anyOf: section 6.6.2 wants one of the two, it forbids neither",
    ),
    Patch(
        "observables/email-message",
        ("definitions", "mime-part-type", "anyOf"),
        _any_of("body body_raw_ref"),
        "as above",
    ),
    Patch(
        "observables/email-message",
        ("definitions", "email-additional-header-fields"),
        {
            "allOf": [oasis("dictionary")],
            "additionalProperties": {"type": ["string", "array"], "items": _TEXT},
        },
        "a list of one value is what section 6.6.1 asks for; the schema wants two",
    ),
    Patch(
        "observables/file",
        ("definitions", "file-extensions-dictionary", "additionalProperties"),
        True,
        _FOREIGN,
    ),
    Patch(
        "observables/file",
        ("definitions", "windows-pe-optional-header-type", "additionalProperties"),
        NOT_NULL_NOT_EMPTY,
        "unknown properties are not forbidden",
    ),
    Patch(
        "observables/file",
        (
            *_FILE_EXTENSIONS,
            *("^raster-image-ext$", "allOf", 0, "properties", "exif_tags"),
        ),
        {
            "allOf": [oasis("dictionary")],
            "additionalProperties": {"type": ["string", "integer"]},
        },
        "EXIF names need not begin with a capital",
    ),
    Patch(
        "observables/ipv6-addr",
        (*_OWN, "value"),
        _TEXT,
        "the pattern has d where it means a digit and refuses ::ffff:192.0.2.1; see validation",
    ),
    Patch("observables/network-traffic", ("oneOf",), None, "replaced by the condition below"),
    *(
        Patch(
            "observables/network-traffic",
            (*_OWN, name, "minimum"),
            0,
            "section 6.12.1: a positive integer; none is a count, too",
        )
        for name in ("src_byte_count", "dst_byte_count", "src_packets", "dst_packets")
    ),
    Patch("observables/network-traffic", (*_OWN, "is_active"), _BOOLEAN, "the schema's oneOf"),
    Patch(
        "observables/network-traffic",
        ("allOf", 2),
        _never_with("is_active", True, "end"),
        "the schema's oneOf",
    ),
    Patch(
        "observables/network-traffic",
        ("definitions", "network-traffic-extensions-dictionary", "additionalProperties"),
        True,
        _FOREIGN,
    ),
    Patch(
        "observables/network-traffic",
        (
            *("definitions", "network-traffic-extensions-dictionary", "patternProperties"),
            *("^socket-ext$", "properties", "options", "patternProperties"),
        ),
        {"^(SO|ICMP|ICMP6|IP|IPV6|MCAST|TCP|IRLMP)_[A-Z0-9_]+$": {"type": "integer"}},
        "option names have digits, as in IPV6_V6ONLY",
    ),
    Patch(
        "observables/process",
        ("anyOf",),
        _any_of(
            "extensions is_hidden pid created_time cwd command_line environment_variables"
            " opened_connection_refs creator_user_ref image_ref parent_ref child_refs"
        ),
        "the list has names of STIX 2.0 and lacks created_time",
    ),
    Patch(
        "observables/process",
        ("definitions", "process-extensions-dictionary", "additionalProperties"),
        True,
        _FOREIGN,
    ),
    Patch(
        "observables/process",
        (*_OWN, "environment_variables"),
        {"allOf": [oasis("dictionary")], "additionalProperties": _TEXT},
        "section 6.13.1: the values MUST be strings",
    ),
    Patch(
        "observables/process",
        ("definitions", "startup-info-dictionary"),
        oasis("dictionary"),
        "two keys must be null there, which a dictionary may not hold",
    ),
    Patch(
        "observables/software",
        (*_OWN, "cpe"),
        matching(r"^cpe:2\.3:[aho*-](:([^:\\]|\\.)+){10}$"),
        "CPE 2.3 in its plain form; the pattern knows two shapes of language tags only",
    ),
    Patch(
        "observables/software",
        (*_OWN, "languages", "items"),
        matching(LANGUAGE),
        "RFC 5646 ignores case and has scripts, as in zh-Hans",
    ),
    Patch(
        "observables/user-account",
        (
            *("definitions", "user-account-extensions-dictionary", "patternProperties"),
            *("^unix-account-ext$", "allOf", 0, "properties", "gid"),
        ),
        {"type": "integer"},
        "section 6.16.2: it is an integer",
    ),
    Patch(
        "observables/user-account",
        ("definitions", "user-account-extensions-dictionary", "additionalProperties"),
        True,
        _FOREIGN,
    ),
    Patch(
        "observables/windows-registry-key",
        ("anyOf",),
        _any_of("key values modified_time creator_user_ref number_of_subkeys"),
        "the list has modified of STIX 2.0 in place of modified_time",
    ),
    Patch(
        "observables/windows-registry-key",
        (*_OWN, "key", "not"),
        {"pattern": r"^([hH][kK][lL][mM]|[hH][kK][cC][cCrRuU]|[hH][kK][uU])(\\|$)"},
        "only the hive may not be short; the pattern looks anywhere in the key",
    ),
]

PATCHES = (*_COMMON, *_DOMAIN_OBJECTS, *_ENDS, *_OBSERVABLES)
