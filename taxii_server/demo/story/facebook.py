"""14 September: Facebook finds "Prairie Echo", removes what it is sure of, and gives leads.

Leads are groupings: four logins for Twitter, a video channel and a buyer for Google.
"""

from __future__ import annotations

from taxii_server.demo.stix import AMBER_STRICT, RED, STIX, Telling, extension, ids, metric
from taxii_server.demo.story.ads import Ads
from taxii_server.demo.story.case import Case
from taxii_server.demo.story.cast import FACEBOOK, LAKESHORE_LEDGER
from taxii_server.demo.story.network import Network

TAKEDOWN = "2020-09-14T14:00:00.000Z"


class FacebookFinds:
    """The first push: case, network and ads, what was done, and leads for the others."""

    def __init__(self) -> None:
        self.tell = Telling(FACEBOOK, FACEBOOK.since)
        self.tell.introduces_itself()
        self.case = Case(self.tell)
        self.network = Network(self.tell, self.case)
        self.ads = Ads(self.tell, self.case, self.network)
        self._acts()
        self._gives_leads()
        self._briefs()
        self._keeps_to_itself()

    @property
    def objects(self) -> list[STIX]:
        return self.tell.objects

    def _acts(self) -> None:
        network, says = self.network, self.tell.says
        self.takedown = says(
            "platform-action",
            key="takedown",
            action_types=["account-removal", "page-removal", "group-removal"],
            platform="facebook",
            performed_at=TAKEDOWN,
            object_refs=ids(network.cluster, network.page, network.group),
            metrics=[
                metric("accounts", 77, platform="facebook"),
                metric("pages", 1, platform="facebook"),
                metric("groups", 1, platform="facebook"),
            ],
            policy_violated="Coordinated inauthentic behavior",
            rationale="The accounts hid who ran them and misled people about the vote.",
        )
        self.gardeners_removed = says(
            "platform-action",
            key="gardeners",
            action_types=["page-removal"],
            platform="facebook",
            performed_at=TAKEDOWN,
            object_refs=ids(network.gardeners),
            policy_violated="Coordinated inauthentic behavior",
        )
        rejection = says(
            "platform-action",
            key="ads",
            action_types=["ad-rejection", "evidence-preservation"],
            platform="facebook",
            performed_at=TAKEDOWN,
            object_refs=ids(*self.ads.ads),
            metrics=[metric("content", 31, platform="facebook")],
            policy_violated="Ads about social issues, elections or politics",
        )
        relates = self.tell.relates
        relates(self.takedown, "disrupts", network.cluster, self.case.not_counted)
        relates(rejection, "disrupts", self.ads.ads[0])

    def _gives_leads(self) -> None:
        network, case, says = self.network, self.case, self.tell.says
        self.lead_for_twitter = says(
            "grouping",
            name="Lead for Twitter: four logins that the pages link to",
            description="By pseudonyms: whoever holds the coalition's key finds them.",
            context="suspicious-activity",
            object_refs=ids(*network.twitter_logins, network.cluster, LAKESHORE_LEDGER),
        )
        self.lead_for_google = says(
            "grouping",
            name="Lead for Google: a video channel, and who pays",
            description="The fund's payment fingerprint may be known to you.",
            context="suspicious-activity",
            object_refs=ids(network.video_channel, self.ads.fund, LAKESHORE_LEDGER),
        )
        says(
            "note",
            abstract="Please tell us when you act",
            content="They move from one platform to the next within a day. If you find your "
            "part, push what you will do before you do it, and keep what you remove.",
            object_refs=ids(case.campaign),
            extensions=extension(
                "sharing", audience=["twitter", "google"], purpose="takedown-coordination"
            ),
        )

    def _briefs(self) -> None:
        case, network = self.case, self.network
        self.tell.says(
            "observed-data",
            key="logins",
            first_observed="2020-08-01T00:00:00.000Z",
            last_observed="2020-09-12T00:00:00.000Z",
            number_observed=212,
            object_refs=ids(*network.operators, LAKESHORE_LEDGER),
        )
        self.briefing = self.tell.says(
            "report",
            name="Prairie Echo: invented local newspapers in the Upper Midwest",
            description="What we removed on 14 September 2020, and what to look for elsewhere. "
            "Fictional: sample data.",
            report_types=["campaign"],
            published=FACEBOOK.since,
            object_refs=ids(
                case.campaign,
                case.actor,
                case.not_counted,
                case.river,
                network.cluster,
                network.page,
                self.ads.fund,
                self.takedown,
                LAKESHORE_LEDGER,
                *network.techniques.values(),
            ),
        )

    def _keeps_to_itself(self) -> None:
        case, says = self.case, self.tell.says
        says(
            "report",
            marking=AMBER_STRICT,
            name="Prairie Echo: evidence of payment",
            description="Invoices and advertising accounts. For our own organisation only.",
            report_types=["campaign"],
            published=FACEBOOK.since,
            object_refs=ids(case.campaign, case.actor, self.ads.fund),
        )
        says(
            "note",
            marking=RED,
            abstract="Who told us",
            content="A former contractor, who must not be named.",
            object_refs=ids(case.actor),
        )
