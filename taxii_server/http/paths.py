"""Request paths as clients send them: slashes are repeated, or missing at the end (A-01).

Made tidy before routing and in place. A redirect to the tidy path would turn a POST into
a GET, and behind a proxy make clients drop their credentials.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_SLASHES = re.compile("//+")


def with_tidy_paths(application: WSGIApplication) -> WSGIApplication:
    """Return the application behind paths that begin and end with a slash and have single ones."""

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["PATH_INFO"] = _SLASHES.sub("/", f"/{environ.get('PATH_INFO', '')}/")
        return application(environ, start_response)

    return wrapped
