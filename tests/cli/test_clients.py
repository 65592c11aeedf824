"""``clearinghouse client add | list | rotate | disable``."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from taxii_server.access.principal import Principal, Role
from taxii_server.app import open_services
from taxii_server.errors import UnauthenticatedError
from tests.cli.conftest import Run, read_json

PUBLISHER = ("--member", "facebook", "--role", "publisher")


def add(run: Run, data: Path, name: str, *options: str) -> Any:
    return read_json(run("client", "add", name, *options, "--data", data, "--json"))


def log_in(data: Path, name: str, secret: str) -> Principal:
    opened = open_services(data)
    try:
        sent = base64.b64encode(f"{name}:{secret}".encode()).decode()
        return opened.authenticator.authenticate(f"Basic {sent}", "192.0.2.1")
    finally:
        opened.services.store.close()


def test_add_prints_what_the_client_needs_to_log_in(run: Run, data: Path) -> None:
    made = add(run, data, "fb", *PUBLISHER, "--role", "subscriber")

    assert list(made) == ["name", "member", "roles", "password", "token"]
    assert (made["name"], made["member"]) == ("fb", "facebook")
    assert made["roles"] == ["publisher", "subscriber"]
    expected = Principal("fb", "facebook", frozenset({Role.PUBLISHER, Role.SUBSCRIBER}))
    assert log_in(data, "fb", made["password"]) == expected
    assert log_in(data, "fb", made["token"]) == expected


@pytest.mark.parametrize("role", ["operator", "auditor"])
def test_operators_and_coalition_auditors_have_no_member(run: Run, data: Path, role: str) -> None:
    assert add(run, data, "x", "--role", role)["member"] is None


def test_add_prints_the_same_for_people(run: Run, data: Path) -> None:
    result = run("client", "add", "fb", *PUBLISHER, "--data", data)

    shown = dict(line.split(":", 1) for line in result.stdout.splitlines())
    assert list(shown) == ["name", "member", "roles", "password", "token"]
    assert log_in(data, "fb", shown["password"].strip()).name == "fb"


def test_no_secret_is_stored(run: Run, data: Path) -> None:
    made = add(run, data, "fb", *PUBLISHER)

    for path in data.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert made["password"].encode() not in content, path
            assert made["token"].encode() not in content, path


@pytest.mark.parametrize(
    "options",
    [
        ("--role", "publisher"),
        ("--role", "subscriber"),
        ("--role", "operator", "--member", "facebook"),
    ],
)
def test_a_role_that_does_not_fit_its_member_is_wrong_usage(
    run: Run, data: Path, options: tuple[str, ...]
) -> None:
    assert run("client", "add", "x", *options, "--data", data).exit_code == 2


def test_an_unknown_member_is_a_failure(run: Run, data: Path) -> None:
    result = run("client", "add", "x", "--member", "myspace", "--role", "auditor", "--data", data)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "There is no member 'myspace'" in result.stderr


def test_a_name_is_taken_once(run: Run, data: Path) -> None:
    made = add(run, data, "fb", *PUBLISHER)

    result = run("client", "add", "fb", *PUBLISHER, "--data", data)

    assert (result.exit_code, result.stdout) == (1, "")
    assert log_in(data, "fb", made["password"]).name == "fb"


def test_list_shows_all_clients_and_no_secret(run: Run, data: Path) -> None:
    add(run, data, "fb", *PUBLISHER, "--role", "auditor")
    add(run, data, "op", "--role", "operator")
    run("client", "disable", "fb", "--data", data)

    found = read_json(run("client", "list", "--data", data, "--json"))

    assert found == [
        {"name": "fb", "member": "facebook", "roles": ["auditor", "publisher"], "disabled": True},
        {"name": "op", "member": None, "roles": ["operator"], "disabled": False},
    ]


def test_list_is_a_table_for_people(run: Run, data: Path) -> None:
    add(run, data, "fb", *PUBLISHER)

    rows = [line.split() for line in run("client", "list", "--data", data).stdout.splitlines()]

    assert rows == [
        ["NAME", "MEMBER", "ROLES", "DISABLED"],
        ["fb", "facebook", "publisher", "no"],
    ]


def test_rotate_replaces_the_secrets_at_once(run: Run, data: Path) -> None:
    old = add(run, data, "fb", *PUBLISHER)

    new = read_json(run("client", "rotate", "fb", "--data", data, "--json"))

    assert list(new) == list(old)
    assert log_in(data, "fb", new["password"]).name == "fb"
    with pytest.raises(UnauthenticatedError):
        log_in(data, "fb", old["password"])


def test_rotate_with_grace_keeps_the_old_secrets_valid(run: Run, data: Path) -> None:
    old = add(run, data, "fb", *PUBLISHER)

    new = read_json(run("client", "rotate", "fb", "--grace", "1h", "--data", data, "--json"))

    for secrets in (old, new):
        assert log_in(data, "fb", secrets["password"]).name == "fb"
        assert log_in(data, "fb", secrets["token"]).name == "fb"


def test_a_grace_is_at_most_a_year(run: Run, data: Path) -> None:
    """Longer, it is no rotation."""
    add(run, data, "fb", *PUBLISHER)

    refused = run("client", "rotate", "fb", "--grace", "366d", "--data", data)

    assert refused.exit_code == 2
    assert "longer than 365d" in refused.stderr
    assert run("client", "rotate", "fb", "--grace", "365d", "--data", data).exit_code == 0


def test_disable_says_for_programs_what_the_client_is_now(run: Run, data: Path) -> None:
    add(run, data, "fb", *PUBLISHER)

    found = read_json(run("client", "disable", "fb", "--data", data, "--json"))

    assert [found] == read_json(run("client", "list", "--data", data, "--json"))
    assert found["disabled"] is True


def test_disable_refuses_the_client(run: Run, data: Path) -> None:
    made = add(run, data, "fb", *PUBLISHER)

    result = run("client", "disable", "fb", "--data", data)

    assert (result.exit_code, result.stdout) == (0, "The client 'fb' is disabled.\n")
    with pytest.raises(UnauthenticatedError):
        log_in(data, "fb", made["token"])


def test_a_disabled_client_is_not_rotated(run: Run, data: Path) -> None:
    """New secrets that never work would be a trap."""
    add(run, data, "fb", *PUBLISHER)
    run("client", "disable", "fb", "--data", data)

    assert run("client", "rotate", "fb", "--data", data).exit_code == 1


@pytest.mark.parametrize("command", ["rotate", "disable"])
def test_an_unknown_client_is_a_failure(run: Run, data: Path, command: str) -> None:
    result = run("client", command, "nobody", "--data", data)

    assert (result.exit_code, result.stderr) == (1, "There is no client 'nobody'.\n")
