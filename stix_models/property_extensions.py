"""The property extensions of the set, as classes of the ``stix2`` library.

Section 3 of the object model. Each stands in the ``extensions`` of a standard object
under the id of its definition (``extensions.EXTENSION_OF_NAME``).
"""

from __future__ import annotations

from stix2.properties import EnumProperty, IntegerProperty, ListProperty

from stix_models.parts import (
    Amplification,
    Withdrawn,
    instant,
    part,
    parts,
    references,
    term,
    terms,
    text,
    texts,
)
from stix_models.registration import property_extension


@property_extension(
    "sharing",
    [
        ("audience", texts()),
        ("release_at", instant()),
        ("purpose", term("sharing-purpose-ov")),
        ("legal_basis", text()),
    ],
)
class Sharing:
    """For whom, when and why the creator shares; every recipient sees it."""


@property_extension(
    "pseudonymous-account",
    [
        ("scheme", EnumProperty(["hmac-sha256"], required=True)),
        ("key_id", text(required=True)),
        ("kind", EnumProperty(["id", "login"], required=True)),
        ("attributes", texts()),
    ],
)
class PseudonymousAccount:
    """That the account's identifier is a keyed pseudonym, and what was left out."""


@property_extension(
    "social-account",
    [
        ("follower_count", IntegerProperty(min=0)),
        ("following_count", IntegerProperty(min=0)),
        ("profile_url", text()),
        ("reported_location", text()),
    ],
)
class SocialAccount:
    """What a social platform says of an account."""


@property_extension(
    "influence-campaign",
    [
        ("objectives", terms("objective-ov")),
        ("breakout_category", IntegerProperty(min=1, max=6)),
        ("target_languages", texts()),
        ("target_event_refs", references("event")),
        ("platforms", terms("platform-ov")),
        ("amplification_estimate", part(Amplification)),
    ],
)
class InfluenceCampaign:
    """What an influence operation is after, where, and how far it reached."""


@property_extension(
    "recall",
    [
        ("withdrawn", parts(Withdrawn, required=True)),
        ("remaining", ListProperty(instant())),
        ("withdrawn_at", instant(required=True)),
    ],
)
class Recall:
    """What a coalition takes back; only the coalition itself writes it."""
