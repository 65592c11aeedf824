"""5 October: Facebook corrects itself, and acts on what the others found.

Google's host shows a second wave of pages, Google's buyer paid here too, and one page
of the first list was no part of it: a real club's, revoked and restored.
"""

from __future__ import annotations

from taxii_server.demo.stix import (
    CLEAR,
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
    FACEBOOK,
    MAIL_BALLOTS_ARTICLE,
    RIVER_BLUFF_RECORD,
    link,
    posts,
)
from taxii_server.demo.story.facebook import FacebookFinds
from taxii_server.demo.story.google import GoogleFinds
from taxii_server.demo.story.twitter import TwitterFinds

SECOND_TAKEDOWN = "2020-10-05T08:00:00.000Z"


class FacebookCorrects:
    """The second push: newer versions of what changed, and what the others' leads led to."""

    def __init__(self, found: FacebookFinds, twitter: TwitterFinds, google: GoogleFinds) -> None:
        self._found = found
        self._twitter = twitter
        self._google = google
        self._tell = Telling(FACEBOOK, "2020-10-05T09:00:00.000Z")
        self._corrects_itself()
        self._finds_the_second_wave()
        self._acts()
        self._answers()

    @property
    def objects(self) -> list[STIX]:
        return self._tell.objects

    def _corrects_itself(self) -> None:
        found = self._found
        tell, network = self._tell, found.network
        tell.revokes(network.gardeners)
        tell.revokes(network.gardeners_link)
        tell.corrects(
            found.gardeners_removed,
            reversed_at="2020-09-29T16:30:00.000Z",
            rationale="One of the accounts had joined a real club's page as an editor. The page "
            "was restored after an appeal; the club knew nothing.",
        )
        tell.corrects(
            found.case.campaign,
            description="Seven invented local newspapers and about 140 invented persons on "
            "three platforms tell voters that ballots sent by mail will not be counted. "
            "The operation is fictional.",
            last_seen="2020-10-03T00:00:00.000Z",
            extensions=extension(
                "influence-campaign",
                objectives=["suppress-turnout", "undermine-trust", "attack-candidate"],
                breakout_category=4,
                target_languages=["en"],
                target_event_refs=ids(found.case.election),
                platforms=["facebook", "instagram", "twitter", "youtube", "google-ads"],
                amplification_estimate={"metric": "views", "lower": 610_000, "upper": 760_000},
            ),
        )

    def _finds_the_second_wave(self) -> None:
        tell, found, google = self._tell, self._found, self._google
        article = link(RIVER_BLUFF_RECORD, "count-stops-at-midnight")
        self._accounts = by_number("facebook", range(1109, 1113))
        wave = posts(
            "https://facebook.example/posts/",
            "post",
            "2020-09-26T01:12:40.000Z",
            [
                (11, "In person or not at all", 0, article),
                (12, "What my cousin says", 2, article),
                (13, "Ballots that come back", 2, MAIL_BALLOTS_ARTICLE),
            ],
        )
        tell.sees(RIVER_BLUFF_RECORD, article, *self._accounts, *wave)
        self._page = tell.says(
            "channel",
            name="River Bluff Record",
            channel_types=["page"],
            platform="facebook",
            url="https://facebook.example/river-bluff-record",
            account_refs=ids(self._accounts[0]),
            metrics=[metric("followers", 9_120, platform="facebook")],
            visibility="public",
            first_seen="2020-09-20T00:00:00.000Z",
            last_seen="2020-10-03T00:00:00.000Z",
        )
        cluster = found.network.cluster
        self._cluster = tell.corrects(
            cluster,
            status="removed",
            last_seen="2020-10-03T00:00:00.000Z",
            metrics=[
                metric("accounts", 118, 124, platform="facebook"),
                metric("accounts", 6, platform="instagram"),
                metric("pages", 2, platform="facebook"),
                metric("groups", 1, platform="facebook"),
                metric("followers", 30_560, platform="facebook"),
            ],
            account_refs=cluster["account_refs"] + ids(*self._accounts),
            channel_refs=ids(found.network.page, found.network.group, self._page),
            content_refs=cluster["content_refs"] + ids(*wave),
            detection_methods=[*cluster["detection_methods"], "tip", "infrastructure"],
            lead_source_refs=[google.tell.team.id, self._twitter.tell.team.id],
            breakout_category=4,
        )
        tell.relates(cluster, "controls", self._page)
        tell.relates(cluster, "uses", google.host, BADGER_COUNTY_COURIER)
        tell.relates(google.payers.quillpoint, "funds", cluster)

    def _acts(self) -> None:
        google, twitter, tell = self._google, self._twitter, self._tell
        self._announcement = observable(
            "url", CLEAR, value="https://facebook.example/news/prairie-echo-removed"
        )
        tell.sees(self._announcement)
        removal = tell.says(
            "platform-action",
            key="second takedown",
            action_types=["account-removal", "page-removal", "user-notification"],
            platform="facebook",
            performed_at=SECOND_TAKEDOWN,
            object_refs=ids(self._page, *self._accounts),
            triggered_by_refs=ids(google.host, twitter.indicator),
            metrics=[
                metric("accounts", 44, platform="facebook"),
                metric("pages", 1, platform="facebook"),
            ],
            policy_violated="Coordinated inauthentic behavior",
            rationale="Found by the host that Google named. People who followed were told.",
            announcement_ref=self._announcement["id"],
        )
        ban = tell.says(
            "platform-action",
            key="ban",
            action_types=["advertiser-ban"],
            platform="facebook",
            performed_at=SECOND_TAKEDOWN,
            object_refs=ids(self._found.ads.reader, google.payers.quillpoint),
            triggered_by_refs=ids(google.payers.quillpoint),
            rationale="It paid here too, for the Lakeshore Reader Club.",
        )
        tell.relates(removal, "disrupts", self._page)
        tell.relates(ban, "disrupts", self._found.ads.reader)

    def _answers(self) -> None:
        tell, google, twitter = self._tell, self._google, self._twitter
        tell.says(
            "sighting",
            key="polls close",
            first_seen="2020-09-20T00:00:00.000Z",
            last_seen="2020-10-02T00:00:00.000Z",
            count=38,
            sighting_of_ref=twitter.polls_close["id"],
            where_sighted_refs=[FACEBOOK.id],
        )
        tell.says(
            "opinion",
            key="host",
            opinion="strongly-agree",
            explanation="All our pages of the second wave link to sites on this host.",
            object_refs=ids(google.host),
        )
        tell.says(
            "note",
            abstract="A page of the first list was no part of it",
            content="Please take the page of the gardeners off your lists.",
            object_refs=ids(self._found.network.gardeners, self._found.gardeners_removed),
        )
        tell.says(
            "report",
            marking=CLEAR,
            name="Removing an operation that posed as local news",
            description="Our public report, fictional as all of this. Not before the embargo.",
            report_types=["campaign"],
            published="2020-10-08T13:00:00.000Z",
            object_refs=ids(self._announcement),
            extensions=extension(
                "sharing",
                release_at="2020-10-08T13:00:00.000Z",
                purpose="situational-awareness",
            ),
        )
        tell.says(
            "report",
            marking=GREEN,
            name="Prairie Echo: what sharing changed",
            description="Three companies' parts beside each other. Fictional: sample data.",
            report_types=["campaign"],
            published=tell.at,
            object_refs=ids(
                self._cluster, twitter.people, google.cluster, google.payers.quillpoint
            ),
        )
