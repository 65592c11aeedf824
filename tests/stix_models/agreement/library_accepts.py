"""What ``stix2.parse`` accepts and this project refuses."""

from __future__ import annotations

from functools import partial

from tests.stix_models.agreement.disagreement import LEFT_OUT, MISSING, US, Disagreement
from tests.stix_models.agreement.oracles import LIBRARY
from tests.stix_models.agreement.recognising import (
    NOT_OF_THE_SET,
    is_foreign,
    is_null_or_empty_list,
    is_of_the_set,
    is_text,
    is_value,
)
from tests.stix_models.objects import LATER, UUID

_FOREIGN_EXTENSION = f"extension-definition--{UUID}"
_row = partial(Disagreement, oracle=LIBRARY, refused_by=US)


ROWS: tuple[Disagreement, ...] = (
    _row(
        name="values of another type",
        words="^type /",
        decided_by="2, 12.1",
        because=(
            "The library makes texts of numbers, numbers of texts, lists of texts and true of 1, "
            "and looks into few of the objects inside."
        ),
        example=("campaign", {"name": 5}),
        holds=is_value,
    ),
    _row(
        name="null and empty lists",
        words="",
        decided_by="2.12, 12.1",
        because=(
            "The library leaves them out. A list must have a value, and no STIX type has null."
        ),
        example=("campaign", {"aliases": []}),
        holds=is_null_or_empty_list,
    ),
    _row(
        name="empty dictionaries",
        words="^(empty|choice) ",
        decided_by="2.3, 7.1.1",
        because="A dictionary must have a key; the library takes an empty one for none.",
        example=("campaign", {"extensions": {}}),
        holds=lambda obj, value: value == {},
    ),
    _row(
        name="what is missing",
        words="^required /(id|created|modified|spec_version|valid_from)$",
        decided_by="3.2, 4.7.1",
        because="The library fills it in: a new id, the present time, 2.1.",
        example=("campaign", {"modified": LEFT_OUT}),
        holds=lambda obj, value: value is MISSING,
    ),
    _row(
        name="content of extensions",
        words=f"^(required|allowed-values|forbidden-value|empty|type) /extensions/{NOT_OF_THE_SET}",
        decided_by="3.2, 7.3",
        because=(
            "The library does not look into an extension that is not registered with it; "
            "`extension_type` must be there and known."
        ),
        example=("campaign", {"extensions": {_FOREIGN_EXTENSION: {"rank": 5}}}),
    ),
    _row(
        name="created and modified in the wrong order",
        words="^time-order /modified$",
        decided_by="3.2, 3.6.1",
        because="`modified` must not be earlier; the library does not compare them.",
        example=("campaign", {"created": LATER}),
    ),
    _row(
        name="confidence beyond 100",
        words="^(minimum|maximum) /confidence$",
        decided_by="3.2",
        because="The confidence is a number from 0 to 100.",
        example=("campaign", {"confidence": 500}),
    ),
    _row(
        name="addresses",
        words="^(pattern|ipv6-address) /value$",
        decided_by="6.8.1, 6.9.1, 6.10.1",
        because="The library does not look at addresses.",
        example=("mac-addr", {"value": "D2:FB:49:24:37:18"}),
        holds=is_text,
    ),
    _row(
        name="forms of texts",
        words=(
            "^pattern /(mime_type|cpe|path_enc|name_enc|payload_bin|relationship_type)$"
            "|^forbidden-value /key$"
        ),
        decided_by="2.1, 3.9.1, 5.1.2, 6",
        because=(
            "Base64, media types, CPE names, character sets, types of relationships and hives have "
            "a form; the library does not look."
        ),
        example=("software", {"cpe": "cpe:/a:example:poster"}),
        holds=is_text,
    ),
    _row(
        name="language codes",
        words="^pattern /(lang|languages/\\d+|granular_markings/\\d+/lang)$|^language /contents/",
        decided_by="3.2, 6.14.1, 7.1.1",
        because="They must be language codes of RFC 5646; the library does not look.",
        example=("campaign", {"lang": "en_US"}),
    ),
    _row(
        name="CVE and CAPEC numbers",
        words=r"^(pattern|required) /external_references/\d+/external_id$",
        decided_by="4.1.1, 4.19.1",
        because="Under `cve` and `capec` the number must be there and have its form.",
        example=(
            "vulnerability",
            {"external_references": [{"source_name": "cve", "external_id": "2024-0001"}]},
        ),
    ),
    _row(
        name="times in another form",
        words="^pattern .*/(created|modified|[a-z_]+)$",
        decided_by="2.16.1",
        because="A time has the letters T and Z, in capitals; the library reads other forms too.",
        example=("campaign", {"first_seen": "2024-01-10t08:00:00z"}),
        holds=lambda obj, value: (
            isinstance(value, str) and value[:5].endswith("-") and value[10:11] in "tT "
        ),
    ),
    _row(
        name="UUIDs in another form",
        words="^(pattern|reference-type) ",
        decided_by="2.9",
        because=(
            "A UUID is written with hyphens and without braces; the library reads what Python "
            "reads."
        ),
        example=("campaign", {"created_by_ref": f"identity--{{{UUID}}}"}),
        holds=lambda obj, value: isinstance(value, str) and "--" in value,
    ),
    _row(
        name="keys to what is not encrypted",
        words="^required /encryption_algorithm$",
        decided_by="6.1.1",
        because="`decryption_key` must not stand without `encryption_algorithm`.",
        example=("artifact", {"decryption_key": "infected"}),
    ),
    _row(
        name="top-level properties of an extension that has none",
        words="^choice $",
        decided_by="7.3.1",
        because="`extension_properties` goes with `toplevel-property-extension` only.",
        example=("extension-definition", {"extension_properties": ["rank"]}),
        holds=lambda obj, value: obj["type"] == "extension-definition",
    ),
    _row(
        name="accounts and registry keys with nothing in them",
        words="^choice $",
        decided_by="6.16, 6.17",
        because="At least one property of their own must be there.",
        example=("windows-registry-key", {"key": LEFT_OUT}),
        holds=lambda obj, value: obj["type"] in {"user-account", "windows-registry-key"},
    ),
    _row(
        name="observations of nothing",
        words="^choice /object_refs$",
        decided_by="4.14.1",
        because="At least one of the references must be to an observable.",
        example=("observed-data", {"object_refs": [f"relationship--{UUID}"]}),
    ),
    _row(
        name="the encoding of a name that is not there",
        words="^required /(name|path)$",
        decided_by="3.1",
        because="`name_enc` must not stand without `name`.",
        example=(
            "file",
            {"name": LEFT_OUT, "name_enc": "UTF-8", "hashes": {"SHA-256": "0" * 64}},
        ),
        holds=lambda obj, value: obj["type"] in {"file", "directory"},
    ),
    _row(
        name="ids of observables with nothing to make them of",
        words="^id-version /id$",
        decided_by="2.9",
        because="The UUID must then be a random one, of version 4.",
        example=(
            "user-account",
            {
                "id": "user-account--6ba7b810-9dad-11d1-80b4-00c04fd430c8",
                "user_id": LEFT_OUT,
                "display_name": "a",
            },
        ),
    ),
    _row(
        name="objects of foreign types",
        words="",
        decided_by="3.1, 7.3.2",
        because=(
            "The library does not look at an object of a type that an extension in it declares."
        ),
        example=(
            "campaign",
            {"type": "Thing", "extensions": {_FOREIGN_EXTENSION: {"extension_type": "new-sdo"}}},
        ),
        holds=is_foreign,
    ),
    _row(
        name="values in dictionaries",
        words="^(choice|type) /(ipfix|extensions)/|^contents /contents/",
        decided_by="6.12.1, 6.12.2, 7.1.1",
        because=(
            "The values of IPFIX elements, HTTP headers and translations have types; the library "
            "looks at the keys only."
        ),
        example=("network-traffic", {"ipfix": {"minimumIpTotalLength": 1.5}}),
    ),
    _row(
        name="bundles",
        words="^reserved /type$",
        decided_by="TAXII 2.1, 4.2",
        because="A bundle is no object of a collection; what is in it is.",
        example=(
            "campaign",
            {
                "type": "bundle",
                "id": f"bundle--{UUID}",
                "spec_version": LEFT_OUT,
                "created": LEFT_OUT,
                "modified": LEFT_OUT,
                "name": LEFT_OUT,
            },
        ),
        our_choice=True,
    ),
    _row(
        name="forms and terms of the extension set",
        words=(
            "^(pattern|allowed-values|maximum|minimum|choice|required|empty|extension-place"
            "|pseudonym|range) "
        ),
        decided_by="object model, 2 and 3",
        because=(
            "The Python classes check types, references and what compares properties; the schemas "
            "and rules also check forms such as codes of countries and currencies, and what may "
            "stand beside an extension."
        ),
        example=("event", {"jurisdiction": "nowhere"}),
        holds=is_of_the_set,
    ),
)
