"""The new objects of the set, as classes of the ``stix2`` library.

Section 2 of the object model; ``schemas/`` describes every property in words. A class
checks what its schema and the set's rules check, and adds the extension that declares
it. ``MediaContent`` is OpenCTI's observable, modelled as it is there.
"""

from __future__ import annotations

from stix2.properties import BooleanProperty, EnumProperty, HashesProperty, IntegerProperty
from stix2.v21.vocab import HASHING_ALGORITHM

from stix_models.parts import (
    ANY,
    AdSpend,
    Demographic,
    Metric,
    PlatformId,
    Range,
    Reach,
    Region,
    Registration,
    Spend,
    Targeting,
    instant,
    part,
    parts,
    reference,
    references,
    term,
    terms,
    text,
    texts,
)
from stix_models.registration import new_sdo, opencti_sco


@new_sdo(
    "narrative",
    [
        ("name", text(required=True)),
        ("description", text()),
        ("aliases", texts()),
        ("narrative_types", terms("narrative-type-ov")),
        ("first_seen", instant()),
        ("last_seen", instant()),
        ("languages", texts()),
        ("claims", texts()),
        ("veracity", term("veracity-ov")),
        ("metrics", parts(Metric)),
    ],
)
class Narrative:
    """What is being told."""


@new_sdo(
    "coordinated-account-cluster",
    [
        ("name", text(required=True)),
        ("description", text()),
        ("cluster_types", terms("cluster-type-ov", required=True)),
        ("platforms", terms("platform-ov", required=True)),
        ("status", term("cluster-status-ov")),
        ("first_seen", instant()),
        ("last_seen", instant()),
        ("metrics", parts(Metric)),
        ("ad_spend", part(AdSpend)),
        ("account_refs", references("user-account")),
        ("channel_refs", references("channel")),
        ("content_refs", references("url", "artifact", "media-content")),
        ("sample_only", BooleanProperty()),
        ("lead_source_refs", references("identity")),
        ("behaviors", terms("behavior-ov")),
        ("detection_methods", terms("detection-ov")),
        ("languages", texts()),
        ("breakout_category", IntegerProperty(min=1, max=6)),
    ],
)
class CoordinatedAccountCluster:
    """Accounts that act as one and hide it."""


@new_sdo(
    "ad-buyer",
    [
        ("name", text(required=True)),
        ("description", text()),
        ("aliases", texts()),
        ("platforms", terms("platform-ov", required=True)),
        ("buyer_types", terms("ad-buyer-type-ov")),
        ("disclaimers", texts()),
        ("platform_ids", parts(PlatformId)),
        ("verification_status", term("verification-ov")),
        ("verified_country", text()),
        ("billing_countries", texts()),
        ("declared_country", text()),
        ("registrations", parts(Registration)),
        ("payment_fingerprints", texts()),
        ("first_seen", instant()),
        ("last_seen", instant()),
        ("total_spend", part(Spend)),
        ("ad_count", IntegerProperty(min=0)),
        ("concerns", terms("ad-concern-ov")),
    ],
)
class AdBuyer:
    """Who pays for political or issue ads, as the platform knows it."""


@new_sdo(
    "political-ad",
    [
        ("platform", term("platform-ov", required=True)),
        ("ad_id", text(required=True)),
        ("buyer_ref", reference("ad-buyer")),
        ("sponsor_ref", reference("ad-buyer", "identity")),
        ("payer_ref", reference("ad-buyer", "identity")),
        ("disclaimer", text()),
        ("status", term("ad-status-ov")),
        ("start_time", instant()),
        ("stop_time", instant()),
        ("spend", part(Spend)),
        ("impressions", part(Range)),
        ("reach", part(Reach)),
        ("regions", parts(Region)),
        ("targeting", parts(Targeting)),
        ("audience_demographics", parts(Demographic)),
        ("creative_text", text()),
        ("creative_hashes", HashesProperty(HASHING_ALGORITHM)),
        ("landing_refs", references("url")),
        ("languages", texts()),
    ],
)
class PoliticalAd:
    """One ad or ad set as shown."""


@new_sdo(
    "channel",
    [
        ("name", text(required=True)),
        ("description", text()),
        ("aliases", texts()),
        ("channel_types", terms("channel-type-ov")),
        ("platform", term("platform-ov")),
        ("url", text()),
        ("account_refs", references("user-account")),
        ("metrics", parts(Metric)),
        ("visibility", EnumProperty(["public", "private", "invite-only"])),
        ("first_seen", instant()),
        ("last_seen", instant()),
    ],
)
class Channel:
    """A conduit that carries content to people."""


@new_sdo(
    "event",
    [
        ("name", text(required=True)),
        ("description", text()),
        ("aliases", texts()),
        ("event_types", terms("event-type-ov")),
        ("start_time", instant()),
        ("stop_time", instant()),
        ("jurisdiction", text()),
        ("scenario", BooleanProperty()),
    ],
)
class Event:
    """What is happening in the world that the operation feeds on."""


@new_sdo(
    "platform-action",
    [
        ("action_types", terms("action-ov", required=True)),
        ("platform", term("platform-ov", required=True)),
        ("performed_at", instant(required=True)),
        ("object_refs", references(*ANY, required=True)),
        ("triggered_by_refs", references(*ANY)),
        ("metrics", parts(Metric)),
        ("policy_violated", text()),
        ("rationale", text()),
        ("announcement_ref", reference("url")),
        ("reversed_at", instant()),
    ],
)
class PlatformAction:
    """What a platform did about it; the measure of whether sharing works."""


@opencti_sco(
    "media-content",
    [
        ("title", text()),
        ("content", text()),
        ("media_category", text()),
        ("url", text()),
        ("publication_date", instant()),
    ],
    ["url"],
)
class MediaContent:
    """A post or a video, as OpenCTI models it."""
