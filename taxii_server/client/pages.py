"""Walk the pages of a collection, oldest entry first (TAXII 2.1 sections 3.4 and 3.5)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from taxii_server.client.bundles import StixText, read_documents
from taxii_server.client.collections import RemoteCollection
from taxii_server.client.session import Answer, ClientError, TaxiiSession

_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z", re.ASCII)

# Always sent: a server may give fewer, and medallion 3.0 fails on next without limit.
_PAGE_SIZE = "1000"


@dataclass(frozen=True, slots=True)
class PulledPage:
    """One answer: its objects, and where it ends in the collection.

    ``last`` is ``X-TAXII-Date-Added-Last``, or ``None`` where a server sends none,
    or nonsense: a bad cursor is worse than an old one.
    """

    objects: tuple[StixText, ...]
    more: bool
    next: str | None
    last: str | None


def walk(
    session: TaxiiSession,
    collection: RemoteCollection,
    query: Mapping[str, str],
    added_after: str | None,
) -> Iterator[PulledPage]:
    """Yield every page of what matches ``query`` and was added after ``added_after``.

    Raises:
        ClientError: The server cannot be reached, or its pages lead nowhere.
    """
    parameters = {**query, "limit": _PAGE_SIZE}
    if added_after is not None:
        parameters["added_after"] = added_after
    before: PulledPage | None = None
    while True:
        page = _read_page(session.get(collection.objects_url, parameters))
        if page == before and page.more:
            raise ClientError(f"{collection.objects_url} gives the same page again and again.")
        yield page
        if not page.more:
            return
        if page.next:
            parameters["next"] = page.next
        elif page.last and page.objects:
            # Some servers page by date only, as the TAXII interoperability text has it.
            parameters["added_after"] = page.last
        else:
            raise ClientError(
                f"{collection.objects_url} announces more objects but not how to ask for them."
            )
        before = page


def _read_page(answer: Answer) -> PulledPage:
    last = answer.headers.get("X-TAXII-Date-Added-Last", "").strip()
    documents = list(read_documents(answer.text(), answer.url))
    if len(documents) != 1:
        raise ClientError(f"{answer.url} did not answer with one envelope.")
    envelope = documents[0]
    following = envelope.members.get("next")
    return PulledPage(
        objects=envelope.objects,
        more=envelope.members.get("more") is True,
        next=following if isinstance(following, str) else None,
        last=last if _TIMESTAMP.fullmatch(last) else None,
    )
