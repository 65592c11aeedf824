"""Get Status: for whom and for how long."""

from __future__ import annotations

import pytest

from tests.http.conftest import Site, make_identity

HOUR_US = 3_600_000_000


def test_a_status_answers_with_the_bytes_of_the_push(site: Site) -> None:
    """T-STAT-01, T-STAT-10."""
    status = site.push(make_identity(), make_identity(name=7))

    assert (status["success_count"], status["failure_count"]) == (1, 1)
    assert site.get(f"/coalition/status/{status['id']}/").json == status


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        ("pub-facebook", 200),
        ("aud-facebook", 200),
        ("auditor", 200),
        ("sub-facebook", 404),
        ("pub-twitter", 404),
        ("operator", 404),
    ],
)
def test_a_status_is_for_its_members_publishers_and_auditors(
    site: Site, client: str, expected: int
) -> None:
    """T-STAT-13, A-26."""
    status = site.push(make_identity())

    answer = site.get(f"/coalition/status/{status['id']}/", client=client)

    assert answer.status_code == expected


@pytest.mark.parametrize(
    ("age_us", "expected"), [(24 * HOUR_US - 60_000_000, 200), (25 * HOUR_US, 404)]
)
def test_a_status_is_kept_a_day(
    site: Site, monkeypatch: pytest.MonkeyPatch, age_us: int, expected: int
) -> None:
    """T-STAT-11, T-STAT-12."""
    status = site.push(make_identity())
    monkeypatch.setattr(type(site.clock), "ahead_us", age_us)

    assert site.get(f"/coalition/status/{status['id']}/").status_code == expected


def test_the_methods_of_a_hidden_status_are_hidden(site: Site) -> None:
    """INV-SCOPE: 405 would tell that it exists."""
    path = f"/coalition/status/{site.push(make_identity())['id']}/"

    assert site.request("DELETE", path).status_code == 405
    assert site.request("DELETE", path, client="pub-twitter").status_code == 404
