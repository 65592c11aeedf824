"""What every request passes before its view: who asks, and whether the thing exists for them.

The order of checks is part of the contract (T-ERR-09), because an earlier answer
hides what a later one would tell: failed logins, credentials, then existence, and
only then the method. The rest of the order is in the views: permission, Accept,
Content-Type, bodies at once, length, query, body.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Flask, Response, request
from flask.globals import request_ctx
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.routing import Rule

from taxii_server.errors import NotFoundError
from taxii_server.http import context
from taxii_server.http.responses import taxii_response
from taxii_server.media_types import require_acceptable
from taxii_server.services.collections import require_visible_collection
from taxii_server.services.discovery import require_visible_root
from taxii_server.services.reading_status import get_status

PUBLIC = frozenset(
    {
        *("monitoring.get_health", "monitoring.get_readiness", "openapi.get_openapi"),
        *("schemas.get_schemas", "schemas.get_schema"),
    }
)
"""Endpoints that answer without credentials, and tell nothing about the coalition."""


def register_checks(app: Flask) -> None:
    """Make every request of ``app`` pass the checks before its view is called."""
    app.before_request(_check_request)


def query() -> Mapping[str, Sequence[str]]:
    """Return the query parameters with every value that each was sent with."""
    return dict(request.args.lists())


def require_acceptable_request() -> None:
    """Return if the client takes what we send. Raises ``NotAcceptableError`` (406)."""
    require_acceptable(request.headers.getlist("Accept"))


def _check_request() -> Response | None:
    here, server = context.here(), context.server()
    if request.endpoint in PUBLIC:
        here.route = str(request.url_rule)
        return _options_response() if request.method == "OPTIONS" else None
    address = server.proxies.client_address(
        request.remote_addr or "", request.headers.get("X-Forwarded-For", "")
    )
    here.principal = server.authenticator.authenticate(
        request.headers.get("Authorization"), address
    )
    rule, arguments = _matched()
    here.route = _template(rule, arguments)
    _require_visible(arguments)
    if request.method == "OPTIONS":
        return _options_response()
    if isinstance(request.routing_exception, MethodNotAllowed):
        raise MethodNotAllowed(_allowed_methods())
    return None


def _options_response() -> Response:
    """Return what OPTIONS answers; Flask's own has a media type of HTML and no fixed order."""
    response = taxii_response(b"")
    response.headers["Allow"] = ", ".join(_allowed_methods())
    return response


def _allowed_methods() -> list[str]:
    adapter = request_ctx.url_adapter
    return sorted(adapter.allowed_methods()) if adapter is not None else []


def _matched() -> tuple[Rule, Mapping[str, str]]:
    """Return the route and its arguments, also where only the method is wrong."""
    if request.url_rule is not None:
        return request.url_rule, request.view_args or {}
    wrong, adapter = request.routing_exception, request_ctx.url_adapter
    if isinstance(wrong, MethodNotAllowed) and wrong.valid_methods and adapter is not None:
        return adapter.match(method=next(iter(wrong.valid_methods)), return_rule=True)
    raise NotFoundError


def _template(rule: Rule, arguments: Mapping[str, str]) -> str:
    """Return the route as one name for all API Roots, for logs and metrics."""
    root = arguments.get("api_root")
    if root is None:
        return rule.rule
    prefix = f"/{root}" if root else ""
    return "{api-root}" + rule.rule.removeprefix(prefix)


def _require_visible(arguments: Mapping[str, str]) -> None:
    """Return if what the path names exists for the principal.

    Raises:
        NotFoundError: It does not exist, or is hidden (HTTP 404).
    """
    here, services = context.here(), context.server().services
    if "api_root" not in arguments:
        return
    here.api_root = arguments["api_root"]
    require_visible_root(services, context.principal(), here.api_root)
    if "collection" in arguments:
        here.collection = require_visible_collection(
            services, context.principal(), here.api_root, arguments["collection"]
        )
    if "status_id" in arguments:
        get_status(services, context.principal(), here.api_root, arguments["status_id"])
