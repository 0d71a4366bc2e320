"""The shape of the rows of `cd_ratio.toml`."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from tdmcli.tables.rows import Release


class SetKind(StrEnum):
    """What a set of C/D thresholds sorts into."""

    OUTCOME = "outcome"
    THIRDS = "thirds"


class ThresholdSetRow(NamedTuple):
    """Two cut-offs of the concentration-to-dose ratio (ng/mL per mg) and where they hold.

    `lower_inclusive`: a ratio at the lower cut-off belongs to the part below it.
    """

    id: str
    name: str
    kind: SetKind
    indications: tuple[str, ...]
    release: Release
    products: tuple[str, ...]
    lower: Decimal
    upper: Decimal
    lower_source: str
    upper_source: str
    locator: str
    from_day: int
    to_day: int | None = None
    usual_from_day: int | None = None
    usual_to_day: int | None = None
    lower_inclusive: bool = False
    note: str | None = None

    def check(self) -> None:
        """Check that the cut-offs are in order."""
        if not 0 < self.lower < self.upper:
            raise ValueError("lower must be above 0 and below upper")
