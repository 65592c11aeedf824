"""The sample story: an influence operation before the election of 2020, seen by four companies.

"Prairie Echo" is invented, as are its sites, accounts and claims; what it does is
what such operations did. Hollow Quill, people for hire, run sites that pose as local
newspapers, spread them with invented persons on several platforms, and tell voters
that ballots sent by mail will not be counted. Facebook finds it first and pushes what
it knows; Twitter, Google and Reddit find their parts of it in what Facebook shared;
Facebook then corrects its estimate; CISA answers with what is true.

The story shows every rule of the packaged policy at work. Techniques are those of
the DISARM Red framework, v1.6, by the DISARM Foundation, CC BY-SA 4.0. Only types of
STIX itself are used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from taxii_server.demo.stix import (
    AMBER,
    AMBER_STRICT,
    CLEAR,
    GREEN,
    RED,
    STIX,
    Team,
    bundle,
    observable,
)

_DISARM = "https://github.com/DISARMFoundation/DISARMframeworks"


@dataclass(frozen=True, slots=True)
class StoryBundle:
    """A bundle and the member whose publisher pushes it."""

    member: str
    name: str  # of its file, without ending
    content: STIX


def story() -> tuple[StoryBundle, ...]:
    """Return the bundles in the order in which they are pushed."""
    found = _Facebook()
    twitter, google = _twitter(found), _google(found)
    reddit, cisa = _reddit(found), _cisa(found)
    parts = (
        ("facebook", "1-facebook-finds-prairie-echo", found.first_push()),
        ("twitter", "2-twitter-finds-the-same-people", twitter),
        ("google", "3-google-finds-the-sites-host", google),
        ("reddit", "4-reddit-finds-the-links", reddit),
        ("facebook", "5-facebook-corrects-its-estimate", found.second_push()),
        ("cisa", "6-cisa-answers", cisa),
    )
    return tuple(StoryBundle(who, name, bundle(name, objects)) for who, name, objects in parts)


def members_that_push() -> tuple[str, ...]:
    """Return the members with a bundle in the story, each once, in order of appearance."""
    return tuple(dict.fromkeys(part.member for part in story()))


class _Facebook:
    """What Facebook found; the others' objects name parts of it."""

    at = "2020-09-14T15:20:00.000Z"
    later = "2020-10-05T09:00:00.000Z"
    team = Team("facebook", "Facebook, influence operations team (sample)", at)

    def __init__(self) -> None:
        team, at = self.team, self.at
        self.campaign = self._campaign()
        self.actor = team.says(
            "intrusion-set",
            "hollow quill",
            at,
            name="Hollow Quill",
            description="Marketing contractors who run invented local newspapers for pay.",
            goals=["Make readers doubt that ballots sent by mail are counted"],
            resource_level="organization",
            primary_motivation="organizational-gain",
        )
        self.voters = team.says(
            "identity",
            "voters in the upper midwest",
            at,
            GREEN,
            name="Voters in the Upper Midwest of the United States",
            identity_class="class",
        )
        self.wisconsin = team.says(
            "location",
            "wisconsin",
            at,
            CLEAR,
            name="Wisconsin",
            region="northern-america",
            country="US",
            administrative_area="US-WI",
        )
        self.abroad = team.says(
            "location", "abroad", at, GREEN, name="Eastern Europe", region="eastern-europe"
        )
        self.techniques = [
            _technique(team, at, *row)
            for row in (
                ("T0098.001", "Create Inauthentic News Sites", "establish-legitimacy"),
                ("T0145.002", "AI-Generated Account Imagery", "establish-assets"),
                ("T0139.001", "Discourage", "plan-objectives"),
                ("T0114", "Deliver Ads", "deliver-content"),
            )
        ]
        self.site = observable("domain-name", GREEN, value="lakeshore-ledger.example")
        self.article = observable(
            "url", GREEN, value="https://lakeshore-ledger.example/mail-ballots-not-counted"
        )
        self.accounts = [
            observable(
                "user-account",
                account_type="facebook",
                user_id=user_id,
                account_login=login,
                display_name=name,
            )
            for user_id, login, name in (
                ("100099000000101", "dana.whitcomb.wi", "Dana Whitcomb"),
                ("100099000000102", "rlindqvist.madison", "Ron Lindqvist"),
                ("100099000000103", "lakeshore.ledger", "The Lakeshore Ledger"),
            )
        ]
        self.registrant = observable("email-addr", value="office@hollow-quill.example")

    def _campaign(self, modified: str | None = None, **changes: str) -> STIX:
        content: dict[str, Any] = {
            "name": "Prairie Echo",
            "aliases": ["Lakeshore network"],
            "description": "Five invented local newspapers and about 80 invented persons tell "
            "voters that ballots sent by mail will not be counted.",
            "first_seen": "2020-06-02T00:00:00.000Z",
            "last_seen": "2020-09-12T00:00:00.000Z",
            "objective": "Keep voters from voting by mail",
            **changes,
        }
        return self.team.says("campaign", "prairie echo", self.at, modified=modified, **content)

    def first_push(self) -> list[STIX]:
        team, at = self.team, self.at
        seen = {"first_observed": "2020-08-01T00:00:00Z", "last_observed": "2020-09-12T00:00:00Z"}
        logins = team.says(
            "observed-data",
            "logins",
            at,
            **seen,
            number_observed=212,
            object_refs=[*(a["id"] for a in self.accounts), self.site["id"]],
        )
        evidence = team.says(
            "report",
            "evidence",
            at,
            AMBER_STRICT,
            name="Prairie Echo: evidence of payment",
            description="Invoices and advertising accounts. For our own organisation only.",
            report_types=["campaign"],
            published=at,
            object_refs=[self.campaign["id"], self.actor["id"]],
        )
        sources = team.says(
            "note",
            "sources",
            at,
            RED,
            abstract="Who told us",
            content="A former contractor, who must not be named.",
            object_refs=[self.actor["id"]],
        )
        briefing = team.says(
            "report",
            "briefing",
            at,
            name="Prairie Echo: invented local newspapers in the Upper Midwest",
            description="What we removed on 14 September 2020, and what to look for elsewhere.",
            report_types=["campaign"],
            published=at,
            object_refs=[
                self.campaign["id"],
                self.actor["id"],
                self.site["id"],
                self.article["id"],
                *(technique["id"] for technique in self.techniques),
            ],
        )
        return [
            team.identity(),
            self.voters,
            self.wisconsin,
            self.abroad,
            *self.techniques,
            self.actor,
            self.campaign,
            self.site,
            self.article,
            self.registrant,
            *self.accounts,
            *self._relationships(),
            logins,
            briefing,
            evidence,
            sources,
        ]

    def _relationships(self) -> list[STIX]:
        team, at, campaign = self.team, self.at, self.campaign
        return [
            team.relates(campaign, "attributed-to", self.actor, at, confidence=75),
            team.relates(self.actor, "originates-from", self.abroad, at, confidence=60),
            team.relates(campaign, "targets", self.voters, at),
            team.relates(campaign, "targets", self.wisconsin, at),
            *(team.relates(campaign, "uses", technique, at) for technique in self.techniques),
            team.relates(self.article, "related-to", campaign, at),
            *(team.relates(account, "related-to", campaign, at) for account in self.accounts),
        ]

    def second_push(self) -> list[STIX]:
        """The same campaign, known better: a new version under the same id."""
        return [
            self._campaign(
                self.later,
                description="Seven invented local newspapers and about 140 invented persons on "
                "four platforms tell voters that ballots sent by mail will not be counted.",
                last_seen="2020-10-03T00:00:00.000Z",
            )
        ]


def _twitter(facebook: _Facebook) -> list[STIX]:
    at = "2020-09-17T10:05:00.000Z"
    team = Team("twitter", "Twitter, site integrity team (sample)", at)
    accounts = [
        observable(
            "user-account",
            account_type="twitter",
            user_id=user_id,
            account_login=login,
            display_name=name,
        )
        for user_id, login, name in (
            ("1299900000000000101", "dana_whitcomb", "Dana Whitcomb"),
            ("1299900000000000102", "LakeshoreLedger", "Lakeshore Ledger"),
        )
    ]
    flood = _technique(team, at, "T0049.002", "Flood Existing Hashtag", "maximise-exposure")
    indicator = team.says(
        "indicator",
        "links to the sites",
        at,
        GREEN,
        name="Links to the invented newspapers",
        indicator_types=["malicious-activity"],
        pattern="[url:value LIKE 'https://lakeshore-ledger.example/%' OR "
        "url:value LIKE 'https://badger-county-courier.example/%']",
        pattern_type="stix",
        valid_from="2020-09-01T00:00:00Z",
    )
    sighting = team.says(
        "sighting",
        "prairie echo on twitter",
        at,
        first_seen="2020-07-20T00:00:00Z",
        last_seen="2020-09-16T00:00:00Z",
        count=64,
        sighting_of_ref=facebook.campaign["id"],
        where_sighted_refs=[team.id],
    )
    note = team.says(
        "note",
        "phones",
        at,
        AMBER_STRICT,
        abstract="How we link the accounts",
        content="The accounts were opened from the same devices. For our own organisation only.",
        object_refs=[account["id"] for account in accounts],
    )
    return [
        team.identity(),
        *accounts,
        flood,
        indicator,
        sighting,
        team.relates(indicator, "indicates", facebook.campaign, at),
        team.relates(facebook.campaign, "uses", flood, at),
        *(team.relates(account, "related-to", facebook.campaign, at) for account in accounts),
        note,
    ]


def _google(facebook: _Facebook) -> list[STIX]:
    at = "2020-09-18T13:40:00.000Z"
    team = Team("google", "Google, threat analysis team (sample)", at)
    second_site = observable("domain-name", GREEN, value="badger-county-courier.example")
    address = observable("ipv4-addr", GREEN, value="203.0.113.77")
    advertiser = observable("email-addr", value="ads@badger-county-courier.example")
    host = team.says(
        "infrastructure",
        "shared host",
        at,
        name="One host for all the newspapers",
        infrastructure_types=["unknown"],
        description="Every site of the operation is served from here.",
    )
    return [
        team.identity(),
        facebook.site,  # seen by both: one id, one content
        second_site,
        address,
        advertiser,
        host,
        team.relates(host, "consists-of", address, at),
        team.relates(host, "consists-of", facebook.site, at),
        team.relates(host, "consists-of", second_site, at),
        team.relates(facebook.campaign, "uses", host, at),
        team.relates(advertiser, "related-to", host, at),
    ]


def _reddit(facebook: _Facebook) -> list[STIX]:
    at = "2020-09-21T18:15:00.000Z"
    team = Team("reddit", "Reddit, safety team (sample)", at)
    account = observable(
        "user-account",
        account_type="reddit",
        user_id="t2_zz9sample",
        account_login="mke_poll_watcher",
    )
    link = observable("url", GREEN, value="https://badger-county-courier.example/polls-closed")
    note = team.says(
        "note",
        "subreddits",
        at,
        abstract="Where the links were posted",
        content="17 posts in 6 local communities between 1 and 19 September; all removed.",
        object_refs=[facebook.campaign["id"], link["id"]],
    )
    return [
        team.identity(),
        account,
        link,
        note,
        team.relates(account, "related-to", link, at),
    ]


def _cisa(facebook: _Facebook) -> list[STIX]:
    at = "2020-10-06T14:00:00.000Z"
    team = Team("cisa", "CISA, election security desk (sample)", at)
    facts = team.says(
        "note",
        "rumor control",
        at,
        CLEAR,
        abstract="Ballots sent by mail are counted",
        content="Every valid ballot that arrives by the deadline of its state is counted. "
        "Election offices of the states concerned have been told of the claim.",
        object_refs=[facebook.campaign["id"]],
    )
    action = team.says(
        "course-of-action",
        "point to the election office",
        at,
        GREEN,
        name="Point readers to their election office",
        description="Beside posts with the claim, link the official page of the state.",
    )
    request = team.says(
        "note",
        "request",
        at,
        AMBER,
        abstract="Please look for more sites",
        content="Which other sites answer at the host that was found?",
        object_refs=[facebook.campaign["id"]],
    )
    internal = team.says(
        "note",
        "internal",
        at,
        AMBER_STRICT,
        abstract="For our own organisation",
        content="Calls with the election offices of two states.",
        object_refs=[facebook.campaign["id"]],
    )
    discourage = facebook.techniques[2]
    return [
        team.identity(),
        facts,
        action,
        team.relates(action, "mitigates", discourage, at),
        request,
        internal,
    ]


def _technique(team: Team, at: str, number: str, name: str, phase: str) -> STIX:
    """Return an attack-pattern for a DISARM technique, as its users write them."""
    return team.says(
        "attack-pattern",
        f"{team.key} {number}",
        at,
        CLEAR,
        name=name,
        kill_chain_phases=[{"kill_chain_name": "disarm", "phase_name": phase}],
        external_references=[{"source_name": "DISARM", "external_id": number, "url": _DISARM}],
    )
