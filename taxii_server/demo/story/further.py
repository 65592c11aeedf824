"""8 October: Google looks further, because CISA asked, and finds two sites before they speak."""

from __future__ import annotations

from taxii_server.demo.stix import GREEN, Telling, ids, observable
from taxii_server.demo.story.cast import COUNTY_LINE_OBSERVER, GOOGLE, TWIN_CREEKS_TALLY
from taxii_server.demo.story.cisa import CisaAnswers
from taxii_server.demo.story.google import GoogleFinds


class GoogleLooksFurther:
    """Google's second push."""

    def __init__(self, found: GoogleFinds, cisa: CisaAnswers) -> None:
        tell = Telling(GOOGLE, "2020-10-08T09:30:00.000Z")
        self.objects = tell.objects
        address = observable("ipv4-addr", GREEN, value="203.0.113.79")
        sites = (COUNTY_LINE_OBSERVER, TWIN_CREEKS_TALLY)
        tell.sees(address, *sites)
        tell.relates(found.host, "consists-of", *sites)
        tell.says(
            "note",
            abstract="Two more sites answer at the host",
            content="Neither has published anything yet. Both have the newspapers' design.",
            object_refs=ids(cisa.request, found.host, *sites),
        )
        tell.says(
            "platform-action",
            key="warnings",
            action_types=["domain-block"],
            platform="google-ads",
            performed_at="2020-10-08T09:00:00.000Z",
            object_refs=ids(*sites),
            triggered_by_refs=ids(cisa.request),
            rationale="No ads may lead there.",
        )
