"""Retries are patient and polite; credentials go to one server only."""

from __future__ import annotations

import base64
import ssl
import time
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from taxii_server.client.session import ClientError, HttpError, RetryPolicy, retry_after_s
from tests.client.fake import LOST, FakeTaxii, Reply, refusal


def test_name_and_password_are_sent_as_utf_8(fake: FakeTaxii) -> None:
    with fake.session() as session:
        session.get(fake.root_url)

    assert fake.seen[0].headers["Authorization"] == (
        "Basic " + base64.b64encode("sam:pä:ss".encode()).decode()
    )


def test_a_user_agent_names_the_program(fake: FakeTaxii) -> None:
    """T-INT-01."""
    with fake.session() as session:
        session.get(fake.root_url)

    assert fake.seen[0].headers["User-Agent"].startswith("clearinghouse/")


@pytest.mark.parametrize("trouble", [LOST, refusal(429), refusal(502), refusal(503), refusal(504)])
def test_a_passing_trouble_is_retried(fake: FakeTaxii, trouble: Reply) -> None:
    fake.troubles = [trouble, trouble]
    with fake.session() as session:
        answer = session.get(fake.root_url)

    assert answer.status == 200
    assert len(fake.seen) == 3


def test_waits_double_and_are_spread() -> None:
    policy = RetryPolicy(first_wait_s=1, longest_wait_s=4)

    for attempt, full in ((1, 1), (2, 2), (3, 4), (4, 4)):
        waits = {policy.wait_s(attempt) for _ in range(50)}
        assert all(full / 2 <= wait <= full for wait in waits)
        assert len(waits) > 1


def test_retry_after_is_honoured(fake: FakeTaxii) -> None:
    waits: list[float] = []
    fake.troubles = [refusal(429, Retry_After="7")]
    with fake.session(sleep=waits.append) as session:
        session.get(fake.root_url)

    assert len(waits) == 1
    assert 7 <= waits[0] < 8


def test_retry_after_may_be_a_date() -> None:
    now = time.time()
    wanted = retry_after_s(formatdate(now + 60, usegmt=True), now)

    assert wanted is not None
    assert 58 <= wanted <= 61


def test_a_server_that_asks_for_hours_is_an_error(fake: FakeTaxii) -> None:
    fake.troubles = [refusal(503, Retry_After="7200")]
    with fake.session() as session, pytest.raises(HttpError, match="come back in 7200 seconds"):
        session.get(fake.root_url)


def test_giving_up_says_what_the_server_said(fake: FakeTaxii) -> None:
    fake.troubles = [refusal(503, "the store is busy")] * 3
    with fake.session(attempts=3) as session, pytest.raises(HttpError, match="the store is busy"):
        session.get(fake.root_url)
    assert len(fake.seen) == 3


def test_nobody_listening_is_a_sentence_without_addresses(fake: FakeTaxii) -> None:
    with fake.session(attempts=2) as session, pytest.raises(ClientError) as caught:
        session.get("http://127.0.0.1:9/x/")

    assert "gave up after 2 attempts" in str(caught.value)
    assert "Connection refused" in str(caught.value)
    assert "0x" not in str(caught.value)


def test_each_failure_is_told_before_the_wait(fake: FakeTaxii) -> None:
    told: list[str] = []
    waits: list[tuple[float, int]] = []
    fake.troubles = [refusal(503)]

    def sleep(wait_s: float) -> None:
        waits.append((wait_s, len(told)))

    with fake.session(tell=told.append, attempts=3, sleep=sleep) as session:
        session.get(fake.root_url)
        with pytest.raises(ClientError):
            session.get("http://127.0.0.1:9/x/")

    assert [count for _, count in waits] == [1, 2, 3]
    assert "answered 503; trying again in" in told[0]
    assert "cannot be reached (Connection refused); trying again in" in told[1]


@pytest.fixture
def tls(fake: FakeTaxii, tmp_path: Path) -> FakeTaxii:
    """Return the server, with a certificate that nobody trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "fake")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "certificate.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    fake.speak_tls(context)
    return fake


def test_http_to_a_port_that_speaks_tls_is_said_at_once(tls: FakeTaxii) -> None:
    waits: list[float] = []
    with (
        tls.session(sleep=waits.append) as session,
        pytest.raises(ClientError, match="speaks TLS; use https://"),
    ):
        session.get(tls.root_url)

    assert waits == []


def test_https_to_a_port_that_does_not_speak_tls_is_said_at_once(fake: FakeTaxii) -> None:
    waits: list[float] = []
    with fake.session(sleep=waits.append) as session, pytest.raises(ClientError) as caught:
        session.get(fake.root_url.replace("http:", "https:"))

    assert "does not speak TLS" in str(caught.value)
    assert "use http://" in str(caught.value)
    assert "certificate" not in str(caught.value)
    assert waits == []


def test_a_certificate_that_is_not_trusted_is_named_as_the_reason(tls: FakeTaxii) -> None:
    with tls.session() as session, pytest.raises(ClientError, match="--ca-file"):
        session.get(tls.root_url.replace("http:", "https:"))


def test_a_lost_connection_is_no_reason_to_advise_https(fake: FakeTaxii) -> None:
    fake.troubles = [LOST] * 2
    with fake.session(attempts=2) as session, pytest.raises(ClientError, match="gave up after 2"):
        session.get(fake.root_url)


def test_wrong_credentials_are_named_but_not_shown(fake: FakeTaxii) -> None:
    fake.troubles = [refusal(401)]
    with fake.session() as session, pytest.raises(HttpError) as caught:
        session.get(fake.root_url)

    assert "does not accept the name 'sam'" in str(caught.value)
    assert "pä:ss" not in str(caught.value)


def test_a_redirect_to_another_server_is_not_followed(fake: FakeTaxii) -> None:
    with FakeTaxii() as other:
        fake.troubles = [Reply(302, headers={"Location": other.root_url})]
        with fake.session() as session, pytest.raises(HttpError, match="another server"):
            session.get(fake.root_url)

        assert other.seen == []


def test_a_redirect_on_the_same_server_is_followed(fake: FakeTaxii) -> None:
    fake.troubles = [Reply(308, headers={"Location": "/coalition/"})]
    with fake.session() as session:
        assert session.get(fake.root_url + "x").resource()["title"] == "R"


def test_a_post_is_never_turned_into_a_get(fake: FakeTaxii) -> None:
    fake.troubles = [Reply(301, headers={"Location": "/elsewhere/"})]
    with fake.session() as session, pytest.raises(HttpError, match="redirects a POST"):
        session.post(fake.collection_url + "objects/", b"{}")


def test_endless_redirects_end(fake: FakeTaxii) -> None:
    fake.troubles = [Reply(307, headers={"Location": "/coalition/"})] * 9
    with fake.session() as session, pytest.raises(ClientError, match="keeps redirecting"):
        session.get(fake.root_url)


def test_control_characters_of_a_server_do_not_reach_the_terminal(fake: FakeTaxii) -> None:
    fake.troubles = [refusal(400, "a\x1b[2Jb")]
    with fake.session() as session, pytest.raises(HttpError) as caught:
        session.get(fake.root_url)

    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("ftp://host/", "starts with https"),
        ("host/collections", "starts with https"),
        ("http://sam:secret@host/", "must not hold a name"),
        ("http://host:port/", "is not a URL"),
    ],
)
def test_what_is_not_a_usable_url_is_refused(fake: FakeTaxii, url: str, problem: str) -> None:
    with fake.session() as session, pytest.raises(ClientError, match=problem):
        session.get(url)


def test_html_is_recognised_as_not_taxii(fake: FakeTaxii) -> None:
    fake.troubles = [Reply(200, b"<html>")]
    with fake.session() as session, pytest.raises(ClientError, match="is it a TAXII server"):
        session.get(fake.root_url).resource()
