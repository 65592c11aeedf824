"""Who paid on Facebook: a fund that verified a local mailbox, and the reader who lent a name.

Means of payment are told as hashes with the coalition's key: Google will find the same
ones under another advertiser's name.
"""

from __future__ import annotations

from dataclasses import dataclass

from taxii_server.demo.stix import STIX, Telling, ids, keyed_hash, later, observable
from taxii_server.demo.story.case import Case
from taxii_server.demo.story.cast import DONATE_PAGE, FUND_SITE, MAIL_BALLOTS_ARTICLE, RIVER_ARTICLE
from taxii_server.demo.story.network import Network

FUND_PAYMENT = keyed_hash("payment", "the fund's card")
FUND_DISCLAIMER = "Paid for by Prairie Voices Fund"

_FIRST_DAY = "2020-08-12T00:00:00.000Z"


@dataclass(frozen=True, slots=True)
class _Ad:
    number: int
    day: int  # after the first
    days: int  # shown
    dollars: int
    text: str
    leads_to: STIX
    by_reader: bool = False


_ADS = (
    _Ad(1, 0, 6, 190, "Your ballot by mail: will it count?", MAIL_BALLOTS_ARTICLE),
    _Ad(2, 0, 6, 210, "A local paper asks what the others do not.", MAIL_BALLOTS_ARTICLE),
    _Ad(3, 7, 9, 480, "They found them by the river.", RIVER_ARTICLE, by_reader=True),
    _Ad(4, 16, 10, 610, "Stand with local news. Stand with Prairie Voices.", DONATE_PAGE),
    _Ad(5, 23, 8, 455, "Midnight is when they stop counting.", MAIL_BALLOTS_ARTICLE),
)


class Ads:
    """The buyers and what they bought; each attribute is an object told, or several."""

    def __init__(self, tell: Telling, case: Case, network: Network) -> None:
        self._tell = tell
        self._case = case
        self._shows_the_buyers()
        self.ads = [self._ad(row) for row in _ADS]
        self._joins(network)

    def _shows_the_buyers(self) -> None:
        self._tell.sees(FUND_SITE, DONATE_PAGE)
        self._tell.sees(observable("email-addr", value="ads@prairie-voices-fund.example"))
        self.fund_office = self._tell.says(
            "identity",
            name="Prairie Voices Fund, Inc. (fictional)",
            description="A mailbox with a registration number. Nobody answers there.",
            identity_class="organization",
        )
        self.fund = self._tell.says(
            "ad-buyer",
            name="Prairie Voices Fund",
            description="Says that it supports local news. Verified with a mailbox in Wisconsin, "
            "pays from abroad. XF is none of ISO's countries: this one is fictional.",
            aliases=["Prairie Voices Fund, Inc. (fictional)"],
            platforms=["facebook", "instagram"],
            buyer_types=["nonprofit", "shell"],
            disclaimers=[FUND_DISCLAIMER],
            platform_ids=[
                {
                    "platform": "facebook",
                    "kind": "advertiser",
                    "value": keyed_hash("advertiser", "facebook example-fund"),
                }
            ],
            verification_status="evaded",
            verified_country="US",
            billing_countries=["XF"],
            declared_country="US",
            registrations=[{"scheme": "ein", "value": "00-0000001"}],
            payment_fingerprints=[FUND_PAYMENT],
            first_seen=_FIRST_DAY,
            last_seen="2020-09-11T00:00:00.000Z",
            total_spend={"currency": "USD", "lower": 2_300, "upper": 2_900},
            ad_count=31,
            concerns=["foreign-funding", "verification-evasion", "false-disclaimer"],
        )
        self.reader = self._tell.says(
            "ad-buyer",
            name="Lakeshore Reader Club",
            description="A person in Wisconsin who was paid to verify, and did not ask for what.",
            platforms=["facebook"],
            buyer_types=["individual"],
            verification_status="verified",
            verified_country="US",
            payment_fingerprints=[keyed_hash("payment", "the reader's card"), FUND_PAYMENT],
            concerns=["straw-buyer", "undisclosed-sponsor"],
        )

    def _ad(self, row: _Ad) -> STIX:
        start = later(_FIRST_DAY, seconds=row.day * 86_400)
        dollars = row.dollars
        return self._tell.says(
            "political-ad",
            key=f"ad {row.number}",
            platform="facebook",
            ad_id=f"example-fb-ad-{row.number:03d}",
            buyer_ref=(self.reader if row.by_reader else self.fund)["id"],
            sponsor_ref=self._case.firm["id"],
            payer_ref=self.fund["id"],
            disclaimer="Paid for by Lakeshore Reader Club" if row.by_reader else FUND_DISCLAIMER,
            status="removed",
            start_time=start,
            stop_time=later(start, seconds=row.days * 86_400),
            spend={"currency": "USD", "lower": dollars, "upper": dollars + 99},
            impressions={"lower": dollars * 60, "upper": dollars * 75},
            reach={"total": dollars * 41, "by_country": {"US": dollars * 41}},
            regions=[{"region": "US-WI", "share": 0.75}, {"region": "US-MN", "share": 0.25}],
            targeting=[
                {"criterion": "location", "value": "Wisconsin, Minnesota", "mode": "include"},
                {"criterion": "age", "value": "55 and older", "mode": "include"},
            ],
            audience_demographics=[
                {"age": "55-64", "gender": "female", "share": 0.31},
                {"age": "65+", "gender": "male", "share": 0.27},
            ],
            creative_text=row.text,
            landing_refs=ids(row.leads_to),
            languages=["en"],
        )

    def _joins(self, network: Network) -> None:
        relates, case, ads = self._tell.relates, self._case, self.ads
        relates(self.fund, "purchased", ads[0])
        relates(self.reader, "purchased", ads[2])
        relates(self.fund, "funds", network.cluster, network.page, case.campaign)
        relates(self.fund, "identified-as", self.fund_office)
        relates(self.fund, "operates", network.website)
        relates(self.fund, "attributed-to", case.actor, confidence=65)
        relates(self.fund, "attributed-to", case.client, confidence=30)
        relates(self.reader, "attributed-to", case.firm, confidence=80)
        relates(case.campaign, "uses", self.fund)
        relates(ads[0], "promotes", MAIL_BALLOTS_ARTICLE)
        relates(ads[1], "promotes", network.page)
        relates(ads[2], "promotes", case.river)
        relates(ads[3], "targets", case.voters, case.wisconsin, case.election)
