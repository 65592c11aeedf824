"""What every response has in common: headers, HEAD, gzip, paths served in place."""

from __future__ import annotations

import gzip
import json
import time
from email.utils import parsedate_to_datetime

import pytest

from taxii_server.media_types import CT
from tests.http.conftest import FROM_FACEBOOK, Site, make_identity

GETS = (
    "/taxii2/",
    "/coalition/",
    "/coalition/collections/",
    "/coalition/collections/from-facebook/",
    FROM_FACEBOOK,
    FROM_FACEBOOK + "?limit=1",
    "/coalition/collections/from-facebook/manifest/",
    FROM_FACEBOOK + "identity--00000000-0000-4000-8000-000000000000/",
    "/coalition/collections/write-only/objects/",
    "/nope/",
    "/healthz",
)


@pytest.fixture(scope="module", autouse=True)
def _filled(site: Site) -> None:
    for n in range(10):
        site.push(make_identity(name="y" * 300), make_identity(name=f"n{n}"))


@pytest.mark.parametrize("path", GETS)
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_head_is_get_without_its_body(site: Site, path: str, encoding: str) -> None:
    """T-URL-09, T-HDR-07."""
    headers = {"Accept-Encoding": encoding}
    got, head = site.get(path, headers=headers), site.request("HEAD", path, headers=headers)

    def shown(answer: object) -> list[tuple[str, str]]:
        return [pair for pair in answer.headers if pair[0] != "Date"]  # type: ignore[attr-defined]

    assert head.status_code == got.status_code
    assert shown(head) == shown(got)
    assert head.data == b""
    assert int(got.headers["Content-Length"]) == len(got.data)


@pytest.mark.parametrize("path", GETS)
def test_every_answer_may_not_be_cached_and_is_dated(site: Site, path: str) -> None:
    """T-CN-17, T-HDR-08."""
    answer = site.get(path)

    assert answer.headers["Vary"] == "Accept, Accept-Encoding, Authorization"
    assert answer.headers["Cache-Control"] == "no-store"
    assert abs(parsedate_to_datetime(answer.headers["Date"]).timestamp() - time.time()) < 5


@pytest.mark.parametrize("path", [path for path in GETS if path != "/healthz"])
def test_the_content_type_is_byte_exact(site: Site, path: str) -> None:
    """T-CN-01."""
    assert site.get(path).headers["Content-Type"] == "application/taxii+json;version=2.1"


def test_a_large_answer_is_compressed_where_the_client_agrees(site: Site) -> None:
    plain = site.get(FROM_FACEBOOK)
    packed = site.get(FROM_FACEBOOK, headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data


def test_a_gzip_body_is_pushed_like_a_plain_one(site: Site) -> None:
    """T-ADD-27."""
    body = gzip.compress(json.dumps({"objects": [make_identity()]}).encode())

    answer = site.request(
        "POST", FROM_FACEBOOK, data=body, headers={"Content-Type": CT, "Content-Encoding": "gzip"}
    )

    assert answer.status_code == 202
    assert answer.json is not None
    assert answer.json["success_count"] == 1


@pytest.mark.parametrize(
    "path",
    [
        "/coalition/collections/from-facebook/objects",
        "/coalition///collections/from-facebook/objects//",
        "/coalition/collections/from%2Dfacebook/objects/",
    ],
)
def test_a_path_is_served_in_place(site: Site, path: str) -> None:
    """T-URL-03, A-01: no redirect, the same body."""
    answer = site.get(path)

    assert answer.status_code == 200
    assert answer.data == site.get(FROM_FACEBOOK).data


def test_slashes_at_the_beginning_are_one(site: Site) -> None:
    """Q-17: a base URL with a slash at its end makes two."""
    path = "//coalition/collections/from-facebook/objects/"

    assert site.get("/", environ_overrides={"PATH_INFO": path}).data == site.get(FROM_FACEBOOK).data


def test_a_missing_slash_does_not_lose_a_push(site: Site) -> None:
    """A-01: nor is a POST turned into a GET."""
    assert site.push(make_identity(), to=FROM_FACEBOOK.rstrip("/"))["success_count"] == 1


def test_raw_and_escaped_brackets_are_the_same_filter(site: Site) -> None:
    """T-URL-13."""
    raw = site.get(FROM_FACEBOOK + "?match[type]=tool")

    assert raw.data == site.get(FROM_FACEBOOK + "?match%5Btype%5D=tool").data == b'{"more":false}'


@pytest.mark.parametrize(
    ("root", "alias"),
    [("/taxii2/circle", "inner"), ("", "host-root")],
    ids=["two segments", "host"],
)
def test_any_root_path_is_served(site: Site, root: str, alias: str) -> None:
    """T-URL-06."""
    discovered = site.get("/taxii2/").json
    assert discovered is not None
    assert f"http://127.0.0.1:8080{root}/" in discovered["api_roots"]
    assert site.get(f"{root}/").status_code == 200
    collections = site.get(f"{root}/collections/").json
    assert collections is not None
    assert [found["alias"] for found in collections["collections"]] == [alias]
    path = f"{root}/collections/{alias}/objects/"
    status = site.push(make_identity(), to=path)
    assert site.get(f"{root}/status/{status['id']}/").json == status
    assert site.get(f"/coalition/status/{status['id']}/").status_code == 404
    assert site.request("OPTIONS", path).headers["Allow"] == "GET, HEAD, OPTIONS, POST"
