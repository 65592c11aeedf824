"""What "Prairie Echo" is, as Facebook wrote it down first: where, who, what is told, by whom.

All that come after join their findings to these objects.
"""

from __future__ import annotations

from taxii_server.demo.stix import CLEAR, GREEN, Telling, extension, ids, metric

FIRST_SEEN = "2020-06-02T00:00:00.000Z"
LAST_SEEN = "2020-09-12T00:00:00.000Z"


class Case:
    """The operation, its narratives and its world; each attribute is an object told."""

    def __init__(self, tell: Telling) -> None:
        self._tell = tell
        self._says_where()
        self._says_whom_it_is_about()
        self._says_what_is_told()
        self._says_who_is_behind()
        self._says_what_it_is()

    def _says_where(self) -> None:
        self.wisconsin = self._tell.says(
            "location",
            marking=CLEAR,
            name="Wisconsin",
            region="northern-america",
            country="US",
            administrative_area="US-WI",
        )
        self.abroad = self._tell.says(
            "location", marking=GREEN, name="Eastern Europe", region="eastern-europe"
        )
        self.election = self._tell.says(
            "event",
            marking=CLEAR,
            name="General election of 3 November 2020",
            event_types=["election"],
            start_time="2020-11-03T11:00:00.000Z",
            stop_time="2020-11-04T02:00:00.000Z",
            jurisdiction="US",
        )
        self._tell.relates(self.election, "located-at", self.wisconsin, marking=CLEAR)

    def _says_whom_it_is_about(self) -> None:
        self.voters = self._tell.says(
            "identity",
            marking=GREEN,
            name="Voters in the Upper Midwest of the United States",
            identity_class="class",
        )
        self.local_papers = self._tell.says(
            "identity",
            marking=GREEN,
            name="Local newspapers in the Upper Midwest",
            description="The real ones: the operation borrows their readers' trust.",
            identity_class="class",
            sectors=["communications"],
        )
        self.firm = self._tell.says(
            "identity",
            name="Hollow Quill Marketing (fictional)",
            description="The name on the contractors' invoices.",
            identity_class="organization",
        )

    def _says_what_is_told(self) -> None:
        self.not_counted = self._tell.says(
            "narrative",
            marking=GREEN,
            name="Ballots sent by mail are not counted in the Upper Midwest",
            description="Tells people that voting by mail is useless. It began in July with "
            "stories about slow mail and by September said that ballots are destroyed.",
            narrative_types=["voter-suppression", "election-fraud"],
            first_seen="2020-07-03T00:00:00.000Z",
            last_seen=LAST_SEEN,
            languages=["en"],
            claims=["What you mail in goes into a bin.", "They stop counting at midnight."],
            veracity="false",
            metrics=[
                metric("content", 412, platform="facebook"),
                metric("views", 180_000, 240_000, platform="facebook"),
            ],
        )
        self.river = self._tell.says(
            "narrative",
            marking=GREEN,
            name="Two bags of ballots were found by the river",
            description="The picture shows bags of leaves, in another state and another year.",
            narrative_types=["election-fraud"],
            first_seen="2020-08-21T00:00:00.000Z",
            last_seen=LAST_SEEN,
            languages=["en"],
            claims=["Two bags. Nobody will be told."],
            veracity="true-out-of-context",
        )
        self.own_paper = self._tell.says(
            "narrative",
            marking=GREEN,
            name="Only the Lakeshore Ledger writes what happens here",
            description="Makes an audience first: 40 harmless local stories a week.",
            narrative_types=["social-division"],
            first_seen=FIRST_SEEN,
            languages=["en"],
            veracity="misleading",
        )
        relates = self._tell.relates
        relates(self.river, "subnarrative-of", self.not_counted, marking=GREEN)
        targets = (self.election, self.voters, self.wisconsin)
        relates(self.not_counted, "targets", *targets, marking=GREEN)

    def _says_who_is_behind(self) -> None:
        self.actor = self._tell.says(
            "intrusion-set",
            name="Hollow Quill",
            description="Marketing contractors who run invented local newspapers for pay.",
            goals=["Make readers doubt that ballots sent by mail are counted"],
            resource_level="organization",
            primary_motivation="organizational-gain",
        )
        self.client = self._tell.says(
            "threat-actor",
            name="The unnamed client of Hollow Quill",
            description="Pays, and is known to none of us.",
            threat_actor_types=["unknown"],
            roles=["sponsor"],
        )

    def _says_what_it_is(self) -> None:
        self.campaign = self._tell.says(
            "campaign",
            name="Prairie Echo",
            aliases=["Lakeshore network"],
            description="Five invented local newspapers and about 80 invented persons tell "
            "voters that ballots sent by mail will not be counted. The operation is fictional.",
            first_seen=FIRST_SEEN,
            last_seen=LAST_SEEN,
            objective="Keep voters from voting by mail",
            extensions=extension(
                "influence-campaign",
                objectives=["suppress-turnout", "undermine-trust"],
                breakout_category=3,
                target_languages=["en"],
                target_event_refs=ids(self.election),
                platforms=["facebook", "instagram"],
                amplification_estimate={"metric": "views", "lower": 180_000, "upper": 240_000},
            ),
        )
        relates = self._tell.relates
        relates(self.campaign, "attributed-to", self.actor, confidence=75)
        relates(self.campaign, "attributed-to", self.client, confidence=30)
        relates(self.campaign, "targets", self.voters, self.wisconsin, self.election)
        relates(self.campaign, "uses", self.not_counted, self.own_paper)
