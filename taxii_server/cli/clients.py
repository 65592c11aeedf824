"""``clearinghouse client add | list | rotate | disable``.

A running server reads the client's row on every request, so each of these takes
effect at once, on every worker.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from taxii_server.access.credentials import (
    Secrets,
    client_problem,
    disable,
    new_client,
    rotate,
)
from taxii_server.access.principal import Role
from taxii_server.cli.options import (
    data_option,
    fail,
    json_option,
    open_data,
    parse_duration,
    print_json,
    print_table,
)
from taxii_server.storage.protocol import ClientRecord, Store

MOST_GRACE_US = 365 * 86_400 * 1_000_000


def _parse_grace(ctx: click.Context, param: click.Parameter, value: str) -> int:
    grace = parse_duration(ctx, param, value)
    if grace > MOST_GRACE_US:
        raise click.BadParameter(f"{value!r} is longer than 365d, the most.")
    return grace


@click.group()
def client() -> None:
    """Manage who may log in. Secrets are stored as hashes only."""


@client.command("add")
@click.argument("name")
@click.option(
    "--member", help="The member it belongs to; none for operators and coalition auditors."
)
@click.option(
    "--role",
    "roles",
    type=click.Choice([role.value for role in Role]),
    multiple=True,
    required=True,
    help="What it may do. Give the option again for more; roles add up.",
)
@data_option()
@json_option
def add_client(
    name: str, member: str | None, roles: tuple[str, ...], data: Path, as_json: bool
) -> None:
    """Add the client NAME and print its password and API token, once.

    A publisher pushes to its member's submissions and reads them. A subscriber reads
    its member's feed. An auditor reads and never writes: of its member, or of all
    where it has none. An operator reads /metrics and no content; clients and the policy
    are managed by commands and files on the server's own data folder, never over HTTP.
    """
    wanted = frozenset(Role(role) for role in roles)
    problem = client_problem(name, member, wanted)
    if problem is not None:
        raise click.UsageError(problem)
    with open_data(data) as opened:
        known = opened.services.coalition.names
        if member is not None and member not in known:
            fail(f"There is no member {member!r}; members are {', '.join(sorted(known))}.")
        record, made = new_client(name, member, wanted)
        if not opened.services.store.add_client(record):
            fail(f"There is a client {name!r} already; choose another name.")
    _print_secrets(record, made, as_json=as_json)


@client.command("list")
@data_option()
@json_option
def list_clients(data: Path, as_json: bool) -> None:
    """List all clients: name, member, roles, and whether they are disabled."""
    with open_data(data) as opened:
        records = opened.services.store.list_clients()
    if as_json:
        print_json([_shown(record) for record in records])
        return
    rows = [
        (r.name, r.member or "-", " ".join(sorted(r.roles)), "yes" if r.disabled else "no")
        for r in records
    ]
    print_table(("NAME", "MEMBER", "ROLES", "DISABLED"), rows)


@client.command("rotate")
@click.argument("name")
@click.option(
    "--grace",
    callback=_parse_grace,
    default="0",
    metavar="DURATION",
    show_default=True,
    help="How long the old secrets stay valid: seconds, or 15m, 24h, 7d; at most 365d.",
)
@data_option()
@json_option
def rotate_client(name: str, grace: int, data: Path, as_json: bool) -> None:
    """Give the client NAME a new password and API token and print them, once.

    With --grace the secrets it had stay valid beside the new ones for that long. Secrets
    that were in their grace already end at once: two pairs are valid at most.
    """
    with open_data(data) as opened:
        store = opened.services.store
        record = _get_client(store, name)
        if record.disabled:
            fail(f"The client {name!r} is disabled; add a client of another name.")
        record, made = rotate(record, grace_us=grace, now_us=opened.services.clock())
        store.replace_client(record)
    _print_secrets(record, made, as_json=as_json)


@client.command("disable")
@click.argument("name")
@data_option()
@json_option
def disable_client(name: str, data: Path, as_json: bool) -> None:
    """Refuse the client NAME from now on. Its name stays taken."""
    with open_data(data) as opened:
        store = opened.services.store
        record = disable(_get_client(store, name))
        store.replace_client(record)
    if as_json:
        print_json(_shown(record))
        return
    click.echo(f"The client {name!r} is disabled.")


def _shown(record: ClientRecord) -> dict[str, Any]:
    """Return what may be shown of a client."""
    return {
        "name": record.name,
        "member": record.member,
        "roles": sorted(record.roles),
        "disabled": record.disabled,
    }


def _get_client(store: Store, name: str) -> ClientRecord:
    record = store.get_client(name)
    if record is None:
        fail(f"There is no client {name!r}.")
    return record


def _print_secrets(record: ClientRecord, made: Secrets, *, as_json: bool) -> None:
    shown = {
        "name": record.name,
        "member": record.member,
        "roles": sorted(record.roles),
        "password": made.password,
        "token": made.token,
    }
    if as_json:
        print_json(shown)
        return
    for key, value in shown.items():
        text = " ".join(value) if isinstance(value, list) else value or "-"
        click.echo(f"{key + ':':<10}{text}")
    click.echo("Keep the secrets now: only their hashes are stored.", err=True)
