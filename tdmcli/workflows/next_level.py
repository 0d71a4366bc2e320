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
    rows = read_policy().next_level
    row = next(one for one in rows if one.release is product.release and one.after is after)
    today = facts.today
    citations.add(row.source, "next level")
    return NextLevel(today + timedelta(days=row.from_days), today + timedelta(days=row.to_days), row.reason, row.source)
