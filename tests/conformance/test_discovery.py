"""Discovery and API Root (T-DISC, T-ROOT)."""

from __future__ import annotations

import re

import pytest

from tests.conformance.checks import is_error
from tests.support.coalitions import SECOND_ROOT, everybody_shares
from tests.support.servers import DataFolder, RunningServer
from tests.support.wire import TAXII, Client


def test_discovery_has_a_title_and_the_roots(shared: RunningServer, facebook: Client) -> None:
    """T-DISC-01, T-DISC-02, T-DISC-03, T-INT-06: ``default`` is one of ``api_roots``."""
    answer = facebook.get("/taxii2/")
    found = answer.json()

    assert answer.header("Content-Type") == TAXII
    assert found["title"] == "Test coalition"
    assert found["default"] in found["api_roots"]
    assert found["default"] == f"{shared.url}/coalition/"


def test_roots_are_absolute_urls_that_end_in_a_slash(facebook: Client) -> None:
    """T-DISC-04, T-DISC-05, A-17: http only because this is loopback without TLS."""
    for url in facebook.get("/taxii2/").json()["api_roots"]:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[^?]*/", url)
        assert "//" not in url.partition("://")[2]


def test_the_host_header_does_not_change_discovery(facebook: Client) -> None:
    """T-DISC-10, A-17: never the client's word for where we are."""
    normal = facebook.get("/taxii2/").json()
    with_host = facebook.connect()
    with_host.putrequest("GET", "/taxii2/", skip_host=True)
    with_host.putheader("Host", "evil.example")
    with_host.putheader("X-Forwarded-Host", "evil.example")
    with_host.putheader("X-Forwarded-Proto", "https")
    with_host.putheader("Authorization", facebook.authorization or "")
    with_host.endheaders()
    body = with_host.getresponse().read()
    with_host.close()

    assert b"evil.example" not in body
    assert normal["default"].encode() in body


def test_a_root_is_shown_to_whoever_sees_a_collection_there(
    shared: RunningServer, facebook: Client, twitter: Client
) -> None:
    """T-DISC-07, T-ROOT-07: hidden from others, and 404 for them."""
    second = f"{shared.url}/{SECOND_ROOT}/"

    assert second in facebook.get("/taxii2/").json()["api_roots"]
    assert second not in twitter.get("/taxii2/").json()["api_roots"]
    assert facebook.get(f"/{SECOND_ROOT}/").status == 200
    assert twitter.get(f"/{SECOND_ROOT}/").status == 404
    assert twitter.get(f"/{SECOND_ROOT}/collections/").status == 404


def test_discovery_refuses_as_everything_does(shared: RunningServer, facebook: Client) -> None:
    """T-DISC-09: 401 without credentials, 406 for a bad Accept."""
    assert shared.client().get("/taxii2/").status == 401
    assert facebook.get("/taxii2/", accept="text/html").status == 406


def test_the_configured_base_url_is_what_discovery_shows(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """T-DISC-10: behind a reverse proxy scheme and host are configured."""
    folder = DataFolder.make(
        tmp_path_factory.mktemp("proxied") / "data",
        everybody_shares(),
        '[server]\nbase_url = "https://taxii.example.org"\nbehind_proxy = true\n',
    )
    folder.add_client("sub-cisa", "cisa", "subscriber")
    with RunningServer(folder) as server:
        found = server.client("sub-cisa").get("/taxii2/").json()

    assert found["api_roots"] == ["https://taxii.example.org/coalition/"]
    assert found["default"] == "https://taxii.example.org/coalition/"


def test_an_api_root_describes_itself(facebook: Client) -> None:
    """T-ROOT-01, T-ROOT-02, T-ROOT-03, T-ROOT-04, T-INT-06."""
    answer = facebook.get("")
    found = answer.json()

    assert answer.status == 200
    assert found["title"] == "Test coalition"
    assert TAXII in found["versions"]
    for version in found["versions"]:
        assert re.fullmatch(r"application/taxii\+json;version=\d+\.\d+", version)
    assert found["max_content_length"] == 1_048_576


@pytest.mark.parametrize(
    "path",
    ["/api3/", "/api3/collections/", "/api3/collections/from-facebook/objects/", "/taxii2/x/"],
)
def test_an_unknown_root_is_404_with_all_that_is_below(facebook: Client, path: str) -> None:
    """T-ROOT-05, T-ROOT-08, T-INT-06, T-COL-13."""
    answer = facebook.get(path)

    assert answer.status == 404
    assert is_error(answer)


def test_a_root_refuses_as_everything_does(shared: RunningServer, facebook: Client) -> None:
    """T-ROOT-07: 401 without credentials, 404 for a root that is hidden, 406 for a bad Accept."""
    assert shared.client().get("/coalition/").status == 401
    assert shared.client("pub-twitter").get(f"/{SECOND_ROOT}/").status == 404
    assert facebook.get("", accept="text/html").status == 406


def test_the_coalitions_root_is_visible_to_every_client(shared: RunningServer) -> None:
    """T-DISC-06: so ``api_roots`` is never empty here; an operator sees one root, no collection."""
    operator = shared.client("operator")

    assert operator.get("/taxii2/").json()["api_roots"] == [f"{shared.url}/coalition/"]
    assert operator.get("collections/").json() == {}


def test_a_collection_of_one_root_is_not_found_under_another(facebook: Client) -> None:
    """T-URL-05, T-COL-13: each root has its own collections."""
    assert facebook.get("collections/second/").status == 404
    assert facebook.get(f"/{SECOND_ROOT}/collections/from-facebook/").status == 404


def test_the_channels_keyword_is_left_alone(facebook: Client) -> None:
    """T-CONF-02: TAXII 2.1 section 6 reserves it."""
    assert facebook.get("channels/").status == 404
