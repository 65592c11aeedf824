"""Custom properties, reserved keywords and what interoperability adds (T-CUS, T-CONF, T-INT)."""

from __future__ import annotations

import re
from typing import Any

from tests.support.servers import RunningServer
from tests.support.stix import envelope, make_indicator
from tests.support.wire import Client

SPECIFIED = {
    "title", "description", "contact", "default", "api_roots", "versions", "max_content_length",
    "id", "alias", "can_read", "can_write", "media_types", "collections", "more", "next",
    "objects", "date_added", "version", "media_type", "status", "request_timestamp",
    "total_count", "success_count", "successes", "failure_count", "failures", "pending_count",
    "pendings", "message", "error_id", "error_code", "http_status", "external_details",
    "details",
}  # fmt: skip


def _names(value: Any) -> set[str]:
    if isinstance(value, dict):
        inner = set().union(*(_names(one) for one in value.values())) if value else set()
        return set(value) | inner
    if isinstance(value, list):
        return set().union(*(_names(one) for one in value)) if value else set()
    return set()


def test_our_own_resources_have_no_odd_names(facebook: Client, filled: Client) -> None:
    """T-CUS-01: a custom property would be lower case, 3 to 250 characters, ``x_`` in front."""
    status = filled.post("objects/", envelope(make_indicator(), {"type": "x"})).json()
    seen = _names(status)
    for path in ("/taxii2/", "", "collections/", "collections/from-facebook/", "nope/"):
        error_free = dict(facebook.get(path).json())
        error_free.pop("details", None)
        seen |= _names(error_free)
    seen |= _names(filled.get("manifest/").json())

    for name in seen - SPECIFIED:
        assert re.fullmatch(r"x_[a-z0-9_]{1,248}", name), name


def test_everything_that_the_standard_calls_mandatory_is_there(filled: Client) -> None:
    """T-CONF-01: add, read, manifest, versions, status and delete in one go."""
    stix = make_indicator()
    status = filled.post("objects/", envelope(stix)).json()
    path = f"objects/{stix['id']}/"

    assert filled.get(f"/coalition/status/{status['id']}/").status == 200
    for read in ("objects/", "manifest/", path, path + "versions/", ""):
        assert filled.get(read).status == 200, read
    assert filled.delete(path).status == 200


def test_a_status_id_of_ours_is_not_the_request_id(shared: RunningServer, filled: Client) -> None:
    """T-CUS-02: an envelope's unknown property comes back nowhere."""
    answer = filled.post("objects/", {**envelope(make_indicator()), "x_mark": "never-seen-again"})

    assert answer.status == 202
    assert b"never-seen-again" not in answer.body
    assert b"never-seen-again" not in filled.get("objects/").body
