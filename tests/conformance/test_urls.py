"""URLs, methods and routing (T-URL)."""

from __future__ import annotations

import pytest

from tests.conformance.checks import is_error
from tests.support.coalitions import SECOND_ROOT, everybody_shares
from tests.support.servers import DataFolder, RunningServer
from tests.support.stix import envelope, make_indicator
from tests.support.wire import Client

GETTABLE = (
    "/taxii2/",
    "/coalition/",
    "/coalition/collections/",
    "/coalition/collections/from-facebook/",
    "/coalition/collections/from-facebook/objects/",
    "/coalition/collections/from-facebook/manifest/",
)


def test_discovery_stands_at_the_host_root(facebook: Client) -> None:
    """T-URL-01, T-DISC-01: exactly /taxii2/."""
    assert facebook.get("/taxii2/").json()["title"]
    assert facebook.get("/coalition/taxii2/").status == 404


def test_paths_end_in_a_slash_and_filters_follow_it(facebook: Client) -> None:
    """T-URL-02: the form that clients must send."""
    for path in GETTABLE:
        assert facebook.get(path).status == 200, path
    assert facebook.get(GETTABLE[-1] + "?limit=1").status == 200


@pytest.mark.parametrize("path", GETTABLE)
def test_a_missing_final_slash_is_served_in_place(facebook: Client, path: str) -> None:
    """T-URL-03, A-01: no redirect, the same body."""
    with_slash, without = facebook.get(path), facebook.get(path.rstrip("/"))

    assert without.status == 200
    assert without.body == with_slash.body


@pytest.mark.parametrize(
    "path",
    [
        "//taxii2/",
        "/taxii2//",
        "/coalition//collections/",
        "//coalition/collections//from-facebook//objects/",
        "/coalition/collections/from-facebook//objects",
    ],
)
def test_doubled_slashes_are_collapsed_in_place(facebook: Client, path: str) -> None:
    """T-URL-03, A-01, Q-17: MISP doubles a slash; a redirect would lose credentials."""
    assert facebook.get(path).status == 200


def test_post_without_the_final_slash_is_a_post(facebook: Client) -> None:
    """T-URL-03: a redirect would turn it into a GET."""
    answer = facebook.post("collections/from-facebook/objects", envelope(make_indicator()))

    assert answer.status == 202


def test_two_roots_are_served_at_distinct_urls(facebook: Client) -> None:
    """T-URL-04, T-URL-05, T-URL-06: a second root of two path segments."""
    roots = facebook.get("/taxii2/").json()["api_roots"]

    assert len(set(roots)) == len(roots) == 2
    assert facebook.get(f"/{SECOND_ROOT}/").status == 200
    assert facebook.get(f"/{SECOND_ROOT}/collections/second/objects/").status == 200
    assert facebook.get("/taxii2/").json()["api_roots"] == roots


def test_a_coalition_may_stand_at_a_path_below_discovery(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """T-URL-06: /taxii2/api1/ is routable when it is advertised."""
    text = everybody_shares().replace(
        'name = "Test coalition"', 'name = "Test coalition"\napi_root = "taxii2/api1"'
    )
    folder = DataFolder.make(tmp_path_factory.mktemp("root") / "data", text)
    folder.add_client("pub-facebook", "facebook", "publisher")
    with RunningServer(folder) as server:
        client = server.client("pub-facebook")

        assert client.get("/taxii2/").json()["default"] == f"{server.url}/taxii2/api1/"
        assert client.get("/taxii2/api1/").status == 200
        assert client.get("/taxii2/api1/collections/from-facebook/").status == 200
        assert client.get("/coalition/").status == 404


def test_other_urls_do_not_clash_with_taxii(shared: RunningServer) -> None:
    """T-URL-07: health is served without credentials and beside the TAXII paths."""
    for path in ("/healthz", "/readyz"):
        assert shared.client().get(path).status == 200


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/taxii2/", {"GET", "HEAD", "OPTIONS"}),
        ("POST", "/taxii2/", {"GET", "HEAD", "OPTIONS"}),
        ("DELETE", "/coalition/", {"GET", "HEAD", "OPTIONS"}),
        ("POST", "/coalition/collections/", {"GET", "HEAD", "OPTIONS"}),
        (
            "PUT",
            "/coalition/collections/from-facebook/objects/",
            {"GET", "HEAD", "OPTIONS", "POST"},
        ),
        (
            "DELETE",
            "/coalition/collections/from-facebook/objects/",
            {"GET", "HEAD", "OPTIONS", "POST"},
        ),
        ("PATCH", "/coalition/collections/from-facebook/manifest/", {"GET", "HEAD", "OPTIONS"}),
        (
            "POST",
            "/coalition/collections/from-facebook/objects/url--4c8a9f3b-3b60-4a8d-9b77-4a7d1f5b0a01/",
            {"GET", "HEAD", "OPTIONS", "DELETE"},
        ),
        (
            "DELETE",
            "/coalition/collections/from-facebook/objects/"
            "url--4c8a9f3b-3b60-4a8d-9b77-4a7d1f5b0a01/versions/",
            {"GET", "HEAD", "OPTIONS"},
        ),
    ],
)
def test_an_unsupported_method_is_405_with_allow(
    facebook: Client, method: str, path: str, allowed: set[str]
) -> None:
    """T-URL-08: with a TAXII error, and the methods that exist there."""
    answer = facebook.send(method, path)

    assert answer.status == 405
    assert {word.strip() for word in (answer.header("Allow") or "").split(",")} == allowed
    assert is_error(answer)


@pytest.mark.parametrize("path", [*GETTABLE, "/coalition/nope/", GETTABLE[-1] + "?limit=0"])
def test_head_answers_as_get_without_a_body(facebook: Client, path: str) -> None:
    """T-URL-09, T-HDR-07: same status and headers; an error has no body either."""
    get, head = facebook.get(path), facebook.send("HEAD", path)
    differing = {"date", "x-request-id"} | ({"content-length"} if get.status >= 400 else set())

    assert head.status == get.status
    assert head.body == b""
    kept = [pair for pair in get.headers if pair[0] not in differing]
    assert [pair for pair in head.headers if pair[0] not in differing] == kept


def test_options_with_credentials_names_the_methods(facebook: Client) -> None:
    """T-URL-11: 200 or 204 with a correct Allow."""
    answer = facebook.send("OPTIONS", "collections/from-facebook/objects/")

    assert answer.status in {200, 204}
    allowed = {word.strip() for word in (answer.header("Allow") or "").split(",")}
    assert allowed == {"GET", "HEAD", "OPTIONS", "POST"}


@pytest.mark.parametrize("path", ["/nope/", "/", "/coalition/nope/", "/coalition/collections/a/b/"])
def test_an_unknown_path_is_a_taxii_404(facebook: Client, path: str) -> None:
    """T-URL-12, T-ERR-07: not the framework's page."""
    answer = facebook.get(path)

    assert answer.status == 404
    assert is_error(answer)


def test_encoded_and_raw_brackets_mean_the_same(filled: Client) -> None:
    """T-URL-13: match%5Btype%5D and match[type]."""
    filled.post("objects/", envelope(make_indicator(), make_indicator()))

    raw = filled.get("objects/?match[type]=indicator&limit=1")
    encoded = filled.get("objects/?match%5Btype%5D=indicator&limit=1")

    assert raw.status == encoded.status == 200
    assert raw.body == encoded.body
    assert filled.get("objects/?match%5Btype%5D=malware").objects == []


@pytest.mark.parametrize(
    "part",
    ["..", "%2e%2e", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "%00", "a%00b", "x" * 10_000, "%ff", "%"],
)
@pytest.mark.parametrize(
    "template",
    [
        "/coalition/collections/{}/",
        "/coalition/collections/{}/objects/",
        "/coalition/collections/from-facebook/objects/{}/",
        "/coalition/status/{}/",
        "/{}/collections/",
    ],
)
def test_odd_path_parts_are_refused_without_failing(
    facebook: Client, template: str, part: str
) -> None:
    """T-URL-14: 404 or 400, no traversal, no 500."""
    answer = facebook.get(template.format(part))

    if answer.status == 200:  # a server may resolve dot segments (RFC 3986 section 5.2.4)
        assert part in {"..", "%2e%2e"}
        return
    assert answer.status in {400, 404, 414}
    assert b"root:" not in answer.body
