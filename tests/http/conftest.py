"""A small coalition on a real store, behind the real application, without sockets.

Clients are called ``ROLE-MEMBER`` (``pub``, ``sub``, ``aud``); ``auditor`` and
``operator`` belong to the coalition. Requests go through ``Site.request``.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from taxii_server.access.credentials import new_client
from taxii_server.access.principal import Role
from taxii_server.app import OpenServer, init_data, open_services
from taxii_server.clock import now_us
from taxii_server.http.application import create_app
from taxii_server.media_types import CT
from taxii_server.sharing.coalition import Collection

COALITION = """
[coalition]
name = "Test coalition"

[[member]]
name = "facebook"
kind = "company"
title = "Facebook"

[[member]]
name = "twitter"
kind = "company"
title = "Twitter"

[[release]]
name = "all"
from = ["members"]
to = ["members"]
types = ["*"]

[[collection]]
alias = "room"
title = "Room"
readers = ["facebook"]
writers = ["facebook"]

[[collection]]
alias = "write-only"
title = "Write only"
readers = ["twitter"]
writers = ["facebook"]

[[collection]]
alias = "read-only"
title = "Read only"
readers = ["facebook"]
writers = ["twitter"]

[[collection]]
alias = "look-only"
title = "Look only"
readers = ["twitter"]
writers = ["twitter"]
visible_to = ["facebook"]

[[collection]]
alias = "hidden"
title = "Hidden"
readers = ["twitter"]
writers = ["twitter"]

[[collection]]
root = "taxii2/circle"
alias = "inner"
title = "Inner"
readers = ["facebook"]
writers = ["facebook"]

[[collection]]
root = "/"
alias = "host-root"
title = "Host root"
readers = ["facebook"]
writers = ["facebook"]
"""

SERVER = """
[server]
trusted_proxies = ["10.0.0.0/8"]

[taxii]
max_page_size = 50
max_content_length = 4096
"""

CLIENTS = {
    "pub-facebook": ("facebook", Role.PUBLISHER),
    "sub-facebook": ("facebook", Role.SUBSCRIBER),
    "aud-facebook": ("facebook", Role.AUDITOR),
    "pub-twitter": ("twitter", Role.PUBLISHER),
    "sub-twitter": ("twitter", Role.SUBSCRIBER),
    "auditor": (None, Role.AUDITOR),
    "operator": (None, Role.OPERATOR),
}

FROM_FACEBOOK = "/coalition/collections/from-facebook/objects/"
ROOM = "/coalition/collections/room/objects/"


class Clock:
    """The wall clock, plus what a test adds."""

    ahead_us = 0

    def __call__(self) -> int:
        return now_us() + self.ahead_us


@dataclass(frozen=True, slots=True)
class Site:
    """An open server, its application and the tokens of its clients."""

    opened: OpenServer
    app: Flask
    clock: Clock
    tokens: Mapping[str, str]

    def request(
        self,
        method: str,
        path: str,
        *,
        client: str | None = "pub-facebook",
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> TestResponse:
        """Send one request as a client; ``None`` is nobody."""
        sent = {"Accept": CT, **(headers or {})}
        if client is not None:
            sent.setdefault("Authorization", f"Bearer {self.tokens[client]}")
        browser: FlaskClient = self.app.test_client()
        return browser.open(path, method=method, headers=sent, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        """GET a path."""
        return self.request("GET", path, **options)

    def push(self, *objects: Mapping[str, Any], to: str = FROM_FACEBOOK, **options: Any) -> Any:
        """POST objects, which must be answered by 202, and return the status resource."""
        body = json.dumps({"objects": objects})
        answer = self.request("POST", to, data=body, content_type=CT, **options)
        assert answer.status_code == 202, answer.text
        return answer.json

    def collection(self, alias: str) -> Collection:
        """Return a collection by its alias."""
        found = self.opened.services.coalition.collections
        return next(collection for collection in found if collection.alias == alias)


def make_identity(**properties: Any) -> dict[str, Any]:
    """Return a small valid STIX object under a fresh id."""
    made = {
        "type": "identity",
        "spec_version": "2.1",
        "id": f"identity--{uuid.uuid4()}",
        "created": "2020-01-01T00:00:00.000Z",
        "modified": "2020-01-01T00:00:00.000Z",
        "name": "Somebody",
    }
    return {**made, **properties}


def open_site(folder: Path, server: str = SERVER) -> Site:
    """Make a data folder below ``folder`` and open it."""
    source = folder / "coalition.toml"
    source.write_text(COALITION, encoding="utf-8")
    data = folder / "data"
    init_data(data, source)
    (data / "server.toml").write_text(server, encoding="utf-8")
    clock = Clock()
    opened = open_services(data, clock=clock)
    tokens = {}
    for name, (member, role) in CLIENTS.items():
        record, made = new_client(name, member, {role})
        assert opened.services.store.add_client(record)
        tokens[name] = made.token
    return Site(opened, create_app(opened), clock, tokens)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Yield a site that the tests of one module share; they push under fresh ids."""
    made = open_site(tmp_path_factory.mktemp("site"))
    yield made
    made.opened.services.store.close()
