"""Every failure a TAXII client can see (TAXII 2.1 sections 3.6 and 3.6.1).

Code raises one of these; only ``taxii_server.http.error_handlers`` turns them
into HTTP. Nothing else in the project writes a status code for a failure.

    TaxiiError                 500  abstract, never raised directly
    |- InvalidParameterError   400  a query parameter is malformed, repeated or contradictory
    |- UnauthenticatedError    401  no valid credentials
    |- ForbiddenError          403  known principal, visible resource, no right
    |- NotFoundError           404  absent, or hidden from this principal
    |- NotAcceptableError      406  Accept has no media type we produce
    |- ContentTooLargeError    413  body over the API Root's max_content_length
    |- UnsupportedMediaError   415  Content-Type or Content-Encoding is not one we read
    |- UnprocessableError      422  the body is not a TAXII envelope
    |- TooManyRequestsError    429  a limit was reached; Retry-After says when to come back
    `- StorageUnavailableError 503  the store did not answer in time
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar


class TaxiiError(Exception):
    """A failure with an agreed HTTP status, title and stable ``error_code``."""

    http_status: ClassVar[int] = 500
    title: ClassVar[str] = "Internal error"
    error_code: ClassVar[str] = "internal"

    def to_resource(self, error_id: str) -> dict[str, object]:
        """Return the TAXII ``error`` message (section 3.6.1).

        ``http_status`` is a string there, and must match the response's status.
        """
        resource: dict[str, object] = {
            "title": self.title,
            "description": str(self),
            "error_id": error_id,
            "error_code": self.error_code,
            "http_status": str(self.http_status),
        }
        details = self.details()
        if details:
            resource["details"] = details
        return resource

    def details(self) -> dict[str, object]:
        """Return machine-readable facts; subclasses add theirs."""
        return {}

    def headers(self) -> dict[str, str]:
        """Return the response headers that belong to this failure."""
        return {}


class InvalidParameterError(TaxiiError):
    """A query parameter is malformed, repeated or contradictory (section 3.4)."""

    http_status = 400
    title = "Invalid query parameter"
    error_code = "invalid-parameter"

    def __init__(self, parameter: str, problem: str) -> None:
        self.parameter = parameter
        super().__init__(f"{parameter}: {problem}")

    def details(self) -> dict[str, object]:
        return {"parameter": self.parameter}


class UnauthenticatedError(TaxiiError):
    """No credentials, or wrong ones; the answer never says which (section 1.6.9)."""

    http_status = 401
    title = "Authentication required"
    error_code = "unauthenticated"

    def __init__(self) -> None:
        super().__init__("Send a valid name and password (Basic) or API token (Bearer).")

    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": 'Basic realm="taxii", charset="UTF-8", Bearer realm="taxii"'}


class ForbiddenError(TaxiiError):
    """The principal is known and sees the resource, but may not do this to it."""

    http_status = 403
    title = "Forbidden"
    error_code = "forbidden"


class NotFoundError(TaxiiError):
    """The resource does not exist, or this principal may not learn that it does."""

    http_status = 404
    title = "Not found"
    error_code = "not-found"

    def __init__(self) -> None:
        super().__init__("The requested resource does not exist or is not visible to you.")


class NotAcceptableError(TaxiiError):
    """The Accept header allows no media type that this server produces (section 3.1)."""

    http_status = 406
    title = "Not acceptable"
    error_code = "not-acceptable"


class ContentTooLargeError(TaxiiError):
    """The body exceeds ``max_content_length`` of the API Root (section 4.2.1)."""

    http_status = 413
    title = "Content too large"
    error_code = "content-too-large"

    def __init__(self, max_content_length: int) -> None:
        self.max_content_length = max_content_length
        super().__init__(f"The body is larger than {max_content_length} bytes; split it.")

    def details(self) -> dict[str, object]:
        return {"max_content_length": self.max_content_length}


class UnsupportedMediaError(TaxiiError):
    """The body's media type or encoding is not one this server reads (section 3.1)."""

    http_status = 415
    title = "Unsupported media type"
    error_code = "unsupported-media-type"


class UnprocessableError(TaxiiError):
    """The body is not JSON, or not a TAXII envelope with objects (section 5.5)."""

    http_status = 422
    title = "Unprocessable content"
    error_code = "unprocessable"


class TooManyRequestsError(TaxiiError):
    """A limit was reached: failed logins, or bodies at once from one client."""

    http_status = 429
    title = "Too many requests"
    error_code = "too-many-requests"

    def __init__(self, problem: str, *, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(problem)

    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.retry_after_s)}


class StorageUnavailableError(TaxiiError):
    """The store failed or was busy too long; the driver's exception is ``__cause__``."""

    http_status = 503
    title = "Storage unavailable"
    error_code = "storage-unavailable"

    def headers(self) -> dict[str, str]:
        return {"Retry-After": "5"}


class ConfigError(Exception):
    """A configuration file or a store that cannot be used; never sent to a TAXII client.

    ``problems`` has one line per problem; with ``source`` in front each reads
    ``FILE: [section] key: what is wrong``.
    """

    def __init__(self, source: object, problems: Sequence[str]) -> None:
        self.source = str(source)
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{self.source}: {problem}" for problem in self.problems))
