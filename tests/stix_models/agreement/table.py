"""Every disagreement with an oracle that we know and mean."""

from __future__ import annotations

from tests.stix_models.agreement import (
    library_accepts,
    library_refuses,
    validator_accepts,
    validator_refuses,
)
from tests.stix_models.agreement.disagreement import Disagreement

DISAGREEMENTS: tuple[Disagreement, ...] = (
    *library_refuses.ROWS,
    *library_accepts.ROWS,
    *validator_refuses.ROWS,
    *validator_accepts.ROWS,
)


def rows_of(oracle: str) -> list[Disagreement]:
    """Return the disagreements with one oracle."""
    return [row for row in DISAGREEMENTS if row.oracle == oracle]
