"""Which intakes the regimens of a patient file put when, by the clock on the wall, and which of them were missed."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.history import period_at
from tdmcli.domain.sample_checks import is_held
from tdmcli.tables.readers import read_policy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tdmcli.domain.history import History, RegimenPeriod
    from tdmcli.domain.regimen import Regimen

A_MINUTE = timedelta(minutes=1)


class Due(NamedTuple):
    """An intake by the clock; `at` is in UTC, and `missed` says that an event of the file tells so."""

    at: datetime
    mg: float
    period: RegimenPeriod
    missed: bool = False

    @property
    def interval(self) -> timedelta:
        """Return the time from one intake of its regimen to the next."""
        return timedelta(hours=self.period.regimen.interval_h)


class Schedule(NamedTuple):
    """The intakes of all regimens in order; `unplaced` are missed doses that are none of them."""

    dues: tuple[Due, ...]
    unplaced: tuple[datetime, ...]


def schedule_of(history: History, until: datetime) -> Schedule:
    """Return the intakes due until one interval after a moment, with what the file tells of missed ones by then.

    A missed dose is the nearest intake of all, if that lies within half its interval.
    """
    dues = list(_dues(history, until))
    unplaced = []
    for event in history.events:
        if event.kind != "missed-dose" or event.at > until:
            continue
        place = nearest(dues, event.at)
        if place is not None and abs(dues[place].at - event.at) < dues[place].interval / 2:
            dues[place] = dues[place]._replace(missed=True)
        elif period_at(history, event.at) is not None and not is_held(history, event.at):
            unplaced.append(event.at)
    return Schedule(tuple(dues), tuple(unplaced))


def _dues(history: History, until: datetime) -> Iterator[Due]:
    for number, period in enumerate(history.regimens):
        ends = [until.astimezone(UTC) + timedelta(hours=period.regimen.interval_h)]
        ends += [period.stop] if period.stop else []
        ends += [one.start for one in history.regimens[number + 1 :]]
        for at, mg in scheduled(period.start, period.regimen, min(ends), history):
            yield Due(at.astimezone(UTC), mg, period)


def merged(history: History) -> History:
    """Return a history in which a regimen entered again, as at a visit, goes on by its old clock.

    That is one equal to the regimen before it that begins sooner after an intake than a next dose is believed; one
    that begins later has new hours.
    """
    kept: list[RegimenPeriod] = []
    for period in history.regimens:
        if kept and _restates(period, kept[-1], history):
            kept[-1] = replace(kept[-1], stop=period.stop)
        else:
            kept.append(period)
    return replace(history, regimens=tuple(kept))


def _restates(period: RegimenPeriod, before: RegimenPeriod, history: History) -> bool:
    if (period.regimen, period.route, None) != (before.regimen, before.route, before.stop):
        return False
    if is_held(history, period.start - A_MINUTE):
        return False
    last = [at for at, _ in scheduled(before.start, before.regimen, period.start, history)][-1]
    return period.start - last < least_gap(timedelta(hours=period.regimen.interval_h))


def least_gap(interval: timedelta) -> timedelta:
    """Return the time after a dose from which on the next one is believed."""
    return interval * float(read_policy().forecast.least_gap_percent) / 100


def nearest(dues: Sequence[Due], moment: datetime) -> int | None:
    """Return the place of the intake due nearest to a moment, or None where there is none."""
    after = bisect_left(dues, moment.astimezone(UTC), key=lambda one: one.at)
    places = range(max(after - 1, 0), min(after + 1, len(dues)))
    return min(places, key=lambda place: abs(dues[place].at - moment), default=None)


def scheduled(
    start: datetime, regimen: Regimen, end: datetime, history: History, turn: int = 0
) -> Iterator[tuple[datetime, float]]:
    """Return the times and mg of a regimen from a moment to before its end, by the clock on the wall (R41).

    `turn` is the number of the first intake in the regimen's cycle.
    """
    local = start.astimezone(history.zone).replace(tzinfo=None)
    number = 0
    while True:
        at = (local + timedelta(hours=regimen.interval_h * number)).replace(tzinfo=history.zone)
        if at.astimezone(UTC) >= end.astimezone(UTC):
            return
        yield at, float(regimen.intakes_mg[(turn + number) % len(regimen.intakes_mg)])
        number += 1


def next_intake(period: RegimenPeriod, now: datetime, history: History) -> datetime:
    """Return when the next intake of a regimen in force is due, at a moment or after it."""
    end = now + timedelta(hours=2 * period.regimen.interval_h) + A_MINUTE
    times = (at for at, _ in scheduled(period.start, period.regimen, end, history))
    return next(at for at in times if at.astimezone(UTC) >= now.astimezone(UTC))
