"""What ``stix2-validator`` accepts and this project refuses."""

from __future__ import annotations

import re
from functools import partial

from tests.stix_models.agreement.disagreement import LEFT_OUT, US, Disagreement
from tests.stix_models.agreement.oracles import VALIDATOR
from tests.stix_models.agreement.recognising import is_foreign, is_of_the_set, is_text
from tests.stix_models.objects import OBSERVABLES, UUID

_OTHER = f"campaign--{UUID}"
_row = partial(Disagreement, oracle=VALIDATOR, refused_by=US)


ROWS: tuple[Disagreement, ...] = (
    _row(
        name="who created and what marks an object",
        words=r"^(pattern|reference-type) /(created_by_ref|object_marking_refs/\d+)$",
        decided_by="3.2",
        because="They are an identity and marking definitions; the schema takes any identifier.",
        example=("campaign", {"created_by_ref": _OTHER}),
        holds=is_text,
    ),
    _row(
        name="names of properties",
        words="^name /",
        decided_by="3.1, 11.1.1",
        because=(
            "A name has 3 to 250 small letters, digits and underscores; the validator's pattern "
            "looks at the beginning only."
        ),
        example=("campaign", {"with space": 1}),
    ),
    _row(
        name="references of observables",
        words=r"^(pattern|forbidden-value|reference-type) .*_refs?(/\d+)?$",
        decided_by="6, 4.11, 4.12",
        because=(
            "The standard says to which types each may refer; the schemas of observables still "
            "take any text, as STIX 2.0 had it."
        ),
        example=("domain-name", {"resolves_to_refs": [_OTHER]}),
        holds=is_text,
    ),
    _row(
        name="counts below zero",
        words="^minimum /(src|dst)_(byte_count|packets)$",
        decided_by="6.12.1",
        because="They are positive integers.",
        example=("network-traffic", {"src_packets": -1}),
    ),
    _row(
        name="processes with nothing in them",
        words="^choice $",
        decided_by="6.13",
        because="At least one property of a process must be there; `created` and `name` are none.",
        example=("process", {"pid": LEFT_OUT, "name": "a"}),
        holds=lambda obj, value: obj["type"] == "process",
    ),
    _row(
        name="common properties of other types",
        words="^[a-z-]+ /(labels|confidence|revoked|lang|external_references|created_by_ref)(/|$)",
        decided_by="3.2, 11.2.1",
        because=(
            "On types that no schema describes, too, common property names must not be reused; "
            "the validator takes what has no `created` for an observable."
        ),
        example=(
            "campaign",
            {
                "type": "x-example-thing",
                "id": f"x-example-thing--{UUID}",
                "created": LEFT_OUT,
                "modified": LEFT_OUT,
                "extensions": {f"extension-definition--{UUID}": {"extension_type": "new-sco"}},
                "labels": True,
            },
        ),
        holds=is_foreign,
    ),
    _row(
        name="null on marking definitions",
        words="^forbidden-value /",
        decided_by="2.12, 12.1",
        because="The schema of marking definitions does not look at further properties.",
        example=(
            "marking-definition",
            {"modified": LEFT_OUT, "x_example": None},
        ),
        holds=lambda obj, value: obj["type"] == "marking-definition" and value in (None, []),
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
        name="reserved names",
        words="^reserved /(severity|username|phone_number|action)$",
        decided_by="3.8",
        because=(
            "The schemas have `phone_numbers` in place of the reserved `phone_number`, and that of "
            "marking definitions has none of them."
        ),
        example=("campaign", {"phone_number": "text"}),
        holds=lambda obj, value: "phone_number" in obj or obj["type"] == "marking-definition",
    ),
    _row(
        name="defanged elsewhere than on observables",
        words="^contradiction /defanged$",
        decided_by="3.2",
        because="It must not be used on any other object.",
        example=("campaign", {"defanged": True}),
    ),
    _row(
        name="who defines an extension",
        words="^required /created_by_ref$",
        decided_by="7.3.1",
        because="On an extension definition `created_by_ref` is required.",
        example=("extension-definition", {"created_by_ref": LEFT_OUT}),
    ),
    _row(
        name="values in dictionaries and groups",
        words=(
            "^type /(environment_variables(/|$)"
            "|extensions/(unix-account-ext/gid|ntfs-ext/alternate_data_streams/.*)$)"
        ),
        decided_by="6.7.3.2, 6.13.1, 6.16.2",
        because=(
            "A data stream is an object, the value of an environment variable a text, the id of a "
            "group an integer."
        ),
        example=("process", {"environment_variables": {"LANG": 5}}),
    ),
    _row(
        name="versions of STIX",
        words="^(allowed-values|spec-version) /spec_version$",
        decided_by="3.2",
        because="It must be 2.1.",
        example=("campaign", {"spec_version": "2.0"}),
    ),
    _row(
        name="created and modified of observables",
        words="^(pattern|type) /(created|modified)$",
        decided_by="3.6",
        because=(
            "Observables have no versions by themselves. Where a producer gives them one, we read "
            "it as the version, so it must be a time."
        ),
        example=("mutex", {"created": "yesterday"}),
        holds=lambda obj, value: obj["type"] in OBSERVABLES,
        our_choice=True,
    ),
    _row(
        name="more than 64 digits of a second",
        words="^pattern /",
        decided_by="2.16.1",
        because=(
            "The standard has no limit. We have one, because times are compared and kept with "
            "every version."
        ),
        example=("campaign", {"first_seen": f"2024-01-10T08:00:00.{'1' * 65}Z"}),
        holds=lambda obj, value: (
            is_text(obj, value) and re.search(r"\.\d{65,}Z$", value) is not None
        ),
        our_choice=True,
    ),
    _row(
        name="a line end behind an identifier, a name or a time",
        words="^pattern /",
        decided_by="2.9, 2.16.1, 3.1",
        because="In Python `$` matches before a line end.",
        example=("campaign", {"id": f"campaign--{UUID}\n"}),
        holds=lambda obj, value: is_text(obj, value) and value.endswith("\n"),
    ),
    _row(
        name="types that nobody declares",
        words="^undeclared-type /type$",
        decided_by="7.3",
        because=(
            "`accept_undeclared_types` decides; by default a type needs an extension that "
            "declares it. The validator only warns."
        ),
        example=("campaign", {"type": "x-example-thing", "id": f"x-example-thing--{UUID}"}),
        our_choice=True,
    ),
    _row(
        name="objects of foreign types",
        words="^id-type /id$",
        decided_by="2.9",
        because="The id begins with the type; the schemas say so type by type.",
        example=(
            "campaign",
            {
                "type": "x-example-thing",
                "extensions": {f"extension-definition--{UUID}": {"extension_type": "new-sdo"}},
            },
        ),
        holds=is_foreign,
    ),
    _row(
        name="selectors into texts",
        words="^selector /",
        decided_by="7.2.3.1",
        because=(
            "`name.[0]` selects nothing, because a text is no list; Python finds its first letter."
        ),
        example=(
            "campaign",
            {
                "granular_markings": [
                    {"selectors": ["name.[0]"], "marking_ref": f"marking-definition--{UUID}"}
                ]
            },
        ),
    ),
    _row(
        name="language and marking at once",
        words=r"^choice /granular_markings/\d+$",
        decided_by="7.2.3.1",
        because="One and only one of the two.",
        example=(
            "campaign",
            {
                "granular_markings": [
                    {
                        "selectors": ["name"],
                        "marking_ref": f"marking-definition--{UUID}",
                        "lang": "en",
                    }
                ]
            },
        ),
    ),
    _row(
        name="translations that are none",
        words="^contents /contents/",
        decided_by="7.1.1",
        because="Each language has a dictionary, which must not be empty (section 2.3).",
        example=("language-content", {"contents": {"de": {}}}),
    ),
    _row(
        name="bundles",
        words="",
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
        holds=lambda obj, value: obj.get("type") == "bundle",
        our_choice=True,
    ),
    _row(
        name="the extension set",
        words="",
        decided_by="object model, 2 and 3",
        because="The validator knows none of the set's types; it checks their common properties.",
        example=("narrative", {"name": LEFT_OUT}),
        holds=is_of_the_set,
    ),
)
