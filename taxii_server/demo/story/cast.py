"""What more than one member meets: the invented sites, their articles, and the texts that repeat.

Observables have no author and their ids are made of their values, so members that see
the same site name one object. Hosts are under ``.example`` (RFC 2606), addresses are
for documentation (RFC 5737); no name stands for a person, a paper or a place that exists.
"""

from __future__ import annotations

from collections.abc import Sequence

from taxii_server.demo.stix import GREEN, STIX, Team, later, observable

FACEBOOK = Team(
    "facebook", "Facebook, influence operations team (sample)", "2020-09-14T15:20:00.000Z"
)
TWITTER = Team("twitter", "Twitter, site integrity team (sample)", "2020-09-17T10:05:00.000Z")
GOOGLE = Team("google", "Google, threat analysis team (sample)", "2020-09-18T13:40:00.000Z")
CISA = Team("cisa", "CISA, election security desk (sample)", "2020-10-06T14:00:00.000Z")


def _site(name: str) -> STIX:
    return observable("domain-name", GREEN, value=f"{name}.example")


# The seven newspapers, in the order in which they were found.
LAKESHORE_LEDGER = _site("lakeshore-ledger")
BADGER_COUNTY_COURIER = _site("badger-county-courier")
DRIFTLESS_DISPATCH = _site("driftless-dispatch")
NORTHWOODS_NOTICE = _site("northwoods-notice")
RIVER_BLUFF_RECORD = _site("river-bluff-record")
COUNTY_LINE_OBSERVER = _site("county-line-observer")
TWIN_CREEKS_TALLY = _site("twin-creeks-tally")
# And what stands behind them.
SHORTENER = _site("pe-lnk")
FUND_SITE = _site("prairie-voices-fund")


def link(site: STIX, path: str) -> STIX:
    """Return the address of an article on a site."""
    return observable("url", GREEN, value=f"https://{site['value']}/{path}")


MAIL_BALLOTS_ARTICLE = link(LAKESHORE_LEDGER, "2020/08/mail-ballots-not-counted")
RIVER_ARTICLE = link(LAKESHORE_LEDGER, "2020/08/bags-in-the-river")
POLLS_CLOSE_ARTICLE = link(BADGER_COUNTY_COURIER, "polls-close-at-five")
SHORT_LINK = link(SHORTENER, "b7")
DONATE_PAGE = link(FUND_SITE, "stand-with-local-news")

COPYPASTA = {
    "Ballots that come back": "My neighbour mailed hers in August and it came back. They are not "
    "counted. Read before you vote:",
    "Twenty years at the polls": "Twenty years at the polls and I say it as it is: what you mail "
    "in goes into a bin.",
    "Nobody else writes it": "Why does no big paper write this? Thank God for our local one.",
    "By the river": "They found two bags of them by the river. Two bags. Nobody will be told.",
    "In person or not at all": "Go in person or do not bother. I will not send mine to be thrown "
    "away.",
    "What my cousin says": "My cousin works at the county office. She says: they stop counting at "
    "midnight.",
    "They close at five": "They close at five this year. Tell everybody who works.",
    "Question 7": "Under Question 7 strangers collect your ballot. Ask who they are.",
}
"""What the invented persons post, word for word, on every platform, by its title."""


def posts(
    address: str, category: str, at: str, rows: Sequence[tuple[int, str, int, STIX]]
) -> list[STIX]:
    """Return posts of the texts above, each with its link.

    Args:
        address: Where the platform shows a post; the post's number is put behind it.
        category: What OpenCTI calls the kind of content.
        at: When the first was published.
        rows: Number, title, seconds after ``at`` and what it links to.
    """
    return [
        observable(
            "media-content",
            title=title,
            content=f"{COPYPASTA[title]} {linked['value']}",
            media_category=category,
            url=f"{address}pe-{number}",
            publication_date=later(at, seconds=seconds),
        )
        for number, title, seconds, linked in rows
    ]
