"""Checks that tests of many lines share; each says which lines it stands for."""

from __future__ import annotations

import re
from typing import Any

from tests.support.wire import TAXII, Answer

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def is_error(answer: Answer) -> bool:
    """Check a TAXII error resource (T-ERR-01 to T-ERR-04, T-DT-07) and return true."""
    assert answer.status >= 400, answer
    assert answer.header("Content-Type") == TAXII, answer
    error = answer.json()
    assert isinstance(error["title"], str)
    assert error["title"]
    assert error.get("http_status", str(answer.status)) == str(answer.status)
    for name in ("description", "error_id", "error_code", "external_details", "http_status"):
        assert isinstance(error.get(name, ""), str), name
    assert isinstance(error.get("details", {}), dict)
    return True


def require_no_empty_lists(value: Any) -> None:
    """Check that no list anywhere is empty (T-DT-02)."""
    if isinstance(value, dict):
        for inner in value.values():
            require_no_empty_lists(inner)
    elif isinstance(value, list):
        assert value, "an empty list"
        for inner in value:
            require_no_empty_lists(inner)


def require_dates(answer: Answer) -> None:
    """Check that both date headers are present and are timestamps (T-HDR-01, T-HDR-02)."""
    for value in answer.dates:
        assert value is not None
        assert TIMESTAMP.fullmatch(value), value


def require_status(status: dict[str, Any]) -> None:
    """Check a status resource (T-STAT-02 to T-STAT-06, T-ADD-21, T-DT-03)."""
    assert UUID4.fullmatch(status["id"])
    assert status["status"] in {"complete", "pending"}
    counts = {name: status[f"{name}_count"] for name in ("total", "success", "failure", "pending")}
    assert all(type(count) is int and count >= 0 for count in counts.values())
    assert counts["success"] + counts["failure"] + counts["pending"] == counts["total"]
    assert TIMESTAMP.fullmatch(status["request_timestamp"])
    for name, key in (("success", "successes"), ("failure", "failures"), ("pending", "pendings")):
        if key in status:
            assert len(status[key]) == counts[name] > 0
            for detail in status[key]:
                assert detail["id"]
                assert detail["version"]
    require_no_empty_lists(status)


def page_of(answer: Answer) -> list[Any]:
    """Return the items of any list endpoint's page: objects, manifest records or versions."""
    body = answer.json()
    found: list[Any] = body.get("objects", body.get("versions", []))
    return found


def walk(client: Any, path: str, **query: Any) -> list[Answer]:
    """Follow ``next`` with the same filters until ``more`` ends; at most 1,000 pages."""
    pages: list[Answer] = []
    token: dict[str, str] = {}
    for _ in range(1000):
        answer = client.get(path, {**query, **token})
        assert answer.status == 200, answer
        pages.append(answer)
        body = answer.json()
        if not body.get("more"):
            assert "next" not in body  # T-PAG-06
            return pages
        token = {"next": body["next"]}
    raise AssertionError("a walk of more than 1,000 pages")
