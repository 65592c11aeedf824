"""What the commands share: ``--data``, durations, and how results and failures are printed."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
from rich.console import Console
from rich.table import Table

from taxii_server.app import OpenServer, open_services

_Command = TypeVar("_Command", bound=Callable[..., Any])

DATA_ENV = "CLEARINGHOUSE_DATA"

_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}


def data_option(*, required: bool = True) -> Callable[[_Command], _Command]:
    """Return the ``--data DIR`` option of every command that touches a store."""
    return click.option(
        "--data",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        envvar=DATA_ENV,
        show_envvar=True,
        required=required,
        help="The data folder: configuration, store and runtime files.",
    )


def json_option(command: _Command) -> _Command:
    """Add ``--json``: one line of JSON on standard output, for programs."""
    add = click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
    return add(command)


def parse_duration(_ctx: click.Context, _param: click.Parameter, value: str) -> int:
    """Return the microseconds of ``90`` (seconds), ``15m``, ``24h`` or ``7d``; a click callback."""
    found = re.fullmatch(r"(\d{1,9})([smhd]?)", value, re.ASCII)
    if found is None:
        raise click.BadParameter(f"{value!r} is not a duration such as 90, 15m, 24h or 7d.")
    return int(found[1]) * _SECONDS[found[2]] * 1_000_000


@contextmanager
def open_data(data: Path) -> Iterator[OpenServer]:
    """Open a data folder for the time of a command.

    Raises:
        ConfigError: It is not a data folder, or cannot be used.
    """
    opened = open_services(data)
    try:
        yield opened
    finally:
        opened.services.store.close()


def fail(problem: str) -> NoReturn:
    """End the command with exit code 1 and a sentence on standard error."""
    click.echo(problem, err=True)
    sys.exit(1)


def print_json(value: object) -> None:
    """Print one line of JSON."""
    click.echo(json.dumps(value, ensure_ascii=False))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table whose cells are never cut when the output goes to a file or a pipe."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, no_wrap=True)
    for row in rows:
        table.add_row(*row)
    width = None if sys.stdout.isatty() else 10_000
    Console(markup=False, highlight=False, width=width).print(table, soft_wrap=True)
