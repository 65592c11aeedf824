"""The open vocabularies of the extension set, one for each property that takes their terms.

Another value than those listed is allowed and warns (STIX 2.1 section 2.10). Terms
have 3 to 250 characters (section 7.3 of the specification asks that of names).
"""

from __future__ import annotations

from collections.abc import Mapping

OPEN_VOCABULARIES: Mapping[str, tuple[str, ...]] = {
    "action-ov": (
        *("account-removal", "content-removal", "page-removal", "group-removal", "labeling"),
        *("demotion", "ad-rejection", "advertiser-ban", "demonetization", "domain-block"),
        *("user-notification", "law-enforcement-referral", "evidence-preservation", "no-action"),
    ),
    "ad-buyer-type-ov": (
        *("individual", "campaign-committee", "pac", "super-pac", "party", "nonprofit"),
        *("company", "agency", "state-media", "shell", "unknown"),
    ),
    "ad-concern-ov": (
        *("foreign-funding", "undisclosed-sponsor", "false-disclaimer", "impersonation"),
        *("straw-buyer", "verification-evasion", "prohibited-content"),
    ),
    "ad-status-ov": ("active", "inactive", "rejected", "removed", "unknown"),
    "behavior-ov": (
        *("synchronized-posting", "copypasta", "hashtag-hijacking", "fake-personas"),
        *("generated-profile-photos", "vote-manipulation", "follow-trains", "link-laundering"),
        *("ad-evasion", "automation", "account-rental", "ban-evasion"),
    ),
    "channel-type-ov": (
        *("page", "group", "profile", "subreddit", "video-channel", "messaging-channel"),
        *("website", "newsletter", "forum", "podcast", "broadcast"),
    ),
    "cluster-status-ov": (
        *("suspected", "confirmed", "active", "dormant", "disrupted", "removed"),
    ),
    "cluster-type-ov": (
        *("coordinated-inauthentic-behavior", "bot-network", "troll-farm"),
        *("sockpuppet-network", "spam-amplification", "engagement-farming", "hacked-accounts"),
        *("impersonation", "brigading", "mass-reporting", "state-media-undisclosed"),
    ),
    "detection-ov": (
        *("behavioral", "network-analysis", "content-similarity", "infrastructure", "payment"),
        *("tip", "open-source", "law-enforcement"),
    ),
    "event-type-ov": (
        *("election", "primary", "debate", "convention", "registration-deadline"),
        *("ballot-count", "certification", "protest", "court-ruling", "crisis"),
        "scenario-exercise",
    ),
    "metric-ov": (
        *("accounts", "pages", "groups", "events", "channels", "blogs", "ads-accounts"),
        *("domains", "content", "followers", "members", "views", "engagements"),
    ),
    "narrative-type-ov": (
        *("conspiracy-theory", "voter-suppression", "election-fraud", "candidate-attack"),
        *("candidate-support", "health", "social-division", "foreign-policy", "impersonation"),
        "satire-as-news",
    ),
    "objective-ov": (
        *("undermine-trust", "polarize", "suppress-turnout", "promote-candidate"),
        *("attack-candidate", "cultivate-audience", "financial-gain", "foreign-policy"),
        *("harass", "unknown"),
    ),
    "platform-ov": (
        *("facebook", "instagram", "whatsapp", "threads", "youtube", "google-ads", "twitter"),
        *("linkedin", "microsoft", "pinterest", "reddit", "yahoo", "wikipedia", "tiktok"),
        *("telegram", "discord", "vkontakte", "other"),
    ),
    "sharing-purpose-ov": (
        *("situational-awareness", "request-for-information", "takedown-coordination"),
        *("law-enforcement-referral", "research"),
    ),
    "veracity-ov": (
        *("false", "misleading", "manipulated", "unsupported", "true-out-of-context"),
        *("opinion", "unknown"),
    ),
    "verification-ov": ("verified", "pending", "failed", "lapsed", "not-required", "evaded"),
}
"""Terms by the vocabulary's name, as object-model pages list them."""
