"""Rows of the kill chain form: what each became of tactic, technique, procedure and indicator."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from taxii_server.client.takedowns.clusters import Cluster
from taxii_server.client.takedowns.counts import find_counts, is_only_counts
from taxii_server.client.takedowns.defanging import plain
from taxii_server.client.takedowns.indicators import find_indicators
from taxii_server.client.takedowns.kill_chain import (
    TACTICS,
    Numbering,
    Procedure,
    in_section,
    procedure_of,
)
from taxii_server.client.takedowns.money import find_money, is_about_ads
from taxii_server.client.takedowns.outcomes import Kind, Outcome, outcome_of
from taxii_server.client.takedowns.placing import (
    Context,
    Placed,
    left_over,
    place_all,
    place_mentioned,
    place_name,
)
from taxii_server.client.takedowns.quantities import MULTIPLIER, NUMBER, shown_bounds
from taxii_server.client.takedowns.reading import Row, Takedown
from taxii_server.client.takedowns.roles import lists_accounts, lists_domains
from taxii_server.client.takedowns.sites import platform_in


@dataclass(slots=True)
class KillChainRows:
    """Reads rows of Tactic, Technique, Procedure, Indicator into a cluster."""

    takedown: Takedown
    cluster: Cluster
    _numbering: Numbering | None = None
    _above: tuple[int, tuple[str, str, str]] | None = None

    def convert(self, row: Row) -> Outcome:
        """Convert one row that is not empty."""
        remarks: list[str] = []
        procedure = self._procedure(row, remarks)
        text = row.cell("indicator")
        pattern = self.cluster.library.pattern(procedure) if procedure is not None else None
        if pattern is not None:
            self.cluster.link(pattern, "uses")
        known = procedure is not None and procedure.tactic is not None
        if not text and not row.others:
            kind = Kind.TECHNIQUE if known else Kind.NOT_UNDERSTOOD
            return outcome_of(
                self.takedown, row, kind, became=("attack-pattern",), remarks=tuple(remarks)
            )
        cell = _KillChainCell(self.cluster, row.number, procedure, pattern, text)
        cell.read()
        cell.look_at(row.others)
        cell.keep(row.others, understood=known or bool(cell.placed.refs))
        return outcome_of(
            self.takedown,
            row,
            cell.kind if known or cell.placed.refs else Kind.NOT_UNDERSTOOD,
            became=tuple(cell.became) or ("attack-pattern",),
            not_understood=tuple(cell.not_understood),
            remarks=(*remarks, *cell.remarks),
        )

    def _procedure(self, row: Row, remarks: list[str]) -> Procedure | None:
        """Return what the row is about; cells left empty below others are filled from above."""
        cells = (row.cell("tactic"), row.cell("technique"), row.cell("procedure"))
        if any(cells):
            self._above = row.number, cells
        elif self._above is not None:
            remarks.append(f"no procedure here: that of row {self._above[0]}")
            cells = self._above[1]
        if self._numbering is None:
            rows = self.takedown.rows
            names = ("tactic", "technique", "procedure")
            self._numbering = Numbering.of(r.cell(name) for r in rows for name in names)
        procedure = procedure_of(*cells, self._numbering)
        if procedure is not None:
            remarks += procedure.remarks
        return procedure


@dataclass(slots=True)
class _KillChainCell:
    """One indicator cell: what is found in it, and what is kept of it as text."""

    cluster: Cluster
    row: int
    procedure: Procedure | None
    pattern: str | None
    text: str
    placed: Placed = field(default_factory=Placed)
    became: list[str] = field(default_factory=list)
    not_understood: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    kind: Kind = Kind.NOTE
    _is_prose: bool = True

    @property
    def _number(self) -> str:
        if self.procedure is None:
            return ""
        tactic = self.procedure.tactic
        return self.procedure.label.number or (str(TACTICS.index(tactic)) if tactic else "")

    @property
    def _heading(self) -> str:
        return self.procedure.shown if self.procedure is not None else ""

    def read(self) -> None:
        """Find indicators, counts and amounts, in this order."""
        context = self._context()
        cell = find_indicators(self.text, expect_domains=context.domains)
        self.placed = place_all(self.cluster, cell, context)
        restored = plain(cell.text)
        if not cell.found and context.accounts and _NAME.fullmatch(restored):
            named = place_name(self.cluster, restored, context)
            if named is not None:
                self.placed, self._is_prose = named, False
        self.became += self.placed.became
        left = left_over(cell, self.placed)
        self.not_understood += [text for text in left if text.startswith("@")]
        self.remarks += [
            f"{text}: a range, of which the two ends are objects" for text in cell.ranges
        ]
        if cell.is_list and not left and not cell.ranges:
            self._is_prose = False
        self._numbers(cell.without_found)
        if self.became and not self._is_prose:
            self.kind = Kind.OBJECTS if self.placed.refs else Kind.NUMBERS

    def look_at(self, others: Mapping[str, str]) -> None:
        """Find what the other columns mention."""
        for text in others.values():
            found = place_mentioned(self.cluster, text, self._context())
            for ref, shown in found.shown.items():
                if ref not in self.placed.shown:
                    self.placed.add(ref, shown)
                    self.became.append(shown)

    def _context(self) -> Context:
        label = self.procedure.label if self.procedure is not None else None
        name = label.name if label is not None else ""
        number = self._number
        return Context(
            number=number,
            heading=self._heading,
            accounts=lists_accounts(number, name),
            domains=lists_domains(number, name),
            platform=platform_in(name),
        )

    def _numbers(self, text: str) -> None:
        """Add the counts and the ad spend of a text to the cluster."""
        counts = find_counts(text, self._heading)
        only_counts = is_only_counts(text, counts)
        own = only_counts or in_section(self._number, {"0": "yes"}) is not None
        for count in counts:
            if count.is_asset and not own:
                self.remarks.append(f"{count.text}: not counted as the cluster's own")
                continue
            self.cluster.counts.append(count)
            self.became.append(f"metric {_shown(count.as_metric())}")
            text = text.replace(count.text, " ", 1)
        if only_counts:
            self._is_prose = False
            if self.pattern is not None:
                self.cluster.link(self.pattern, "uses", self.text)
            else:
                self._is_prose = True
        self._amounts(text)

    def _amounts(self, text: str) -> None:
        payments, whole = find_money(text), text
        is_spend = in_section(self._number, {"7.1": "yes"}) is not None or is_about_ads(text)
        before = 0
        for money in payments.amounts:
            part = _PART_OF.search(whole, before, money.start) if before else None
            before = money.start + len(money.text)
            text = text.replace(money.text, " ", 1)
            if not is_spend or part:
                why = "part of the amount before" if part else "not on ads, as far as the text says"
                self.remarks.append(f"{money.text}: {why}")
                continue
            self.cluster.spend.append((self.row, money))
            self.became.append(money.shown)
        if is_spend:
            self.cluster.paid_in += payments.paid_in
            self.not_understood += payments.not_understood
        if in_section(self._number, _EXPECT_NUMBERS) and not self.placed.refs:
            self.not_understood += _NUMBER_LEFT.findall(text)

    def keep(self, others: Mapping[str, str], *, understood: bool) -> None:
        """Keep prose, and the texts of the other columns, as a note about all of this."""
        texts = [self.text] if self._is_prose and self.text else []
        texts += [f"{heading}: {text}" for heading, text in others.items()]
        if not texts:
            return
        self.cluster.note(
            "\n".join(texts), self._heading, self.pattern, self.placed.refs, understood=understood
        )
        self.became.append("note")


_NAME = re.compile(r"(?!\d[\d.,]*[KkMm]?$)(?=.*(?:[\d_]|[a-z][A-Z]))[\w.\-]{3,64}")
"""A bare name of an account: one word, and none that stands in a dictionary."""

_EXPECT_NUMBERS = dict.fromkeys(
    ("0.9.1", "0.9.2", "0.9.3", "0.9.4", "0.9.5", "0.9.6", "0.9.7", "7.1", "7.2"), "yes"
)
_PART_OF = re.compile(r"\b(?:includ(?:ing|es|ed)|of (?:which|that)|incl\.)", re.IGNORECASE)
_NUMBER_LEFT = re.compile(
    rf"(?<![\w.,])[$€£]?(?=\d|[^\d,.;]{{3,40}}{MULTIPLIER}){NUMBER}(?:{MULTIPLIER})?", re.IGNORECASE
)


def _shown(metric: Mapping[str, object]) -> str:
    platform = f" on {metric['platform']}" if "platform" in metric else ""
    bounds = shown_bounds(metric.get("lower"), metric.get("upper"))
    return f"{bounds} {metric['metric']}{platform}"
