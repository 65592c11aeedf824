"""Health, metrics and the log line of a request."""

from __future__ import annotations

import base64
import io
import json
import logging
from collections.abc import Iterator

import pytest

from taxii_server.errors import StorageUnavailableError
from taxii_server.logs import JsonFormatter
from tests.http.conftest import FROM_FACEBOOK, Site, make_identity


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Yield what is logged meanwhile, as text."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger("taxii_server")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield written
    logger.removeHandler(handler)
    logger.setLevel(before)


def test_a_request_is_one_line_that_a_program_can_read(site: Site, lines: io.StringIO) -> None:
    answer = site.get(FROM_FACEBOOK + "?match[foo]=x")

    (line,) = lines.getvalue().splitlines()
    logged = json.loads(line)
    assert logged["client"] == "pub-facebook"
    assert (logged["method"], logged["path"]) == ("GET", FROM_FACEBOOK)
    assert (logged["status"], logged["bytes"]) == (200, len(answer.data))
    assert logged["ignored_filters"] == ["match[foo]"]
    assert len(logged["request_id"]) == 32
    assert logged["ms"] >= 0


def test_the_error_id_of_an_answer_is_the_request_id_of_the_log(
    site: Site, lines: io.StringIO
) -> None:
    """T-ERR-05."""
    answer = site.get("/nope/").json
    assert answer is not None

    assert json.loads(lines.getvalue())["request_id"] == answer["error_id"]


def test_no_secret_and_no_query_is_logged(site: Site, lines: io.StringIO) -> None:
    wrong = base64.b64encode(b"pub-facebook:hunter2hunter2").decode()

    site.get(FROM_FACEBOOK + "?match[id]=secret-id")
    site.get(FROM_FACEBOOK, client=None, headers={"Authorization": f"Basic {wrong}"})
    site.push(make_identity(name="secret-name"))

    text = lines.getvalue()
    assert len(text.splitlines()) == 3
    secrets = (wrong, "hunter2", "secret-id", "secret-name", *site.tokens.values())
    assert not [secret for secret in secrets if secret in text]


def test_a_log_line_is_one_line_whatever_a_path_holds(site: Site, lines: io.StringIO) -> None:
    site.get("/a%0Ab%1B%5B31m%E2%80%A8/" + "x" * 9000)

    (line,) = lines.getvalue().splitlines()
    assert line.isprintable()
    assert len(line) < 1000


def test_metrics_count_by_route_and_hold_no_ids(site: Site) -> None:
    pushed = make_identity()
    site.push(pushed, make_identity(name=7))
    site.get(f"{FROM_FACEBOOK}{pushed['id']}/")
    site.get("/nope/xyz/")

    answer = site.get("/metrics", client="operator")

    assert answer.headers["Content-Type"].startswith("text/plain")
    assert 'clearinghouse_pushed_objects_total{outcome="failed"}' in answer.text
    route = "{api-root}/collections/<collection>/objects/<stix_id>/"
    assert (
        f'clearinghouse_requests_total{{method="GET",route="{route}",status="200"}}' in answer.text
    )
    assert 'route="unmatched",status="404"' in answer.text
    assert "clearinghouse_wal_bytes" in answer.text
    hidden = (pushed["id"], "facebook", "xyz", site.collection("from-facebook").id)
    assert not [text for text in hidden if text in answer.text]


@pytest.mark.parametrize("client", ["pub-facebook", "sub-facebook", "auditor"])
def test_metrics_are_for_operators(site: Site, client: str) -> None:
    assert site.get("/metrics", client=client).status_code == 403


def test_a_method_of_a_clients_own_making_is_not_a_metric(site: Site) -> None:
    site.request("BREW", "/taxii2/")

    text = site.get("/metrics", client="operator").text

    assert "BREW" not in text
    assert 'method="other"' in text


def test_a_store_that_does_not_answer_is_503(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """T-ERR-08: with Retry-After; the process itself is alive."""

    def unavailable(*_arguments: object) -> None:
        raise StorageUnavailableError("The store is busy; try again.")

    store = type(site.opened.services.store)
    monkeypatch.setattr(store, "check", unavailable)
    monkeypatch.setattr(store, "read_page", unavailable)
    readiness = site.app.extensions["clearinghouse"].readiness
    monkeypatch.setattr(readiness, "_ready_at", float("-inf"))

    ready, page = site.get("/readyz", client=None), site.get(FROM_FACEBOOK)

    assert (ready.status_code, page.status_code) == (503, 503)
    assert ready.headers["Retry-After"] == page.headers["Retry-After"] == "5"
    assert site.get("/healthz", client=None).status_code == 200


def test_failed_logins_count_for_the_address_behind_a_trusted_proxy(site: Site) -> None:
    """T-ERR-08: one address is locked out, another behind the same proxy is not."""
    wrong = "Basic " + base64.b64encode(b"sub-twitter:wrong").decode()

    def log_in(address: str) -> int:
        return site.get(
            "/taxii2/",
            client=None,
            headers={"Authorization": wrong, "X-Forwarded-For": address},
            environ_overrides={"REMOTE_ADDR": "10.0.0.1"},
        ).status_code

    statuses = [log_in("198.51.100.1") for _ in range(11)]

    assert statuses == [401] * 10 + [429]
    assert log_in("198.51.100.2") == 401
