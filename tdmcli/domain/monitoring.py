"""What is measured when, what is due, and which values cross a limit that a source gives.

A value that is not there is never taken as normal: it is not recorded, or not assessed.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.tables.monitoring_rows import Against, Rule, When
from tdmcli.tables.rows import within_days

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from tdmcli.domain.history import Measured
    from tdmcli.tables.monitoring_rows import CautionRow, MonitoringTestRow, MonitoringThresholdRow


class DueState(StrEnum):
    """How a test stands in the patient file; recorded where its source gives no interval."""

    NOT_RECORDED = "not-recorded"
    RECORDED = "recorded"
    AFTER_START = "after-start"
    NOT_YET = "not-yet"
    DUE = "due"
    OVERDUE = "overdue"


class Due(NamedTuple):
    """How a test stands: its last day, and the first and last day on which the next one falls."""

    state: DueState
    last: date | None = None
    from_: date | None = None
    by: date | None = None


class ThresholdState(StrEnum):
    """What a threshold makes of the patient file's values."""

    CROSSED = "crossed"
    NOT_CROSSED = "not-crossed"
    NOT_ASSESSED = "not-assessed"


class Reading(NamedTuple):
    """A value with the key of its measure, which holds its unit."""

    measure: str
    measured: Measured


class Assessed(NamedTuple):
    """What a threshold makes of the last value, and of the earlier one that a rise is measured from."""

    state: ThresholdState
    latest: Reading | None = None
    reference: Reading | None = None
    change_percent: Decimal | None = None


def what_to_test(
    rows: Iterable[MonitoringTestRow], indication: str, day: int | None
) -> tuple[tuple[MonitoringTestRow, bool], ...]:
    """Return the tests of an indication and a day, each with whether it is borrowed from another indication.

    Without a day every window stands. A row is borrowed only where no row of its name speaks of the indication.
    """
    rows = tuple(rows)
    own = {(row.name, row.when) for row in rows if indication in row.indications}
    found = []
    for row in rows:
        speaks = not row.indications or indication in row.indications
        borrowed = row.lends and not speaks and (row.name, row.when) not in own
        if (speaks or borrowed) and _in_window(row, day):
            found.append((row, borrowed))
    return tuple(found)


def thresholds_for(rows: Iterable[MonitoringThresholdRow], indication: str) -> tuple[MonitoringThresholdRow, ...]:
    """Return the thresholds of an indication; none is ever borrowed."""
    return tuple(row for row in rows if indication in row.indications)


def cautions_for(rows: Iterable[CautionRow], indication: str) -> tuple[CautionRow, ...]:
    """Return the cautions that hold for an indication, its own before those for all."""
    rows = tuple(rows)
    own = tuple(row for row in rows if indication in row.indications)
    return own + tuple(row for row in rows if not row.indications)


def due(row: MonitoringTestRow, days: Iterable[date], start: date | None, today: date) -> Due:
    """Return how a test stands on a day, from the days on which it was made.

    The next one falls due from the last plus the shortest interval, and is overdue after the last plus the longest.
    """
    made = sorted(day for day in days if day <= today)
    if not made:
        return Due(DueState.NOT_RECORDED)
    last = made[-1]
    if row.when is When.BASELINE:
        late = start is not None and made[0] > start
        return Due(DueState.AFTER_START if late else DueState.RECORDED, made[0] if late else _baseline(made, start))
    if row.every_to_days is None:
        return Due(DueState.RECORDED, last)
    soonest = row.every_to_days if row.every_from_days is None else row.every_from_days
    from_, by = last + timedelta(soonest), last + timedelta(row.every_to_days)
    state = DueState.OVERDUE if today > by else DueState.DUE if today >= from_ else DueState.NOT_YET
    return Due(state, last, from_, by)


def assess(row: MonitoringThresholdRow, labs: Sequence[Reading], start: date | None, today: date) -> Assessed:
    """Return what a threshold makes of the values up to a day: of the last one, in its own unit.

    Values in two units are not compared with each other; of two of one moment the worse one counts.
    """
    known = sorted(
        (one for one in labs if one.measure in row.measures and one.measured.day <= today),
        key=lambda one: (one.measured.at, _badness(row, one)),
    )
    if not known:
        return Assessed(ThresholdState.NOT_ASSESSED)
    latest = known[-1]
    if row.rule is Rule.AT_OR_BELOW:
        crossed = row.limit is not None and latest.measured.value <= row.limit
        return Assessed(_state(crossed=crossed), latest)
    earlier = [one for one in known if one.measure == latest.measure and one.measured.at < latest.measured.at]
    if not earlier:
        return Assessed(ThresholdState.NOT_ASSESSED, latest)
    reference = _reference(row, earlier, start)
    change = rise_percent(reference.measured.value, latest.measured.value)
    limit = Decimal(0) if row.limit is None else row.limit
    return Assessed(_state(crossed=change > limit), latest, reference, change)


def rise_percent(before: Decimal, after: Decimal) -> Decimal:
    """Return the change from one value to another in per cent; a fall is below 0.

    >>> rise_percent(Decimal(80), Decimal(100)), rise_percent(Decimal(100), Decimal(90))
    (Decimal('25'), Decimal('-10'))
    """
    return (after - before) * 100 / before


def _in_window(row: MonitoringTestRow, day: int | None) -> bool:
    return day is None or within_days(day, row.from_day, row.to_day)


def _badness(row: MonitoringThresholdRow, one: Reading) -> Decimal:
    return -one.measured.value if row.rule is Rule.AT_OR_BELOW else one.measured.value


def _baseline(made: Sequence[date], start: date | None) -> date:
    """Return the last day by the start, or the first of all where the start is not known."""
    return made[0] if start is None else max(day for day in made if day <= start)


def _reference(row: MonitoringThresholdRow, earlier: Sequence[Reading], start: date | None) -> Reading:
    if row.against is Against.LOWEST:
        since = [one for one in earlier if start is None or one.measured.day >= start]
        return min(since or earlier[-1:], key=lambda one: (one.measured.value, one.measured.at))
    before = [one for one in earlier if start is not None and one.measured.day <= start]
    return before[-1] if before else earlier[0]


def _state(*, crossed: bool) -> ThresholdState:
    return ThresholdState.CROSSED if crossed else ThresholdState.NOT_CROSSED
