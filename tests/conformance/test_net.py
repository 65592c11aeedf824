"""Transport and authentication (T-NET): credentials, challenges, TLS."""

from __future__ import annotations

import base64
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.checks import is_error
from tests.support.certificates import make_certificate
from tests.support.coalitions import everybody_shares
from tests.support.servers import START_S, DataFolder, RunningServer
from tests.support.wire import TAXII, Client, basic

OBJECT = "indicator--00000000-0000-4000-8000-000000000001"
PROTECTED = (
    "/taxii2/",
    "/coalition/",
    "/coalition/collections/",
    "/coalition/collections/from-facebook/",
    "/coalition/collections/from-facebook/objects/",
    "/coalition/collections/from-facebook/manifest/",
    f"/coalition/collections/from-facebook/objects/{OBJECT}/",
    f"/coalition/collections/from-facebook/objects/{OBJECT}/versions/",
    "/coalition/status/2d086da7-4bdc-4f91-900e-d77486753710/",
)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@pytest.mark.parametrize("path", PROTECTED)
def test_every_method_without_credentials_is_challenged(shared: RunningServer, path: str) -> None:
    """T-NET-09, T-NET-13, T-URL-10, T-INT-04: 401 with a challenge and a TAXII error."""
    for method in METHODS:
        answer = shared.client().send(method, path)

        assert answer.status == 401, method
        assert answer.all("WWW-Authenticate"), method
        if method != "HEAD":
            assert is_error(answer), method


@pytest.mark.parametrize("path", PROTECTED)
def test_a_wrong_password_is_challenged(shared: RunningServer, path: str) -> None:
    """T-NET-10, T-INT-04: never 200 and never 500; an unknown name gets the very same."""
    for name in ("pub-google", "nobody-of-this-name"):
        answer = shared.client().send("GET", path, [("Authorization", basic(name, "wrong"))])
        if answer.status == 429:
            continue  # the limit on failed logins; see tests of it

        assert answer.status == 401
        assert is_error(answer)


def test_basic_with_the_password_is_accepted(facebook: Client) -> None:
    """T-NET-06, T-INT-05: what most clients speak."""
    assert facebook.get("collections/").status == 200


def test_the_token_is_accepted_as_bearer_and_as_basic_password(shared: RunningServer) -> None:
    """T-NET-08: Bearer beside Basic; SIEMs that speak only Basic send the token there."""
    who = shared.folder.clients["both-facebook"]

    assert shared.client("both-facebook", token=True).get("collections/").status == 200
    as_basic = basic(who.name, who.token)
    assert shared.client().get("/taxii2/", headers=[("Authorization", as_basic)]).status == 200


def test_the_challenge_names_registered_schemes(shared: RunningServer) -> None:
    """T-NET-12, T-NET-11: Basic and Bearer, in the IANA registry; several challenges are legal."""
    challenge = ", ".join(shared.client().get("/taxii2/").all("WWW-Authenticate"))

    assert "Basic realm=" in challenge
    assert "Bearer" in challenge


@pytest.mark.parametrize("scheme", ["basic", "BASIC", "bAsIc"])
def test_the_scheme_is_compared_without_case(shared: RunningServer, scheme: str) -> None:
    """T-NET-14, Q-17: MISP sends the scheme in lower case."""
    who = shared.folder.clients["both-facebook"]
    value = basic(who.name, who.password).replace("Basic", scheme)

    assert shared.client().get("/taxii2/", headers=[("Authorization", value)]).status == 200


NO_COLON = base64.b64encode(b"no-colon-here").decode()
NOT_UTF8 = base64.b64encode(b"\xff\xfe:\xff").decode()


@pytest.mark.parametrize(
    "value",
    [
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic ====",
        f"Basic {NO_COLON}",
        f"Basic {NOT_UTF8}",
        "Basic Og==",
        "Bearer",
        "Bearer ",
        "Bearer chk_wrong",
        "Digest username=x",
        "Token abc",
        "Basic " + "A" * 4000,
        "Basic \xe9",
    ],
)
def test_malformed_credentials_are_401(shared: RunningServer, value: str) -> None:
    """T-NET-15: malformed base64, no colon, unknown schemes."""
    answer = shared.client().get("/taxii2/", headers=[("Authorization", value)])

    assert answer.status == 401
    assert is_error(answer)


def test_a_request_without_user_agent_is_served(shared: RunningServer) -> None:
    """T-NET-18, T-INT-01: the header is the client's duty, nothing here asks for it."""
    who = shared.folder.clients["both-facebook"]
    request = (
        "GET /taxii2/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        f"Accept: {TAXII}\r\nAuthorization: {basic(who.name, who.password)}\r\n\r\n"
    )

    assert shared.client().raw(request.encode()).startswith(b"HTTP/1.1 200")


def test_errors_do_not_describe_the_implementation(facebook: Client) -> None:
    """T-NET-20: no product, no trace, no id of what was asked for."""
    hidden = facebook.get("collections/hidden/objects/")
    absent = facebook.get("collections/no-such-collection/objects/")

    for answer in (hidden, absent):
        text = answer.body.decode().lower()
        assert answer.status == 404
        for word in ("traceback", "flask", "werkzeug", "sqlite", "apsw", "hidden", "no-such"):
            assert word not in text, word
    assert set(hidden.json()) == set(absent.json())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a self-signed certificate for 127.0.0.1 and its key, as PEM files."""
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def secure(
    tmp_path_factory: pytest.TempPathFactory, certificate: tuple[Path, Path]
) -> Iterator[RunningServer]:
    """Yield a server that terminates TLS itself."""
    folder = DataFolder.make(tmp_path_factory.mktemp("secure") / "data", everybody_shares())
    folder.add_client("sub-cisa", "cisa", "subscriber")
    options: list[str | Path] = ["--tls-cert", certificate[0], "--tls-key", certificate[1]]
    with RunningServer(folder, options=options, ready=False) as server:
        deadline = time.monotonic() + START_S
        context = ssl.create_default_context(cafile=certificate[0])
        while time.monotonic() < deadline:
            try:
                probe = Client("127.0.0.1", server.port, None, "", context)
                if probe.get("/readyz").status == 200:
                    break
            except OSError:
                time.sleep(0.05)
        else:
            pytest.fail(server.log_text()[-4000:])
        yield server


def _context(
    certificate: tuple[Path, Path], lowest: ssl.TLSVersion, highest: ssl.TLSVersion
) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=certificate[0])
    context.minimum_version, context.maximum_version = lowest, highest
    return context


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_1_2_and_1_3_are_served(
    secure: RunningServer, certificate: tuple[Path, Path], version: ssl.TLSVersion
) -> None:
    """T-NET-01, T-NET-02, T-NET-03: discovery over HTTPS, its URLs are https."""
    who = secure.folder.clients["sub-cisa"]
    context = _context(certificate, version, version)
    client = Client("127.0.0.1", secure.port, basic(who.name, who.password), "", context)

    answer = client.get("/taxii2/")

    assert answer.status == 200
    assert answer.json()["default"] == f"https://127.0.0.1:{secure.port}/coalition/"


@pytest.mark.parametrize(
    "suite",
    ["ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "AES128-GCM-SHA256", "AES256-SHA"],
)
def test_a_blacklisted_cipher_suite_fails_the_handshake(
    secure: RunningServer, certificate: tuple[Path, Path], suite: str
) -> None:
    """T-NET-05: TLS 1.2 suites of RFC 7540 appendix A (CBC, static RSA) are not offered."""
    context = _context(certificate, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2)
    context.set_ciphers(f"{suite}:@SECLEVEL=0")

    with (
        pytest.raises((ssl.SSLError, ConnectionError)),
        socket.create_connection(("127.0.0.1", secure.port), timeout=10) as sock,
        context.wrap_socket(sock, server_hostname="127.0.0.1"),
    ):
        pass


def test_plain_http_on_the_tls_port_is_not_answered_with_content(secure: RunningServer) -> None:
    """T-NET-01: the TLS listener serves nothing in clear text."""
    answer = secure.client().raw(b"GET /taxii2/ HTTP/1.1\r\nHost: x\r\n\r\n", timeout_s=3)

    assert b"200" not in answer[:20]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl command")
def test_a_session_ticket_permits_no_early_data(
    secure: RunningServer, certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    """T-NET-04: 0-RTT needs a ticket that permits early data; ours permit none."""
    session = tmp_path / "session.pem"
    connect = ["openssl", "s_client", "-connect", f"127.0.0.1:{secure.port}", "-tls1_3"]
    ask = b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    command = [*connect, "-CAfile", str(certificate[0]), "-sess_out", str(session), "-ign_eof"]
    subprocess.run(command, input=ask, capture_output=True, timeout=30, check=False)
    if not session.exists():
        return  # no ticket at all: nothing to resume

    shown = subprocess.run(
        ["openssl", "sess_id", "-in", str(session), "-noout", "-text"],
        capture_output=True,
        timeout=30,
        check=True,
    )

    assert b"Max Early Data: 0" in shown.stdout
