"""Request paths as clients send them: repeated slashes are one slash (A-01).

Done before routing and in place. A redirect to the tidy path would turn a POST into
a GET, and behind a proxy make clients drop their credentials.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_SLASHES = re.compile("//+")


def with_single_slashes(application: WSGIApplication) -> WSGIApplication:
    """Return the application behind a path with single slashes, beginning with one."""

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["PATH_INFO"] = _SLASHES.sub("/", "/" + environ.get("PATH_INFO", ""))
        return application(environ, start_response)

    return wrapped
