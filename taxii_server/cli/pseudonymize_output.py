"""What ``clearinghouse pseudonymize`` says that it did, for people and for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from stix_models.pseudonyms import RewritingReport
from taxii_server.client.printing import printable

_MOST_ROWS = 20  # of the table


def show(report: RewritingReport, source: str, *, as_json: bool, err: bool) -> None:
    """Print the report, on standard error where standard output is the bundle."""
    if as_json:
        click.echo(json.dumps(_summary(report), ensure_ascii=False), err=err)
        return
    for warning in report.warnings:
        click.echo(printable(f"{source}: {warning.pointer}: {warning.message}"), err=True)
    if report.replaced:
        _show_table(report, err=err)
    for line in _sentences(report):
        click.echo(line, err=err)


def _show_table(report: RewritingReport, *, err: bool) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("Account", "Becomes", "Named", "Left out"):
        table.add_column(column, no_wrap=column != "Left out")
    for one in report.replaced[:_MOST_ROWS]:
        left_out = printable(", ".join(one.left_out))
        table.add_row(one.pointer, "\n".join(one.new_ids), str(one.references), left_out)
    stream = sys.stderr if err else sys.stdout
    width = None if stream.isatty() else 1_000
    Console(stderr=err, markup=False, highlight=False, width=width).print(table)
    more = len(report.replaced) - _MOST_ROWS
    if more > 0:
        click.echo(f"and {more} more; --json shows all", err=err)


def _sentences(report: RewritingReport) -> Iterator[str]:
    named = sum(one.references for one in report.replaced)
    yield (
        f"{len(report.replaced)} accounts replaced, {named} references to them; "
        f"{report.joined} relationships made, {len(report.renamed)} other ids made anew, "
        f"{report.merged} copies left out."
    )
    if report.opencti_extensions:
        yield f"{report.opencti_extensions} OpenCTI extensions removed."
    if report.redacted:
        texts = f"{sum(report.redacted.values())} identifiers redacted in"
        yield f"{texts} {len(report.redacted)} objects: {', '.join(report.redacted)}."
    for key_id, count in sorted(report.already_pseudonymous.items()):
        yield f"{count} accounts were pseudonymous already, by the key {key_id}."


def _summary(report: RewritingReport) -> dict[str, Any]:
    return {
        "replaced": [
            {
                "pointer": one.pointer,
                "old_id": one.old_id,
                "new_ids": list(one.new_ids),
                "references": one.references,
                "left_out": list(one.left_out),
            }
            for one in report.replaced
        ],
        "already_pseudonymous": dict(sorted(report.already_pseudonymous.items())),
        "joined": report.joined,
        "merged": report.merged,
        "renamed": report.renamed,
        "opencti_extensions": report.opencti_extensions,
        "redacted": dict(report.redacted),
        "warnings": [
            {"pointer": one.pointer, "rule": one.rule, "message": one.message}
            for one in report.warnings
        ],
    }
