"""The published description agrees with what is served."""

from __future__ import annotations

import re
from typing import Any

import pytest

from taxii_server.errors import TaxiiError
from taxii_server.http.openapi import openapi_document
from tests.http.conftest import FROM_FACEBOOK, Site, make_identity

DOCUMENT = openapi_document("Test coalition", "coalition")
METHODS = {"get", "post", "delete"}


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, item[method])
        for path, item in DOCUMENT["paths"].items()
        for method in sorted(METHODS & set(item))
    ]


def test_it_is_served_without_credentials_and_names_no_other_root(site: Site) -> None:
    served = site.get("/openapi.json", client=None)

    assert served.json == DOCUMENT
    assert "circle" not in served.text


def test_it_describes_every_route_and_method(site: Site) -> None:
    routes = {
        (re.sub(r"<(\w+)>", "{}", rule.rule).rstrip("/"), method.lower())
        for rule in site.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not rule.defaults or rule.defaults["api_root"] == "coalition"
    }
    described = {
        (re.sub(r"\{\w+\}", "{}", path).rstrip("/"), method) for path, method, _ in operations()
    }

    assert described == routes


@pytest.mark.parametrize(("path", "method", "operation"), operations())
def test_every_failure_it_names_is_one_that_exists(
    path: str, method: str, operation: dict[str, Any]
) -> None:
    assert path
    assert method
    known = {str(error.http_status) for error in TaxiiError.__subclasses__()} | {"200", "202"}

    assert set(operation["responses"]) <= known


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("discovery", "/taxii2/"),
        ("api-root", "/coalition/"),
        ("collections", "/coalition/collections/"),
        ("collection", "/coalition/collections/room/"),
        ("envelope", FROM_FACEBOOK + "?limit=1"),
        ("envelope", FROM_FACEBOOK + "?match[type]=tool"),
        ("manifest", "/coalition/collections/from-facebook/manifest/?limit=1"),
        ("manifest", "/coalition/collections/from-facebook/manifest/?match[type]=tool"),
        ("error", "/nope/"),
        ("error", FROM_FACEBOOK + "?limit=0"),
    ],
)
def test_what_is_served_is_as_described(site: Site, name: str, path: str) -> None:
    """T-DT-02, T-DT-06, T-DT-08."""
    import jsonschema_rs

    site.push(make_identity(), make_identity())
    schema = {
        "$ref": f"#/components/schemas/{name}",
        "components": DOCUMENT["components"],
    }

    answer = site.get(path)

    assert list(jsonschema_rs.validator_for(schema).iter_errors(answer.json)) == []
