"""Rows of the older form: a type of indicator, its value, a comment and a date."""

from __future__ import annotations

import re
from dataclasses import dataclass

from taxii_server.client.takedowns.clusters import Cluster
from taxii_server.client.takedowns.indicators import find_indicators
from taxii_server.client.takedowns.outcomes import Kind, Outcome, outcome_of
from taxii_server.client.takedowns.placing import (
    Context,
    Placed,
    left_over,
    place_all,
    place_mentioned,
    place_name,
)
from taxii_server.client.takedowns.reading import Row, Takedown
from taxii_server.client.takedowns.sites import platform_in


@dataclass(slots=True)
class IndicatorRows:
    """Reads rows of indicator_type, indicator_value, comment, ds into a cluster."""

    takedown: Takedown
    cluster: Cluster

    def convert(self, row: Row) -> Outcome:
        """Convert one row that is not empty."""
        kind, value = row.cell("type"), row.cell("value")
        words = re.sub(r"[_\-.]+", " ", kind).title()
        context = Context(
            number=None,
            heading=kind,
            accounts=bool(re.search(r"Account|Channel|Handle|User|Profile|Page|Group", words)),
            domains="Domain" in words,
            platform=platform_in(words),
        )
        cell = find_indicators(value, expect_domains=context.domains)
        placed = place_all(self.cluster, cell, context)
        is_told = cell.is_list and not left_over(cell, placed) and not cell.ranges
        if not placed.refs and value:
            named = self._named(value, words, context)
            placed, is_told = named or placed, named is not None
        understood = bool(placed.refs)
        for text in row.others.values():
            mentioned = place_mentioned(self.cluster, text, context)
            for ref, shown in mentioned.shown.items():
                placed.add(ref, shown)
        texts = [f"{heading}: {text}" for heading, text in row.others.items()]
        if not is_told:
            texts.insert(0, " ".join(filter(None, (kind, value))))
        became = placed.became
        if texts:
            self.cluster.note("\n".join(texts), "", None, placed.refs, understood=understood)
            became.append("note")
        return outcome_of(
            self.takedown,
            row,
            Kind.OBJECTS if understood else Kind.NOT_UNDERSTOOD,
            became=tuple(became),
            not_understood=tuple(placed.left),
            remarks=tuple(
                f"{text}: a range, of which the two ends are objects" for text in cell.ranges
            ),
        )

    def _named(self, value: str, words: str, context: Context) -> Placed | None:
        """Make an account or a file of a bare name, where the type says that it is one."""
        if context.platform == "whatsapp" and re.fullmatch(r"\+?[\d\s()\-]{7,24}", value):
            return place_name(self.cluster, re.sub(r"\D", "", value), context)
        if context.platform is not None and re.fullmatch(r"@?[\w.\-]{2,64}", value):
            return place_name(self.cluster, value, context)
        if not re.search(r"File ?name", words, re.IGNORECASE):
            return None
        placed = Placed()
        ref = self.cluster.library.add(self.cluster.library.by.observable("file", name=value))
        self.cluster.link(ref, "uses", context.heading)
        placed.add(ref, f"file {value}")
        return placed
