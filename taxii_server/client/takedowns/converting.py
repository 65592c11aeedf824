"""Row by row from reports to a bundle, and what became of each row.

Every text of a row ends in an object: as its value, in the description of the
relationship or the procedure, or in a note. What nothing could be made of is a note
labelled ``not-understood``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from taxii_server.client.takedowns.clusters import Cluster, Library, NotAdded
from taxii_server.client.takedowns.indicator_rows import IndicatorRows
from taxii_server.client.takedowns.kill_chain_rows import KillChainRows
from taxii_server.client.takedowns.objects import (
    Signature,
    Stix,
    bundle_of,
    is_identity_id,
)
from taxii_server.client.takedowns.outcomes import Kind, Outcome, outcome_of
from taxii_server.client.takedowns.reading import Form, Takedown, is_header_again
from taxii_server.client.takedowns.sites import PLATFORMS


@dataclass(frozen=True, slots=True)
class Conversion:
    """A bundle, what became of each row, and what has to be said about the reports as such."""

    bundle: Stix
    outcomes: Sequence[Outcome]
    remarks: Sequence[tuple[str, str]]  # file and sentence


def convert(takedowns: Mapping[str, Takedown], member: str, signature: Signature) -> Conversion:
    """Return one bundle with one cluster for each report.

    Args:
        takedowns: The reports by the names of their clusters.
        member: The short name, or the id of the identity, of the member whose they are.
        signature: Who, when and under which marking.
    """
    library = Library(signature)
    if not is_identity_id(member):
        library.add(signature.identity(member))
    home = member if member in PLATFORMS else "other"
    outcomes: list[Outcome] = []
    remarks: list[tuple[str, str]] = []
    for name, takedown in takedowns.items():
        cluster = Cluster(library, name, takedown.path.name, home)
        told = list(_outcomes(takedown, cluster))
        decided, not_added = cluster.finish()
        outcomes += _corrected(told, not_added)
        said = [*takedown.remarks, *decided]
        remarks += [(str(takedown.path), sentence) for sentence in said]
    return Conversion(bundle_of(list(library.objects.values())), outcomes, remarks)


def _corrected(told: list[Outcome], not_added: Sequence[NotAdded]) -> list[Outcome]:
    """Return the outcomes without the amounts that the ad spend does not hold in the end."""
    places = {outcome.row: place for place, outcome in enumerate(told)}
    for each in not_added:
        place = places[each.row]
        told[place] = told[place].without(each.money.shown, each.remark)
    return told


def _outcomes(takedown: Takedown, cluster: Cluster) -> Iterator[Outcome]:
    rows: KillChainRows | IndicatorRows
    if takedown.form is Form.KILLCHAIN:
        rows = KillChainRows(takedown, cluster)
    else:
        rows = IndicatorRows(takedown, cluster)
    for row in takedown.titles:
        cluster.note("\n".join(row.others.values()), "", None, (), understood=True)
        yield outcome_of(takedown, row, Kind.NOTE, became=("note",))
    seen: dict[tuple[str, ...], int] = {}
    for row in takedown.rows:
        said = (*(row.cell(name) for name in sorted(row.cells)), *map(str, row.others.items()))
        if row.is_empty:
            yield outcome_of(takedown, row, Kind.EMPTY)
        elif is_header_again(row, takedown.form):
            yield outcome_of(takedown, row, Kind.HEADINGS)
        elif said in seen:
            remark = f"the same as row {seen[said]}"
            yield outcome_of(takedown, row, Kind.REPEATED, remarks=(remark,))
        else:
            seen[said] = row.number
            yield rows.convert(row)
