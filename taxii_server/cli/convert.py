"""``clearinghouse convert``: takedown reports become one STIX bundle."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from stix_models.markings import TLP_2
from taxii_server.client.printing import printable
from taxii_server.client.session import ClientError
from taxii_server.client.state import replacing
from taxii_server.client.takedowns.converting import Conversion, convert
from taxii_server.client.takedowns.naming import cluster_names
from taxii_server.client.takedowns.objects import Signature, is_identity_id, member_identity
from taxii_server.client.takedowns.outcomes import Kind, Outcome, counted, write_report
from taxii_server.client.takedowns.reading import Form, read_takedown
from taxii_server.clock import format_us, instant_to_us, now_us, parse_instant

STANDARD_OUTPUT = Path("-")
_MARKINGS = {name: marking_id for marking_id, name in TLP_2.items()}
_SHOWN_TEXT = 160  # characters of a cell in the table


def _instant(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    try:
        return _timestamp(instant_to_us(parse_instant(value)))
    except (ValueError, OverflowError) as exc:
        raise click.BadParameter(
            f"{value!r} is not a time such as 2024-08-15T12:00:00.000Z."
        ) from exc


def _timestamp(at_us: int) -> str:
    return f"{format_us(at_us)[:-4]}Z"  # milliseconds, as STIX writes them


def _member(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    member = value.strip()
    if is_identity_id(member):
        return member.lower()
    if not member or "--" in member:  # an id, and not one of an identity
        raise click.BadParameter(
            f"{value!r} is neither a member's short name nor the id of an identity."
        )
    return member


def _name(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    if value is not None and not value.strip():
        raise click.BadParameter("The name cannot be empty; without it, the file's name is used.")
    return value


@click.command("convert")
@click.argument(
    "files",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
)
@click.option(
    "--form",
    type=click.Choice([form.value for form in Form]),
    default=Form.AUTO.value,
    show_default=True,
    help="The form of the reports: Tactic, Technique, Procedure, Indicator; or indicator_type, "
    "indicator_value, comment, ds. auto looks at the headings.",
)
@click.option(
    "--member",
    required=True,
    metavar="M",
    callback=_member,
    help="Whose reports these are: the id of the member's identity, as `clearinghouse member "
    "list` shows it, or its short name, for which an identity is put into the bundle.",
)
@click.option(
    "--name",
    callback=_name,
    help="The cluster's name instead of the file's; with several files it stands before theirs.",
)
@click.option(
    "--marking",
    type=click.Choice(list(_MARKINGS)),
    default="amber",
    show_default=True,
    help="The TLP 2.0 marking of every object.",
)
@click.option(
    "--created",
    metavar="TIME",
    callback=_instant,
    help="When the objects were created, instead of now. With it, the same reports give the "
    "same bytes.",
)
@click.option(
    "--modified",
    metavar="TIME",
    callback=_instant,
    help="When they were last changed, instead of when they were created: give it, and the first "
    "--created, when a corrected report is converted again.",
)
@click.option(
    "-o",
    "--out",
    required=True,
    metavar="BUNDLE",
    type=click.Path(path_type=Path, dir_okay=False, writable=True, allow_dash=True),
    help="The file to write; - is standard output, and the table goes to standard error.",
)
@click.option(
    "--report",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    help="Write the table to this file too: CSV, or JSON if its name ends in .json.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON, and no table.")
def convert_command(
    *,
    files: tuple[Path, ...],
    form: str,
    member: str,
    name: str | None,
    marking: str,
    created: str | None,
    modified: str | None,
    out: Path,
    report: Path | None,
    as_json: bool,
) -> None:
    """Convert takedown reports (CSV) to a STIX bundle.

    Each FILE becomes a coordinated-account-cluster with its metrics and ad spend, the
    accounts and channels on every platform that the report names, domains, URLs, hashes,
    procedures of the Online Operations Kill Chain, and relationships between them. Prose
    becomes notes. Defanged values are restored. Equal reports give equal ids.

    A table says what each row became and what was not understood; that is kept in notes
    labelled not-understood, and nothing is left out. Exits with 0 even then, after a
    count of these rows; with 1 if a file cannot be read or written.
    """
    if created is None:
        created = _timestamp(now_us())
    if modified is not None and modified < created:
        raise click.UsageError("--modified lies before --created.")
    _refuse_to_overwrite(files, out, report)
    signed_by = member if is_identity_id(member) else member_identity(member)
    signature = Signature(
        created_by_ref=signed_by,
        created=created,
        modified=modified or created,
        marking_ref=_MARKINGS[marking],
    )
    try:
        named = cluster_names(files, name)
        takedowns = {called: read_takedown(file, Form(form)) for called, file in named.items()}
        done = convert(takedowns, member, signature)
        _write(out, done.bundle)
        if report is not None:
            write_report(report, done.outcomes)
    except ClientError as exc:
        click.echo(str(exc), err=True)
        raise SystemExit(1) from None
    _show(done, out, as_json=as_json)


def _refuse_to_overwrite(files: Sequence[Path], out: Path, report: Path | None) -> None:
    """Refuse to write one of the reports, or the bundle and the table to one file."""
    written = {"--out": out, "--report": report}
    for option, path in written.items():
        if path is None or path == STANDARD_OUTPUT:
            continue
        if any(_is_same_file(path, file) for file in files):
            raise click.UsageError(f"{option} would overwrite {path}, which is to be converted.")
    if report is not None and out != STANDARD_OUTPUT and _is_same_file(out, report):
        raise click.UsageError(f"--out and --report are both {out}; give two files.")


def _is_same_file(one: Path, other: Path) -> bool:
    if one.exists() and other.exists():
        return one.samefile(other)
    return one.resolve() == other.resolve()


def _write(out: Path, bundle: dict[str, Any]) -> None:
    text = json.dumps(bundle, ensure_ascii=False, indent=2) + "\n"
    if out == STANDARD_OUTPUT:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.flush()
        return
    with replacing(out) as file:
        file.write(text.encode())


def _show(done: Conversion, out: Path, *, as_json: bool) -> None:
    unclear = [outcome for outcome in done.outcomes if not outcome.is_understood]
    objects = len(done.bundle["objects"])
    to_stderr = out == STANDARD_OUTPUT
    for file, sentence in done.remarks:
        click.echo(f"{printable(file)}: {printable(sentence)}", err=True)
    if as_json:
        summary = {
            "out": str(out),
            "object_count": objects,
            "row_count": len(done.outcomes),
            "outcomes": counted(done.outcomes),
            "not_understood": [
                {
                    "file": one.file,
                    "row": one.row,
                    "text": "; ".join(one.not_understood) or one.text,
                }
                for one in unclear
            ],
            "remarks": [
                *({"file": file, "text": sentence} for file, sentence in done.remarks),
                *(
                    {"file": one.file, "row": one.row, "text": sentence}
                    for one in done.outcomes
                    for sentence in one.remarks
                ),
            ],
        }
        click.echo(json.dumps(summary, ensure_ascii=False), err=to_stderr)
        return
    _print_table(done.outcomes, to_stderr=to_stderr)
    counts = ", ".join(f"{number} {kind}" for kind, number in counted(done.outcomes).items())
    click.echo(f"{len(done.outcomes)} rows: {counts or 'nothing but headings'}.", err=to_stderr)
    where = "standard output" if to_stderr else printable(out)
    click.echo(f"{objects} objects in {where}.", err=to_stderr)
    if unclear:
        rows = ", ".join(f"{printable(one.file)} {one.row}" for one in unclear[:20])
        more = f" and {len(unclear) - 20} more" if len(unclear) > 20 else ""
        click.echo(
            f"NOT UNDERSTOOD, whole or in part: {len(unclear)} rows ({rows}{more}). "
            "Their texts are in notes; look at them in the table.",
            err=True,
        )


def _print_table(outcomes: Sequence[Outcome], *, to_stderr: bool) -> None:
    """Print a line for each row that says something; empty rows are only counted."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    several = len({outcome.file for outcome in outcomes}) > 1
    columns = ("ROW", "OUTCOME", "BECAME", "TEXT", "REMARKS")
    for column in ("FILE", *columns) if several else columns:
        table.add_column(column, overflow="fold")
    for outcome in outcomes:
        if outcome.kind is Kind.EMPTY:
            continue
        unclear = tuple(f"not understood: {text}" for text in outcome.not_understood)
        cells = (
            *((outcome.file,) if several else ()),
            str(outcome.row),
            outcome.kind.value,
            "; ".join(outcome.became),
            outcome.text,
            "; ".join((*unclear, *outcome.remarks)),
        )
        style = None if outcome.is_understood else "bold red"
        table.add_row(*(printable(cell, _SHOWN_TEXT) for cell in cells), style=style)
    stream = sys.stderr if to_stderr else sys.stdout
    width = None if stream.isatty() else 10_000
    Console(file=stream, markup=False, highlight=False, width=width).print(table, soft_wrap=True)
