"""One request to both servers, and what is compared of an answer.

A request's name is what it does, short enough for a table: ``GET rw/objects
?match[type]=url``. Everything random or timed is replaced before answers are
compared, and the prose of errors is left out: only that there is a TAXII error, and
for which status.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tests.differential import data
from tests.support.wire import TAXII, Answer, Client

COLLECTIONS = {
    "rw": data.RW,
    "ro": data.READ_ONLY,
    "wo": data.WRITE_ONLY,
    "no": data.NEITHER,
    "empty": data.EMPTY,
    "scratch": data.SCRATCH,
    "ties": data.TIES,
    "missing": data.MISSING,
}
OBJECTS = {
    "indicator": data.INDICATOR,
    "malware": data.MALWARE,
    "tool": data.TOOL,
    "statement": data.STATEMENT,
    "url": data.URL,
    "campaign": data.CAMPAIGN,
    "absent": data.ABSENT,
    "three": data.stix_id("indicator", 0x300),
    "one": data.stix_id("indicator", 0x301),
    "two": data.stix_id("indicator", 0x302),
    "posted": data.stix_id("indicator", 0x500),
    "posted-url": data.stix_id("url", 0x500),
    "posted-marking": data.stix_id("marking-definition", 0x500),
}
STARTED = "2022-01-01"
"""Dates from here on are of this run, not of the data."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request; ``path`` is a short form, see ``target``."""

    method: str
    path: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    accept: str | None = TAXII
    body: bytes = b""
    note: str = ""
    authorize: bool = True
    follow: str = ""  # pages by "next" or "added_after" to the end, or the "status" of a push

    @property
    def name(self) -> str:
        """What it does; unique."""
        query = f" ?{self.query}" if self.query else ""
        note = f" ({self.note})" if self.note else ""
        return f"{self.method} {self.path}{query}{note}"

    @property
    def target(self) -> str:
        """The request target: collections and objects by their ids."""
        path = self.path
        if not path.startswith("/"):
            first, *rest = path.split("/")
            parts = [COLLECTIONS.get(first, first), *(OBJECTS.get(part, part) for part in rest)]
            path = f"/{data.ROOT}/collections/{'/'.join(parts)}"
            if not path.endswith("/"):
                path += "/"
        return f"{path}?{self.query}" if self.query else path


@dataclass(frozen=True, slots=True)
class Seen:
    """What is compared of an answer, aspect by aspect."""

    status: str
    type: str
    body: Any
    dates: tuple[str | None, str | None]
    headers: dict[str, Any] = field(default_factory=dict)

    def differs_from(self, other: Seen) -> list[str]:
        """Return the aspects that differ. Another status makes the rest incomparable."""
        if self.status != other.status:
            return ["status"]
        names = ("type", "body", "dates", "headers")
        return [name for name in names if getattr(self, name) != getattr(other, name)]


def run(client: Client, exchange: Exchange, base: str) -> Seen:
    """Send the request and return what is compared."""
    if exchange.follow in {"next", "added_after"}:
        return _walk(client, exchange)
    answer = client.send(
        exchange.method,
        exchange.target,
        exchange.headers,
        body=exchange.body,
        accept=exchange.accept,
        authorize=exchange.authorize,
    )
    if exchange.follow == "status":
        answer = client.get(f"/{data.ROOT}/status/{answer.json()['id']}/")
    return _seen(answer, base)


def _seen(answer: Answer, base: str) -> Seen:
    headers: dict[str, Any] = {}
    allow = answer.header("Allow")
    if allow is not None:
        headers["allow"] = sorted(part.strip() for part in allow.split(","))
    if answer.status == 401:
        challenges = " ".join(answer.all("WWW-Authenticate"))
        headers["challenges"] = sorted(s for s in ("Basic", "Bearer") if f"{s} " in challenges)
    first, last = answer.dates
    return Seen(
        str(answer.status),
        answer.header("Content-Type") or "",
        _body(answer, base),
        (_timeless(first), _timeless(last)),
        headers,
    )


def _body(answer: Answer, base: str) -> Any:
    try:
        body = json.loads(answer.body) if answer.body else "nothing"
    except ValueError:
        return "not JSON"
    if answer.status >= 400 and isinstance(body, dict):
        return {"titled": bool(body.get("title")), "http_status": body.get("http_status")}
    return _normal(body, base)


def _normal(value: Any, base: str, key: str = "") -> Any:
    if isinstance(value, dict):
        made = {k: _normal(v, base, k) for k, v in value.items()}
        if "total_count" in made and str(made.get("request_timestamp")) == "<now>":
            made["id"] = "<random>"
        return made
    if isinstance(value, list):
        return [_normal(item, base) for item in value]
    if key in {"next", "message"}:
        return f"<{key}>"
    if isinstance(value, str):
        return _timeless(value.replace(base, "<base>").replace(data.FILE_HOST, "<base>"))
    return value


_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


def _timeless(text: str | None) -> str | None:
    if text is not None and _TIMESTAMP.fullmatch(text) and text >= STARTED:
        return "<now>"
    return text


def _walk(client: Client, exchange: Exchange) -> Seen:
    """Follow the pages; the body is the ids of each page."""
    pages: list[Any] = []
    extra = ""
    for _ in range(40):
        joint = "&" if "?" in exchange.target else "?"
        answer = client.send("GET", exchange.target + (joint + extra if extra else ""))
        if answer.status != 200:
            return Seen(f"{answer.status} on page {len(pages) + 1}", "", None, (None, None))
        body = answer.json()
        rows = body.get("objects") or body.get("versions") or []
        pages.append([row if isinstance(row, str) else row["id"] for row in rows])
        if not body.get("more"):
            break
        if exchange.follow == "next":
            extra = f"next={quote(body['next'])}"
        else:
            extra = f"added_after={answer.header('X-TAXII-Date-Added-Last')}"
    return Seen("200", "", pages, (None, None))
