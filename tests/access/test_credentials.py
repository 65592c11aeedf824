"""Making, rotating and disabling the secrets of a client."""

from __future__ import annotations

import pytest

from taxii_server.access.credentials import (
    client_problem,
    disable,
    hash_token,
    is_password,
    new_client,
    rotate,
)
from taxii_server.access.principal import Role

PUBLISHER = frozenset({Role.PUBLISHER})


def test_a_new_client_is_stored_as_hashes_of_its_secrets() -> None:
    record, made = new_client("fb-push", "facebook", PUBLISHER)

    assert is_password(made.password, record.password_hash)
    assert record.password_hash.startswith("$argon2id$")
    assert record.token_hash == hash_token(made.token)
    assert (record.name, record.member) == ("fb-push", "facebook")
    assert record.roles == {"publisher"}


def test_no_secret_is_in_what_is_stored_or_shown_by_accident() -> None:
    record, made = new_client("fb-push", "facebook", PUBLISHER)

    for secret in (made.password, made.token):
        assert secret not in repr(record)
        assert secret not in repr(made)


def test_every_client_has_secrets_of_its_own() -> None:
    _, first = new_client("a", "facebook", PUBLISHER)
    _, second = new_client("b", "facebook", PUBLISHER)

    assert len({first.password, first.token, second.password, second.token}) == 4


def test_a_token_can_be_told_from_a_password() -> None:
    _, made = new_client("a", "facebook", PUBLISHER)

    assert made.token.startswith("chk_")
    assert len(made.token) == 4 + 43
    assert len(made.password) == 43


def test_a_wrong_password_and_a_broken_hash_are_refused() -> None:
    record, made = new_client("a", "facebook", PUBLISHER)

    assert not is_password(made.password + "x", record.password_hash)
    assert not is_password(made.password, "not a hash")


def test_rotation_with_grace_keeps_the_old_hashes_until_then() -> None:
    record, _ = new_client("a", "facebook", PUBLISHER)

    rotated, made = rotate(record, grace_us=60, now_us=1000)

    assert is_password(made.password, rotated.password_hash)
    assert (rotated.old_password_hash, rotated.old_token_hash) == (
        record.password_hash,
        record.token_hash,
    )
    assert rotated.old_until_us == 1060


def test_rotation_without_grace_forgets_the_old_hashes() -> None:
    record, _ = new_client("a", "facebook", PUBLISHER)

    once, _ = rotate(record, grace_us=60, now_us=1000)
    twice, _ = rotate(once, grace_us=0, now_us=1001)

    assert (twice.old_password_hash, twice.old_token_hash, twice.old_until_us) == (None, None, 0)


def test_disabling_ends_a_grace_period() -> None:
    record, _ = new_client("a", "facebook", PUBLISHER)
    rotated, _ = rotate(record, grace_us=60, now_us=1000)

    disabled = disable(rotated)

    assert disabled.disabled
    assert (disabled.old_password_hash, disabled.old_token_hash) == (None, None)


@pytest.mark.parametrize(
    ("member", "roles"),
    [
        ("facebook", {Role.PUBLISHER}),
        ("facebook", {Role.PUBLISHER, Role.SUBSCRIBER, Role.AUDITOR}),
        ("facebook", {Role.AUDITOR}),
        (None, {Role.AUDITOR}),
        (None, {Role.OPERATOR}),
        (None, {Role.OPERATOR, Role.AUDITOR}),
    ],
)
def test_roles_add_up(member: str | None, roles: set[Role]) -> None:
    assert client_problem("a", member, roles) is None


@pytest.mark.parametrize(
    ("member", "roles", "problem"),
    [
        ("facebook", {Role.OPERATOR}, "An operator belongs to no member"),
        ("facebook", {Role.OPERATOR, Role.PUBLISHER}, "An operator belongs to no member"),
        (None, {Role.PUBLISHER}, "A publisher needs a member"),
        (None, {Role.SUBSCRIBER}, "A subscriber needs a member"),
        (None, {Role.SUBSCRIBER, Role.AUDITOR}, "A subscriber needs a member"),
        ("facebook", set(), "at least one role"),
    ],
)
def test_a_member_and_its_roles_must_fit(
    member: str | None, roles: set[Role], problem: str
) -> None:
    """Design section 1: operators and coalition auditors belong to no member."""
    with pytest.raises(ValueError, match=problem):
        new_client("a", member, roles)


@pytest.mark.parametrize("name", ["", "a:b", "a b", "-a", "ä", "a" * 65, "a\n"])
def test_a_name_fits_into_an_authorization_header(name: str) -> None:
    """RFC 7617: a colon ends the name."""
    problem = client_problem(name, "facebook", PUBLISHER)

    assert problem is not None
    assert problem.startswith("The name must be")
