"""17 September: Twitter follows Facebook's four logins to a cluster of its own, and to robots.

Its cluster names pseudonyms only. The accounts themselves go to industry, each joined
to the cluster by a relationship, so that the cluster can go where they cannot.
"""

from __future__ import annotations

from taxii_server.demo.stix import AMBER_STRICT, GREEN, STIX, Telling, ids, metric
from taxii_server.demo.story.accounts import by_both, known
from taxii_server.demo.story.cast import (
    BADGER_COUNTY_COURIER,
    LAKESHORE_LEDGER,
    MAIL_BALLOTS_ARTICLE,
    POLLS_CLOSE_ARTICLE,
    SHORT_LINK,
    SHORTENER,
    TWITTER,
    posts,
)
from taxii_server.demo.story.facebook import FacebookFinds
from taxii_server.demo.story.techniques import techniques

LAST_SEEN = "2020-09-16T00:00:00.000Z"
TAKEDOWN = "2020-09-17T09:00:00.000Z"


class TwitterFinds:
    """Twitter's push; each attribute is an object told, or several."""

    def __init__(self, facebook: FacebookFinds) -> None:
        self.tell = Telling(TWITTER, TWITTER.since)
        self._facebook = facebook
        self.tell.introduces_itself()
        self._shows_sites_and_accounts()
        self._shows_channels_and_posts()
        self._says_what_is_told()
        self._says_which_accounts_belong_together()
        self._shows_a_refused_ad()
        self._joins()
        self._acts()
        self._answers()

    @property
    def objects(self) -> list[STIX]:
        return self.tell.objects

    def _shows_sites_and_accounts(self) -> None:
        self.tell.sees(LAKESHORE_LEDGER, MAIL_BALLOTS_ARTICLE)  # by both: one id, one content
        self.tell.sees(BADGER_COUNTY_COURIER, POLLS_CLOSE_ARTICLE, SHORTENER, SHORT_LINK)
        self.found = self._facebook.network.twitter_logins
        # The first of them is known here by its number too.
        self.number, first_login = by_both("twitter", 2101, "dwhitcomb_wi")
        self.persons = [
            known("twitter", number, login, name, since="2020-07-02", followers=followers)
            for number, login, name, followers in (
                ("2105", "badger_jane", "Jane of Badger County", 1_204),
                ("2106", "pollworker20yrs", "Len, poll worker", 988),
            )
        ]
        self.robots = [
            known("twitter", number, login, name, since="2020-08-28", followers=13)
            for number, login, name in (
                ("2201", "echo01_wi", "Ed Olsson"),
                ("2202", "echo02_wi", "Edna Olsson"),
            )
        ]
        self.tell.sees(*self.found, self.number, *self.persons, *self.robots)
        self.tell.relates(self.number, "related-to", first_login)

    def _shows_channels_and_posts(self) -> None:
        self.profile = self.tell.says(
            "channel",
            name="Lakeshore Ledger on Twitter",
            channel_types=["profile"],
            platform="twitter",
            url="https://twitter.example/lakeshore-ledger",
            account_refs=ids(self.found[2]),
            metrics=[metric("followers", 6_820, platform="twitter")],
            visibility="public",
            first_seen="2020-06-11T00:00:00.000Z",
            last_seen=LAST_SEEN,
        )
        self.courier = self.tell.says(
            "channel",
            name="badger-county-courier.example",
            description="A second invented newspaper: the same pages under another name.",
            channel_types=["website"],
            url=f"https://{BADGER_COUNTY_COURIER['value']}/",
        )
        self.subreddit = self.tell.says(
            "channel",
            name="r/BadgerBallots_example",
            description="The persons link to their own posts there; a lead for Reddit.",
            channel_types=["subreddit"],
            platform="reddit",
            url="https://reddit.example/r/BadgerBallots_example",
            visibility="public",
        )
        self.posts = posts(
            "https://twitter.example/i/status/",
            "tweet",
            "2020-08-30T13:02:14.000Z",
            [
                (21, "Nobody else writes it", 0, SHORT_LINK),
                (22, "In person or not at all", 1, SHORT_LINK),
                (23, "What my cousin says", 1, SHORT_LINK),
                (24, "Ballots that come back", 2, MAIL_BALLOTS_ARTICLE),
                (25, "By the river", 7_203, SHORT_LINK),
                (26, "They close at five", 172_800, POLLS_CLOSE_ARTICLE),
            ],
        )
        self.tell.sees(*self.posts)

    def _says_what_is_told(self) -> None:
        self.polls_close = self.tell.says(
            "narrative",
            marking=GREEN,
            name="Polling places in Badger County close at five",
            description="They close at eight. No county of Wisconsin has this name.",
            narrative_types=["voter-suppression"],
            first_seen="2020-09-01T00:00:00.000Z",
            last_seen=LAST_SEEN,
            languages=["en"],
            claims=["They close at five this year. Tell everybody who works."],
            veracity="false",
            metrics=[metric("content", 64, platform="twitter")],
        )
        case = self._facebook.case
        self.tell.relates(self.polls_close, "subnarrative-of", case.not_counted, marking=GREEN)

    def _says_which_accounts_belong_together(self) -> None:
        facebook = self._facebook
        self.people = self.tell.says(
            "coordinated-account-cluster",
            name="Prairie Echo on Twitter",
            description="Invented persons with the names and pictures of those on Facebook. The "
            "list holds Facebook's four logins, all of which we found, by their pseudonyms.",
            cluster_types=["coordinated-inauthentic-behavior", "sockpuppet-network"],
            platforms=["twitter"],
            status="confirmed",
            first_seen="2020-06-11T00:00:00.000Z",
            last_seen=LAST_SEEN,
            metrics=[
                metric("accounts", 64, platform="twitter"),
                metric("followers", 41_300, platform="twitter"),
            ],
            account_refs=ids(self.number, *self.found),
            channel_refs=ids(self.profile),
            content_refs=ids(SHORT_LINK, *self.posts),
            sample_only=True,
            lead_source_refs=[facebook.tell.team.id],
            behaviors=["synchronized-posting", "copypasta", "fake-personas", "link-laundering"],
            detection_methods=["tip", "network-analysis"],
            languages=["en"],
            breakout_category=2,
            confidence=95,
        )
        self.boosters = self.tell.says(
            "coordinated-account-cluster",
            name="Echo boosters",
            description="Robots that repeat what the persons post, within a minute. Rented.",
            cluster_types=["bot-network", "spam-amplification"],
            platforms=["twitter"],
            status="active",
            first_seen="2020-08-28T00:00:00.000Z",
            last_seen=LAST_SEEN,
            metrics=[metric("accounts", 900, 1_100, platform="twitter")],
            behaviors=["automation", "account-rental", "hashtag-hijacking"],
            detection_methods=["behavioral"],
            confidence=70,
        )

    def _shows_a_refused_ad(self) -> None:
        facebook = self._facebook
        self.ad = self.tell.says(
            "political-ad",
            key="ad",
            platform="twitter",
            ad_id="example-tw-ad-001",
            buyer_ref=facebook.ads.fund["id"],
            status="rejected",
            spend={"currency": "USD", "lower": 0, "upper": 0},
            impressions={"lower": 0, "upper": 0},
            creative_text="A local paper asks what the others do not.",
            landing_refs=ids(MAIL_BALLOTS_ARTICLE),
            languages=["en"],
        )
        self.tell.relates(facebook.ads.fund, "purchased", self.ad)

    def _joins(self) -> None:
        relates, facebook = self.tell.relates, self._facebook
        case, people = facebook.case, self.people
        self.techniques = techniques(self.tell, ["T0049.003", "T0153.003", "T0144.001"])
        robots, short, across = self.techniques.values()
        relates(people, "uses", short, across, LAKESHORE_LEDGER, BADGER_COUNTY_COURIER)
        relates(self.boosters, "uses", robots, SHORT_LINK)
        relates(people, "controls", *self.persons, self.profile)
        relates(self.boosters, "controls", *self.robots)
        relates(people, "originates", self.polls_close)
        relates(people, "amplifies", case.not_counted)
        relates(self.boosters, "amplifies", self.polls_close)
        relates(people, "overlaps-with", facebook.network.cluster, confidence=95)
        relates(people, "overlaps-with", self.boosters, confidence=60)
        relates(people, "attributed-to", case.firm, confidence=70)
        relates(facebook.ads.fund, "funds", people, confidence=50)
        relates(case.campaign, "uses", people)
        relates(self.courier, "publishes", POLLS_CLOSE_ARTICLE)
        relates(self.posts[5], "uses", self.polls_close)
        relates(self.persons[0], "publishes", self.posts[5])

    def _acts(self) -> None:
        facebook, says = self._facebook, self.tell.says
        removal = says(
            "platform-action",
            key="takedown",
            action_types=["account-removal", "content-removal"],
            platform="twitter",
            performed_at=TAKEDOWN,
            object_refs=ids(self.people, self.profile, *self.posts),
            triggered_by_refs=ids(facebook.lead_for_twitter, facebook.network.cluster, *self.found),
            metrics=[metric("accounts", 64, platform="twitter")],
            policy_violated="Platform manipulation and spam",
            rationale="Four pseudonyms led to 64 accounts.",
        )
        says(
            "platform-action",
            key="links",
            action_types=["domain-block", "labeling"],
            platform="twitter",
            performed_at="2020-09-17T09:30:00.000Z",
            object_refs=ids(LAKESHORE_LEDGER, SHORTENER),
            triggered_by_refs=ids(facebook.lead_for_twitter, LAKESHORE_LEDGER),
        )
        says(
            "platform-action",
            key="ad",
            action_types=["ad-rejection"],
            platform="twitter",
            performed_at="2020-09-15T11:00:00.000Z",
            object_refs=ids(self.ad),
            policy_violated="Political content in ads",
        )
        self.tell.relates(removal, "disrupts", self.people, self.polls_close)

    def _answers(self) -> None:
        case, says = self._facebook.case, self.tell.says
        for key, seen, count in (("campaign", case.campaign, 64), ("river", case.river, 211)):
            says(
                "sighting",
                key=key,
                first_seen="2020-07-20T00:00:00.000Z",
                last_seen=LAST_SEEN,
                count=count,
                sighting_of_ref=seen["id"],
                where_sighted_refs=[TWITTER.id],
            )
        self.indicator = says(
            "indicator",
            marking=GREEN,
            name="Links to the invented newspapers",
            indicator_types=["malicious-activity"],
            pattern="[url:value LIKE 'https://lakeshore-ledger.example/%' OR "
            "url:value LIKE 'https://badger-county-courier.example/%' OR "
            "url:value LIKE 'https://pe-lnk.example/%']",
            pattern_type="stix",
            pattern_version="2.1",
            valid_from="2020-09-01T00:00:00Z",
        )
        self.tell.relates(self.indicator, "indicates", case.campaign, marking=GREEN)
        says(
            "opinion",
            key="attribution",
            opinion="neutral",
            explanation="The firm is plausible. Of its client we have seen nothing.",
            object_refs=ids(case.actor, case.client),
        )
        says(
            "note",
            marking=GREEN,
            abstract="Where the links were posted on Reddit",
            content="17 posts in one community between 1 and 15 September, all to the Courier.",
            object_refs=ids(self.subreddit, POLLS_CLOSE_ARTICLE),
        )
        says(
            "note",
            marking=AMBER_STRICT,
            abstract="How we link the accounts",
            content="They were opened from the same devices. For our own organisation only.",
            object_refs=ids(*self.persons),
        )
        says(
            "report",
            name="Prairie Echo on Twitter",
            description="64 invented persons, about a thousand robots, one link shortener. "
            "Fictional: sample data.",
            report_types=["campaign"],
            published=self.tell.at,
            object_refs=ids(case.campaign, self.people, self.boosters, self.polls_close),
        )
