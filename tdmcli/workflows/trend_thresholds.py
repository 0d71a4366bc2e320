"""What studies found for variability, held against a patient only where metric, range and window are theirs.

Each number is worked out anew over the study's own window (R71); a study that asks for more than the file can tell gets
no verdict, and the reason.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tdmcli.domain import variability as spread
from tdmcli.domain.time_in_range import Spell
from tdmcli.domain.units import rounded
from tdmcli.tables.dosing_readers import read_variability_thresholds
from tdmcli.tables.exposure_rows import BadSide, VariabilityKind, VariabilityMetric
from tdmcli.tables.rows import Population
from tdmcli.workflows.trend_data import TrendThreshold
from tdmcli.workflows.trend_measures import joined, too_few

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tdmcli.domain.counted_levels import Judged
    from tdmcli.domain.history import History
    from tdmcli.tables.exposure_rows import VariabilityThresholdRow
    from tdmcli.tables.policy import TrendPolicy
    from tdmcli.workflows.answer import Citations
    from tdmcli.workflows.facts import Facts

Window = tuple[datetime, datetime]

_SHOWN = frozenset({VariabilityKind.LIMIT, VariabilityKind.TERTILES, VariabilityKind.USUAL})
_OURS = {
    VariabilityMetric.MEAN_TROUGH: spread.mean,
    VariabilityMetric.STANDARD_DEVIATION: spread.sample_sd,
    VariabilityMetric.TIME_IN_RANGE: None,
}
_NOT_OURS = {
    VariabilityMetric.CV: "which levels it took, and when, was not read",
    VariabilityMetric.TIME_WEIGHTED_CV: "how the study weighted time was not read",
}
_TOO_LITTLE = "the levels cover too little of its window [policy]"


def thresholds(
    judged: Sequence[Judged],
    facts: Facts,
    history: History,
    window: Window,
    policy: TrendPolicy,
    citations: Citations,
) -> tuple[TrendThreshold, ...]:
    """Return what studies of this indication found, each with a verdict or why there is none."""
    found = []
    for row in read_variability_thresholds():
        if row.kind not in _SHOWN or row.metric is VariabilityMetric.LEVEL:
            continue
        if row.indications and facts.indication not in row.indications:
            continue
        because = _no_verdict(row, facts, history, window)
        value, count = None, None
        if because is None:
            value, count, because = _value(row, judged, history, policy)
        state = "not-compared"
        if because is None and value is not None:
            state = "crossed" if _crosses(row, value) else "not-crossed"
        found.append(
            TrendThreshold(
                *(row.id, row.metric, row.unit, row.limit, row.low, row.high, row.direction, row.outcome),
                row.condition,
                state,
                because,
                None if value is None else rounded(value, 1),
                count,
                citations.add(row.source, row.locator),
            )
        )
    return tuple(found)


def _no_verdict(row: VariabilityThresholdRow, facts: Facts, history: History, window: Window) -> str | None:
    """Return why a study's limit is not for this patient, this measure or this window, or None."""
    if row.limit is None:
        return "usual values, no limit" if row.kind is VariabilityKind.USUAL else "thirds of its cohort, no limit"
    if row.condition is not None:
        return f"the file does not say whether its condition is met: {row.condition}"
    if row.metric not in _OURS:
        return _NOT_OURS.get(row.metric, "the measure of the source was not read")
    if row.metric is VariabilityMetric.TIME_IN_RANGE and not row.ranges:
        return "the range that its time was counted against was not read"
    return _not_in_window(row, facts, history, window)


def _not_in_window(row: VariabilityThresholdRow, facts: Facts, history: History, window: Window) -> str | None:
    if row.from_day is None:
        return "its window was not read"
    if history.start_date is None:
        return "the day of the transplant is not known"
    if not _is_of(row, facts):
        return f"it is of {row.population or 'adult'} patients"
    first, end = _days(row, history)
    if end is None:
        return None if window[0] <= first < window[1] else "its window is not yet reached or not all looked at"
    return None if window[0] <= first and end <= window[1] else "its window is not over, or not all of it looked at"


def _is_of(row: VariabilityThresholdRow, facts: Facts) -> bool:
    """Return whether a study's population is the patient's; where it names none, a child is not in it."""
    if row.population is None:
        return facts.population is not Population.CHILD
    return facts.population is row.population


def _days(row: VariabilityThresholdRow, history: History) -> tuple[datetime, datetime | None]:
    """Return the beginning and the end of a study's window, for this patient."""
    day = history.start_date
    if day is None:
        raise ValueError(row.id)
    first = datetime.combine(day + timedelta(days=row.from_day or 0), time(), history.zone)
    if row.to_day is None:
        return first, None
    return first, datetime.combine(day + timedelta(days=row.to_day), time(), history.zone)


def _value(
    row: VariabilityThresholdRow, judged: Sequence[Judged], history: History, policy: TrendPolicy
) -> tuple[Decimal | None, int, str | None]:
    """Return the measure over the study's own window and range, its levels, and why it is not said."""
    first, end = _days(row, history)
    within = [one for one in judged if first <= one.record.taken and (end is None or one.record.taken < end)]
    levels = [one for one in within if one.counts]
    count = len(levels)
    if count < max(policy.least_values, row.values_min or 0):
        return None, count, too_few(count, policy)
    make = _OURS[row.metric]
    if make is not None:
        span = (levels[-1].record.taken - levels[0].record.taken) / timedelta(days=1)
        if not _covers(Decimal(span), row, policy):
            return None, count, _TOO_LITTLE
        return make([one.record.level.value_ng_ml for one in levels]), count, None
    found = joined(within, _spells(row, history), history, policy)
    if not _covers(found.days, row, policy):
        return None, count, _TOO_LITTLE
    return found.percent, count, None


def _covers(days: Decimal, row: VariabilityThresholdRow, policy: TrendPolicy) -> bool:
    """Return whether so many days are enough of a study's window; a window without an end is always covered."""
    if row.to_day is None:
        return True
    return 100 * days >= policy.window_covered_percent * (row.to_day - (row.from_day or 0))


def _spells(row: VariabilityThresholdRow, history: History) -> list[Spell]:
    """Return the ranges that a study judged time against, on this patient's days."""
    spells = []
    for part in row.ranges:
        first, end = _days(
            row._replace(from_day=part.from_day or row.from_day, to_day=part.to_day or row.to_day), history
        )
        if end is not None:
            spells.append(Spell(first, end, part.low_ng_ml, part.high_ng_ml))
    return spells


def _crosses(row: VariabilityThresholdRow, value: Decimal) -> bool:
    if row.limit is None:
        return False
    if value == row.limit:
        return row.inclusive
    return (value > row.limit) is (row.direction is BadSide.ABOVE)
