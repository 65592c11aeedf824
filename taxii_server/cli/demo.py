"""``clearinghouse demo``: a coalition in one command, to look at and to try clients on."""

from __future__ import annotations

import json
import shlex
import signal
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from taxii_server.access.credentials import new_client
from taxii_server.access.principal import Role
from taxii_server.app import init_data
from taxii_server.cli.options import data_option, fail, open_data
from taxii_server.client.bundles import read_file
from taxii_server.client.collections import RemoteCollection, find_collection
from taxii_server.client.pages import walk
from taxii_server.client.push import push_objects
from taxii_server.client.session import ClientError, Credentials, TaxiiSession
from taxii_server.demo.comparison import YES, compare
from taxii_server.demo.server import DemoError, DemoServer, free_port
from taxii_server.demo.story import StoryBundle, members_that_push, story

POLLERS = ("cisa", "twitter")
_PLAIN_WIDTH = 150  # columns of the table where the output is no terminal
_SAMPLES = "sample"

Secret = dict[str, Any]
"""A client with its secrets, as ``client add --json`` prints it."""


@click.command()
@data_option(required=False)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default=True,
    help="The port on 127.0.0.1; 0 takes a free one.",
)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print one line of JSON when ready (discovery_url, api_root, clients), nothing else.",
)
def demo(data: Path | None, port: int, as_json: bool) -> None:
    """Start a sample coalition, show who sees what, and serve until interrupted.

    Makes a data folder with the coalition of 2020 and new random credentials, starts
    the server on loopback, pushes the sample bundles over HTTP by their companies'
    publishers, polls as CISA and as Twitter, and prints both polls side by side with
    the rules that decided, the credentials, and lines to paste. Ctrl-C stops it.

    Without a data folder a new temporary one is used, and removed at the end. A
    folder that is in use is a failure.
    """
    try:
        with _interrupts_as_exceptions(), _data_folder(data) as folder:
            _run(folder, port or free_port(), as_json=as_json)
    except KeyboardInterrupt:
        if not as_json:
            click.echo("\nStopped.")
    except (DemoError, ClientError) as exc:
        fail(str(exc))


def _run(data: Path, port: int, *, as_json: bool) -> None:
    init_data(data)
    clients = _add_clients(data)
    bundles = story()
    files = _write_samples(data / _SAMPLES, bundles)
    with DemoServer(data, port) as server:
        server.wait_ready()
        with _session(clients["auditor"]) as session:
            discovery_url = f"{server.url}/taxii2/"
            api_root = str(session.get(discovery_url).resource()["default"])
        messages = _push_story(api_root, clients, bundles, files)
        if as_json:
            ready = {
                "discovery_url": discovery_url,
                "api_root": api_root,
                "clients": list(clients.values()),
            }
            click.echo(json.dumps(ready))
        else:
            feeds = {member: _poll(api_root, clients[f"{member}-soc"]) for member in POLLERS}
            _show_polls(bundles, messages, {m: feed.ids for m, feed in feeds.items()})
            _show_access(discovery_url, api_root, clients)
            _show_lines(discovery_url, feeds, clients, files, api_root)
            click.echo(f"\nSamples, store and log are in {data}. Serving until Ctrl-C.")
        server.wait()


def _add_clients(data: Path) -> dict[str, Secret]:
    """Add the demo's clients and return them, with their secrets, by name."""
    wanted: list[tuple[str, str | None, Role]] = [
        *((f"{member}-publisher", member, Role.PUBLISHER) for member in members_that_push()),
        *((f"{member}-soc", member, Role.SUBSCRIBER) for member in POLLERS),
        ("auditor", None, Role.AUDITOR),
        ("operator", None, Role.OPERATOR),
    ]
    clients: dict[str, Secret] = {}
    with open_data(data) as opened:
        for name, member, role in wanted:
            record, made = new_client(name, member, frozenset({role}))
            opened.services.store.add_client(record)
            clients[name] = {
                "name": name,
                "member": member,
                "roles": [role.value],
                "password": made.password,
                "token": made.token,
            }
    return clients


def _write_samples(folder: Path, bundles: Sequence[StoryBundle]) -> list[Path]:
    folder.mkdir()
    files = []
    for part in bundles:
        file = folder / f"{part.name}.json"
        file.write_text(json.dumps(part.content, indent=2) + "\n", encoding="utf-8")
        files.append(file)
    return files


def _push_story(
    api_root: str,
    clients: Mapping[str, Secret],
    bundles: Sequence[StoryBundle],
    files: Sequence[Path],
) -> dict[tuple[str, str], str]:
    """Push each bundle as its member; return what the statuses say, by (member, id)."""
    messages: dict[tuple[str, str], str] = {}
    for part, file in zip(bundles, files, strict=True):
        with _session(clients[f"{part.member}-publisher"]) as session:
            report = push_objects(session, api_root, read_file(file))
        if not report.ok:
            refused = "; ".join(f"{d.id}: {d.message}" for d in report.failures)
            raise DemoError(
                f"The server refused a part of {file.name}: {report.stopped or refused}"
            )
        messages.update({(part.member, d.id): d.message for d in report.accepted})
    return messages


@dataclass(frozen=True, slots=True)
class _Feed:
    collection: RemoteCollection
    ids: frozenset[str]


def _poll(api_root: str, client: Secret) -> _Feed:
    with _session(client) as session:
        collection = find_collection(session, api_root, "read")
        pages = walk(session, collection, {}, None)
        ids = frozenset(thing.id for page in pages for thing in page.objects if thing.id)
    return _Feed(collection, ids)


def _session(client: Secret) -> TaxiiSession:
    return TaxiiSession(Credentials(user=client["name"], password=client["password"]))


def _show_polls(
    bundles: Sequence[StoryBundle],
    messages: Mapping[tuple[str, str], str],
    polled: Mapping[str, frozenset[str]],
) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=_PLAIN_WIDTH)
    titles = {"cisa": "CISA", "twitter": "Twitter"}
    table = Table(title="What a poll of each feed returns", title_justify="left")
    table.add_column("pushed by")
    table.add_column("type", no_wrap=True)
    table.add_column("objects", ratio=2)
    for member in polled:
        table.add_column(f"seen by {titles[member]}?", ratio=1)
    for row in compare(bundles, messages, polled):
        fates = (f"[green]{f}[/]" if f == YES else f"[red]{escape(f)}[/]" for f in row.fates)
        table.add_row(row.pusher, row.type, escape(_counted(row.names)), *fates)
    console.print(table)
    sent = {thing["id"] for part in bundles for thing in part.content["objects"]}
    for member, ids in polled.items():
        click.echo(
            f"{titles[member]} got {len(ids & sent)} of the story's {len(sent)} objects, and "
            f"{len(ids - sent)} markings and identities that the server supplies to every feed."
        )
    click.echo(
        'After "no:" stands what the server told the pusher: the rule of coalition.toml that\n'
        "withholds, or releases less; or a builtin one. Every other release is by such a rule.\n"
    )


def _counted(names: Sequence[str]) -> str:
    counts = {name: names.count(name) for name in names}
    return ", ".join(f"{count} x {name}" if count > 1 else name for name, count in counts.items())


def _show_access(discovery_url: str, api_root: str, clients: Mapping[str, Secret]) -> None:
    click.echo(f"Discovery: {discovery_url}")
    click.echo(f"API Root:  {api_root}\n")
    for name in ("facebook-publisher", "cisa-soc", "twitter-soc", "auditor"):
        client = clients[name]
        click.echo(f"{name} ({', '.join(client['roles'])}, {client['member'] or 'coalition'})")
        click.echo(f"  password: {client['password']}")
        click.echo(f"  token:    {client['token']}")


def _show_lines(
    discovery_url: str,
    feeds: Mapping[str, _Feed],
    clients: Mapping[str, Secret],
    files: Sequence[Path],
    api_root: str,
) -> None:
    cisa, publisher = clients["cisa-soc"], clients["facebook-publisher"]
    who = f"{cisa['name']}:{cisa['password']}"
    objects_url = f"{feeds['cisa'].collection.objects_url}?limit=5"
    click.echo("\n# Poll with curl")
    click.echo(
        f"curl -s -u {shlex.quote(who)} -H 'Accept: application/taxii+json;version=2.1' "
        f"{shlex.quote(objects_url)}"
    )
    click.echo("\n# Push with this command")
    click.echo(
        f"CLEARINGHOUSE_PASSWORD={shlex.quote(publisher['password'])} clearinghouse push "
        f"{shlex.quote(str(files[0]))} --url {shlex.quote(api_root)} --user {publisher['name']}"
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


@contextmanager
def _data_folder(data: Path | None) -> Iterator[Path]:
    if data is not None:
        yield data
        return
    with tempfile.TemporaryDirectory(prefix="clearinghouse-demo-") as folder:
        yield Path(folder) / "data"


@contextmanager
def _interrupts_as_exceptions() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the demo as Ctrl-C does, through every ``finally``."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, _interrupt) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
