"""The range that a level is held against in neurotoxicity: the one that was set, or the default for the organ."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.findings import Refused
from tdmcli.workflows.ranges import RangeQuestion, Ranges, co_therapies_among, find_ranges

if TYPE_CHECKING:
    from decimal import Decimal

    from tdmcli.tables.rows import TargetRow
    from tdmcli.workflows.facts import Facts


class RangeUsed(NamedTuple):
    """A range (ng/mL) and where it is from; its row and the ranges beside it where it is from a table."""

    low: Decimal
    high: Decimal
    source: str
    row: TargetRow | None = None
    ranges: Ranges | None = None


def range_used(facts: Facts, organ: str | None) -> RangeUsed | None:
    """Return the range to hold a level against, or None where there is none or several."""
    if facts.target is not None:
        return RangeUsed(*facts.target, facts.target_from or "--target")
    if organ is None or facts.day is None:
        return None
    try:
        ranges = find_ranges(_question(facts, organ))
    except Refused:  # several ranges of a protocol: the steps don't wait for one
        return None
    row = ranges.default
    return None if row is None else RangeUsed(row.low_ng_ml, row.high_ng_ml, row.source, row, ranges)


def _question(facts: Facts, organ: str) -> RangeQuestion:
    return RangeQuestion(
        organ,
        facts.day,
        phase=facts.phase,
        population=facts.population,
        co_therapy=co_therapies_among(facts.drugs),
        product=facts.current.product if facts.current else None,
    )
