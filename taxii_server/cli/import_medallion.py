"""``clearinghouse import-medallion``: move from medallion with its JSON data file."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from taxii_server.app import COALITION_FILE, require_stopped
from taxii_server.cli.options import (
    data_option,
    fail,
    json_option,
    open_data,
    print_json,
    print_table,
)
from taxii_server.services.importing.collections import ImportReport, import_collections
from taxii_server.services.importing.medallion_file import (
    NotMedallionError,
    Severity,
    read_medallion,
)
from taxii_server.services.importing.tables import ImportRights

_NAMES = re.compile(r"[a-z0-9-]+(?:,[a-z0-9-]+)*", re.ASCII)


class _ListsOfNames(click.Command):
    """A command in which ``--readers a b`` means ``--readers a --readers b``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        unfolded: list[str] = []
        option = ""
        for argument in args:
            is_name = _NAMES.fullmatch(argument) is not None and not Path(argument).exists()
            if argument.startswith("-"):
                option = argument if argument in {"--readers", "--writers"} else ""
            elif option and unfolded[-1] != option and is_name:
                unfolded.append(option)
            unfolded.append(argument)
        return super().parse_args(ctx, unfolded)


@click.command("import-medallion", cls=_ListsOfNames)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@data_option()
@click.option("--owner", metavar="MEMBER", required=True, help="The member it all belongs to.")
@click.option(
    "--readers",
    metavar="M...",
    multiple=True,
    help="Members or groups that read, beside the owner, where the file says can_read: "
    "several words, a list with commas, or the option again.",
)
@click.option(
    "--writers",
    metavar="M...",
    multiple=True,
    help="Members or groups that write, beside the owner, where the file says can_write; "
    "given like --readers.",
)
@json_option
def import_medallion(
    *,
    file: Path,
    data: Path,
    owner: str,
    readers: tuple[str, ...],
    writers: tuple[str, ...],
    as_json: bool,
) -> None:
    """Import FILE, the JSON data file of medallion, as collections of one owner.

    Stop the server first. API Roots keep their paths, though not their titles;
    collections keep their ids, titles and media types, objects their versions, dates and
    order. The collections are appended to coalition.toml; the owner sees each of them,
    and reads and writes where the file's can_read and can_write say so. Statuses are
    readable by the owner's publishers and auditors, for as long as new ones.

    What cannot be taken is reported and the rest is imported. If the import is
    interrupted, run it again; what it has done is not done twice. Exits with 1 if
    nothing was imported, for instance because everything is there already.
    """
    require_stopped(data)
    try:
        found = read_medallion(file.read_bytes())
    except NotMedallionError as error:
        fail(f"{file}: {error}")
    rights = ImportRights(owner, _names(readers), _names(writers))
    with open_data(data) as opened:
        known = {(c.root, c.id) for c in opened.services.coalition.collections}
        report = import_collections(
            opened.services, data / COALITION_FILE, found, rights, file.name
        )
    if as_json:
        print_json(report.to_json())
    else:
        _print_report(report, data)
    if not report.collections:
        wanted = {(root.path, c.id) for root in found.roots for c in root.collections}
        why = "it was imported already; " if wanted and wanted <= known else ""
        click.echo(f"{file}: {why}nothing was imported and nothing was changed.", err=True)
        sys.exit(1)


def _names(given: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names given, each once."""
    names = [name.strip() for value in given for name in value.split(",")]
    return tuple(dict.fromkeys(name for name in names if name))


def _print_report(report: ImportReport, data: Path) -> None:
    for finding in report.findings:
        label = "not imported" if finding.severity is Severity.SKIPPED else "warning"
        click.echo(f"{label}: {finding.where}: {finding.what}", err=True)
    if not report.collections:
        return
    rows = [
        (f"/{c.root}/" if c.root else "/", c.alias, c.id, c.title, str(c.objects), str(c.skipped))
        for c in report.collections
    ]
    print_table(("API ROOT", "ALIAS", "ID", "TITLE", "OBJECTS", "NOT TAKEN"), rows)
    click.echo("warning: API Roots keep their paths, not their titles and descriptions", err=True)
    objects = _count(sum(c.objects for c in report.collections), "object version")
    collections = _count(len(rows), "collection")
    statuses = _count(report.statuses, "status", "statuses")
    click.echo(
        f"Imported: {objects} in {collections}, and {statuses}. The collections stand in "
        f"{data / COALITION_FILE}."
    )


def _count(number: int, one: str, more: str = "") -> str:
    return f"{number} {one if number == 1 else more or one + 's'}"
