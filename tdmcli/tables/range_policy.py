"""The shape of the heading `[target]` of `policy.toml`: on its own, as most questions about a range need no other."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple


class RangePolicy(NamedTuple):
    """Limits of a range of troughs in ng/mL, and how near an edge of a window is near (days)."""

    lowest: Decimal
    highest: Decimal
    wide_ratio: Decimal
    boundary_days: int

    def check(self) -> None:
        """Check that the limits are in order."""
        if self.lowest >= self.highest:
            raise ValueError("lowest must be below highest")
