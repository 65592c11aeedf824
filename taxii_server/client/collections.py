"""From the URL that a person has to the one collection that is meant.

People paste a collection's URL or an API Root's. An API Root stands for the only
collection there that the client may write to (push) or read (pull); where there
are several the person must say which, because guessing could publish to the wrong
circle. The collection's id, never its alias, makes its URL from then on: a saved
state stays valid whichever way the collection was named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urljoin, urlunsplit

from taxii_server.client.printing import printable
from taxii_server.client.session import ClientError, HttpError, TaxiiSession, split_url

DEFAULT_MAX_CONTENT_LENGTH = 10 * 1024 * 1024  # bytes, where an API Root does not say
_ENDPOINTS = ("objects/", "manifest/", "collections/")


@dataclass(frozen=True, slots=True)
class RemoteCollection:
    """A collection of a server: ``url`` ends in ``collections/{id}/``."""

    url: str
    title: str
    alias: str | None
    can_read: bool
    can_write: bool

    @property
    def objects_url(self) -> str:
        return urljoin(self.url, "objects/")

    @property
    def api_root_url(self) -> str:
        return urljoin(self.url, "../../")

    @property
    def label(self) -> str:
        """How a person recognises it."""
        name = self.alias or self.url.rstrip("/").rpartition("/")[2]
        return printable(f"{name} ({self.title})")

    def allows(self, right: str) -> bool:
        """Return whether the client has the right ``"read"`` or ``"write"`` here."""
        return self.can_read if right == "read" else self.can_write


def find_collection(session: TaxiiSession, url: str, right: str) -> RemoteCollection:
    """Return the collection that ``url`` stands for.

    Args:
        session: Whose rights count.
        url: A collection or an API Root, with or without the slash at its end.
        right: ``"read"`` or ``"write"``, which the client must have there.

    Raises:
        ClientError: There is none, or more than one, or the right is missing.
    """
    url = _directory(url)
    resource = session.get(url).resource()
    if "api_roots" in resource:
        roots = ", ".join(printable(urljoin(url, str(root))) for root in resource["api_roots"])
        raise ClientError(f"{url} is a discovery URL; use one of its API Roots: {roots}")
    if "can_read" in resource and "id" in resource:
        found = _collection(urljoin(url, "../"), resource)
        if not found.allows(right):
            raise ClientError(f"{session.user!r} may not {right} {found.label} at {url}.")
        return found
    if "versions" not in resource and "max_content_length" not in resource:
        raise ClientError(f"{url} is neither a TAXII 2.1 collection nor an API Root.")
    return _only_collection(session, url, right)


def read_max_content_length(session: TaxiiSession, api_root_url: str) -> int:
    """Return the largest body in bytes that the API Root takes (section 4.2.1)."""
    try:
        value = session.get(api_root_url).resource().get("max_content_length")
    except HttpError as exc:
        if exc.status not in {403, 404, 405, 406}:
            raise
        value = None  # a server that shows its collections only
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    return DEFAULT_MAX_CONTENT_LENGTH


def _only_collection(session: TaxiiSession, root_url: str, right: str) -> RemoteCollection:
    list_url = urljoin(root_url, "collections/")
    listed = session.get(list_url).resource().get("collections", [])
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        raise ClientError(f"{list_url} did not answer with a list of collections.")
    found = [_collection(list_url, item) for item in listed]
    found = [collection for collection in found if collection.allows(right)]
    if not found:
        raise ClientError(f"{session.user!r} may not {right} any collection of {root_url}.")
    if len(found) > 1:
        lines = "".join(f"\n  {c.label}: {c.url}" for c in found)
        raise ClientError(
            f"{session.user!r} may {right} several collections of {root_url}; "
            f"give the URL of one with --url:{lines}"
        )
    return found[0]


def _collection(list_url: str, resource: Mapping[str, Any]) -> RemoteCollection:
    alias = resource.get("alias")
    collection_id = quote(str(resource.get("id", "")), safe="")
    return RemoteCollection(
        url=urljoin(list_url, f"{collection_id}/"),
        title=str(resource.get("title", "")),
        alias=alias if isinstance(alias, str) else None,
        can_read=resource.get("can_read") is True,
        can_write=resource.get("can_write") is True,
    )


def _directory(url: str) -> str:
    """Return the URL of the collection or API Root, with its slash, without an endpoint."""
    parts = split_url(url)
    path = parts.path if parts.path.endswith("/") else parts.path + "/"
    for endpoint in _ENDPOINTS:
        if path.endswith("/" + endpoint):
            path = path.removesuffix(endpoint)
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))
