"""When to draw the next level, and why."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tdmcli.domain.dose_adjustment import Adjustment
from tdmcli.domain.findings import Finding
from tdmcli.domain.target_range import Position
from tdmcli.errors import Code
from tdmcli.tables.policy import After
from tdmcli.tables.readers import read_policy
from tdmcli.workflows.adjust_data import NextLevel
from tdmcli.workflows.answer import Citations

if TYPE_CHECKING:
    from tdmcli.tables.product_rows import ProductRow
    from tdmcli.workflows.facts import Facts


_MEASURE_SOON = frozenset({Code.NOT_STEADY_STATE, Code.DOSE_CHANGED_SINCE, Code.INTERACTION_SETTLING})


def next_level(
    facts: Facts, adjustment: Adjustment, product: ProductRow, warnings: tuple[Finding, ...], citations: Citations
) -> NextLevel:
    """Return when to draw the next level: after a change, before one, or with the dose kept."""
    if adjustment.repeat_first:
        after = After.REPEAT
    else:
        after = After.KEEP if adjustment.kept else After.CHANGE
        if after is After.KEEP and adjustment.position is not Position.WITHIN:
            after = After.REPEAT
        if after is After.KEEP and {finding.code for finding in warnings} & _MEASURE_SOON:
            after = After.CHANGE
    return planned(facts, after, product, adjustment.proposal.regimen.interval_h, citations)


def planned(facts: Facts, after: After, product: ProductRow, interval_h: int, citations: Citations) -> NextLevel:
    """Return when policy has the next level, at the end of whole intervals where they are longer than a day."""
    rows = read_policy().next_level
    row = next(one for one in rows if one.release is product.release and one.after is after)
    citations.add(row.source, "next level")
    from_days, to_days = (_at_a_trough(days, interval_h) for days in (row.from_days, row.to_days))
    reason = row.reason
    if (from_days, to_days) != (row.from_days, row.to_days):
        reason += f", here at the end of an interval of {interval_h} hours"
    today = facts.today
    return NextLevel(today + timedelta(days=from_days), today + timedelta(days=to_days), reason, row.source)


def _at_a_trough(days: int, interval_h: int) -> int:
    """Return the days after which there is a trough: whole intervals, one at least."""
    interval_days = max(1, interval_h // _DAY_H)
    return max(1, -(-days // interval_days)) * interval_days


_DAY_H = 24
