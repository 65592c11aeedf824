"""What tells who a raw account is: its identifiers, and what else a text may call it by."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from stix_models.pseudonyms.accounts import SOCIAL
from stix_models.pseudonyms.spelling import fold, spellings

IDENTIFYING = ("user_id", "account_login", "display_name", "credential")

_LEAST_PART = 4  # characters of a part of an address that names somebody
_BY_PHONE = frozenset({"whatsapp", "telegram", "viber", "signal"})
_NUMBER = re.compile(r"[0-9]{10,15}")
_QUERY = re.compile(
    r"[?&;](?:(?:id|u|user|user_?id|user_?name|name|screen_?name|profile|account|author)"
    r"=([^&#;/]+)|[^&#;=]{0,40}=([0-9]{7,})(?=[&#;/]|$))"
)
_COMMON_PARTS = frozenset(
    {
        *("about", "account", "accounts", "channel", "channels", "company", "feed", "following"),
        *("followers", "groups", "home", "home.php", "index.html", "index.php", "intent", "lang"),
        *("media", "mobile", "pages", "people", "permalink", "permalink.php", "photos"),
        *("playlists", "post", "posts", "profile", "profile.php", "profiles", "public", "reels"),
        *("shorts", "status", "stories", "story.php", "tagged", "timeline", "tweets", "user"),
        *("users", "video", "videos", "view", "wiki", "with_replies"),
    }
)
"""What the platforms write themselves into the addresses of profiles."""


def identifiers_of(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the property and the text of everything that tells who a raw account is.

    The parts of its profile's address are among them: the platform writes its addresses
    in many ways, and they all end in the name.
    """
    for name in IDENTIFYING:
        value = raw.get(name)
        if isinstance(value, str) and value.strip():
            yield name, value
    if raw["account_type"] in _BY_PHONE:
        for name in ("user_id", "account_login"):
            if _NUMBER.fullmatch(raw.get(name, "")):
                yield name, f"+{raw[name]}"  # the form of a phone's number
    social = raw.get("extensions", {}).get(SOCIAL)
    url = social.get("profile_url") if isinstance(social, Mapping) else None
    if isinstance(url, str) and url.strip():
        yield "profile_url", url
        for part in dict.fromkeys(_parts_of(url)):
            yield "profile_url", part


def _parts_of(url: str) -> Iterator[str]:
    """Yield the parts of an address that may be a name; of the host only if nothing else is."""
    plain = fold(url).strip()
    address = re.split(r"[/\\]{2}", plain, maxsplit=1)[-1]
    host, *path = re.split(r"[/#!]+", re.sub(r"\?[^#]*", "", address))
    asked = (one or other for one, other in _QUERY.findall(address))
    parts = [part.strip().removeprefix("@") for part in (*path, *asked)]
    found = [part for part in parts if part not in _COMMON_PARTS and _is_telling(part)]
    labels = host.split(".")
    if not found and len(labels) > 2 and labels[0] not in ("mobile", "touch"):
        found = [label for label in labels[:1] if _is_telling(label)]
    yield from found


def _is_telling(part: str) -> bool:
    """Return whether a part is long enough for a name, however much of it is encoding."""
    plain = [spelled.text.strip() for spelled in spellings(part)]
    return all(len(text) >= (_LEAST_PART if text.isascii() else 2) for text in plain)
