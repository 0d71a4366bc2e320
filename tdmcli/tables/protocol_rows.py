"""The shapes of what only a protocol has: worked cases, and the bounds of the policy that it may set."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple


class CaseRow(NamedTuple):
    """A worked case: a question as it is typed, without `tdmcli`, and what its JSON answer must hold at least."""

    id: str
    ask: str
    expect: dict[str, Any]

    def check(self) -> None:
        """Check that the case expects something."""
        if not self.expect:
            raise ValueError("expect must not be empty")


class BoundRow(NamedTuple):
    """How far a protocol may move a number of the policy; `per_interval`: the limits are shares of the interval."""

    key: str
    lowest: Decimal
    highest: Decimal
    per_interval: bool = False

    def check(self) -> None:
        """Check that the limits are in order."""
        if self.lowest >= self.highest:
            raise ValueError("lowest must be below highest")
