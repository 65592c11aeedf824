"""Whose address an address is: the platform, the account or channel, or a post of it.

``SITES`` lists the platforms and how their addresses are made. On other sites an
address is an account where its form says so (``/user/name``, ``?uid=7``), or where the
report says that it lists accounts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote

from stix_models.vocabularies import OPEN_VOCABULARIES
from taxii_server.client.takedowns.hosts import registrable, without_www
from taxii_server.client.takedowns.site_rules import Rule, Site
from taxii_server.client.takedowns.site_table import LISTED_SITES
from taxii_server.client.takedowns.site_table_more import OTHER_SITES, SHORT_LINKS

SITES = SHORT_LINKS + LISTED_SITES + OTHER_SITES
PLATFORMS = frozenset(OPEN_VOCABULARIES["platform-ov"])


@dataclass(frozen=True, slots=True)
class Place:
    """An account, and the channel that it is where it carries content to people."""

    platform: str  # as account_type: a term of platform-ov, or the site's own name
    login: str | None
    user_id: str | None
    name: str  # the shortest address that leads there, without a scheme
    channel_type: str | None = None
    private: bool = False  # behind an invitation
    is_content: bool = False  # the address leads to something that was published there
    is_shared: bool = False  # by anybody, and not only by whoever owns the account

    @property
    def address(self) -> str:
        return f"https://{self.name}"


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address that matter here."""

    host: str  # in small letters, without a port
    path: str  # with query and fragment, without the first slash


def split_address(url: str) -> Address:
    """Return the host and path of an address.

    >>> split_address("http://T.me:443/s/name?x=1")
    Address(host='t.me', path='s/name?x=1')
    """
    rest = url.partition("://")[2]
    host = re.split(r"[/?#]", rest, maxsplit=1)[0]
    path = rest[len(host) :].removeprefix("/")
    host = re.sub(r":\d*$", "", host.rpartition("@")[2]).lower().rstrip(".")
    return Address(host, path)


def known_platform(platform: str) -> str:
    """Return the term of platform-ov for a platform; sites that it does not list are ``other``."""
    return platform if platform in PLATFORMS else "other"


def find_place(url: str, *, expect_account: bool = False) -> Place | None:
    """Return whose address this is; ``None`` if it leads to nobody's account.

    Args:
        url: A restored address with its scheme.
        expect_account: The report says that it lists accounts here.
    """
    address = split_address(url)
    found = _find_site(address.host)
    if found is not None:
        site, sub = found
        return _place_on(site, sub, address)
    return _place_elsewhere(address, expect_account)


def is_platform(host: str) -> bool:
    """Return whether a host belongs to a platform that many share, and not to an operation."""
    return _find_site(host) is not None


def place_of_handle(platform: str, handle: str) -> Place | None:
    """Return the account that a bare name stands for on a platform, if it can be one there."""
    login = handle.removeprefix("@")
    user, _, server = login.partition("@")
    if server:
        return Place(server.lower(), user, None, f"{server.lower()}/@{user}")
    site = _site_of(platform)
    template = site.handles if site is not None else None
    for pattern, numbered in _NUMBERED.get(platform, {}).items():
        if re.fullmatch(pattern, login):
            template = numbered
    if template is None or re.fullmatch(r"[\w.\-]{2,64}", login) is None:
        return None
    return find_place("https://" + template.format(login))


def platform_in(text: str) -> str | None:
    """Return the platform that a text names first, or ``None``.

    >>> platform_in("Acquiring X / Twitter accounts"), platform_in("Posting"), platform_in("on X")
    ('twitter', None, 'twitter')
    """
    found = _named().search(text)
    return SITES[int(str(found.lastgroup)[1:])].platform if found is not None else None


_NUMBERED: Mapping[str, Mapping[str, str]] = {
    "facebook": {r"\d{5,}": "facebook.com/{}"},
    "twitter": {r"\d{5,}": "twitter.com/i/user/{}"},
    "whatsapp": {r"\d{6,15}": "wa.me/{}"},
    "vkontakte": {r"\d{3,}": "vk.com/id{}"},
    "youtube": {r"UC[\w\-]{22}": "youtube.com/channel/{}"},
}
"""Where an account's id leads to, where a name of that form would be none."""


@cache
def platform_names() -> str:
    """Return an expression for what prose calls a platform."""
    return "|".join(name for site in SITES for name in site.names)


@cache
def _named() -> re.Pattern[str]:
    names = (f"(?P<s{n}>{'|'.join(site.names)})" for n, site in enumerate(SITES) if site.names)
    return re.compile(rf"(?<![\w@.])(?:{'|'.join(names)})(?!\w)", re.IGNORECASE)


@cache
def _site_of(platform: str) -> Site | None:
    return next((site for site in SITES if site.platform == platform), None)


@cache
def _host_patterns() -> Sequence[tuple[re.Pattern[str], Site]]:
    return [(re.compile(rf"(?:(?P<sub>.+)\.)?(?:{site.hosts})"), site) for site in SITES]


def _find_site(host: str) -> tuple[Site, str] | None:
    for pattern, site in _host_patterns():
        found = pattern.fullmatch(host)
        if found is not None:
            return site, found["sub"] or ""
    return None


_GENERAL = re.compile(
    r"www\d?|m|mobile|mbasic|free|old|new|np|web|amp|touch|app|music|business|[a-z]{2}(?:-[a-z]{2})?"
    r"|[a-z]{2}\.m|blog",
    re.ASCII,
)
_SERVICES = re.compile(r"(?:about|api|cdn\d*|help|img|links?|policy|static|status|support)")
_WORTHLESS = re.compile(r"^(?:www\d?|m|mobile|old|new|np|web|amp|touch)\.(?=.*\.)")
_TABS = re.compile(
    r"/(?:about|videos|photos|media|followers|following|likes|featured|shorts|streams|playlists"
    r"|community|communities|answers|questions|posts|forum-posts|with_replies|profile|reels"
    r"|tagged|info|members|boards|activity|comments|submitted|channels|home|friends|archive"
    r"|tracks|all|works)?/?"
)


def _place_on(site: Site, sub: str, address: Address) -> Place | None:
    if sub and _GENERAL.fullmatch(sub) is None:
        if site.subdomains is None or _SERVICES.fullmatch(sub):
            return None  # a part of the platform, where names may be anything
        login = sub.removeprefix("www.")
        rest = f"/{address.path}" if address.path else ""
        name = without_www(address.host)
        return Place(
            site.platform, login, None, name, site.subdomains or None, is_content=_leads_on(rest)
        )
    for rule in site.rules:
        found = re.match(rule.pattern + r"(?P<rest>(?:[/?#].*)?)$", address.path, re.DOTALL)
        if found is not None:
            return _place_of(site, rule, found, address)
    return None


def _place_of(site: Site, rule: Rule, found: re.Match[str], address: Address) -> Place | None:
    groups = {key: unquote(text) for key, text in found.groupdict().items() if text}
    login, user_id = groups.get("login"), groups.get("id")
    if login is None and user_id is None:
        return None  # the platform's own page, or a post without its author
    if rule.prefix and login is not None:
        login = rule.prefix + login
    shown = found[0][: len(found[0]) - len(found["rest"])]
    name = f"{_WORTHLESS.sub('', address.host)}/{shown}"
    if rule.name:
        name = rule.name.format(login=found.groupdict().get("login"), id=user_id)
    return Place(
        site.platform,
        login,
        user_id,
        name,
        rule.channel or None,
        private=rule.private,
        is_content=rule.content or _leads_on(found["rest"]),
        is_shared=rule.shared,
    )


def _leads_on(rest: str) -> bool:
    """Return whether what follows an account in an address is a post, and not a view of it."""
    path = re.split(r"[?#]", rest, maxsplit=1)[0]
    return _TABS.fullmatch(path) is None and path != ""


_NAMED_ELSEWHERE = tuple(
    re.compile(pattern + r"(?P<rest>(?:[/?#].*)?)$", re.IGNORECASE)
    for pattern in (
        r"@(?P<login>[^/?#]+)",
        r"(?:[\w\-]+/){0,2}(?:user|users|u|profile|profiles|member|members|author|authors|people"
        r"|by|id|usr|blogger|contributor|player|artist)/(?:(?:show|view|info|details)/)?(?P<login>[^/?#]+)",
        r"(?:[\w\-]+/){0,2}(?:user|users|u|profile|member|members)[:=](?P<login>[^/?#]+)",
        r"[\w./\-]*\?(?:.*&)?(?:uid|u|user|user_id|userid|member|author)=(?P<login>[\w.\-]+)"
        r"(?:&[^#]*)?",
        r"[\w./\-]*(?:profile|member|user)[\w./\-]*\?(?:.*&)?id=(?P<login>[\w.\-]+)(?:&[^#]*)?",
    )
)
_GROUPS_ELSEWHERE = re.compile(
    r"(?:[\w\-]+/)?(?P<kind>group|groups|club|community|channel|channels|c|topic)/"
    r"(?P<login>[^/?#]+)(?P<rest>(?:[/?#].*)?)$",
    re.IGNORECASE,
)
_CHANNEL_OF_KIND = {"channel": "broadcast", "channels": "broadcast", "c": "broadcast"}
_ONE_SEGMENT = re.compile(r"(?P<login>[^/?#.]{2,64}|[\w\-]+(?:\.[\w\-]+)+(?<!\.html)(?<!\.php))/?")
_COMMON_PAGES = frozenset({"about", "contact", "home", "index", "login", "news", "search"})


def _place_elsewhere(address: Address, expect_account: bool) -> Place | None:
    """Find an account on a site that the table does not know; it is called by its domain."""
    platform = registrable(address.host)
    base = without_www(address.host)
    for pattern in _NAMED_ELSEWHERE:
        found = pattern.match(address.path)
        if found is not None:
            return _elsewhere(platform, base, found, None)
    if not expect_account:
        return None
    found = _GROUPS_ELSEWHERE.match(address.path)
    if found is not None:
        channel_type = _CHANNEL_OF_KIND.get(found["kind"].lower(), "group")
        return _elsewhere(platform, base, found, channel_type)
    sub = base.removesuffix(platform).rstrip(".")
    if sub and "." not in sub and not _GENERAL.fullmatch(sub) and not address.path.strip("/"):
        return Place(platform, sub, None, base, "website")
    found = _ONE_SEGMENT.fullmatch(address.path)
    if found is not None and found["login"].casefold() not in _COMMON_PAGES:
        login = unquote(found["login"])
        return Place(platform, login, None, f"{base}/{found['login']}")
    return None


def _elsewhere(
    platform: str, base: str, found: re.Match[str], channel_type: str | None
) -> Place | None:
    login = unquote(found["login"])
    rest = found["rest"]
    named = re.fullmatch(r"/([^/?#]+)/?", rest)
    content = _leads_on(rest) and not (login.isdigit() and named is not None)
    shared = channel_type == "group"
    name = f"{base}/{found[0][: len(found[0]) - len(rest)]}"
    if login.isdigit():
        shown = unquote(named[1]) if named is not None and _leads_on(rest) else None
        return Place(platform, shown, login, name, channel_type, False, content, shared)
    return Place(platform, login, None, name, channel_type, False, content, shared)
