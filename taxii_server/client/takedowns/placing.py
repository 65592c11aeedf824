"""From what was found in a cell to objects of the bundle, related to the cluster."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from taxii_server.client.takedowns.clusters import Cluster
from taxii_server.client.takedowns.hosts import readable, uri, without_www
from taxii_server.client.takedowns.indicators import Cell, Found, Kind, find_indicators
from taxii_server.client.takedowns.posing import posed_as
from taxii_server.client.takedowns.roles import CONTROLS, RELATED, USES, role_of
from taxii_server.client.takedowns.sites import (
    Place,
    find_place,
    is_platform,
    place_of_handle,
    platform_in,
    split_address,
)

_HASHES = {32: "MD5", 40: "SHA-1", 64: "SHA-256", 128: "SHA-512"}


@dataclass(frozen=True, slots=True)
class Context:
    """What a row says about its indicators before they are looked at."""

    number: str | None  # of the kill chain, empty if it is not known; None in the older form
    heading: str  # the procedure, or the type of indicator
    accounts: bool  # the row lists accounts
    domains: bool  # the row lists domains
    platform: str | None = None  # that it names
    mentioned: bool = False  # in a comment beside what the row is about


@dataclass(slots=True)
class Placed:
    """The objects of one cell."""

    shown: dict[str, str] = field(default_factory=dict)  # by id
    left: list[str] = field(default_factory=list)  # found, but no object can hold it

    @property
    def refs(self) -> list[str]:
        return list(self.shown)

    @property
    def became(self) -> list[str]:
        return list(self.shown.values())

    def add(self, ref: str, shown: str) -> None:
        self.shown.setdefault(ref, shown)


def place_all(cluster: Cluster, cell: Cell, context: Context) -> Placed:
    """Make an object of every indicator of a cell."""
    placed, is_listing = Placed(), cell.is_listing
    for found, imitated in zip(cell.found, posed_as(cell), strict=True):
        _Placing(cluster, cell, context, placed, found, is_listing, imitated).place()
    return placed


def place_mentioned(cluster: Cluster, text: str, context: Context) -> Placed:
    """Make objects of what a comment mentions; what cannot be one stays in the note."""
    mentioned = replace(context, accounts=False, domains=False, mentioned=True)
    return place_all(cluster, find_indicators(text), mentioned)


def place_name(cluster: Cluster, name: str, context: Context) -> Placed | None:
    """Make an account of a bare name, where the row lists accounts of one platform."""
    if context.platform is None:
        return None
    place = place_of_handle(context.platform, name)
    if place is None:
        return None
    placed = Placed()
    found = Found(Kind.HANDLE, name, 0, len(name), name)
    cell = Cell(name, (found,))
    _Placing(cluster, cell, context, placed, found, is_listing=True).account(place, place.address)
    return placed


@dataclass(slots=True)
class _Placing:
    """One indicator of one cell."""

    cluster: Cluster
    cell: Cell
    context: Context
    placed: Placed
    found: Found
    is_listing: bool  # the cell's
    imitated: bool | None = None  # by the operation; False: it does the imitating

    def place(self) -> None:
        kind, value = self.found.kind, self.found.value
        if kind is Kind.URL:
            self._address()
        elif kind is Kind.DOMAIN:
            self._domain_or_blog()
        elif kind is Kind.HANDLE:
            self._handle()
        elif kind is Kind.HASH:
            hashes = {_HASHES[len(value)]: value.lower()}
            self._observable("file", self._means(), hashes=hashes)
        elif kind is not Kind.HASHTAG:
            self._observable(kind.value, self._means(), value=value)

    def _verb(self, *, is_account: bool) -> str:
        if self.context.mentioned or self.imitated:
            return RELATED
        if self.context.number is None:
            return CONTROLS  # the older form lists what was taken down
        return role_of(
            self.context.number,
            listed=self.is_listing,
            is_account=is_account,
            before="" if self.imitated is False else self.cell.before(self.found),
        )

    def _means(self) -> str:
        """Return the verb for what nobody controls as such: addresses, files, mail."""
        return RELATED if self._verb(is_account=False) == RELATED else USES

    def _address(self) -> None:
        """Make accounts of addresses that lead to one, and URLs of the others."""
        address = uri(self.found.value)
        place = find_place(self.found.value, expect_account=self.context.accounts)
        if place is None:
            self._site(address)
        elif place.is_content:
            account, channel = self.account(place, place.address)
            url = self._url(address, is_content=True)
            self.cluster.publish(channel or account, url)
        else:
            if address.startswith("tg:"):
                address = place.address
            if "://" not in self.found.raw:
                address = address.replace("http://", "https://", 1)
            self.account(place, address)
            host = split_address(self.found.value).host
            if place.name == host:  # a blog with a host of its own
                self._observable("domain-name", self._verb(is_account=True), value=host)

    def account(self, place: Place, profile_url: str) -> tuple[str, str | None]:
        """Add an account, and the channel that it is; return their ids."""
        verb = self._verb(is_account=True)
        if place.is_content and place.is_shared:
            verb = RELATED  # anybody may post in a forum
        account, channel, same = self.cluster.library.account(place, profile_url)
        login = place.login or place.user_id
        said = self._said(profile_url if self.found.raw in profile_url else str(login))
        self.cluster.link(account, verb, said)
        self.placed.add(account, f"account {login} on {place.platform}")
        if channel is not None:
            self.cluster.link(channel, verb, said)
            self.placed.add(channel, f"channel {place.name}")
        if not same and not place.is_content and self.found.kind is Kind.URL:
            self._url(profile_url, is_content=False)  # a further address of the same account
        return account, channel

    def _site(self, address: str) -> None:
        self._url(address, is_content=True)
        host = split_address(self.found.value).host
        path = split_address(self.found.value).path
        if not host or is_platform(host) or (path and not self.context.domains):
            return
        self._host(host)

    def _host(self, host: str) -> None:
        host = readable(host)
        try:
            parsed = ipaddress.ip_address(host.strip("[]"))
        except ValueError:
            for name in dict.fromkeys((host, without_www(host))):
                self._observable("domain-name", self._verb(is_account=False), value=name)
            return
        self._observable(f"ipv{parsed.version}-addr", self._means(), value=str(parsed))

    def _domain_or_blog(self) -> None:
        host = self.found.value.lower()
        place = find_place(f"https://{host}", expect_account=self.context.accounts)
        if place is not None:
            self.account(place, f"https://{host}")
            self._observable("domain-name", self._verb(is_account=True), value=host)
        elif is_platform(host):
            self._observable("domain-name", RELATED, value=host)
        else:
            self._host(host)

    def _handle(self) -> None:
        """Make an account of ``@name`` where the row or the prose says on which platform."""
        around = self.cell.text[max(0, self.found.start - 60) : self.found.end + 60]
        platform = self.context.platform or platform_in(around) or ""
        place = place_of_handle(platform, self.found.value)
        if place is None:
            self.placed.left.append(self.found.value)
        else:
            self.account(place, place.address)

    def _url(self, address: str, *, is_content: bool) -> str:
        ref = self._observable("url", self._means(), value=address)
        if is_content and self._means() != RELATED:
            self.cluster.content(ref)
        return ref

    def _observable(self, stix_type: str, verb: str, **properties: object) -> str:
        by = self.cluster.library.by
        obj = by.observable(stix_type, **properties)
        ref = self.cluster.library.add(obj)
        shown = properties.get("value") or self.found.value
        self.cluster.link(ref, verb, self._said(str(shown)))
        self.placed.add(ref, f"{stix_type} {shown}")
        return ref

    def _said(self, value: str) -> str:
        """Return what the relationship says: the procedure, and the spelling if it was changed."""
        if self.found.raw in value:
            return self.context.heading
        return f"{self.context.heading}, written {self.found.raw}".lstrip(", ")


def left_over(cell: Cell, placed: Placed) -> Sequence[str]:
    """Return what was found in a cell and is in no object: hashtags, and names of nowhere."""
    return [found.value for found in cell.found if found.kind is Kind.HASHTAG] + placed.left
