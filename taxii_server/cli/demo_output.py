"""What ``clearinghouse demo`` prints for people: two polls, credentials, lines to paste.

The table has one line or two for each row on a terminal of 80 columns, so that both
polls can be compared at a glance: in the cells only the rule's name, below the table
what the server said of each rule. A line to paste works from any folder, whatever
is on the PATH.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from taxii_server.client.collections import RemoteCollection
from taxii_server.demo.comparison import Fate, Row, compare, sentences
from taxii_server.demo.story import StoryBundle

Secret = dict[str, Any]
"""A client with its secrets, as ``client add --json`` prints it."""

_PLAIN_WIDTH = 150  # columns of the table where the output is no terminal
_WIDE = 110  # columns from which there is room for who pushed
_NARROW_FATE = 22
_GAP = 2  # columns between two
_FEWEST_FOR_OBJECTS = 12
_TITLES = {"cisa": "CISA", "twitter": "Twitter"}
_SHOWN_WHOLE = ("facebook-publisher", "cisa-soc", "twitter-soc", "auditor", "operator")


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as its subscriber polled it."""

    collection: RemoteCollection
    ids: frozenset[str]


def show_polls(
    bundles: Sequence[StoryBundle],
    messages: Mapping[tuple[str, str], str],
    polled: Mapping[str, frozenset[str]],
) -> None:
    """Print both polls side by side with the rules that decided."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(width=_PLAIN_WIDTH, highlight=False)
    rows = compare(bundles, messages, polled)
    titles = [_TITLES[member] for member in polled]
    console.print(make_table(rows, titles, console.width))
    sent = {thing["id"] for part in bundles for thing in part.content["objects"]}
    for title, ids in zip(titles, polled.values(), strict=True):
        console.print(
            f"{title} got {len(ids & sent)} of the story's {len(sent)} objects, and "
            f"{len(ids - sent)} markings and identities that the server supplies to every feed."
        )
    console.print(
        '\nAfter "no:" stands the rule of coalition.toml that withholds, or releases less; or a '
        "builtin one. Every other release is by such a rule. What the server told the pushers:"
    )
    for sentence in sentences(rows):
        console.print(f"- {escape(sentence)}")
    console.print()


def make_table(rows: Sequence[Row], titles: Sequence[str], width: int) -> Table:
    """Return the table for a terminal of so many columns."""
    wide = width >= _WIDE
    rows_shown = [_cells(row, wide=wide) for row in rows]
    headings = (["pushed by", "type"] if wide else []) + ["objects"]
    headings += [f"seen by {title}?" for title in titles]
    table = Table(
        title="What a poll of each feed returns",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, _GAP - 1, 0, 0),  # and one column for the line that is not drawn
    )
    # All widths are given: left to itself rich takes from the rules and gives to the objects.
    fates = [width // 5 if wide else _NARROW_FATE] * len(titles)
    before = [max(len(cells[n]) for cells in rows_shown) for n in range(2 if wide else 0)]
    taken = sum(before) + sum(fates) + _GAP * (len(headings) - 1)
    objects = max(width - taken, _FEWEST_FOR_OBJECTS)
    for heading, columns in zip(headings, [*before, objects, *fates], strict=True):
        one_line = not heading.startswith("seen by")
        table.add_column(heading, width=columns, no_wrap=one_line, overflow="ellipsis")
    for row, cells in zip(rows, rows_shown, strict=True):
        plain = [escape(cell) for cell in cells[: -len(titles)]]
        table.add_row(*plain, *(_coloured(fate) for fate in row.fates))
    return table


def _cells(row: Row, *, wide: bool) -> list[str]:
    names = _counted(row.names)
    first = [row.pusher, row.type, names] if wide else [f"{row.type}: {names}"]
    return first + [str(fate) for fate in row.fates]


def show_access(discovery_url: str, api_root: str, clients: Mapping[str, Secret]) -> None:
    """Print the URLs and every client's password; of one client a kind the token too."""
    click.echo(f"Discovery: {discovery_url}")
    click.echo(f"API Root:  {api_root}")
    click.echo(f"Metrics:   {discovery_url.removesuffix('/taxii2/')}/metrics (operator)\n")
    for name in _SHOWN_WHOLE:
        client = clients[name]
        click.echo(f"{name} ({', '.join(client['roles'])}, {client['member'] or 'coalition'})")
        click.echo(f"  password: {client['password']}")
        click.echo(f"  token:    {client['token']}")
    click.echo("The other publishers and their passwords (--json prints the tokens too):")
    for name, client in clients.items():
        if name not in _SHOWN_WHOLE:
            click.echo(f"  {name:<18} {client['password']}")


def show_lines(
    discovery_url: str, feed: Feed, clients: Mapping[str, Secret], file: Path, api_root: str
) -> None:
    """Print lines that poll as CISA and push as Facebook."""
    cisa, publisher = clients["cisa-soc"], clients["facebook-publisher"]
    who = f"{cisa['name']}:{cisa['password']}"
    objects_url = f"{feed.collection.objects_url}?limit=5"
    click.echo("\n# Poll with curl")
    click.echo(
        f"curl -s -u {shlex.quote(who)} -H 'Accept: application/taxii+json;version=2.1' "
        f"{shlex.quote(objects_url)}"
    )
    click.echo("\n# Push with this command")
    click.echo(
        f"CLEARINGHOUSE_PASSWORD={shlex.quote(publisher['password'])} {this_program(sys.argv[0])} "
        f"push {shlex.quote(str(file))} --url {shlex.quote(api_root)} --user {publisher['name']}"
    )
    click.echo("\n# Poll with Python (pip install taxii2-client)")
    click.echo(
        "from taxii2client.v21 import Server, as_pages\n"
        f"server = Server({discovery_url!r}, user={cisa['name']!r}, "
        f"password={cisa['password']!r})\n"
        "feed = server.default.collections[0]\n"
        "for page in as_pages(feed.get_objects, per_request=50):\n"
        '    for thing in page.get("objects", []):\n'
        '        print(thing["type"], thing["id"])'
    )


def this_program(called_as: str) -> str:
    """Return words for a shell that start this program from any folder."""
    path = Path(called_as).resolve()
    if path.name == "clearinghouse" and path.is_file() and os.access(path, os.X_OK):
        return shlex.quote(str(path))
    return f"{shlex.quote(sys.executable)} -m taxii_server.cli.main"


def _coloured(fate: Fate) -> str:
    return f"[{'green' if fate.seen else 'red'}]{escape(str(fate))}[/]"


def _counted(names: Sequence[str]) -> str:
    counts = {name: names.count(name) for name in names}
    return ", ".join(f"{count} x {name}" if count > 1 else name for name, count in counts.items())
