"""One polite, careful HTTP conversation with a TAXII 2.1 server, ours or another's.

Every request may be sent again: a GET changes nothing, and TAXII 2.1 section 5.5
makes an exact copy of a stored object a success. So lost connections, 429 and 503
are retried, with waits that double and are spread at random, or for as long as
``Retry-After`` says. A redirect is followed only to the same scheme, host and
port: the credentials in each request are for that server and for nobody else.
"""

from __future__ import annotations

import email.utils
import ipaddress
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
from requests.auth import HTTPBasicAuth
from requests.utils import get_environ_proxies, select_proxy

from taxii_server.client.printing import printable
from taxii_server.client.reasons import cause, is_unreadable_answer, speaks_tls, tls_failure
from taxii_server.media_types import CT

_RETRIED = frozenset({429, 502, 503, 504})
_SAME_METHOD_REDIRECTS = frozenset({307, 308})
_REDIRECTS = frozenset({301, 302, 303}) | _SAME_METHOD_REDIRECTS
_MOST_REDIRECTS = 3
_random = secrets.SystemRandom()


class ClientError(Exception):
    """Something the person at the command line has to know; the message is a sentence."""


class HttpError(ClientError):
    """The server answered with a failure; ``status`` is the HTTP status."""

    def __init__(self, status: int, sentence: str) -> None:
        self.status = status
        super().__init__(sentence)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often and how patiently a request is sent again."""

    attempts: int = 8
    first_wait_s: float = 0.5  # doubles with each attempt
    longest_wait_s: float = 30.0
    longest_retry_after_s: float = 600.0  # a server that asks for more is an error
    sleep: Callable[[float], None] = time.sleep

    def wait_s(self, attempt: int) -> float:
        """Return the wait after the ``attempt``-th try (1 is the first), spread at random."""
        full = min(self.first_wait_s * 2.0 ** (attempt - 1), self.longest_wait_s)
        return full * _random.uniform(0.5, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A client's name and its password (or its API token in the password's place)."""

    user: str
    password: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful response, read to its end."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def text(self) -> str:
        """Return the body as text; TAXII is UTF-8 (section 1.6.7), whatever a header says."""
        try:
            return self.body.decode("utf-8-sig")
        except UnicodeDecodeError as exc:
            raise ClientError(f"{self.url} did not answer in UTF-8; is it a TAXII server?") from exc

    def resource(self) -> dict[str, Any]:
        """Return the body as a TAXII resource.

        Raises:
            ClientError: It is not a JSON object.
        """
        try:
            found = json.loads(self.text())
        except (ValueError, RecursionError) as exc:
            raise ClientError(f"{self.url} did not answer in JSON; is it a TAXII server?") from exc
        if not isinstance(found, dict):
            raise ClientError(f"{self.url} did not answer with a TAXII resource.")
        return found


class TaxiiSession:
    """Sends requests with one client's credentials. Not safe to share between threads.

    A context manager: leaving it closes the connections.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        ca_file: Path | None = None,
        retry: RetryPolicy | None = None,
        timeout_s: float = 120.0,  # for the server to answer; connecting has 10 seconds
        tell: Callable[[str], None] = lambda _: None,  # each failure that is retried, at once
    ) -> None:
        self.user = credentials.user
        self._retry = retry or RetryPolicy()
        self._timeout_s = timeout_s
        self._tell = tell
        self._was_answered = False  # then the scheme is right
        self._verify: bool | str = True if ca_file is None else str(ca_file)
        self._http = requests.Session()
        self._http.headers["User-Agent"] = f"clearinghouse/{metadata.version('clearinghouse')}"
        # As bytes: requests would encode text as Latin-1, and the server reads UTF-8.
        self._http.auth = HTTPBasicAuth(credentials.user.encode(), credentials.password.encode())

    def __enter__(self) -> TaxiiSession:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, url: str, params: Mapping[str, str] | None = None) -> Answer:
        """Return the answer to a GET.

        Raises:
            HttpError: The server refused.
            ClientError: It cannot be reached, or answered nonsense.
        """
        return self._send("GET", url, params=dict(params or {}))

    def post(self, url: str, envelope: bytes) -> Answer:
        """Send an envelope and return the answer; raises as ``get`` does."""
        return self._send("POST", url, data=envelope, headers={"Content-Type": CT})

    def _send(self, method: str, url: str, **how: Any) -> Answer:
        headers = {"Accept": CT, **how.pop("headers", {})}
        for _ in range(_MOST_REDIRECTS + 1):
            response = self._persist(method, url, headers=headers, **how)
            if response.status_code not in _REDIRECTS:
                break
            url = _redirect_target(method, url, response)
            how.pop("params", None)  # the target carries what it needs
        else:
            raise ClientError(f"{url} keeps redirecting; check the URL.")
        if response.status_code >= 400 or response.status_code in _REDIRECTS:
            raise HttpError(response.status_code, self._refusal(method, url, response))
        return Answer(url, response.status_code, response.headers, response.content)

    def _persist(self, method: str, url: str, **how: Any) -> requests.Response:
        """Send until the server answers with something that is not "come back later"."""
        host = split_url(url).hostname or ""
        self._http.trust_env = not is_loopback(host)  # no proxy stands before loopback
        attempt = 0
        while True:
            attempt += 1
            try:
                response = self._request(method, url, **how)
            except (
                requests.ConnectionError,
                requests.Timeout,
                requests.exceptions.ChunkedEncodingError,
            ) as exc:
                self._check_scheme(url, exc)
                problem = f"{url} cannot be reached ({cause(exc)})"
                if attempt >= self._retry.attempts:
                    raise ClientError(f"{problem}; gave up after {attempt} attempts.") from exc
                wait_s = self._retry.wait_s(attempt)
            else:
                if response.status_code not in _RETRIED or attempt >= self._retry.attempts:
                    return response
                problem = f"{url} answered {response.status_code}"
                wait_s = self._wait_for(url, response, attempt)
            self._tell(f"{problem}; trying again in {wait_s:.1f} s")
            self._retry.sleep(wait_s)

    def _request(self, method: str, url: str, **how: Any) -> requests.Response:
        """Send once; what another attempt may mend is raised as it is."""
        try:
            response = self._http.request(
                method,
                url,
                timeout=(10.0, self._timeout_s),
                allow_redirects=False,
                verify=self._verify,
                **how,
            )
        except requests.exceptions.SSLError as exc:
            raise ClientError(tls_failure(url, split_url(url).hostname or "", exc)) from exc
        except (
            requests.ConnectionError,
            requests.Timeout,
            requests.exceptions.ChunkedEncodingError,
        ):
            raise
        except (requests.RequestException, OSError) as exc:  # OSError: no such --ca-file
            raise ClientError(f"{url} cannot be asked: {cause(exc)}") from exc
        self._was_answered = True
        return response

    def _check_scheme(self, url: str, exc: Exception) -> None:
        """Look whether http:// is what is wrong, if nothing was ever answered in HTTP."""
        parts = split_url(url)
        if self._was_answered or parts.scheme != "http" or not is_unreadable_answer(exc):
            return
        if self._http.trust_env and select_proxy(url, get_environ_proxies(url)):
            return  # it was the proxy's answer, and the port itself may be out of reach
        if speaks_tls(parts.hostname or "", parts.port or 80):
            raise ClientError(
                f"{url}: this port of {parts.hostname} speaks TLS; use https:// in the URL."
            ) from exc

    def _wait_for(self, url: str, response: requests.Response, attempt: int) -> float:
        wanted = retry_after_s(response.headers.get("Retry-After"), time.time())
        if wanted is None:
            return self._retry.wait_s(attempt)
        if wanted > self._retry.longest_retry_after_s:
            raise HttpError(
                response.status_code,
                f"{url} answered {response.status_code} and asks to come back in "
                f"{wanted:.0f} seconds; try again then.",
            )
        # A little later than asked, so that many clients do not return at one instant.
        return wanted + _random.uniform(0, self._retry.first_wait_s)

    def _refusal(self, method: str, url: str, response: requests.Response) -> str:
        said = _server_sentence(response)
        if response.status_code == 401:
            return f"{url} does not accept the name {self.user!r} with this password{said}"
        status = f"{response.status_code} {response.reason or ''}".strip()
        return f"{method} {url} was answered with {status}{said}"


def split_url(url: str) -> SplitResult:
    """Return the parts of an absolute http(s) URL without credentials in it.

    Raises:
        ClientError: It is something else.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port  # checked on access
    except ValueError as exc:
        raise ClientError(f"{url!r} is not a URL: {exc}.") from exc
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ClientError(f"{url!r} is not a URL that starts with https:// or http://.")
    if parts.username is not None or parts.password is not None:
        raise ClientError("A URL must not hold a name or password; use --user for the name.")
    return parts


def is_loopback(host: str) -> bool:
    """Return whether a host name or address means this machine.

    >>> is_loopback("localhost"), is_loopback("::1"), is_loopback("taxii.example")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def retry_after_s(value: str | None, now_s: float) -> float | None:
    """Return the seconds that a ``Retry-After`` header asks for, given as number or date.

    >>> retry_after_s("7", 0), retry_after_s("Thu, 01 Jan 1970 00:01:00 GMT", 50)
    (7.0, 10.0)
    >>> retry_after_s("soon", 0) is None
    True
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, moment.timestamp() - now_s)


def _redirect_target(method: str, url: str, response: requests.Response) -> str:
    target = urljoin(url, response.headers.get("Location", ""))
    if _origin(target) != _origin(url):
        raise HttpError(
            response.status_code,
            f"{url} redirects to {printable(target)}, another server, which would get your "
            "password; not followed. If it is the right one, use its URL.",
        )
    if method != "GET" and response.status_code not in _SAME_METHOD_REDIRECTS:
        raise HttpError(
            response.status_code,
            f"{url} redirects a POST to {printable(target)}; use that URL.",
        )
    return target


def _origin(url: str) -> tuple[str, str, int]:
    parts = split_url(url)
    default = 443 if parts.scheme == "https" else 80
    return parts.scheme, parts.hostname or "", parts.port or default


def _server_sentence(response: requests.Response) -> str:
    """Return what a TAXII error message says (section 3.6.1), to follow our own words."""
    try:
        error = json.loads(response.content)
        said = [error[key] for key in ("title", "description") if isinstance(error.get(key), str)]
    except (ValueError, AttributeError, RecursionError):
        said = []
    return ": " + printable(": ".join(said)) if said else "."
