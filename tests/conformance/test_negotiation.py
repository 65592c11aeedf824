"""Content negotiation (T-CN)."""

from __future__ import annotations

import gzip
import json

import pytest

from tests.conformance.checks import is_error
from tests.support.coalitions import everybody_shares
from tests.support.servers import DataFolder, RunningServer
from tests.support.stix import envelope, make_indicator
from tests.support.wire import TAXII, Client

PATHS = (
    "/taxii2/",
    "/coalition/",
    "/coalition/collections/",
    "/coalition/collections/from-facebook/",
    "/coalition/collections/from-facebook/objects/",
    "/coalition/collections/from-facebook/manifest/",
)
ACCEPTED = (
    TAXII,
    "application/taxii+json",
    "application/taxii+json; version=2.1",
    'application/taxii+json;version="2.1"',
    "APPLICATION/TAXII+JSON;VERSION=2.1",
    "text/html, application/taxii+json;version=2.1;q=0.5",
    "application/taxii+json;version=2.1;q=0.5, text/html",
    f"{TAXII},application/stix+json;version=2.1",
    f"application/stix+json;version=2.1,{TAXII}",
    f"application/taxii+json;version=2.0, {TAXII}",
    "*/*",
    "application/*",
    "application/json, text/plain, */*",
    None,
)
REFUSED = (
    "application/taxii+json;version=2.0",
    "application/vnd.oasis.taxii+json;version=2.0",
    "application/stix+json;version=2.1",
    "text/html",
    f"{TAXII};q=0",
    "text/*",
)


@pytest.mark.parametrize("accept", ACCEPTED)
@pytest.mark.parametrize("path", PATHS)
def test_an_accept_header_that_covers_taxii_2_1_is_served(
    facebook: Client, path: str, accept: str | None
) -> None:
    """T-CN-01 to T-CN-08, A-21, T-NET-08: 200, Content-Type byte-exact.

    T-CN-02, T-CN-03, T-CN-04, T-CN-05, T-CN-06, T-CN-07 are the cases of ``ACCEPTED``.
    """
    answer = facebook.get(path, accept=accept)

    assert answer.status == 200
    assert answer.all("Content-Type") == [TAXII]


@pytest.mark.parametrize("accept", REFUSED)
@pytest.mark.parametrize("path", PATHS)
def test_an_accept_header_that_excludes_taxii_2_1_is_406(
    facebook: Client, path: str, accept: str
) -> None:
    """T-CN-09, T-CN-10, T-CN-11, T-DISC-09, T-ROOT-07, T-STAT-13: 406 with a TAXII error."""
    answer = facebook.get(path, accept=accept)

    assert answer.status == 406
    assert is_error(answer)


def test_repeated_accept_headers_are_one_list(facebook: Client) -> None:
    """T-CN-05: RFC 7231 section 5.3.2."""
    answer = facebook.get("/taxii2/", headers=[("Accept", "text/html"), ("Accept", TAXII)])

    assert answer.status == 200


@pytest.mark.parametrize(
    "content_type",
    [
        TAXII,
        "application/taxii+json; version=2.1",
        'application/taxii+json;version="2.1"',
        "Application/TAXII+json;version=2.1",
        "application/taxii+json",
        "application/stix+json;version=2.1",
        "application/stix+json",
        "application/json",
        "application/json; charset=utf-8",
    ],
)
def test_taxii_and_json_content_types_are_read(facebook: Client, content_type: str) -> None:
    """T-CN-12, T-CN-13, T-CN-15, A-22: never 415."""
    answer = facebook.post(
        "collections/from-facebook/objects/", envelope(make_indicator()), content_type=content_type
    )

    assert answer.status == 202


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/taxii+json;version=2.0",
        "application/vnd.oasis.stix+json;version=2.0",
        "nonsense",
        "",
    ],
)
def test_other_content_types_are_415(facebook: Client, content_type: str | None) -> None:
    """T-CN-14, T-ADD-18: with a TAXII error, and nothing stored."""
    stix = make_indicator()

    answer = facebook.post(
        "collections/from-facebook/objects/", envelope(stix), content_type=content_type
    )

    assert answer.status == 415
    assert is_error(answer)
    assert facebook.get(f"collections/from-facebook/objects/{stix['id']}/").status == 404


def test_json_content_types_can_be_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    """T-CN-15: accept_json_content_types = false makes them 415."""
    folder = DataFolder.make(
        tmp_path_factory.mktemp("strict") / "data",
        everybody_shares(),
        "[taxii]\naccept_json_content_types = false\n",
    )
    folder.add_client("pub-facebook", "facebook", "publisher")
    with RunningServer(folder) as server:
        client = server.client("pub-facebook").at("/coalition/collections/from-facebook/")

        for content_type, expected in (
            ("application/json", 415),
            ("application/stix+json;version=2.1", 415),
            (TAXII, 202),
        ):
            answer = client.post("objects/", envelope(make_indicator()), content_type=content_type)
            assert answer.status == expected, content_type


def test_bodies_are_utf_8_json_without_a_byte_order_mark(filled: Client) -> None:
    """T-CN-16: and without duplicate keys, which ``Answer.json`` refuses."""
    filled.post("objects/", envelope(make_indicator(name="Zażółć 語 🜁")))

    answer = filled.get("objects/")

    assert not answer.body.startswith(b"\xef\xbb\xbf")
    assert json.loads(answer.body.decode("utf-8"))["objects"][0]["name"] == "Zażółć 語 🜁"


def test_answers_vary_and_are_not_stored(facebook: Client) -> None:
    """T-CN-17: on content and on errors."""
    for path in (*PATHS, "/nope/"):
        answer = facebook.get(path)
        varies = {word.strip() for word in ",".join(answer.all("Vary")).split(",")}

        assert varies == {"Accept", "Accept-Encoding", "Authorization"}, path
        assert answer.header("Cache-Control") == "no-store", path


def test_a_content_type_on_get_is_ignored(facebook: Client) -> None:
    """T-CN-18: cytaxii2 and MISP send one."""
    for value in (TAXII, "text/plain"):
        assert facebook.get("/taxii2/", headers=[("Content-Type", value)]).status == 200


def test_an_answer_is_compressed_when_asked(filled: Client) -> None:
    """T-CN-17, T-ADD-27: gzip, the same body."""
    for _ in range(3):
        filled.post("objects/", envelope(*(make_indicator() for _ in range(20))))
    plain = filled.get("objects/")

    packed = filled.get("objects/", headers=[("Accept-Encoding", "gzip")])

    assert packed.header("Content-Encoding") == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert plain.header("Content-Encoding") is None
    assert packed.header("Content-Type") == TAXII
