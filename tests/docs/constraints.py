"""What the page says is refused or warns, each sentence with a proof.

A proof is a change to the documented example that breaks this sentence and no other;
a test makes the change and looks where the problem is found. ``CONSTRAINTS`` are what
the set demands of one object or extension, ``VERDICTS`` hold for all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from stix_models.extensions import EXTENSION_OF_NAME
from stix_models.schema_files import example

Path = tuple[str | int, ...]

SOCIAL = EXTENSION_OF_NAME["social-account"].id
CAMPAIGN = EXTENSION_OF_NAME["influence-campaign"].id
EARLY = "2019-01-01T00:00:00.000Z"  # before every time in the examples
LEAVE_OUT = object()


@dataclass(frozen=True, slots=True)
class Constraint:
    """A sentence, the change that breaks it, and the JSON pointer of the problem then found."""

    sentence: str
    change: Mapping[Path, Any]
    pointer: str


def _seen() -> Constraint:
    return Constraint(
        "`last_seen` is not before `first_seen`.", {("last_seen",): EARLY}, "/last_seen"
    )


def _metrics() -> Constraint:
    return Constraint(
        "In each of `metrics`, `upper` is not less than `lower`.",
        {("metrics", 0, "lower"): 10, ("metrics", 0, "upper"): 9},
        "/metrics/0/upper",
    )


def _range(name: str, path: Path = ()) -> Constraint:
    path = path or (name,)
    return Constraint(
        f"In `{name}`, `upper` is not less than `lower`.",
        {(*path, "lower"): 10, (*path, "upper"): 9},
        "/" + "/".join(map(str, (*path, "upper"))),
    )


CONSTRAINTS: Mapping[str, tuple[Constraint, ...]] = {
    "narrative": (_seen(), _metrics()),
    "coordinated-account-cluster": (
        _seen(),
        _metrics(),
        Constraint(
            "Where `metrics` counts accounts, and every such count has an `upper`, their sum is "
            "at least the number of `account_refs`.",
            {("metrics",): [{"metric": "accounts", "upper": 1}]},
            "/account_refs",
        ),
        _range("ad_spend"),
        Constraint(
            "In `ad_spend`, `last_ad` is not before `first_ad`.",
            {("ad_spend", "last_ad"): EARLY},
            "/ad_spend/last_ad",
        ),
    ),
    "ad-buyer": (
        _seen(),
        _range("total_spend"),
        Constraint(
            "No property holds a card number or a bank account number (IBAN) in clear. Hash it "
            "with a key, or leave it out.",
            {("description",): "Paid with 4111 1111 1111 1111."},
            "/description",
        ),
        Constraint(
            "A `value` of `platform_ids` that begins with `hmac-` is a whole keyed hash.",
            {("platform_ids", 0, "value"): "hmac-sha256:k-2020:beef"},
            "/platform_ids/0/value",
        ),
    ),
    "political-ad": (
        Constraint(
            "`stop_time` is not before `start_time`.", {("stop_time",): EARLY}, "/stop_time"
        ),
        _range("spend"),
        _range("impressions"),
    ),
    "channel": (_seen(), _metrics()),
    "event": (
        Constraint(
            "`stop_time` is not before `start_time`.", {("stop_time",): EARLY}, "/stop_time"
        ),
    ),
    "platform-action": (
        Constraint(
            "`reversed_at` is not before `performed_at`.", {("reversed_at",): EARLY}, "/reversed_at"
        ),
        _metrics(),
    ),
    "media-content": (
        Constraint(
            "At least one of its own properties is there.",
            {
                (name,): LEAVE_OUT
                for name in ("title", "content", "media_category", "url", "publication_date")
            },
            "",
        ),
    ),
    "pseudonymous-account": (
        Constraint(
            "Beside it the account has nothing but `type`, `spec_version`, `id`, `account_type`, "
            "`user_id`, `is_disabled`, markings and extensions.",
            {("account_login",): "jack"},
            "/account_login",
        ),
        Constraint(
            "Beside it `extensions` has nothing but *sharing*.",
            {("extensions", SOCIAL): {"extension_type": "property-extension"}},
            f"/extensions/{SOCIAL}",
        ),
        Constraint(
            "`account_type` is there, in small letters, as platform-ov has it.",
            {("account_type",): LEAVE_OUT},
            "/account_type",
        ),
        Constraint(
            "`user_id` is `pseudonym:`, the `key_id`, a colon, the `kind`, a colon, and 64 "
            "hexadecimal digits.",
            {("user_id",): "jack"},
            "/user_id",
        ),
    ),
    "influence-campaign": (
        _range("amplification_estimate", ("extensions", CAMPAIGN, "amplification_estimate")),
    ),
}
"""By the name of an object or a property extension; those that are missing have none."""


def broken(name: str, constraint: Constraint) -> dict[str, Any]:
    """Return the example of this name with the change that breaks the constraint."""
    made = example(name)
    for path, value in constraint.change.items():
        place: Any = made
        for step in path[:-1]:
            place = place[step]
        if value is LEAVE_OUT:
            del place[path[-1]]
        else:
            place[path[-1]] = value
    return made


def all_constraints() -> Iterator[tuple[str, Constraint]]:
    """Yield every constraint with the name it belongs to."""
    for name, constraints in CONSTRAINTS.items():
        for constraint in constraints:
            yield name, constraint


@dataclass(frozen=True, slots=True)
class Verdict:
    """A sentence on all objects, and the property (of the example) that proves it."""

    severity: str
    sentence: str
    example: str
    name: str
    value: Any
    beside: Mapping[str, Any] = field(default_factory=dict)

    def changed(self) -> dict[str, Any]:
        """Return the example as it is then."""
        made = {**example(self.example), self.name: self.value, **self.beside}
        return {key: value for key, value in made.items() if value is not LEAVE_OUT}


_OTHER = "0d9e6c1a-7b52-4e0f-8f3c-2a6f4b9d1c37"
_OF_AN_ACCOUNT = {SOCIAL: {"extension_type": "property-extension", "follower_count": 1}}

VERDICTS = (
    Verdict("error", "what breaks a MUST of STIX 2.1", "narrative", "confidence", 500),
    Verdict("error", "or a schema of this page", "narrative", "name", 7),
    Verdict(
        "error",
        "a reference to a type that may not stand there",
        "political-ad",
        "buyer_ref",
        f"identity--{_OTHER}",
    ),
    Verdict(
        "error",
        "an extension of the set on an object where it does not belong",
        "recall",
        "extensions",
        _OF_AN_ACCOUNT,
    ),
    Verdict(
        "error",
        "a type that neither STIX, this set nor an extension in the object declares",
        "narrative",
        "type",
        "rumour",
        {"id": f"rumour--{_OTHER}", "extensions": LEAVE_OUT},
    ),
    Verdict(
        "warning",
        "what STIX 2.1 says one SHOULD not do",
        "narrative",
        "modified",
        "2020-10-08T14:00:00Z",
    ),
    Verdict(
        "warning",
        "a term that an open vocabulary does not list",
        "narrative",
        "veracity",
        "doubtful",
    ),
    Verdict("warning", "no `created_by_ref`", "narrative", "created_by_ref", LEAVE_OUT),
    Verdict("warning", "no marking", "narrative", "object_marking_refs", LEAVE_OUT),
)
"""The table of the page, but for what only the server knows."""
