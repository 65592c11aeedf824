"""What ``stix2-validator`` refuses and this project accepts."""

from __future__ import annotations

from functools import partial

from tests.stix_models.agreement.disagreement import LEFT_OUT, Disagreement
from tests.stix_models.agreement.oracles import VALIDATOR
from tests.stix_models.agreement.recognising import has_text, has_uuid_of_other_version
from tests.stix_models.objects import MINIMAL, TIME, UUID

_VERSION_7 = "01890a5d-ac96-774b-bcce-b302099a8057"
_GREEN = "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"
_row = partial(Disagreement, oracle=VALIDATOR, refused_by=VALIDATOR)


COMMON: tuple[Disagreement, ...] = (
    _row(
        name="UUIDs of other versions",
        words=(
            r"does not match the id format|object_refs\[\d+\]: .* is not valid under any"
            "|extensions: 'extension-definition--.*' does not match any"
            "|marking definitions must use the 'definition_type' and 'definition' properties"
            "|'definition' must contain a valid statement"
        ),
        decided_by="2.9",
        because=(
            "A UUID must be one of RFC 4122; a version is recommended only, and the schema knows "
            "versions 1 to 5."
        ),
        example=("campaign", {"id": f"campaign--{_VERSION_7}"}),
        holds=has_uuid_of_other_version,
    ),
    _row(
        name="short names of types in references",
        words=r"'[a-z][a-z0-9-]?--.*' does not match the id format",
        decided_by="2.9, 3.1",
        because=(
            "A type's name has three letters at least. We look at that on the object itself; a "
            "reference to a type that cannot be leads nowhere."
        ),
        example=("note", {"object_refs": [f"x--{UUID}"]}),
        our_choice=True,
    ),
    _row(
        name="few digits of a second",
        words="must be precise to the millisecond",
        decided_by="3.2",
        because=(
            "`created` and `modified` must have three digits. Without them the instant is exact "
            "all the same: we accept it with the warning `timestamp-precision`."
        ),
        example=("campaign", {"created": "2016-05-12T08:17:27Z"}),
        our_choice=True,
    ),
    _row(
        name="leap seconds",
        words="second must be in 0..59",
        decided_by="2.16.1",
        because="RFC 3339 has second 60.",
        example=("campaign", {"first_seen": "2016-12-31T23:59:60Z"}),
    ),
    _row(
        name="names of custom properties",
        words=r"'[a-z0-9_]{3,250}' does not match any of the regexes",
        decided_by="3.1, 11.1.1",
        because=(
            "Section 3.1 wants a letter first; section 11.1.1, which is about custom properties, "
            "allows digits and underscores anywhere."
        ),
        example=("campaign", {"1example": "text"}),
        holds=lambda obj, words: ": extensions" not in words,
        our_choice=True,
    ),
    _row(
        name="names inside of extensions",
        words=r": extensions\.[a-z0-9-]+: '.*' does not match any of the regexes",
        decided_by="7.3.2",
        because=(
            "The names are the business of the extension's schema, whose requirements bind "
            "whoever writes it."
        ),
        example=(
            "campaign",
            {
                "extensions": {
                    f"extension-definition--{UUID}": {
                        "extension_type": "property-extension",
                        "IPV6": 1,
                    }
                }
            },
        ),
    ),
    _row(
        name="custom properties that end in _bin or _hex",
        words=r": x_foo_(bin|hex)|_(bin|hex): ",
        decided_by="2.1, 2.8, 11.1.1",
        because="A binary value needs such a name; such a name does not need a binary value.",
        example=("campaign", {"x_example_hex": "no hexadecimal"}),
        holds=lambda obj, words: ": extensions" not in words,
    ),
    _row(
        name="language codes",
        words=(
            "not a valid RFC 5646 language code|must be an RFC 5646 code"
            r"|contains an invalid language code|: languages\[\d+\]: "
        ),
        decided_by="3.2, 7.1.1",
        because=(
            "It has a list of common codes; RFC 5646 allows any case, scripts, three letters and "
            "more. We check the form."
        ),
        example=("campaign", {"lang": "zh-Hans"}),
    ),
    _row(
        name="language markings",
        words="'marking_ref' is a required property",
        decided_by="7.2.3.1",
        because="A granular marking has either `lang` or `marking_ref`.",
        example=("campaign", {"granular_markings": [{"selectors": ["name"], "lang": "de"}]}),
    ),
    _row(
        name="capitals in selectors",
        words=r"selectors\[\d+\]: '[a-zA-Z0-9_.\[\]-]+' does not match '\^\(\[a-z0-9_-\]",
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
    ),
    _row(
        name="empty values",
        words=r"_(hex|bin): '' (does not match|must be a base64)",
        decided_by="2.1, 2.8",
        because="No digits are an even number of them, and no bytes are bytes.",
        example=("artifact", {"payload_bin": ""}),
    ),
    _row(
        name="hashes of external references",
        words=r"external_references\[\d+\]\.hashes: ",
        decided_by="2.5.1, 2.14",
        because="The names come from an open vocabulary, which allows any other.",
        example=(
            "campaign",
            {
                "external_references": [
                    {"source_name": "a", "url": "https://a.example/", "hashes": {"x_own": "ab"}}
                ]
            },
        ),
        holds=lambda obj, words: "does not match '^MD5" in words,
    ),
    _row(
        name="CVE and CAPEC numbers of other sources",
        words=r"external_references\[\d+\]: If the external reference is a C",
        decided_by="2.5, 4.19.1",
        because=(
            "Who gives a CVE as such names the source `cve`; a number may stand under another name."
        ),
        example=(
            "campaign",
            {"external_references": [{"source_name": "NVD", "external_id": "CVE-2024-0001"}]},
        ),
        holds=lambda obj, words: not has_text(obj.get("external_references"), "cve|capec"),
    ),
    _row(
        name="the reserved name phone_numbers",
        words=r"Contains a reserved property|\{'required': \['phone_numbers'\]\}",
        decided_by="3.8",
        because="The reserved name is `phone_number`; the schema has another.",
        example=("campaign", {"phone_numbers": ["text"]}),
        holds=lambda obj, words: "phone_numbers" in obj,
    ),
    _row(
        name="UUID versions of processes",
        words="A process object must use UUIDv4",
        decided_by="6.13.1",
        because=(
            "The standard asks for version 4 there with a “please”, and section 2.9 with a SHOULD."
        ),
        example=("process", {"id": "process--6ba7b810-9dad-11d1-80b4-00c04fd430c8"}),
    ),
)

OF_TYPES: tuple[Disagreement, ...] = (
    _row(
        name="content of TLP markings",
        words="TLP marking definitions must match one of those",
        decided_by="7.2.1.4",
        because="As above: a marking's id decides, its content is not compared.",
        example=(
            "marking-definition",
            {
                "id": _GREEN,
                "object_marking_refs": LEFT_OUT,
                "created": TIME,
                "modified": LEFT_OUT,
                "definition_type": "tlp",
                "definition": {"tlp": "green"},
            },
        ),
        our_choice=True,
    ),
    _row(
        name="named extensions of markings",
        words=r": extensions: '.*-ext' does not match any",
        decided_by="11.3.1",
        because="A custom extension has a name that ends in `-ext`.",
        example=(
            "marking-definition",
            {
                "created": TIME,
                "modified": LEFT_OUT,
                "extensions": {"x-example-ext": {"rank": 5}},
            },
        ),
        holds=lambda obj, words: obj["type"] == "marking-definition",
    ),
    _row(
        name="created on observables of other types",
        words="'modified' is a required property",
        decided_by="3.6, 7.3",
        because="The validator takes an object of a type that it does not know for no observable.",
        example=("media-content", {"created": TIME}),
        holds=lambda obj, words: obj["type"] not in MINIMAL,
    ),
    _row(
        name="patterns",
        words="Pattern failed to validate|^UnboundLocalError",
        decided_by="9",
        because="As above: we do not parse patterns.",
        example=("indicator", {"pattern": "[url:value = 'x'"}),
        our_choice=True,
    ),
    _row(
        name="URLs, mail addresses and domain names",
        words="is not a '(uri|email|idn-hostname)'",
        decided_by="6.4.1, 6.5.1, 6.15.1",
        because=(
            "They must conform to their RFCs. We pass leads on as they were found, defanged ones "
            "too: a lead that is refused helps nobody."
        ),
        example=("url", {"value": "hxxps://bad[.]example/"}),
        our_choice=True,
    ),
    _row(
        name="observables inside of observed-data",
        words="^(KeyError|TypeError)",
        decided_by="2.13",
        because=(
            "The validator fails on every object with the deprecated `objects`, whose observables "
            "have no `id`."
        ),
        example=(
            "observed-data",
            {
                "object_refs": LEFT_OUT,
                "objects": {"0": {"type": "url", "value": "https://a.example/"}},
            },
        ),
        holds=lambda obj, words: "objects" in obj,
    ),
    _row(
        name="custom types whose name begins like another's",
        words=r"object_refs\[\d+\]: .* is not valid under any",
        decided_by="4.14.1",
        because="`tool-mark` is not `tool`.",
        example=("observed-data", {"object_refs": [f"tool-mark--{UUID}", f"file--{UUID}"]}),
        holds=lambda obj, words: obj["type"] == "observed-data",
    ),
    _row(
        name="IPv4 addresses written in IPv6",
        words=": value: '.*' does not match",
        decided_by="6.9.1",
        because="The pattern has `d` where it means a digit.",
        example=("ipv6-addr", {"value": "::ffff:192.0.2.1"}),
        holds=lambda obj, words: obj["type"] == "ipv6-addr" and "." in str(obj.get("value")),
    ),
    _row(
        name="lists of character sets and media types",
        words="must be an IANA registered",
        decided_by="6.1.1, 6.3.1, 6.7.1",
        because=(
            "The lists change, and the validator has a copy of its own; media types are "
            "recommended only."
        ),
        example=("directory", {"path_enc": "x-user-defined"}),
        our_choice=True,
    ),
    _row(
        name="names in translations",
        words="of the 'contents' property is invalid and must match a valid property name",
        decided_by="7.1.1",
        because=(
            "What a translation names follows the object that it translates, where a dictionary's "
            "keys may have hyphens and capitals."
        ),
        example=("language-content", {"contents": {"de": {"x-own": "a"}}}),
    ),
    _row(
        name="headers that occur once",
        words=r"additional_header_fields",
        decided_by="6.6.1",
        because="A list of one value is what the standard asks for; the schema wants two.",
        example=("email-message", {"additional_header_fields": {"Reply-To": ["desk@a.example"]}}),
    ),
    _row(
        name="MIME parts with a text and a file",
        words="'body_multipart' must contain valid",
        decided_by="6.6.2",
        because="One of the two must be there; both may.",
        example=(
            "email-message",
            {
                "is_multipart": True,
                "body_multipart": [{"body": "a", "body_raw_ref": f"file--{UUID}"}],
            },
        ),
    ),
    _row(
        name="names of EXIF tags",
        words="exif_tags",
        decided_by="6.7.5",
        because="A tag's name need not begin with a capital.",
        example=(
            "file",
            {"extensions": {"raster-image-ext": {"exif_tags": {"make": "Camera"}}}},
        ),
    ),
    _row(
        name="further properties of PE headers",
        words="windows-pebinary-ext.optional_header",
        decided_by="6.7.6.2, 11.1",
        because="They are not forbidden.",
        example=(
            "file",
            {
                "extensions": {
                    "windows-pebinary-ext": {
                        "pe_type": "exe",
                        "optional_header": {"size_of_code": 1, "x_example": 1},
                    }
                }
            },
        ),
    ),
    _row(
        name="times with more than six digits",
        words="must be later than or equal to",
        decided_by="2.16.1",
        because="The validator compares them as texts, in which a point comes before a Z.",
        example=(
            "campaign",
            {
                "first_seen": "2024-01-10T08:00:00Z",
                "last_seen": "2024-01-10T08:00:00.1234567Z",
            },
        ),
        holds=lambda obj, words: has_text(obj, r".*\.\d{7,}Z"),
    ),
    _row(
        name="names of socket options",
        words=r"socket-ext\.options",
        decided_by="6.12.4",
        because="Option names have digits.",
        example=(
            "network-traffic",
            {
                "extensions": {
                    "socket-ext": {"address_family": "AF_INET6", "options": {"IPV6_V6ONLY": 1}}
                }
            },
        ),
    ),
    _row(
        name="processes and registry keys with one property",
        words="must contain at least one|is not valid under any of the given schemas",
        decided_by="6.13, 6.17",
        because=(
            "The schemas count properties that STIX 2.0 had, and not `created_time` and "
            "`modified_time`."
        ),
        example=("process", {"pid": LEFT_OUT, "created_time": TIME}),
        holds=lambda obj, words: bool({"created_time", "modified_time"} & obj.keys()),
    ),
    _row(
        name="start-up information of processes",
        words="startup_info",
        decided_by="6.13.2",
        because=(
            "It is a dictionary; the schema wants null for two of its keys, which no dictionary "
            "may hold, and knows no others."
        ),
        example=(
            "process",
            {"extensions": {"windows-process-ext": {"startup_info": {"lpOther": "a"}}}},
        ),
    ),
    _row(
        name="keys whose name holds a hive's",
        words=": key: ",
        decided_by="6.17.1",
        because="The hive must not be short; the pattern looks anywhere in the key.",
        example=("windows-registry-key", {"key": "HKEY_LOCAL_MACHINE\\hkuser"}),
    ),
    _row(
        name="long fuzzy hashes",
        words=r"hashes\.(SSDEEP|TLSH)",
        decided_by="2.7",
        because=(
            "Fuzzy hashes may be longer than the schema has them, and TLSH may begin with T1."
        ),
        example=("file", {"hashes": {"TLSH": "T1" + "0" * 70}}),
    ),
)

ROWS = (*COMMON, *OF_TYPES)
