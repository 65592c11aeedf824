"""One page of a collection's log, for the four endpoints that list (TAXII 2.1 section 3.5).

The store gives a page as JSON text, which is passed on as it is. This module
turns a query into a range of the log, and the end of a page into the token that
goes on from there. The token brings the walk's own filter (some clients drop it
on page 2); who may read is checked by the caller on every request.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from taxii_server.clock import format_us
from taxii_server.errors import NotFoundError
from taxii_server.filters import (
    ALL,
    FIELDS_OF_OBJECT,
    FIELDS_OF_OBJECTS,
    FIELDS_OF_VERSIONS,
    ObjectFilter,
    Query,
    parse_filter,
    parse_limit,
    parse_next,
)
from taxii_server.paging import Position, Walk, decode_page_token, encode_page_token
from taxii_server.services.context import Services
from taxii_server.sharing.coalition import Collection
from taxii_server.storage.protocol import Page, PageForm, PageQuery

_NEWEST_US = 253_402_300_799_999_999  # 9999-12-31T23:59:59.999999Z, the last date there is


@dataclass(frozen=True, slots=True)
class Listing:
    """What one request lists: a collection, or the versions of one object in it."""

    collection: Collection
    form: PageForm
    stix_id: str | None = None

    @property
    def fields(self) -> frozenset[str]:
        """The filter parameters that the endpoint knows (sections 5.3, 5.4, 5.6, 5.8)."""
        if self.stix_id is None:
            return FIELDS_OF_OBJECTS
        return FIELDS_OF_VERSIONS if self.form is PageForm.VERSIONS else FIELDS_OF_OBJECT

    @property
    def scope(self) -> str:
        """What a page token of this listing is good for."""
        scope = f"{self.collection.id}/{self.form}"
        return scope if self.stix_id is None else f"{scope}/{self.stix_id}"

    def narrowed(self, wanted: ObjectFilter) -> ObjectFilter:
        """Return the filter with what the endpoint itself asks for."""
        if self.stix_id is None:
            return wanted
        wanted = replace(wanted, ids=frozenset({self.stix_id}))
        return replace(wanted, versions=ALL) if self.form is PageForm.VERSIONS else wanted


@dataclass(frozen=True, slots=True)
class ListedPage:
    """A page as JSON text, and what its headers say.

    ``first`` and ``last`` are the dates of its first and last item. A page without
    items has dates that are no-ops as the next ``added_after`` (A-05).
    """

    form: PageForm
    text: bytes
    next_token: str | None
    first: str
    last: str
    ignored: tuple[str, ...] = ()  # match fields that no endpoint knows

    def to_body(self) -> bytes:
        """Return the resource: an envelope, a manifest or versions, without decoding the text."""
        if not self.text and self.next_token is None:
            return b'{"more":false}' if self.form is PageForm.OBJECTS else b"{}"
        parts = [b'"more":false']
        if self.next_token is not None:
            parts = [b'"more":true', b'"next":"%s"' % self.next_token.encode()]
        if self.text:
            key = b"versions" if self.form is PageForm.VERSIONS else b"objects"
            parts.append(b'"%s":[%s]' % (key, self.text))
        return b"{%s}" % b",".join(parts)


def read_listing(services: Services, listing: Listing, query: Query) -> ListedPage:
    """Return the page that ``query`` asks for.

    Args:
        services: The store, its limits and the key of page tokens.
        listing: What is listed. Whether it may be read is already checked.
        query: Untrusted input.

    Raises:
        InvalidParameterError: A parameter or the page token is malformed (HTTP 400).
        NotFoundError: No version of the object is here (HTTP 404).
    """
    limits = services.limits
    parsed = parse_filter(query, listing.fields)
    limit = parse_limit(query, max_page_size=limits.max_page_size)
    walk = _walk(services, listing, parsed.wanted, parse_next(query))
    asked = PageQuery(
        collection=listing.collection.id,
        wanted=listing.narrowed(walk.wanted),
        after_seq=walk.position.seq,
        limit=limit,
        max_bytes=limits.max_page_bytes,
        form=listing.form,
    )
    page = services.store.read_page(asked)
    if page.count == 0 and listing.stix_id is not None:
        _require_object(services, listing.collection, listing.stix_id)
        page = services.store.read_page(asked)  # it may have come between the two looks
    first, last = _dates(page, walk)
    token = _next_token(services, listing, page, walk)
    return ListedPage(listing.form, page.text, token, first, last, parsed.unknown)


def _walk(services: Services, listing: Listing, wanted: ObjectFilter, token: str | None) -> Walk:
    if token is None:
        return Walk(Position(), wanted)
    return decode_page_token(services.page_token_key, listing.scope, token, wanted)


def _next_token(services: Services, listing: Listing, page: Page, walk: Walk) -> str | None:
    if not page.more:
        return None
    position = Position(
        max(page.last_seq, walk.position.seq), page.last_us or walk.position.date_added_us
    )
    return encode_page_token(services.page_token_key, listing.scope, Walk(position, walk.wanted))


def _dates(page: Page, walk: Walk) -> tuple[str, str]:
    if page.count:
        return format_us(page.first_us), format_us(page.last_us)
    cursor = max(walk.wanted.added_after_us or 0, walk.position.date_added_us, 0)
    unchanged = format_us(min(cursor, _NEWEST_US))
    return unchanged, unchanged


def _require_object(services: Services, collection: Collection, stix_id: str) -> None:
    if not services.store.has_object(collection.id, stix_id):
        raise NotFoundError
