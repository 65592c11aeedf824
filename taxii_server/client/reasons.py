"""Why a server could not be asked, in words that a person can act on.

The libraries below wrap a failure in three or four layers that repeat each other;
only the innermost says something. The commonest mistake, http:// for a port that
speaks TLS or the reverse, looks to them like noise on the line, so it is looked for.
"""

from __future__ import annotations

import http.client
import socket
import ssl

from taxii_server.client.printing import printable

_PROBE_S = 3.0
# What OpenSSL calls an answer that is not TLS; the name depends on its version.
_NOT_TLS = frozenset({"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST"})


def root_cause(exc: BaseException) -> BaseException:
    """Return the innermost reason of a failure."""
    reason = exc
    while True:
        candidates = (getattr(reason, "reason", None), *reason.args, reason.__cause__)
        inner = next((c for c in candidates if isinstance(c, BaseException)), None)
        if inner is None or inner is reason:
            return reason
        reason = inner


def cause(exc: BaseException) -> str:
    """Return the innermost reason in words, without addresses of objects."""
    reason = root_cause(exc)
    if isinstance(reason, http.client.RemoteDisconnected):
        return "the connection was closed without an answer"
    if isinstance(reason, http.client.BadStatusLine):
        return "the answer is not HTTP"
    text = reason.strerror if isinstance(reason, OSError) and reason.strerror else str(reason)
    return printable(text.partition("object at 0x")[2].partition(": ")[2] or text)


def tls_failure(url: str, host: str, exc: BaseException) -> str:
    """Return the sentence for a TLS handshake that failed."""
    reason = root_cause(exc)
    if isinstance(reason, ssl.SSLCertVerificationError):
        return (
            f"{url} has no certificate that this machine trusts: {cause(exc)}. "
            "For a private certificate authority give its file with --ca-file."
        )
    if isinstance(reason, ssl.SSLError) and reason.reason in _NOT_TLS:
        return (
            f"{url}: this port of {host} does not speak TLS. If the URL's port is right, use "
            "http:// (only on this machine or a trusted network: the password is not encrypted)."
        )
    return f"{url}: no TLS connection can be made: {cause(exc)}."


def is_unreadable_answer(exc: BaseException) -> bool:
    """Return whether somebody took the connection, but did not answer in HTTP."""
    return isinstance(root_cause(exc), http.client.HTTPException | ConnectionResetError)


def speaks_tls(host: str, port: int) -> bool:
    """Return whether a port completes a TLS handshake; nothing secret is sent."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # only whether it is TLS; no password goes there
    try:
        with (
            socket.create_connection((host, port), timeout=_PROBE_S) as connection,
            context.wrap_socket(connection, server_hostname=host),
        ):
            return True
    except OSError:  # ssl.SSLError is one
        return False
