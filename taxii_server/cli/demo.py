"""``clearinghouse demo``: a coalition in one command, to look at and to try clients on."""

from __future__ import annotations

import json
import shlex
import signal
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

from taxii_server.access.credentials import new_client
from taxii_server.access.principal import Role
from taxii_server.app import init_data
from taxii_server.cli.demo_output import Feed, Secret, show_access, show_lines, show_polls
from taxii_server.cli.options import data_option, fail, open_data
from taxii_server.client.bundles import read_file
from taxii_server.client.collections import find_collection
from taxii_server.client.pages import walk
from taxii_server.client.push import push_objects
from taxii_server.client.session import ClientError, Credentials, TaxiiSession
from taxii_server.demo.server import DemoError, DemoServer, check_port, free_port
from taxii_server.demo.story import StoryBundle, members_that_push, story

POLLERS = ("cisa", "twitter")
_SAMPLES = "sample"
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


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
@click.option(
    "--write",
    "samples",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the sample bundles into this folder, which is made, and stop: no server.",
)
def demo(data: Path | None, port: int, as_json: bool, samples: Path | None) -> None:
    """Start a sample coalition, show who sees what, and serve until interrupted.

    Makes a data folder with the coalition of 2020 and new random credentials, starts
    the server on loopback, pushes the sample bundles over HTTP by their companies'
    publishers, polls as CISA and as Twitter, and prints both polls side by side with
    the rules that decided, the credentials, and lines to paste. Ctrl-C stops it.

    Without a data folder a new temporary one is used, and removed at the end. A
    folder that is in use is a failure.
    """
    if samples is not None:
        _only_write(samples)
        return
    try:
        if port:
            check_port(port)
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
            show_polls(bundles, messages, {m: feed.ids for m, feed in feeds.items()})
            show_access(discovery_url, api_root, clients)
            show_lines(discovery_url, feeds["cisa"], clients, files[0], api_root)
            where = shlex.quote(str(data))
            click.echo(f"\nSamples, store and log are in {where}. Serving until Ctrl-C.")
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


def _only_write(folder: Path) -> None:
    try:
        files = _write_samples(folder, story())
    except OSError as exc:
        fail(f"{folder}: {exc.strerror}")
    for file in files:
        click.echo(file)


def _write_samples(folder: Path, bundles: Sequence[StoryBundle]) -> list[Path]:
    """Write each bundle into the folder, over what it had of the same name."""
    folder.mkdir(parents=True, exist_ok=True)
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


def _poll(api_root: str, client: Secret) -> Feed:
    with _session(client) as session:
        collection = find_collection(session, api_root, "read")
        pages = walk(session, collection, {}, None)
        ids = frozenset(thing.id for page in pages for thing in page.objects if thing.id)
    return Feed(collection, ids)


def _session(client: Secret) -> TaxiiSession:
    return TaxiiSession(Credentials(user=client["name"], password=client["password"]))


@contextmanager
def _data_folder(data: Path | None) -> Iterator[Path]:
    if data is not None:
        yield data.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="clearinghouse-demo-") as folder:
        try:
            yield Path(folder).absolute() / "data"
        finally:
            _ignore(_SIGNALS)  # the folder goes whole, however often Ctrl-C is pressed


@contextmanager
def _interrupts_as_exceptions() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the demo as Ctrl-C does, through every ``finally``.

    What comes after the end is ignored: the demo has stopped already. A SIGHUP that
    was ignored from the start stays so, for nohup.
    """
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    for number, handler in before.items():
        if number != signal.SIGHUP or handler != signal.SIG_IGN:
            signal.signal(number, _interrupt)
    try:
        yield
    except KeyboardInterrupt:
        _ignore(_SIGNALS)
        raise
    except BaseException:
        for number, handler in before.items():
            signal.signal(number, handler)
        raise


def _ignore(signals: Sequence[signal.Signals]) -> None:
    for number in signals:
        signal.signal(number, signal.SIG_IGN)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
