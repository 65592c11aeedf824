"""18 September: Google finds who hosts the newspapers, who pays, and a cluster of channels.

The payment fingerprint in Facebook's lead is known here under another name. That second
buyer, and the host of all the newspapers, are what the second takedowns are made of.
"""

from __future__ import annotations

from taxii_server.demo.stix import (
    GREEN,
    STIX,
    Telling,
    extension,
    ids,
    metric,
    observable,
)
from taxii_server.demo.story.accounts import by_number
from taxii_server.demo.story.cast import (
    BADGER_COUNTY_COURIER,
    DRIFTLESS_DISPATCH,
    FUND_SITE,
    GOOGLE,
    LAKESHORE_LEDGER,
    MAIL_BALLOTS_ARTICLE,
    NORTHWOODS_NOTICE,
    link,
    posts,
)
from taxii_server.demo.story.facebook import FacebookFinds
from taxii_server.demo.story.payers import LAST_SEEN, Payers
from taxii_server.demo.story.techniques import techniques
from taxii_server.demo.story.twitter import TwitterFinds

TAKEDOWN = "2020-09-18T13:00:00.000Z"


class GoogleFinds:
    """Google's first push; each attribute is an object told, or several."""

    def __init__(self, facebook: FacebookFinds, twitter: TwitterFinds) -> None:
        self.tell = Telling(GOOGLE, GOOGLE.since)
        self._facebook = facebook
        self._twitter = twitter
        self.tell.introduces_itself()
        self._shows_sites_and_their_host()
        self._shows_channels_and_videos()
        self.payers = Payers(self.tell, facebook, self.article)
        self._says_which_accounts_belong_together()
        self._joins()
        self._acts()
        self._answers()

    @property
    def objects(self) -> list[STIX]:
        return self.tell.objects

    def _shows_sites_and_their_host(self) -> None:
        self.address = observable("ipv4-addr", GREEN, value="203.0.113.77")
        self.article = link(DRIFTLESS_DISPATCH, "question-7-and-your-ballot")
        self.tell.sees(LAKESHORE_LEDGER, BADGER_COUNTY_COURIER, FUND_SITE)
        self.tell.sees(DRIFTLESS_DISPATCH, NORTHWOODS_NOTICE, self.article, self.address)
        self.host = self.tell.says(
            "infrastructure",
            name="One host for all the newspapers",
            description="Every site of the operation is served from here, and nothing else.",
            infrastructure_types=["unknown"],
            first_seen="2020-05-28T00:00:00.000Z",
        )
        sites = (LAKESHORE_LEDGER, BADGER_COUNTY_COURIER, DRIFTLESS_DISPATCH, NORTHWOODS_NOTICE)
        self.tell.relates(self.host, "consists-of", self.address, *sites)

    def _shows_channels_and_videos(self) -> None:
        self.accounts = by_number("youtube", range(3101, 3106))
        self.tell.sees(*self.accounts)
        self.channels = [
            self.tell.says(
                "channel",
                name=name,
                channel_types=["video-channel"],
                platform="youtube",
                url=f"https://youtube.example/channel/{path}",
                account_refs=ids(account),
                metrics=[metric("followers", followers, platform="youtube")],
                visibility="public",
                first_seen="2020-06-20T00:00:00.000Z",
                last_seen=LAST_SEEN,
            )
            for name, path, account, followers in (
                ("Lakeshore Ledger Video", "lakeshore-ledger-tv", self.accounts[0], 5_110),
                ("Badger Ballot Facts", "badger-ballot-facts", self.accounts[1], 1_930),
            )
        ]
        self.dispatch = self.tell.says(
            "channel",
            name="driftless-dispatch.example",
            description="A third invented newspaper, found by its host.",
            channel_types=["website"],
            url=f"https://{DRIFTLESS_DISPATCH['value']}/",
        )
        self.videos = posts(
            "https://youtube.example/watch/",
            "video",
            "2020-08-31T09:00:00.000Z",
            [
                (41, "Ballots that come back", 0, MAIL_BALLOTS_ARTICLE),
                (42, "Twenty years at the polls", 30, MAIL_BALLOTS_ARTICLE),
                (43, "Question 7", 60, self.article),
                (44, "By the river", 86_400, self.article),
                (45, "What my cousin says", 172_800, self.article),
            ],
        )
        self.tell.sees(*self.videos)

    def _says_which_accounts_belong_together(self) -> None:
        self.cluster = self.tell.says(
            "coordinated-account-cluster",
            name="Prairie Echo on YouTube",
            description="Channels that read the newspapers' articles aloud, with ads before them.",
            cluster_types=["coordinated-inauthentic-behavior"],
            platforms=["youtube", "google-ads"],
            status="confirmed",
            first_seen="2020-06-20T00:00:00.000Z",
            last_seen=LAST_SEEN,
            metrics=[
                metric("accounts", 9, platform="youtube"),
                metric("channels", 6, platform="youtube"),
                metric("views", 90_000, 96_000, platform="youtube"),
            ],
            account_refs=ids(*self.accounts),
            channel_refs=ids(*self.channels),
            content_refs=ids(self.article, *self.videos),
            sample_only=True,
            lead_source_refs=[self._facebook.tell.team.id, self._twitter.tell.team.id],
            behaviors=["copypasta", "ad-evasion"],
            detection_methods=["tip", "infrastructure", "payment"],
            languages=["en"],
            breakout_category=2,
            confidence=85,
        )

    def _joins(self) -> None:
        relates, facebook, cluster = self.tell.relates, self._facebook, self.cluster
        case = facebook.case
        self.techniques = techniques(self.tell, ["T0149.005", "T0130.003", "T0018"])
        relates(cluster, "uses", *self.techniques.values())
        relates(cluster, "uses", self.host, LAKESHORE_LEDGER, BADGER_COUNTY_COURIER)
        relates(cluster, "controls", DRIFTLESS_DISPATCH, self.channels[0])
        relates(cluster, "originates", self.payers.strangers)
        relates(cluster, "amplifies", case.not_counted)
        relates(cluster, "overlaps-with", facebook.network.cluster, self._twitter.people)
        relates(cluster, "attributed-to", case.client, confidence=25)
        relates(cluster, "targets", self.payers.neighbors)
        relates(facebook.ads.fund, "funds", cluster)
        relates(self.payers.quillpoint, "funds", cluster, self.channels[1])
        relates(self.payers.quillpoint, "operates", self.dispatch)
        relates(self.channels[0], "publishes", self.videos[0])
        relates(self.dispatch, "publishes", self.article)
        relates(self.videos[2], "uses", self.payers.strangers)
        relates(case.campaign, "uses", cluster, self.payers.quillpoint, self.dispatch)
        relates(self.channels[0], "duplicate-of", facebook.network.video_channel)

    def _acts(self) -> None:
        facebook, twitter, says = self._facebook, self._twitter, self.tell.says
        removal = says(
            "platform-action",
            key="takedown",
            action_types=["account-removal", "content-removal", "demonetization"],
            platform="youtube",
            performed_at=TAKEDOWN,
            object_refs=ids(self.cluster, *self.channels, *self.videos),
            triggered_by_refs=ids(facebook.lead_for_google, twitter.indicator),
            metrics=[
                metric("accounts", 9, platform="youtube"),
                metric("channels", 6, platform="youtube"),
            ],
            policy_violated="Coordinated deceptive practices",
            rationale="Facebook's channel led to two accounts, Twitter's links to the rest.",
        )
        ban = says(
            "platform-action",
            key="ban",
            action_types=["advertiser-ban", "ad-rejection", "law-enforcement-referral"],
            platform="google-ads",
            performed_at=TAKEDOWN,
            object_refs=ids(self.payers.quillpoint, self.payers.fund_here, *self.payers.ads),
            triggered_by_refs=ids(facebook.ads.fund),
            rationale="The payment fingerprint that Facebook shared pays for both.",
        )
        relates = self.tell.relates
        relates(removal, "disrupts", self.cluster)
        relates(ban, "disrupts", self.payers.quillpoint)

    def _answers(self) -> None:
        facebook, says = self._facebook, self.tell.says
        says(
            "sighting",
            key="cluster",
            first_seen="2020-06-20T00:00:00.000Z",
            last_seen=LAST_SEEN,
            count=9,
            sighting_of_ref=facebook.network.cluster["id"],
            where_sighted_refs=[GOOGLE.id],
        )
        says(
            "opinion",
            key="same operation",
            opinion="strongly-agree",
            explanation="One host, one means of payment, the same sentences.",
            object_refs=ids(facebook.case.campaign, self._twitter.people),
        )
        says(
            "note",
            abstract="Records of payment are kept",
            content="They can be had by legal process.",
            object_refs=ids(self.payers.quillpoint),
            extensions=extension(
                "sharing",
                audience=["fbi"],
                purpose="law-enforcement-referral",
                legal_basis="Terms of service, section on disclosure (fictional)",
            ),
        )
        says(
            "report",
            name="Prairie Echo: the host and the payer",
            description="Where the newspapers are served from, and who pays. Fictional: sample "
            "data.",
            report_types=["campaign", "attack-pattern"],
            published=self.tell.at,
            object_refs=ids(
                facebook.case.campaign,
                self.cluster,
                self.host,
                self.payers.quillpoint,
                self.payers.strangers,
            ),
        )
