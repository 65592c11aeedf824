"""Which answer comes first where several would be right (T-ERR-09), and what stays hidden."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from taxii_server.media_types import CT
from tests.http.conftest import FROM_FACEBOOK, ROOM, Site

READ_ONLY = "/coalition/collections/read-only/objects/"
HTML = {"Accept": "text/html"}
TEXT = {"Content-Type": "text/plain"}
HUGE = b" " * 5000
"""More than ``max_content_length`` of the site."""
TAXII = {"Content-Type": CT}


@pytest.mark.parametrize(
    ("expected", "method", "path", "headers", "client"),
    [
        (401, "PUT", "/nope/", HTML, None),
        (404, "PUT", "/nope/", HTML, "pub-facebook"),
        (404, "PUT", "/coalition/collections/hidden/objects/", HTML, "pub-facebook"),
        (405, "PUT", READ_ONLY, HTML, "pub-facebook"),
        (403, "POST", READ_ONLY, {**HTML, **TEXT}, "pub-facebook"),
        (406, "POST", ROOM, {**HTML, **TEXT}, "pub-facebook"),
        (415, "POST", ROOM, {**TEXT}, "pub-facebook"),
        (415, "POST", ROOM, {**TAXII, "Content-Encoding": "br"}, "pub-facebook"),
        (413, "POST", ROOM, {**TAXII}, "pub-facebook"),
        (422, "POST", ROOM, TAXII, "pub-facebook"),
        (406, "GET", FROM_FACEBOOK + "?limit=0", HTML, "pub-facebook"),
        (400, "GET", FROM_FACEBOOK + "x/?limit=0", {}, "pub-facebook"),
        (404, "GET", FROM_FACEBOOK + "x/", {}, "pub-facebook"),
        (404, "DELETE", "/coalition/collections/look-only/objects/x/", HTML, "pub-facebook"),
        (403, "DELETE", READ_ONLY + "x/", HTML, "pub-facebook"),
        (403, "DELETE", "/coalition/collections/write-only/objects/x/", HTML, "pub-facebook"),
        (400, "DELETE", ROOM + "x/?match[type]=a", {}, "pub-facebook"),
        (404, "DELETE", ROOM + "x/", {}, "pub-facebook"),
        (403, "GET", "/metrics", {}, "pub-facebook"),
    ],
)
def test_the_first_failing_check_answers(  # noqa: PLR0917 - the columns of the table
    site: Site, expected: int, method: str, path: str, headers: dict[str, str], client: str | None
) -> None:
    """T-ERR-09, T-PERM-06 to T-PERM-08, T-PERM-11."""
    body = HUGE if method == "POST" and expected != 422 else b""

    answer = site.request(method, path, headers=headers, client=client, data=body)

    assert answer.status_code == expected
    assert answer.headers["Content-Type"] == CT
    assert answer.json is not None
    assert answer.json["http_status"] == str(expected)


def test_more_than_two_bodies_at_once_are_refused_before_their_length(site: Site) -> None:
    """T-ERR-09: 429 comes after 415 and before 413; it says when to come back."""
    bodies = site.app.extensions["clearinghouse"].bodies
    with bodies.hold("pub-facebook"), bodies.hold("pub-facebook"):
        refused = site.request("POST", ROOM, headers=TAXII, data=HUGE)
        text = site.request("POST", ROOM, headers=TEXT, data=HUGE)
        other = site.request("POST", READ_ONLY, headers=TAXII, data=HUGE, client="pub-twitter")

    assert (refused.status_code, text.status_code, other.status_code) == (429, 415, 413)
    assert int(refused.headers["Retry-After"]) > 0


HIDDEN = (
    "/coalition/collections/hidden/",
    "/coalition/collections/hidden/objects/",
    "/coalition/collections/hidden/manifest/",
    "/coalition/collections/hidden/objects/x/",
    "/coalition/collections/hidden/objects/x/versions/",
    "/coalition/collections/from-twitter/objects/",
    "/coalition/collections/for-facebook/",  # a publisher does not see its member's feed
    "/taxii2/circle/",
    "/taxii2/circle/collections/",
    "/taxii2/circle/collections/inner/",
    "/taxii2/circle/status/00000000-0000-4000-8000-000000000000/",
)


@pytest.mark.parametrize("path", HIDDEN)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_what_is_hidden_answers_as_what_does_not_exist(site: Site, method: str, path: str) -> None:
    """INV-SCOPE, T-COL-16: the same status, headers and bytes, whatever the method."""
    client = "pub-twitter" if "circle" in path else "pub-facebook"

    hidden = site.request(method, path, client=client)
    unknown = site.request(method, "/coalition/collections/unknown/", client=client)
    nowhere = site.request(method, "/nope/nope/", client=client)

    assert hidden.status_code == 404
    assert _shown(hidden) == _shown(unknown) == _shown(nowhere)


@pytest.mark.parametrize(
    "path", ["/taxii2/", "/coalition/", FROM_FACEBOOK, "/nope/", "/metrics", "/", "*"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
def test_without_credentials_every_path_is_401(site: Site, method: str, path: str) -> None:
    """T-NET-09, T-NET-13, T-URL-10: known and unknown paths alike."""
    answer = site.request(method, path, client=None)

    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == CT
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    if method != "HEAD":
        assert answer.json is not None
        assert answer.json["http_status"] == "401"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/openapi.json", "/healthz///"])
def test_what_machines_ask_is_public(site: Site, path: str) -> None:
    answer = site.request("GET", path, client=None)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/taxii2/", "GET, HEAD, OPTIONS"),
        (FROM_FACEBOOK, "GET, HEAD, OPTIONS, POST"),
        (FROM_FACEBOOK.rstrip("/"), "GET, HEAD, OPTIONS, POST"),
        (FROM_FACEBOOK + "x/", "DELETE, GET, HEAD, OPTIONS"),
        (FROM_FACEBOOK + "x/versions/", "GET, HEAD, OPTIONS"),
    ],
)
def test_allow_names_the_methods_of_the_resource(site: Site, path: str, allowed: str) -> None:
    """T-URL-08, T-URL-11."""
    options, wrong = site.request("OPTIONS", path), site.request("PATCH", path)

    assert (options.status_code, options.data) == (200, b"")
    assert wrong.status_code == 405
    assert options.headers["Allow"] == wrong.headers["Allow"] == allowed


@pytest.mark.parametrize(
    "segment",
    [
        "%00",
        "..",
        "%2e%2e",
        "%ff%fe",
        "%C3%28",
        "x" * 10_000,
        "a%2Fb",
        "%zz",
        "%F0%9F%A6%8A",
        "'\"--",
        "{0}",
    ],
)
@pytest.mark.parametrize(
    "path",
    [
        "/{}/",
        "/coalition/collections/{}/",
        "/coalition/collections/{}/objects/",
        FROM_FACEBOOK + "{}/",
        FROM_FACEBOOK + "{}/versions/",
        "/coalition/status/{}/",
    ],
)
def test_an_odd_path_is_404_and_nothing_else(site: Site, path: str, segment: str) -> None:
    """T-URL-14, T-OBJ-10, T-STAT-14."""
    answer = site.get(path.replace("{}", segment))

    assert answer.status_code == 404
    assert segment[:4] not in answer.text or segment in {"..", "%2e%2e"}


@pytest.mark.parametrize(
    "query",
    [
        "limit=%00",
        "added_after=%ff",
        "match[version]=%C3%28",
        "next=%00%ff",
        "limit=" + "9" * 5000 + "x",
        "next=" + "A" * 5000,
    ],
)
def test_an_odd_parameter_is_400(site: Site, query: str) -> None:
    """T-ERR-06, T-PAG-16."""
    assert site.get(f"{FROM_FACEBOOK}?{query}").status_code == 400


def test_an_unexpected_failure_tells_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """T-ERR-05, T-NET-20."""

    def fail(*_arguments: object, **_named: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("taxii_server.services.objects.read_listing", fail)

    answer = site.get(FROM_FACEBOOK)

    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == CT
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.json is not None
    assert len(answer.json["error_id"]) == 32


def _shown(answer: TestResponse) -> tuple[int, Any, bytes]:
    """Return an answer without its random id and its time."""
    headers = [(name, value) for name, value in answer.headers if name != "Date"]
    body = re.sub(rb'"error_id":"[0-9a-f]{32}"', b"", answer.data)
    if answer.data:
        assert json.loads(answer.data)["title"]
    return answer.status_code, headers, body
