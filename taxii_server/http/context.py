"""What is known about the request being answered, and the server that answers it.

Kept on Flask's ``g``, behind typed accessors, so that nothing else in the package
reads an untyped attribute.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field

from flask import current_app, g

from taxii_server.access.authentication import Authenticator
from taxii_server.access.principal import Principal
from taxii_server.http.addresses import TrustedProxies
from taxii_server.http.bodies import BodySlots
from taxii_server.http.metrics import Metrics
from taxii_server.http.readiness import Readiness
from taxii_server.services.context import Services
from taxii_server.sharing.coalition import Collection

_EXTENSION = "clearinghouse"


@dataclass(frozen=True, slots=True)
class HttpServer:
    """Everything that views work with; made once per process."""

    services: Services
    authenticator: Authenticator
    accept_json: bool
    proxies: TrustedProxies
    bodies: BodySlots
    metrics: Metrics
    readiness: Readiness


@dataclass(slots=True)
class RequestContext:
    """One request: filled in step by step while it passes the checks of T-ERR-09."""

    request_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    started: float = field(default_factory=time.perf_counter)  # seconds
    route: str = "unmatched"
    api_root: str = ""
    principal: Principal | None = None
    collection: Collection | None = None
    ignored: tuple[str, ...] = ()  # match fields that were not understood


def attach(flask_extensions: dict[str, object], server: HttpServer) -> None:
    """Make ``server`` the one that requests of this application see."""
    flask_extensions[_EXTENSION] = server


def server() -> HttpServer:
    """Return the server of the current application."""
    found: HttpServer = current_app.extensions[_EXTENSION]
    return found


def here() -> RequestContext:
    """Return the context of the current request."""
    if "taxii" not in g:
        g.taxii = RequestContext()
    found: RequestContext = g.taxii
    return found


def principal() -> Principal:
    """Return who sent the current request. Only after authentication."""
    found = here().principal
    if found is None:
        raise RuntimeError("a view that needs a principal was reached without one")
    return found


def collection() -> Collection:
    """Return the collection that the current request names. Only where a route has one."""
    found = here().collection
    if found is None:
        raise RuntimeError("a view that needs a collection was reached without one")
    return found
