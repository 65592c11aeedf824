"""Who paid on Google's platforms: the fund under its own name, and an agency that nobody knew.

Both pay with what Facebook gave the fingerprint of. The agency's ads turn the story
about the mail against a ballot measure.
"""

from __future__ import annotations

from taxii_server.demo.stix import GREEN, STIX, Telling, ids, keyed_hash, later
from taxii_server.demo.story.ads import FUND_DISCLAIMER, FUND_PAYMENT
from taxii_server.demo.story.cast import DONATE_PAGE
from taxii_server.demo.story.facebook import FacebookFinds

LAST_SEEN = "2020-09-17T00:00:00.000Z"

_FIRST_DAY = "2020-08-20T00:00:00.000Z"
# Number, day after the first, dollars, text; those that name the fund are its own.
_ADS = (
    (1, 0, 1_250, "Question 7 hands your ballot to strangers. Vote no."),
    (2, 3, 900, "Who counts the ballots under Question 7? Nobody you know."),
    (3, 8, 640, "Stand with local news. Stand with Prairie Voices."),
    (4, 12, 1_480, "Your neighbours vote in person. Do you know why?"),
)


class Payers:
    """The buyers, what they bought and against what; each attribute is an object told."""

    def __init__(self, tell: Telling, facebook: FacebookFinds, article: STIX) -> None:
        self._tell = tell
        self._case = facebook.case
        self._article = article
        self._says_what_is_told()
        self._shows_who_pays()
        self.ads = [self._ad(*row) for row in _ADS]
        self._joins(facebook)

    def _says_what_is_told(self) -> None:
        self.against = self._tell.says(
            "identity",
            marking=GREEN,
            name="Committee Against Question 7 (fictional)",
            identity_class="organization",
        )
        self.neighbors = self._tell.says(
            "identity",
            marking=GREEN,
            name="Neighbors for Question 7 (fictional)",
            description="Campaigns for a measure that lets counties send ballots to all voters.",
            identity_class="organization",
        )
        self.strangers = self._tell.says(
            "narrative",
            marking=GREEN,
            name="Question 7 hands your ballot to strangers",
            description="Turns the story about the mail against a ballot measure.",
            narrative_types=["candidate-attack", "voter-suppression"],
            first_seen=_FIRST_DAY,
            last_seen=LAST_SEEN,
            languages=["en"],
            claims=["Under Question 7 strangers collect your ballot."],
            veracity="misleading",
        )
        self._tell.relates(self.strangers, "subnarrative-of", self._case.not_counted, marking=GREEN)
        self._tell.relates(self.strangers, "targets", self.neighbors, marking=GREEN)

    def _shows_who_pays(self) -> None:
        self.quillpoint = self._tell.says(
            "ad-buyer",
            name="Quillpoint Media Services",
            description="An agency by its own account. Pays with what pays for Prairie Voices "
            "Fund. XF is none of ISO's countries: this one is fictional.",
            platforms=["google-ads", "youtube", "facebook"],
            buyer_types=["agency", "shell"],
            platform_ids=[
                {
                    "platform": "google-ads",
                    "kind": "advertiser",
                    "value": keyed_hash("advertiser", "google-ads example-quillpoint"),
                }
            ],
            verification_status="lapsed",
            billing_countries=["XF"],
            declared_country="US",
            registrations=[{"scheme": "google-political-advertiser", "value": "AR-EXAMPLE-7"}],
            payment_fingerprints=[FUND_PAYMENT, keyed_hash("payment", "quillpoint's account")],
            first_seen=_FIRST_DAY,
            last_seen=LAST_SEEN,
            total_spend={"currency": "USD", "lower": 4_900, "upper": 5_200},
            ad_count=23,
            concerns=["foreign-funding", "undisclosed-sponsor"],
        )
        self.fund_here = self._tell.says(
            "ad-buyer",
            name="Prairie Voices Fund",
            description="Facebook's buyer, as we know it.",
            platforms=["google-ads"],
            buyer_types=["nonprofit"],
            disclaimers=[FUND_DISCLAIMER],
            verification_status="pending",
            payment_fingerprints=[FUND_PAYMENT],
            concerns=["false-disclaimer"],
        )

    def _ad(self, number: int, day: int, dollars: int, text: str) -> STIX:
        start = later(_FIRST_DAY, seconds=day * 86_400)
        by_fund = "Prairie Voices" in text
        buyer = self.fund_here if by_fund else self.quillpoint
        return self._tell.says(
            "political-ad",
            key=f"ad {number}",
            platform="google-ads",
            ad_id=f"CR-EXAMPLE-{number:04d}",
            buyer_ref=buyer["id"],
            sponsor_ref=(self.fund_here if by_fund else self.against)["id"],
            payer_ref=self.quillpoint["id"],
            disclaimer=FUND_DISCLAIMER if by_fund else "Paid for by Quillpoint Media Services",
            status="removed",
            start_time=start,
            stop_time=later(start, seconds=5 * 86_400),
            spend={"currency": "USD", "lower": dollars, "upper": dollars + 50},
            impressions={"lower": dollars * 80, "upper": dollars * 90},
            regions=[{"region": "US-WI", "share": 1}],
            targeting=[{"criterion": "location", "value": "Wisconsin", "mode": "include"}],
            creative_text=text,
            landing_refs=ids(DONATE_PAGE if by_fund else self._article),
            languages=["en"],
        )

    def _joins(self, facebook: FacebookFinds) -> None:
        relates, firm = self._tell.relates, self._case.firm
        relates(self.fund_here, "duplicate-of", facebook.ads.fund)
        relates(self.quillpoint, "identified-as", firm, confidence=60)
        relates(self.quillpoint, "purchased", self.ads[0])
        relates(self.ads[0], "opposes", self.neighbors)
        relates(self.ads[1], "supports", self.against)
        relates(self.ads[0], "promotes", self.strangers)
