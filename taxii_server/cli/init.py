"""``clearinghouse init``: make a data folder."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

import click

from taxii_server.app import init_data
from taxii_server.cli.options import data_option


@click.command()
@data_option()
@click.option(
    "--coalition",
    "coalition_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The members and the policy. Default: the coalition of 2020.",
)
def init(data: Path, coalition_file: Path | None) -> None:
    """Make a data folder: server.toml, coalition.toml and an empty store.

    Fixes all ids that the coalition file leaves open, and puts reference.toml beside
    the files, which explains every key. A folder that is in use is a failure; nothing
    in it is touched.
    """
    init_data(data, coalition_file)
    program, folder = _program(), shlex.quote(str(data))
    click.echo(f"{data} is ready. Next:")
    for role in ("publisher", "subscriber"):
        click.echo(f"  {program} client add NAME --member MEMBER --role {role} --data {folder}")
    click.echo(f"  {program} serve --data {folder}")


def _program() -> str:
    """Return how this program is called in the shell it was called from."""
    if shutil.which("clearinghouse") is not None:
        return "clearinghouse"
    return shlex.quote(str(Path(sys.argv[0]).resolve()))
