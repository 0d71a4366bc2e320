"""What was done with tacrolimus itself before a level: pauses, and changes of route, product, interval and dose.

With a steady trough before it, what counts is the regimen of that trough against the present one, and against those
that ended too recently for the level to be rid of them; each change on the way is named. Without one, each change on
file stands by itself.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.cd_ratio import release_of
from tdmcli.domain.regimen_course import begun_by, pauses, still_shown
from tdmcli.domain.units import show
from tdmcli.tables.interaction_rows import Direction
from tdmcli.tables.readers import read_policy
from tdmcli.workflows.reverse_cause import CODES, SAMPLING, STEADY_STATE, Cause, Finder, before_level

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from tdmcli.domain.history import RegimenPeriod

_DOSE = ("policy", "data/formulas.toml predicted-trough")


class _Course(NamedTuple):
    """Regimens from one that is compared with to the present one, and those of them that the level shows."""

    periods: tuple[RegimenPeriod, ...]
    shown: tuple[RegimenPeriod, ...]


def regimens_in_file(finder: Finder) -> list[Cause]:
    """Return the pauses that the level can show, and what changed of the regimen."""
    causes = _pauses(finder)
    for course in _courses(finder):
        routes = {one.route for one in (course.periods[0], *course.shown)}
        causes += [_route(finder, course)] if len(routes) > 1 else _changes(finder, course)
    return causes


def _settling(finder: Finder) -> timedelta:
    """Return the time for which a level still shows what was before the present regimen."""
    period = finder.sample.period
    release = None if period is None else release_of(period.regimen)
    rows = [one for one in read_policy().steady_state if release in {None, one.release}]
    return timedelta(days=float(max(max(one.increase_days, one.decrease_days) for one in rows)))


def _pauses(finder: Finder) -> list[Cause]:
    """Return the pauses that lasted when the level was drawn, or ended so recently that it shows them."""
    taken, causes = finder.sample.record.taken, []
    for pause in pauses(finder.history, taken):
        start = finder.day_of(pause.start)
        if pause.end is None:
            what = f"tacrolimus was held or stopped {before_level(finder.day, start)} and not begun again before it"
            causes.append(finder.cause("held", what, start, Direction.LOWERS, CODES))
        elif taken - pause.end < _settling(finder):
            end = finder.day_of(pause.end)
            what = f"tacrolimus was not given from {start.isoformat()} to {end.isoformat()}"
            what += f", begun again {before_level(finder.day, end)}"
            causes.append(finder.cause("held", what, start, Direction.LOWERS, STEADY_STATE))
    return causes


def _courses(finder: Finder) -> list[_Course]:
    """Return the course since the regimen of the level before, or each change by itself where there is none."""
    begun = begun_by(finder.history, finder.sample.moment)
    if finder.sample.period is None:
        return []
    before = finder.sample.previous_period
    if before is None:
        return [_Course(pair, pair[1:]) for pair in pairwise(begun)]
    periods = tuple(one for one in begun if one.start >= before.start)
    shown = still_shown(finder.history, finder.sample.moment, _settling(finder))
    return [_Course(periods, tuple(one for one in shown if one.start > before.start))] if len(periods) > 1 else []


def _route(finder: Finder, course: _Course) -> Cause:
    """Return a change of route: the same mg by vein is more, since part of an oral dose is not absorbed."""
    from tdmcli.tables.dosing_readers import read_sampling
    from tdmcli.tables.sampling_rows import Quantity

    first = course.periods[0]
    ways = {_way_of_route(first, one) for one in course.shown if one.route != first.route}
    direction = ways.pop() if len(ways) == 1 else Direction.EITHER
    row = next(one for one in read_sampling().product_kinetics if one.quantity is Quantity.BIOAVAILABILITY_PERCENT)
    what, day = _told(finder, course, "route", lambda one: f"{one.route} {show(one.regimen.daily_dose_mg)} mg/day")
    return finder.cause("route", what, day, direction, (row.source, row.locator))


def _way_of_route(before: RegimenPeriod, after: RegimenPeriod) -> Direction:
    """Return which way a change between mouth and vein goes; either where the dose was changed against it."""
    old, new = before.regimen.daily_dose_mg, after.regimen.daily_dose_mg
    if (before.route, after.route) == ("oral", "intravenous") and new >= old:
        return Direction.RAISES
    if (before.route, after.route) == ("intravenous", "oral") and new <= old:
        return Direction.LOWERS
    return Direction.EITHER


def _changes(finder: Finder, course: _Course) -> list[Cause]:
    """Return the changes of product, interval and dose by one route."""
    causes, first = [], course.periods[0].regimen
    regimens = [one.regimen for one in course.shown]
    if any(one.product != first.product for one in regimens):
        what, day = _told(finder, course, "product", _product_name)
        causes.append(finder.cause("product", what, day, Direction.EITHER, _switch()))
    if any(one.interval_h != first.interval_h for one in regimens):
        what, day = _told(finder, course, "interval", lambda one: str(one.regimen.interval_h), " hours")
        causes.append(finder.cause("interval", what, day, Direction.EITHER, SAMPLING))
    doses = {one.daily_dose_mg for one in regimens} - {first.daily_dose_mg}
    if doses:
        ways = {Direction.RAISES if dose > first.daily_dose_mg else Direction.LOWERS for dose in doses}
        direction = ways.pop() if len(ways) == 1 else Direction.EITHER
        what, day = _told(finder, course, "dose", lambda one: show(one.regimen.daily_dose_mg), " mg/day")
        counted, across = finder.expected == "previous-level", _across_products(course.periods)
        what += ", counted in already" if counted else "; of another product, so open" if across else ""
        causes.append(finder.cause("dose", what, day, direction, _DOSE, open_=counted or across))
    return causes


def _across_products(periods: Iterable[RegimenPeriod]) -> bool:
    """Return whether the dose changed together with the product: their mg do not compare."""
    return any(
        before.regimen.product != after.regimen.product and before.regimen.daily_dose_mg != after.regimen.daily_dose_mg
        for before, after in pairwise(periods)
    )


def _product_name(period: RegimenPeriod) -> str:
    return period.regimen.product.name if period.regimen.product else "not known"


def _told(
    finder: Finder, course: _Course, name: str, value: Callable[[RegimenPeriod], str], unit: str = ""
) -> tuple[str, date]:
    """Return a change in words, each step with its day where there are several, and the day of the last step."""
    steps = [
        (finder.day_of(after.start), value(before), value(after))
        for before, after in pairwise(course.periods)
        if value(before) != value(after)
    ]
    last = steps[-1][0]
    net = f"{steps[0][1]} to {steps[-1][2]}{unit}"
    if len(steps) == 1:
        return f"{name} changed {before_level(finder.day, last)}: {net}", last
    each = "; ".join(f"{day.isoformat()}: {old} to {new}" for day, old, new in steps)
    return f"{name} changed {len(steps)} times since the steady trough before: {net} ({each})", last


def _switch() -> tuple[str, str]:
    from tdmcli.tables.dosing_readers import read_not_interchangeable

    row = read_not_interchangeable()[0]
    return row.source, row.locator
