"""The Flask application: routes, checks, error messages and one log line per request."""

from __future__ import annotations

import logging
import time
from typing import Protocol

from flask import Blueprint, Flask, Response, request

from taxii_server.access.authentication import Authenticator
from taxii_server.http import (
    api_roots,
    collections,
    context,
    discovery,
    manifests,
    monitoring,
    objects,
    openapi,
    schemas,
    statuses,
    versions,
)
from taxii_server.http.addresses import TrustedProxies
from taxii_server.http.bodies import BodySlots
from taxii_server.http.error_handlers import register_error_handlers
from taxii_server.http.metrics import Metrics
from taxii_server.http.paths import with_tidy_paths
from taxii_server.http.readiness import Readiness
from taxii_server.http.requests import register_checks
from taxii_server.http.responses import finish_response
from taxii_server.logs import fields
from taxii_server.services.context import Services
from taxii_server.settings import Settings

logger = logging.getLogger(__name__)

_MAX_LOGGED_PATH = 300  # characters


class OpenServer(Protocol):
    """What ``app.open_services`` opens for a process."""

    @property
    def services(self) -> Services: ...

    @property
    def settings(self) -> Settings: ...

    @property
    def authenticator(self) -> Authenticator: ...


def create_app(opened: OpenServer) -> Flask:
    """Return the WSGI application that serves ``opened``."""
    app = Flask(__name__, static_folder=None)
    app.url_map.merge_slashes = False  # would redirect; see ``paths``
    services = opened.services
    server = context.HttpServer(
        services=services,
        authenticator=opened.authenticator,
        accept_json=opened.settings.taxii.accept_json_content_types,
        proxies=TrustedProxies(opened.settings.server.trusted_proxies),
        bodies=BodySlots(),
        metrics=Metrics(services.store),
        readiness=Readiness(services.store),
    )
    context.attach(app.extensions, server)
    _register_routes(app, services.coalition.roots)
    register_checks(app)
    register_error_handlers(app)
    app.after_request(_log_request)  # the last one registered runs first
    app.after_request(finish_response)
    # Flask's documented way to put a middleware around an application
    setattr(app, "wsgi_app", with_tidy_paths(app.wsgi_app))  # noqa: B010
    return app


def _register_routes(app: Flask, api_roots_served: tuple[str, ...]) -> None:
    for blueprint in _BESIDE_API_ROOTS:
        app.register_blueprint(blueprint)
    for number, root in enumerate(api_roots_served):
        for blueprint in _BELOW_API_ROOT:
            app.register_blueprint(
                blueprint,
                name=f"{blueprint.name}-{number}",
                url_prefix=f"/{root}" if root else "",
                url_defaults={"api_root": root},
            )


_BESIDE_API_ROOTS: tuple[Blueprint, ...] = (
    discovery.blueprint,
    monitoring.blueprint,
    openapi.blueprint,
    schemas.blueprint,
)
_BELOW_API_ROOT: tuple[Blueprint, ...] = (
    api_roots.blueprint,
    statuses.blueprint,
    collections.blueprint,
    manifests.blueprint,
    objects.blueprint,
    versions.blueprint,
)


def _log_request(response: Response) -> Response:
    here = context.here()
    seconds = time.perf_counter() - here.started
    context.server().metrics.count_request(
        request.method, here.route, response.status_code, seconds
    )
    logger.info(
        "request",
        extra=fields(
            request_id=here.request_id,
            client=here.principal.name if here.principal else None,
            method=request.method[:16],
            path=request.path[:_MAX_LOGGED_PATH],
            status=response.status_code,
            ms=round(seconds * 1000, 2),
            bytes=response.calculate_content_length(),
            ignored_filters=[name[:40] for name in here.ignored[:5]] or None,
        ),
    )
    return response
