"""Facebook's part of the network: sites, accounts, pages, posts, and the cluster they form.

The cluster lists accounts by their pseudonyms, so that it may go to agencies whole;
two accounts that ran pages go to industry as they are.
"""

from __future__ import annotations

from taxii_server.demo.stix import STIX, Telling, ids, metric, observable
from taxii_server.demo.story.accounts import by_login, by_number, known
from taxii_server.demo.story.case import FIRST_SEEN, LAST_SEEN, Case
from taxii_server.demo.story.cast import (
    LAKESHORE_LEDGER,
    MAIL_BALLOTS_ARTICLE,
    RIVER_ARTICLE,
    posts,
)
from taxii_server.demo.story.techniques import techniques


class Network:
    """What Facebook saw of it; each attribute is an object told, or several."""

    def __init__(self, tell: Telling, case: Case) -> None:
        self._tell = tell
        self._case = case
        self._shows_sites_and_accounts()
        self._shows_pages()
        self._shows_posts()
        self._says_what_belongs_together()
        self._joins()

    def _shows_sites_and_accounts(self) -> None:
        self.registrant = observable("email-addr", value="office@hollow-quill.example")
        self._tell.sees(LAKESHORE_LEDGER, MAIL_BALLOTS_ARTICLE, RIVER_ARTICLE, self.registrant)
        self.accounts = by_number("facebook", range(1101, 1107))
        self.accounts += by_number("instagram", range(1201, 1203))
        self.operators = [
            known("facebook", number, login, name, since="2020-06-02", followers=followers)
            for number, login, name, followers in (
                ("1001", "dana.whitcomb", "Dana Whitcomb", 611),
                ("1002", "ron.lindqvist", "Ron Lindqvist", 583),
            )
        ]
        self.twitter_logins = by_login(
            "twitter", ["dwhitcomb_wi", "ronlindq", "lakeshoreledger", "oostra_votes"]
        )
        self._tell.sees(*self.accounts, *self.operators, *self.twitter_logins)

    def _shows_pages(self) -> None:
        self.page = self._channel(
            "The Lakeshore Ledger",
            "page",
            "lakeshore-ledger",
            metric("followers", 21_440, platform="facebook"),
            self.accounts[:2],
        )
        self.group = self._channel(
            "Mail Vote Watch",
            "group",
            "groups/mail-vote-watch",
            metric("members", 3_912, platform="facebook"),
            self.accounts[1:4],
        )
        self.gardeners = self._channel(
            "Gardeners of Badger County",
            "page",
            "gardeners-of-badger-county",
            metric("followers", 870, platform="facebook"),
            self.accounts[5:6],
        )
        self.website = self._tell.says(
            "channel",
            name="lakeshore-ledger.example",
            description="The site of the invented newspaper: 1,300 articles, nearly all of them "
            "copied from real ones.",
            channel_types=["website"],
            url=f"https://{LAKESHORE_LEDGER['value']}/",
            first_seen=FIRST_SEEN,
        )
        self.video_channel = self._tell.says(
            "channel",
            name="Lakeshore Ledger TV",
            description="The page links to it. We see the links, not the channel.",
            channel_types=["video-channel"],
            platform="youtube",
            url="https://youtube.example/channel/lakeshore-ledger-tv",
        )

    def _channel(self, name: str, kind: str, path: str, size: STIX, run_by: list[STIX]) -> STIX:
        return self._tell.says(
            "channel",
            name=name,
            channel_types=[kind],
            platform="facebook",
            url=f"https://facebook.example/{path}",
            account_refs=ids(*run_by),
            metrics=[size],
            visibility="public",
            first_seen="2020-06-05T00:00:00.000Z",
            last_seen=LAST_SEEN,
        )

    def _shows_posts(self) -> None:
        self.posts = posts(
            "https://facebook.example/posts/",
            "post",
            "2020-08-30T13:02:11.000Z",
            [
                (1, "Ballots that come back", 0, MAIL_BALLOTS_ARTICLE),
                (2, "Twenty years at the polls", 3, MAIL_BALLOTS_ARTICLE),
                (3, "Nobody else writes it", 4, MAIL_BALLOTS_ARTICLE),
                (4, "By the river", 7_205, RIVER_ARTICLE),
                (5, "In person or not at all", 7_206, MAIL_BALLOTS_ARTICLE),
                (6, "What my cousin says", 7_209, MAIL_BALLOTS_ARTICLE),
                (7, "By the river", 86_402, RIVER_ARTICLE),
            ],
        )
        self._tell.sees(*self.posts)

    def _says_what_belongs_together(self) -> None:
        self.cluster = self._tell.says(
            "coordinated-account-cluster",
            name="Prairie Echo on Facebook",
            description="Invented persons who run a newspaper's page and a group, and post the "
            "same sentences within seconds. The list is a sample, by pseudonyms.",
            cluster_types=["coordinated-inauthentic-behavior", "sockpuppet-network"],
            platforms=["facebook", "instagram"],
            status="confirmed",
            first_seen=FIRST_SEEN,
            last_seen=LAST_SEEN,
            metrics=[
                metric("accounts", 74, 80, platform="facebook"),
                metric("accounts", 6, platform="instagram"),
                metric("pages", 2, platform="facebook"),
                metric("groups", 1, platform="facebook"),
                metric("followers", 22_310, platform="facebook"),
            ],
            ad_spend={
                "lower": 2_300,
                "upper": 2_900,
                "currencies": ["USD"],
                "first_ad": "2020-08-12T00:00:00.000Z",
                "last_ad": "2020-09-11T00:00:00.000Z",
            },
            account_refs=ids(*self.accounts),
            channel_refs=ids(self.page, self.group, self.gardeners),
            content_refs=ids(MAIL_BALLOTS_ARTICLE, *self.posts[:3]),
            sample_only=True,
            behaviors=["synchronized-posting", "copypasta", "generated-profile-photos"],
            detection_methods=["behavioral", "content-similarity", "payment"],
            languages=["en"],
            breakout_category=3,
            confidence=90,
        )

    def _joins(self) -> None:
        relates, case, cluster = self._tell.relates, self._case, self.cluster
        self.techniques = techniques(
            self._tell,
            ["T0098.001", "T0145.002", "T0084.001", "T0139.001"],
        )
        relates(cluster, "uses", *self.techniques.values())
        relates(cluster, "originates", case.not_counted)
        relates(cluster, "amplifies", case.river)
        relates(cluster, "controls", self.page)
        (self.gardeners_link,) = relates(cluster, "controls", self.gardeners, confidence=55)
        relates(cluster, "controls", LAKESHORE_LEDGER, *self.operators)
        relates(cluster, "attributed-to", case.actor, confidence=75)
        relates(cluster, "originates-from", case.abroad, confidence=60)
        relates(cluster, "targets", case.voters, case.wisconsin, case.election)
        relates(case.campaign, "uses", cluster, self.page)
        relates(self.website, "publishes", MAIL_BALLOTS_ARTICLE)
        relates(self.website, "uses", case.own_paper)
        relates(self.page, "publishes", self.posts[3])
        relates(self.group, "publishes", self.posts[4])
        relates(self.posts[3], "uses", case.river)
        relates(self.accounts[0], "publishes", self.posts[1])
        relates(self.operators[1], "publishes", self.posts[5])
