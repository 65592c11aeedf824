"""6 October: the agency answers with what is true, asks a question, and says what comes next.

It sees no account as its platform knows it, and names none.
"""

from __future__ import annotations

from taxii_server.demo.stix import (
    AMBER_STRICT,
    CLEAR,
    GREEN,
    STIX,
    Telling,
    extension,
    ids,
    observable,
)
from taxii_server.demo.story.cast import CISA
from taxii_server.demo.story.facebook import FacebookFinds
from taxii_server.demo.story.google import GoogleFinds
from taxii_server.demo.story.twitter import TwitterFinds


class CisaAnswers:
    """The push of CISA's election desk; ``request`` is its question."""

    def __init__(self, facebook: FacebookFinds, twitter: TwitterFinds, google: GoogleFinds) -> None:
        self._tell = Telling(CISA, CISA.since)
        self._facebook = facebook
        self._twitter = twitter
        self._google = google
        self._tell.introduces_itself()
        self._says_what_is_true()
        self._says_what_comes_next()
        self._saw_it_too()
        self._asks()

    @property
    def objects(self) -> list[STIX]:
        return self._tell.objects

    def _says_what_is_true(self) -> None:
        tell, case = self._tell, self._facebook.case
        page = observable("url", CLEAR, value="https://rumor-control.example/mail-ballots")
        tell.sees(page)
        tell.says(
            "note",
            marking=CLEAR,
            abstract="Ballots sent by mail are counted",
            content="Every valid ballot that arrives by the deadline of its state is counted. "
            "Election offices of the states concerned have been told of the claim.",
            object_refs=ids(case.not_counted, case.river, page),
        )
        tell.says(
            "note",
            marking=CLEAR,
            abstract="When polling places close",
            content="The hours are on the page of each county clerk. They have not changed.",
            object_refs=ids(self._twitter.polls_close),
        )
        office = tell.says(
            "course-of-action",
            marking=GREEN,
            name="Point readers to their election office",
            description="Beside posts with the claim, link the official page of the state.",
        )
        discourage = self._facebook.network.techniques["T0139.001"]
        tell.relates(office, "mitigates", discourage, marking=GREEN)

    def _says_what_comes_next(self) -> None:
        tell, case = self._tell, self._facebook.case
        deadline = tell.says(
            "event",
            marking=CLEAR,
            name="Last day to ask for a ballot by mail in Wisconsin, 2020",
            event_types=["registration-deadline"],
            start_time="2020-10-29T05:00:00.000Z",
            stop_time="2020-10-29T22:00:00.000Z",
            jurisdiction="US-WI",
        )
        count = tell.says(
            "event",
            marking=CLEAR,
            name="Count of ballots after the election of November 2020, Wisconsin",
            event_types=["ballot-count"],
            start_time="2020-11-04T02:00:00.000Z",
            jurisdiction="US-WI",
        )
        scenario = tell.says(
            "event",
            marking=GREEN,
            name="Exercise Quiet Lake: the newspapers report a result before there is one",
            description="Planned for, not happened. Who says what in the first hour?",
            event_types=["scenario-exercise"],
            start_time="2020-10-20T14:00:00.000Z",
            stop_time="2020-10-20T17:00:00.000Z",
            scenario=True,
        )
        tell.relates(deadline, "located-at", case.wisconsin, marking=CLEAR)
        tell.says(
            "grouping",
            name="Meeting of 6 October: the three days we watch",
            context="suspicious-activity",
            object_refs=ids(
                case.campaign, deadline, count, scenario, self._google.payers.strangers
            ),
        )

    def _saw_it_too(self) -> None:
        tell, case = self._tell, self._facebook.case
        tell.says(
            "sighting",
            key="offices",
            first_seen="2020-09-02T00:00:00.000Z",
            last_seen="2020-10-05T00:00:00.000Z",
            count=11,
            sighting_of_ref=case.not_counted["id"],
            where_sighted_refs=ids(case.wisconsin),
        )
        tell.says(
            "opinion",
            key="false",
            marking=GREEN,
            opinion="strongly-agree",
            explanation="The claims are false, as it says; eleven election offices confirm it.",
            object_refs=ids(case.not_counted),
        )
        tell.says(
            "opinion",
            key="abroad",
            opinion="disagree",
            explanation="We would not name a region yet.",
            object_refs=ids(case.abroad),
        )

    def _asks(self) -> None:
        tell, case = self._tell, self._facebook.case
        self.request = tell.says(
            "note",
            abstract="Please look for more sites",
            content="Which other sites answer at the host that was found?",
            object_refs=ids(case.campaign, self._google.host),
        )
        tell.says(
            "note",
            abstract="Invitation: what did we learn",
            content="A call with all companies on 12 November 2020, 16:00 UTC.",
            object_refs=ids(case.campaign),
            extensions=extension(
                "sharing", audience=["companies"], purpose="situational-awareness"
            ),
        )
        tell.says(
            "note",
            marking=AMBER_STRICT,
            abstract="For our own organisation",
            content="Calls with the election offices of two states.",
            object_refs=ids(case.campaign),
        )
