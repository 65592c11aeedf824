"""``clearinghouse init``: make a data folder."""

from __future__ import annotations

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

    Fixes all ids that the coalition file leaves open. A folder that is in use is a
    failure; nothing in it is touched.
    """
    init_data(data, coalition_file)
    click.echo(f"{data} is ready. Next:")
    click.echo(f"  clearinghouse client add NAME --member MEMBER --role publisher --data {data}")
    click.echo(f"  clearinghouse serve --data {data}")
