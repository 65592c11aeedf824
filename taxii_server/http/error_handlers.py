"""The one place where exceptions become TAXII error messages (section 3.6.1).

What the framework raises by itself gets the same shape, and where we have an error
of our own for the same status, the same bytes: an unknown path must not look
different from a hidden collection. ``error_id`` is the request's id in the log.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from taxii_server.errors import NotFoundError, StorageUnavailableError, TaxiiError
from taxii_server.http import context
from taxii_server.http.responses import taxii_response
from taxii_server.logs import fields

logger = logging.getLogger(__name__)

_KEPT_HEADERS = frozenset({"allow", "retry-after"})


def register_error_handlers(app: Flask) -> None:
    """Make every failure of ``app`` a TAXII ``error``, including Flask's own 404 and 405."""
    app.register_error_handler(TaxiiError, _handle_taxii_error)
    app.register_error_handler(HTTPException, _handle_http_exception)
    app.register_error_handler(Exception, _handle_unexpected)


def _handle_taxii_error(error: TaxiiError) -> Response:
    request_id = context.here().request_id
    if isinstance(error, StorageUnavailableError):
        logger.error("storage unavailable", exc_info=error, extra=fields(request_id=request_id))
    response = taxii_response(error.to_resource(request_id), error.http_status)
    response.headers.update(error.headers())
    return response


def _handle_http_exception(error: HTTPException) -> Response:
    if error.code == NotFoundError.http_status:
        return _handle_taxii_error(NotFoundError())
    status = error.code or 500
    sentences = {405: "This resource does not have that method; Allow names those it has."}
    response = taxii_response(
        _resource(status, error.name, sentences.get(status, "The request was not understood.")),
        status,
    )
    for name, value in error.get_headers():
        if name.lower() in _KEPT_HEADERS:
            response.headers[name] = value
    return response


def _handle_unexpected(error: Exception) -> Response:
    # Never str(error) here: it may hold a query, a path or a credential.
    request_id = context.here().request_id
    logger.error("unexpected failure", exc_info=error, extra=fields(request_id=request_id))
    problem = "The server's log has the details under this error_id."
    return taxii_response(_resource(500, TaxiiError.title, problem), 500)


def _resource(status: int, title: str, description: str) -> Mapping[str, object]:
    return {
        "title": title,
        "description": description,
        "error_id": context.here().request_id,
        "error_code": title.lower().replace(" ", "-"),
        "http_status": str(status),
    }
