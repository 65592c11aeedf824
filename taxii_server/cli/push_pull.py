"""``clearinghouse push`` and ``pull``: a TAXII 2.1 client for any server."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from taxii_server.client.bundles import StixText, read_file, read_objects
from taxii_server.client.printing import printable
from taxii_server.client.profiles import PROFILES, load_profile
from taxii_server.client.pull import (
    STANDARD_OUTPUT,
    OutputFormat,
    PullOptions,
    PullReport,
    pull_collection,
)
from taxii_server.client.push import Detail, PushOptions, PushReport, push_objects
from taxii_server.client.session import ClientError, Credentials, TaxiiSession, is_loopback

_MOST_MESSAGES = 20  # different ones shown
_NOTHING_TO_LOG_IN_WITH = (
    "No password: set CLEARINGHOUSE_PASSWORD or give --password-file; it is asked for only "
    "where standard input is a terminal."
)


def _connection_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say where and as whom."""
    for option in reversed(
        (
            click.option(
                "--url",
                required=True,
                help="A collection's URL, or an API Root's where only one collection will do.",
            ),
            click.option("--user", required=True, help="The client's name."),
            click.option(
                "--password-file",
                type=click.Path(path_type=Path, dir_okay=False, exists=True),
                help="A file with the password or API token. Without it: the environment "
                "variable CLEARINGHOUSE_PASSWORD; without that, a prompt.",
            ),
            click.option(
                "--ca-file",
                type=click.Path(path_type=Path, dir_okay=False, exists=True),
                help="Certificates (PEM) to trust instead of the system's: a private authority.",
            ),
            click.option(
                "--json", "as_json", is_flag=True, help="Print one line of JSON, and no progress."
            ),
        )
    ):
        command = option(command)
    return command


@click.command("push")
@click.argument(
    "files",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True, allow_dash=True),
)
@_connection_options
def push(
    *,
    files: tuple[Path, ...],
    url: str,
    user: str,
    password_file: Path | None,
    ca_file: Path | None,
    as_json: bool,
) -> None:
    """Push STIX files to a collection of a TAXII 2.1 server.

    FILE is a STIX bundle, a TAXII envelope, or STIX objects one after the other (JSON
    Lines); - is standard input. All files are one push: what an object names is sent
    before it, objects that name each other travel together, versions go oldest first.
    Envelopes are as large as the API Root takes (max_content_length) and at most 1,000
    objects. Objects are sent exactly as they are written.

    --url may be an API Root if the client can write to one collection there. Lost
    connections and the answers 429, 502, 503 and 504 are retried for about a minute,
    or for as long as the server asks in Retry-After. The password is never an argument.

    Exits with 1 if any object failed, after a table of failures; pushing again is
    safe, because the server takes an exact copy of what it has as a success.
    """
    with _failing_with_a_sentence():
        objects = [item for file in files for item in _read(file)]
        with (
            _session(url, user, password_file, ca_file) as session,
            _progress("Pushing", len(objects), hidden=as_json) as advance,
        ):
            report = push_objects(session, url, objects, PushOptions(progress=advance))
    if as_json:
        click.echo(json.dumps(report.summary()))
    else:
        _show_push(report)
    if not report.ok:
        raise SystemExit(1)


@click.command("pull")
@_connection_options
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False, writable=True, allow_dash=True),
    help="The file to write; - is standard output, only without --state.",
)
@click.option(
    "--format",
    "output_format",
    type=click.Choice([item.value for item in OutputFormat]),
    default=OutputFormat.BUNDLE.value,
    show_default=True,
    help="A STIX bundle, or JSON Lines: one object a line.",
)
@click.option(
    "--state",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Remember in this file how far the pull got, and continue from there.",
)
@click.option(
    "--type", "types", multiple=True, metavar="TYPE", help="Only this STIX type; may be repeated."
)
@click.option(
    "--all-versions", is_flag=True, help="Every version of each object, not only the latest."
)
@click.option(
    "--profile",
    type=click.Choice(PROFILES),
    help="Rewrite what this tool would drop into what it takes; for its import only.",
)
def pull(
    *,
    url: str,
    user: str,
    password_file: Path | None,
    ca_file: Path | None,
    as_json: bool,
    out: Path,
    output_format: str,
    state: Path | None,
    types: tuple[str, ...],
    all_versions: bool,
    profile: str | None,
) -> None:
    """Pull a collection of a TAXII 2.1 server into a file.

    Without --state the output is replaced by all that the collection holds. With it,
    only what was added since the last pull is fetched, and the output grows: JSON
    Lines are appended; a bundle keeps the objects it has, exact copies once, and takes
    the new ones in, where a newer version replaces an older one (unless
    --all-versions). What the server no longer shows stays in such an output. One state
    file serves any number of collections; each collection and each combination of
    --type, --all-versions and --profile is remembered on its own.

    With --profile opencti, clusters become intrusion sets, ad buyers identities, ads,
    platform actions and foreign types notes, each with a new id and a reference back to
    the old one; what names them is rewritten, relationships that OpenCTI would refuse
    become related-to, and what it has no field for becomes text. Such a file is for
    OpenCTI's import: do not push it.

    Output and state are written safely: after a crash, run the same command again and
    nothing is lost or doubled. With --out - what is said about the pull goes to standard
    error, and an exit code other than 0 means that the output is not complete.

    --url may be an API Root if the client can read one collection there. Lost
    connections and the answers 429, 502, 503 and 504 are retried for about a minute,
    or for as long as the server asks in Retry-After. The password is never an argument.
    """
    _check_output(out, state)
    with (
        _failing_with_a_sentence(),
        _session(url, user, password_file, ca_file) as session,
        _progress("Pulling", None, hidden=as_json) as advance,
    ):
        options = PullOptions(
            out=out,
            format=OutputFormat(output_format),
            state=state,
            types=types,
            all_versions=all_versions,
            profile=None if profile is None else load_profile(profile),
            progress=advance,
        )
        report = pull_collection(session, url, options)
    _show_pull(report, as_json=as_json)


def _check_output(out: Path, state: Path | None) -> None:
    """Find out before anything is asked or sent that nothing could be written.

    Raises:
        click.UsageError: It could not.
    """
    if out == STANDARD_OUTPUT and state is not None:
        raise click.UsageError(
            "--out - cannot go with --state: what was written to standard output cannot be "
            "continued safely. Give a file."
        )
    for option, file in (("--out", out), ("--state", state)):
        if file is None or file == STANDARD_OUTPUT:
            continue
        if not file.parent.is_dir():
            raise click.UsageError(f"{option}: there is no folder {file.parent.absolute()}.")
        if not os.access(file.parent, os.W_OK | os.X_OK):
            raise click.UsageError(f"{option}: no file can be made in {file.parent.absolute()}.")


def _show_pull(report: PullReport, *, as_json: bool) -> None:
    to_stdout = report.out == STANDARD_OUTPUT
    got = f"{report.pulled} objects from {report.collection.label}"
    if as_json:
        summary = {
            "collection": report.collection.url,
            "out": str(report.out),
            "pulled_count": report.pulled,
            "written_count": report.written,
            "left_out_count": report.left_out,
            "added_after": report.added_after,
        }
        said = json.dumps(summary)
    elif to_stdout:
        said = f"{got}."
    elif report.format is OutputFormat.BUNDLE:
        said = f"{got}; {report.out} holds {report.written}."
    else:
        said = f"{got} written to {report.out}."
    click.echo(said, err=to_stdout)
    if report.left_out and not as_json:
        click.echo(
            f"{report.left_out} of them were left out: the tool has no place for them "
            "(extension definitions).",
            err=to_stdout,
        )


def _read(file: Path) -> list[StixText]:
    if str(file) != "-":
        return read_file(file)
    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise ClientError("Standard input is not UTF-8 text.") from exc
    return read_objects(text, "Standard input")


def _session(url: str, user: str, password_file: Path | None, ca_file: Path | None) -> TaxiiSession:
    parts = urlsplit(url)
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        click.echo("Warning: http:// sends the password unencrypted; use https://.", err=True)
    credentials = Credentials(user=user, password=read_password(user, password_file))
    return TaxiiSession(credentials, ca_file=ca_file, tell=_tell)


def _tell(said: str) -> None:
    # Not click.echo: it writes past what rich puts in place of stderr, into the progress bar.
    sys.stderr.write(said + "\n")
    sys.stderr.flush()


def read_password(user: str, password_file: Path | None) -> str:
    """Return the secret from the file, the environment or a prompt, in this order."""
    if password_file is not None:
        try:
            text = password_file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as exc:
            raise ClientError(f"{password_file} cannot be read as text.") from exc
        found = text.rstrip("\r\n")
        if not found:
            raise ClientError(f"{password_file} is empty.")
        return found
    found = os.environ.get("CLEARINGHOUSE_PASSWORD", "")
    if found:
        return found
    if not can_ask():
        raise click.UsageError(_NOTHING_TO_LOG_IN_WITH)
    try:
        prompted: str = click.prompt(f"Password of {user}", hide_input=True, err=True)
    except click.Abort as exc:
        raise click.UsageError(_NOTHING_TO_LOG_IN_WITH) from exc
    return prompted


def can_ask() -> bool:
    """Return whether a person sits at standard input."""
    return sys.stdin is not None and sys.stdin.isatty()


@contextmanager
def _failing_with_a_sentence() -> Iterator[None]:
    try:
        yield
    except ClientError as exc:
        _fail(str(exc))


def _fail(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    raise SystemExit(1) from None


@contextmanager
def _progress(what: str, total: int | None, *, hidden: bool) -> Iterator[Callable[[int], None]]:
    """Show progress on standard error if it is a terminal; yield what advances it."""
    console = Console(stderr=True)
    if hidden or not console.is_terminal:
        yield lambda _: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda count: progress.advance(task, count)


def _show_push(report: PushReport) -> None:
    console = Console()
    for message, count in report.messages.most_common(_MOST_MESSAGES):
        click.echo(f"{count:6} {printable(message)}")
    others = len(report.messages) - _MOST_MESSAGES
    if others > 0:
        click.echo(f"       and {others} other messages; --json shows all")
    _show_details(console, "Warnings", report.warnings)
    _show_details(console, "Failures", report.failures)
    click.echo(
        f"{report.successes} of {report.total} objects accepted by {report.collection.label}."
    )
    if report.stopped is not None:
        click.echo(
            f"{report.total - report.done} objects were not sent. {report.stopped}", err=True
        )


def _show_details(console: Console, title: str, details: list[Detail]) -> None:
    """Print a table on a terminal, else a line per object with tabs, so that it can be cut."""
    if not details:
        return
    if not console.is_terminal:
        for detail in details:
            values = (title.lower().rstrip("s"), detail.id, detail.version, detail.message)
            click.echo("\t".join(printable(value) for value in values))
        return
    table = Table(title=title, title_justify="left")
    for heading in ("id", "version", "message"):
        table.add_column(heading, overflow="fold")
    for detail in details:
        table.add_row(*(escape(printable(v)) for v in (detail.id, detail.version, detail.message)))
    console.print(table)
