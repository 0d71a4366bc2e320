"""The measures of a trend from the levels that count: variability with its intervals, and time in range."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from tdmcli.domain import history as past
from tdmcli.domain import variability as spread
from tdmcli.domain.cd_ratio import cd_ratio
from tdmcli.domain.time_in_range import TimeInRange, time_in_range
from tdmcli.domain.units import rounded
from tdmcli.domain.variability import Point
from tdmcli.errors import Code
from tdmcli.tables.dosing_readers import read_exposure_remarks
from tdmcli.workflows.trend_data import Measure, TimeInRangeAnswer, TrendGap

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from decimal import Decimal

    from tdmcli.domain.counted_levels import Judged
    from tdmcli.domain.history import History
    from tdmcli.domain.time_in_range import Spell
    from tdmcli.tables.policy import TrendPolicy
    from tdmcli.workflows.answer import Citations

CHANGED_DOSE = "not IPV as defined, which is at an unchanged dose: the dose changed among these levels"
NO_METHOD = "no method for its interval was read"
CITED_REMARKS = ("variability-remark-unchanged-dose", "variability-remark-cv-interval")


def points_of(levels: Sequence[Judged]) -> list[Point]:
    """Return the troughs in ng/mL with their times."""
    return [Point(one.record.taken, one.record.level.value_ng_ml) for one in levels]


def measures(counted: Sequence[Judged], policy: TrendPolicy, citations: Citations) -> dict[str, Any]:
    """Return the measures of variability, by the names of their keys in the answer."""
    steady = [one for one in counted if one.is_steady]
    troughs = [one.record.level.value_ng_ml for one in steady]
    every = [one.record.level.value_ng_ml for one in counted]
    ratios = [cd_ratio(one.record.level.value_ng_ml, one.period.regimen.daily_dose_mg) for one in steady if one.period]
    regimens = {(one.period.regimen if one.period else None) for one in steady}
    changed = None if None in regimens or not steady else len(regimens) > 1
    for row in read_exposure_remarks("variability.toml"):
        if row.id in CITED_REMARKS:
            citations.add(row.source, row.locator)
    raw = _cv(troughs, policy)
    weighted = None
    if len(steady) >= policy.least_values:
        weighted = spread.time_weighted_cv_percent(points_of(steady))
    return {
        "cd_cv_percent": _cv(ratios, policy),
        "cv_percent": raw._replace(because=CHANGED_DOSE) if changed and raw.value is not None else raw,
        "dose_changed": changed,
        "time_weighted_cv_percent": _plain(weighted, len(steady), policy),
        "mean_absolute_deviation_percent": _of(spread.mean_absolute_deviation_percent, troughs, policy),
        "mean_trough_ng_ml": _of(spread.mean, every, policy),
        "standard_deviation_ng_ml": _of(spread.sample_sd, every, policy),
    }


def too_few(count: int, policy: TrendPolicy) -> str:
    """Return why a measure of so few levels is not said."""
    return f"{count} of the {policy.least_values} levels that it needs [policy]"


def _cv(values: Sequence[Decimal], policy: TrendPolicy) -> Measure:
    if len(values) < policy.least_values:
        return Measure(None, None, None, len(values), too_few(len(values), policy), None)
    value = spread.cv_percent(values)
    limits = spread.cv_interval_percent(value, len(values), policy.confidence_percent)
    if limits is None:
        return Measure(rounded(value, 1), None, None, len(values), None, "too wide for the method")
    return Measure(rounded(value, 1), rounded(limits[0], 1), rounded(limits[1], 1), len(values), None, None)


def _of(make: Callable[[Sequence[Decimal]], Decimal], values: Sequence[Decimal], policy: TrendPolicy) -> Measure:
    enough = len(values) >= policy.least_values
    return _plain(make(values) if enough else None, len(values), policy)


def _plain(value: Decimal | None, count: int, policy: TrendPolicy) -> Measure:
    """Return a measure without an interval."""
    if value is None:
        why = too_few(count, policy) if count < policy.least_values else "all levels were taken at once"
        return Measure(None, None, None, count, why, None)
    return Measure(rounded(value, 1), None, None, count, None, NO_METHOD)


_BREAKS = frozenset({Code.CENSORED_LEVEL, Code.DISCREPANT})


def joined(judged: Sequence[Judged], spells: Sequence[Spell], history: History, policy: TrendPolicy) -> TimeInRange:
    """Return time in range by straight lines between the levels that count.

    No line runs over a gap that is too long, over a time without the drug, or past a level that was known only as a
    limit or fitted no other: what lay between is not known.
    """
    pauses = _pauses(history)
    counted = [one for one in judged if one.counts]
    breaks = sorted(one.record.taken for one in judged if {finding.code for finding in one.against} & _BREAKS)

    def why_not(before: Point, after: Point, days: Decimal) -> str | None:
        place = bisect_right(pauses, before.taken)
        if place < len(pauses) and pauses[place] < after.taken:
            return "tacrolimus was held or stopped"
        place = bisect_right(breaks, before.taken)
        if place < len(breaks) and breaks[place] < after.taken:
            return "a level between is known only as a limit, or fits no other"
        day = past.days_after_start(history, before.taken)
        first_year = day is None or day < policy.first_year_days
        limit = policy.longest_gap_first_year_days if first_year else policy.longest_gap_later_days
        if days > limit:
            return f"longer than {limit} days [policy]"
        return None

    return time_in_range(points_of(counted), spells, why_not)


def _pauses(history: History) -> list[datetime]:
    """Return when tacrolimus was held or a regimen was stopped and none began at once."""
    starts = {one.start for one in history.regimens}
    stops = [one.stop for one in history.regimens if one.stop is not None and one.stop not in starts]
    running = [stop for stop in stops if past.period_at(history, stop) is None]
    return sorted([*running, *(one.at for one in history.events if one.kind == "held")])


def time_within(
    judged: Sequence[Judged],
    spells: Sequence[Spell],
    history: History,
    policy: TrendPolicy,
    citations: Citations,
) -> dict[str, Any]:
    """Return time in range and the gaps in it, by the names of their keys in the answer."""
    found = joined(judged, spells, history, policy)
    counted = [one for one in judged if one.counts]
    for row in read_exposure_remarks("variability.toml"):
        if row.id == "variability-remark-time-in-range":
            citations.add(row.source, row.locator)
    value = found.percent
    because = None
    if len(counted) < policy.least_values:
        value, because = None, too_few(len(counted), policy)
    elif value is None:
        because = "no range is known for these days" if found.no_range else "no two levels lie close enough"

    def share(days: Decimal) -> Decimal | None:
        return None if value is None else rounded(100 * days / found.days, 1)

    answer = TimeInRangeAnswer(
        value=None if value is None else rounded(value, 1),
        n=len(counted),
        days=rounded(found.days, 1),
        below_percent=share(found.below),
        above_percent=share(found.above),
        days_without_range=rounded(found.no_range, 1),
        because=because,
    )
    gaps = tuple(TrendGap(one.start, one.end, rounded(one.days, 1), one.why) for one in found.gaps)
    return {"ttr_percent": answer, "gaps": gaps}
