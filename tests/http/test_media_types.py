"""Accept, Content-Type and Accept-Encoding (``taxii_server.media_types``)."""

from __future__ import annotations

import pytest

from taxii_server.errors import NotAcceptableError, UnsupportedMediaError
from taxii_server.media_types import (
    CT,
    accepts_gzip,
    parse_media_type,
    require_acceptable,
    require_taxii_content,
)


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [""],
        [CT],
        ["application/taxii+json"],
        ["application/taxii+json; version=2.1"],
        ['application/taxii+json;version="2.1"'],
        ["APPLICATION/TAXII+JSON;VERSION=2.1"],
        ["text/html, application/taxii+json;version=2.1;q=0.5"],
        ["application/taxii+json;version=2.1;q=0.001 , text/html"],
        ["text/html", CT],
        ["application/taxii+json;version=2.1,application/stix+json;version=2.1"],
        ["*/*"],
        ["application/*"],
        ["application/json, text/plain, */*"],
        ["application/taxii+json;version=2.0, */*;q=0.1"],
        ['text/plain;x="a,b;c\\"", */*'],
        ["nonsense, */*"],
    ],
)
def test_a_client_that_takes_taxii_2_1_is_never_refused(headers: list[str]) -> None:
    """T-CN-02 to T-CN-08."""
    require_acceptable(headers)


@pytest.mark.parametrize(
    "headers",
    [
        ["application/taxii+json;version=2.0"],
        ["application/vnd.oasis.taxii+json;version=2.0"],
        ["application/stix+json;version=2.1"],
        ["application/json"],
        ["text/html"],
        ["text/*"],
        ["application/taxii+json;version=2.1;q=0"],
        ["application/taxii+json;version=2.1;q=0, */*"],
        ["application/taxii+json;q=0.000, */*"],
        ['text/plain;x="*/*"'],
        ["nonsense"],
    ],
)
def test_a_client_that_excludes_taxii_2_1_is_refused(headers: list[str]) -> None:
    """T-CN-09 to T-CN-11: the most precise range decides."""
    with pytest.raises(NotAcceptableError):
        require_acceptable(headers)


@pytest.mark.parametrize(
    "content_type",
    [
        CT,
        "application/taxii+json; version=2.1",
        "Application/TAXII+json",
        'application/taxii+json;version="2.1"',
    ],
)
@pytest.mark.parametrize("accept_json", [True, False])
def test_an_envelope_of_taxii_2_1_is_read(content_type: str, accept_json: bool) -> None:
    """T-CN-12, T-CN-13."""
    require_taxii_content(content_type, accept_json=accept_json)


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/taxii+json;version=2.0",
        "*/*",
    ],
)
def test_another_body_is_unsupported(content_type: str | None) -> None:
    """T-CN-14."""
    with pytest.raises(UnsupportedMediaError):
        require_taxii_content(content_type, accept_json=True)


@pytest.mark.parametrize("content_type", ["application/json", "application/stix+json;version=2.1"])
def test_other_json_is_read_only_where_it_is_allowed(content_type: str) -> None:
    """T-CN-15, A-22."""
    require_taxii_content(content_type, accept_json=True)
    with pytest.raises(UnsupportedMediaError):
        require_taxii_content(content_type, accept_json=False)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("gzip", True),
        ("gzip, deflate, br", True),
        ("GZIP;q=0.1", True),
        ("*", True),
        ("identity;q=0.5, gzip", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip;q=0.0, *", False),
        ("identity, gzip;q=0.5", False),
        ("deflate", False),
    ],
)
def test_gzip_is_used_only_where_the_client_prefers_it(header: str, expected: bool) -> None:
    assert accepts_gzip(header) is expected


@pytest.mark.parametrize("text", ["", "/", "a", "a/", "/b", "a/b/c", "a b/c", "\x00"])
def test_what_is_no_media_type_is_none(text: str) -> None:
    assert parse_media_type(text) is None
