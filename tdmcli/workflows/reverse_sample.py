"""What the sample itself says of a level: its flags, and its time after the dose.

A direction is a table's own (codes); what no table gives a direction goes either way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.domain import history as past
from tdmcli.domain.trough import check_sample_time
from tdmcli.domain.units import clean, show
from tdmcli.errors import Code
from tdmcli.tables.interaction_rows import Direction
from tdmcli.tables.readers import read_policy
from tdmcli.workflows.reverse_cause import CODES, SAMPLING, Cause, Finder
from tdmcli.workflows.reverse_level import hours_of_clock

if TYPE_CHECKING:
    from decimal import Decimal

_FROM_LINE = "line_draw"
_TIMING = {
    Code.NOT_A_TROUGH: Direction.RAISES,
    Code.EARLY_SAMPLE: Direction.RAISES,
    Code.LATE_SAMPLE: Direction.LOWERS,
    Code.MISSED_DOSE: Direction.LOWERS,
    Code.SAMPLE_AT_DOSE: Direction.EITHER,
}


def sample_itself(finder: Finder) -> list[Cause]:
    """Return what the sample itself could explain of its level."""
    record, period = finder.sample.record, finder.sample.period
    causes = []
    for flag in record.flags:
        direction = Direction.RAISES if flag == _FROM_LINE else Direction.EITHER
        what = f"the sample is flagged {clean(flag)}"
        causes.append(finder.cause("flagged-sample", what, finder.day, direction, CODES))
    if period is None or finder.sample.untold or record.untimed:
        return causes
    if record.last_dose is not None:
        hours = past.hours_between(record.last_dose, record.taken)
        return causes + _after_dose(finder, hours, period.regimen.interval_h)
    by_clock = hours_of_clock(period, record)
    if by_clock is not None:
        what = (
            f"by the regimen's clock an intake lay {show(by_clock, 1)} h before the sample, if it was taken before it"
        )
        causes.append(finder.cause("timing", what, finder.day, Direction.RAISES, SAMPLING))
    return causes


def _after_dose(finder: Finder, hours: Decimal, interval_h: int) -> list[Cause]:
    """Return what a sample at another time than a trough's does to its level."""
    causes = []
    for found in check_sample_time(hours, interval_h, read_policy().sampling):
        if found.code in _TIMING:
            what = f"drawn {show(hours, 1)} h after the dose, not {interval_h} h"
            if found.code is Code.SAMPLE_AT_DOSE:
                what = "sample and dose have the same time: which came first is not known"
            causes.append(finder.cause("timing", what, finder.day, _TIMING[found.code], SAMPLING))
    return causes
