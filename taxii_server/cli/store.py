"""``clearinghouse upgrade`` and ``clearinghouse config check``: a data folder's own state."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from taxii_server.app import (
    COALITION_FILE,
    SERVER_FILE,
    former_members,
    open_services,
    require_data_folder,
    upgrade_data,
)
from taxii_server.cli.options import data_option, json_option, print_json
from taxii_server.errors import ConfigError
from taxii_server.services.circles import require_circles_safe
from taxii_server.settings import load_settings, settings_warnings
from taxii_server.sharing.coalition_file import parse_coalition
from taxii_server.sharing.coalition_warnings import coalition_warnings
from taxii_server.toml_tables import read_toml


@click.command()
@data_option()
@json_option
def upgrade(data: Path, as_json: bool) -> None:
    """Bring a store to this version's schema. Stop the server first.

    A store that is newer than this program is refused; one that is already of this
    version stays as it is.
    """
    before, after = upgrade_data(data)
    if as_json:
        print_json({"from": before, "to": after})
    elif before == after:
        click.echo(f"{data} has schema version {after} already.")
    else:
        click.echo(f"{data} was upgraded from schema version {before} to {after}.")


@click.group()
def config() -> None:
    """Look at a data folder's configuration."""


@config.command()
@data_option()
@json_option
def check(data: Path, as_json: bool) -> None:
    """Check server.toml and coalition.toml without starting the server.

    Checks every key of both files, the certificate and its key, and then both files
    against the store: the ids that are fixed there, and whether those who join a circle
    may see what stands in it. Beside a running server, too.

    Prints every problem and exits with 1; without any it prints warnings, if there
    are some, and exits with 0. Connects to nothing and changes nothing.
    """
    server_file, coalition_file = data / SERVER_FILE, data / COALITION_FILE
    warnings: list[str] = []

    def check_settings() -> None:
        found = settings_warnings(load_settings(server_file))
        warnings.extend(f"{server_file}: {warning}" for warning in found)

    def check_coalition() -> None:
        document = read_toml(coalition_file)
        coalition = parse_coalition(document, source=coalition_file)
        found = coalition_warnings(coalition, document)
        warnings.extend(f"{coalition_file}: {warning}" for warning in found)

    def check_store() -> None:
        found = _compare_with_store(data)
        warnings.extend(f"{coalition_file}: {warning}" for warning in found)

    problems = _problems_of(lambda: require_data_folder(data))
    problems = problems or _problems_of(check_settings) + _problems_of(check_coalition)
    problems = problems or _problems_of(check_store)
    if as_json:
        print_json({"problems": problems, "warnings": warnings})
    else:
        for problem in problems:
            click.echo(problem, err=True)
        for warning in warnings:
            click.echo(f"warning: {warning}", err=True)
    if problems:
        sys.exit(1)
    if not as_json:
        click.echo(f"{data}: ok")


def _compare_with_store(data: Path) -> list[str]:
    """Return warnings about usable files that stand beside this store.

    Raises:
        ConfigError: ``serve`` would refuse to start with it.
    """
    opened = open_services(data, only_look=True)
    try:
        require_circles_safe(opened.services, data / COALITION_FILE)
        return [
            f"[[member]] {name}: is in the store and no more in this file: its clients can do "
            "nothing now, and its name and identities stay taken"
            for name in former_members(opened)
        ]
    finally:
        opened.services.store.close()


def _problems_of(check: Callable[[], object]) -> list[str]:
    try:
        check()
    except ConfigError as error:
        return [f"{error.source}: {problem}" for problem in error.problems]
    return []
