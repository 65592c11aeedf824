"""This server beside medallion and OpenTAXII: the same requests, in one run, in turn.

    python -m benchmarks.peers [--quick] [--json] [--without NAME] [--rounds N]

A figure of one server alone says more about the machine than about the server. So in
every round each server is asked in turn, and what counts is the ratio to this server
*in the same round*; the table shows the median of those ratios. Nothing is asserted
about time. The exit code says whether this server answered every request; a request
that a server fails is counted and left out of the figures.

The objects are in one collection; pushes go to a second one, empty at first, and
come after all reading, because what a server holds in total slows two of the three.

With 500 objects every server answers everything. With 10,000 only this server shows
pages: one page took medallion more than a minute there and OpenTAXII more than half
a minute, so medallion is asked for the rest and OpenTAXII is left out.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.peer_process import Peer
from benchmarks.peer_requests import (
    OPERATIONS,
    THREADS,
    Operation,
    Sample,
    Workload,
    measure,
    warm_up,
)
from benchmarks.peer_servers import running_clearinghouse, running_medallion, running_opentaxii

OURS = "clearinghouse"
Starter = Callable[[Path, int], AbstractContextManager[Peer]]
SERVERS: dict[str, Starter] = {
    OURS: running_clearinghouse,
    "medallion": running_medallion,
    "opentaxii": running_opentaxii,
}
MOST = {"opentaxii": 1_000}  # objects that a server is measured with
MOST_IN_PAGES = {"medallion": 1_000}  # objects that it is asked for pages with


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured."""

    sizes: tuple[int, ...]
    rounds: int
    seconds: float  # of one sample


FULL = Effort(sizes=(500, 10_000), rounds=5, seconds=0.3)
QUICK = Effort(sizes=(150,), rounds=1, seconds=0.02)


@dataclass(frozen=True, slots=True)
class Row:
    """One operation with so many clients: its samples by server, one for each round."""

    size: int
    operation: str
    clients: int
    samples: dict[str, list[Sample]] = field(default_factory=dict)

    @property
    def rounds_ms(self) -> dict[str, list[float]]:
        return {name: [one.ms for one in taken] for name, taken in self.samples.items()}

    def failures(self) -> dict[str, list[str]]:
        """Return what went wrong, by server; all of them, most without anything."""
        return {
            name: [failure for one in taken for failure in one.failures]
            for name, taken in self.samples.items()
        }

    def figures(self) -> dict[str, dict[str, float]]:
        """Return median, least and the median of the rounds' ratios, by server."""
        rounds_ms = self.rounds_ms
        ours = rounds_ms[OURS]
        return {
            name: {
                "median_ms": statistics.median(taken),
                "min_ms": min(taken),
                "ratio": statistics.median(a / b for a, b in zip(taken, ours, strict=True)),
            }
            for name, taken in rounds_ms.items()
        }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a smoke test; figures mean nothing")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead")
    parser.add_argument("--rounds", type=int, help=f"default: {FULL.rounds}")
    others = [name for name in SERVERS if name != OURS]
    parser.add_argument("--without", action="append", default=[], choices=others, metavar="NAME")
    given = parser.parse_args(arguments)
    effort = QUICK if given.quick else FULL
    if given.rounds:
        effort = Effort(effort.sizes, max(1, given.rounds), effort.seconds)
    names = [name for name in SERVERS if name not in given.without]
    rows = [row for size in effort.sizes for row in compare(names, size, effort)]
    if given.json:
        print(json.dumps(report(rows, effort), indent=2))
    else:
        print_tables(rows, effort)
        print_failures(rows)
    return 1 if any(row.failures()[OURS] for row in rows) else 0


def compare(names: Sequence[str], size: int, effort: Effort) -> list[Row]:
    """Start the servers with ``size`` objects each and ask them in turn."""
    names = [name for name in names if size <= MOST.get(name, size)]
    with contextlib.ExitStack() as stack:
        workloads = {}
        for name in names:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            print(f"{size:,} objects: starting {name}", file=sys.stderr)
            peer = stack.enter_context(SERVERS[name](folder, size))
            workloads[name] = Workload(peer, size)
            warm_up(peer, size)
        rows = [
            Row(size, operation.name, clients, {name: [] for name in _able(names, operation, size)})
            for operation in OPERATIONS
            for clients in (1, THREADS)
        ]
        by_key = {(row.operation, row.clients): row for row in rows}
        for pushing in (False, True):
            part = [operation for operation in OPERATIONS if operation.is_push == pushing]
            for number in range(effort.rounds):
                doing = "pushing" if pushing else "reading"
                print(f"{size:,} objects: {doing}, round {number + 1}", file=sys.stderr)
                _run_round(workloads, part, _in_turn(names, number), effort, by_key)
        return rows


def _able(names: Sequence[str], operation: Operation, size: int) -> list[str]:
    """Return the servers that finish this with so many objects."""
    if not operation.shows_pages:
        return list(names)
    return [name for name in names if size <= MOST_IN_PAGES.get(name, size)]


def _in_turn(names: Sequence[str], number: int) -> list[str]:
    """Return the servers in the order of this round: each round begins with another one."""
    first = number % len(names)
    return [*names[first:], *names[:first]]


def _run_round(
    workloads: dict[str, Workload],
    operations: Sequence[Operation],
    names: Sequence[str],
    effort: Effort,
    rows: dict[tuple[str, int], Row],
) -> None:
    """Measure these operations once."""
    for operation in operations:
        for clients in (1, THREADS):
            samples = rows[operation.name, clients].samples
            for name in names:
                if name in samples:
                    sample = measure(workloads[name], operation, clients, effort.seconds)
                    samples[name].append(sample)


def report(rows: Sequence[Row], effort: Effort) -> dict[str, Any]:
    """Return everything that was measured, for machines."""
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in (OURS, "medallion")},
        "rounds": effort.rounds,
        "rows": [
            {
                "objects": row.size,
                "operation": row.operation,
                "clients": row.clients,
                "servers": row.figures(),
                "rounds_ms": row.rounds_ms,
                "failures": row.failures(),
            }
            for row in rows
        ],
    }


def print_tables(rows: Sequence[Row], effort: Effort) -> None:
    """Print Markdown: a table for each size."""
    print(
        f"{datetime.datetime.now(datetime.UTC).date()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}, {effort.rounds} rounds. Milliseconds per request: median "
        "(least). Ratio: to this server, the median of the rounds."
    )
    for size in effort.sizes:
        shown = [row for row in rows if row.size == size]
        names = list(dict.fromkeys(name for row in shown for name in row.samples))
        heads = [name if name == OURS else f"{name} | ratio" for name in names]
        print(f"\n| {size:,} objects | clients | {' | '.join(heads)} |")
        print("|---|" + "---:|" * (2 * len(names)))
        for row in shown:
            figures = row.figures()
            cells = [_cells(name, figures.get(name)) for name in names]
            print(f"| {row.operation} | {row.clients} | {' | '.join(cells)} |")


def print_failures(rows: Sequence[Row]) -> None:
    """Print which requests failed, if any."""
    for row in rows:
        for name, failures in row.failures().items():
            if failures:
                asked = sum(sample.requests for sample in row.samples[name])
                print(
                    f"\n{row.size:,} objects, {row.operation}, {row.clients} clients: {name} "
                    f"failed {len(failures)} of {asked} requests, the first: {failures[0]}"
                )


def _cells(name: str, figures: dict[str, float] | None) -> str:
    if figures is None:
        return "- | -"
    text = f"{_short(figures['median_ms'])} ({_short(figures['min_ms'])})"
    return text if name == OURS else f"{text} | {_short(figures['ratio'])}"


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


if __name__ == "__main__":
    raise SystemExit(main())
