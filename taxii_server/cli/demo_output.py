"""What ``clearinghouse demo`` prints for people: two polls, credentials, lines to paste.

The table has one row for what one member pushed and the same rules let pass or not, so
that both polls can be compared at a glance: in the cells counts and the rule's name, below
the table what the server said of each rule. A line to paste works from any folder,
whatever is on the PATH.
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
from taxii_server.demo.comparison import YES, Row, actions_and_led, compare, sentences
from taxii_server.demo.story import StoryBundle

Secret = dict[str, Any]
"""A client with its secrets, as ``client add --json`` prints it."""

_PLAIN_WIDTH = 150  # columns of the table where the output is no terminal
_WIDE = 110  # columns from which there is room for more types and some names
_NARROW_FATE = 18
_GAP = 2  # columns between two
_TYPES_SHOWN = (4, 7)  # on a narrow and on a wide terminal
_NAMES_SHOWN = 3
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
            f"{len(ids - sent)} markings, extension definitions and identities that the server "
            "supplies to every feed."
        )
    actions, led = actions_and_led(bundles)
    console.print(
        f"{led} of the story's {actions} actions by platforms were led to by what another member "
        "had shared."
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
    table = Table(
        title="What a poll of each feed returns",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, _GAP - 1, 0, 0),  # and one column for the line that is not drawn
    )
    # All widths are given: left to itself rich takes from the rules and gives to the objects.
    fate = width // 5 if wide else _NARROW_FATE
    objects = width - len(titles) * (fate + _GAP)
    table.add_column("pushed", width=objects)
    for title in titles:
        table.add_column(f"seen by {title}?", width=fate, overflow="fold")
    for row in rows:
        table.add_row(escape(describe(row, wide=wide)), *map(_coloured, row.fates))
    return table


def describe(row: Row, *, wide: bool) -> str:
    """Return who pushed how many objects of which types, and on a wide terminal some names."""
    counts = row.counts()
    most = _TYPES_SHOWN[wide]
    shown = [f"{count} {stix_type}" for stix_type, count in counts[:most]]
    if len(counts) > most:
        shown.append(f"{sum(count for _, count in counts[most:])} of other types")
    text = f"{row.pusher}: {', '.join(shown)}"
    names = row.names()[:_NAMES_SHOWN] if wide else []
    return f"{text} ({'; '.join(names)})" if names else text


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


def _coloured(fate: str) -> str:
    return f"[{'green' if fate == str(YES) else 'red'}]{escape(fate)}[/]"
