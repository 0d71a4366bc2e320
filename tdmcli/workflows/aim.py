"""The range to reach and the level to aim at in it: typed, of the patient file, or of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.dose_adjustment import midpoint
from tdmcli.domain.findings import refuse
from tdmcli.domain.units import show, show_range
from tdmcli.errors import Code, WrongUsage
from tdmcli.tables.readers import read_range_policy
from tdmcli.tables.rows import TargetRow
from tdmcli.workflows import asked as ask
from tdmcli.workflows.adjust_data import AdjustQuestion
from tdmcli.workflows.ranges import (
    RangeQuestion,
    Ranges,
    co_therapies_among,
    find_ranges,
)

if TYPE_CHECKING:
    from decimal import Decimal

    from tdmcli.tables.product_rows import ProductRow
    from tdmcli.workflows.facts import Facts


class Aim(NamedTuple):
    """The range to reach and the level aimed at (ng/mL; None where one must be chosen), and where the range is from."""

    low: Decimal
    high: Decimal
    aim: Decimal | None
    row: TargetRow | None
    ranges: Ranges | None
    source: str


def find_aim(question: AdjustQuestion, facts: Facts, product: ProductRow) -> Aim:
    """Return the range to reach: typed, of the patient file, or the default for the indication.

    Raises:
        Refused: there is none, or the indication leaves several.
        WrongUsage: an aim outside the range, or a choice among ranges without an indication.

    """
    ranges = None
    if facts.indication is None:
        for option, value in (("--phase", question.asked.phase), ("--source", question.source)):
            if value is not None:
                raise WrongUsage(f"{option} chooses among the ranges of an indication: give --indication")
    if facts.indication is not None and (facts.target is None or facts.day is not None):
        ranges = find_ranges(
            RangeQuestion(
                indication=facts.indication,
                day=facts.day,
                phase=facts.phase,
                population=facts.population,
                co_therapy=co_therapies_among(facts.drugs),
                product=product,
                source=question.source,
            )
        )
    if facts.target is not None:
        low, high = facts.target
        row, source = None, facts.target_from or "--target"
    elif ranges is None:
        raise refuse(Code.MISSING_TARGET, why="")
    elif ranges.default is None:
        raise refuse(Code.MISSING_TARGET, why=_why_no_default(ranges))
    else:
        row = ranges.default
        low, high, source = row.low_ng_ml, row.high_ng_ml, row.source
    return Aim(low, high, _aimed_at(question, low, high), row, ranges, source)


def _why_no_default(ranges: Ranges) -> str:
    name = ranges.indication.name
    if ranges.indication.phase_decides and ranges.situation.phase is None:
        return f": {name} has phases ({', '.join(ranges.indication.phases)}) and none was given (--phase)"
    return f": no single row of {name} may be aimed at (see tdmcli target {ranges.indication.id})"


def _aimed_at(question: AdjustQuestion, low: Decimal, high: Decimal) -> Decimal | None:
    limits = read_range_policy()
    aim = ask.number("--aim", question.aim)
    if aim is not None:
        if not low <= aim <= high:
            raise WrongUsage(f"--aim: {show(aim)} is outside the range {show_range(low, high)}")
        return aim
    return None if high > limits.wide_ratio * low else midpoint(low, high)
