"""From when to when a forecast looks, by the patient's clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tdmcli.errors import WrongUsage
from tdmcli.tables.readers import read_policy
from tdmcli.workflows import asked as ask
from tdmcli.workflows.forecast_candidates import Plan, utc
from tdmcli.workflows.intakes_due import next_intake, scheduled

if TYPE_CHECKING:
    from datetime import datetime, time

    from tdmcli.domain.history import History, RegimenPeriod
    from tdmcli.domain.regimen import Regimen
    from tdmcli.workflows.forecast_data import ForecastQuestion
    from tdmcli.workflows.model_course import ModelCourse


def plan_of(
    question: ForecastQuestion, period: RegimenPeriod, course: ModelCourse, history: History, now: datetime
) -> Plan:
    """Return from the next intake to the last one before the end that was asked for, or to a morning in a week.

    Raises:
        WrongUsage: the end can't be read, is too near or too far ahead.

    """
    policy, interval = read_policy().forecast, timedelta(hours=period.regimen.interval_h)
    start = next_intake(period, now, history)
    times = tuple(sorted(day_of_intakes(period, history)))
    end = max(now + timedelta(days=policy.horizon_days), start + 2 * interval)
    until = usual = _last_morning(start, end, period.regimen, history)
    if question.until is not None:
        until = ask.typed("--until", ask.parse_moment, question.until)
        until = until if until.tzinfo else until.replace(tzinfo=history.zone)
    if utc(until) > utc(now) + timedelta(days=policy.longest_days):
        raise WrongUsage(f"--until: at most {policy.longest_days} days ahead [policy]")
    if utc(until) < utc(start) + interval:
        raise WrongUsage("--until: must leave time for one interval after the next intake")
    turn, near = times.index(start.time()), utc(until) < utc(usual)
    return Plan(start, turn, times, until + timedelta(minutes=1), near, course, history)


def _last_morning(start: datetime, end: datetime, regimen: Regimen, history: History) -> datetime:
    """Return the last intake up to an end that is the first of its day: troughs are drawn in the morning."""
    times = [at for at, _ in scheduled(start, regimen, end + timedelta(minutes=1), history)]
    first = min(at.time() for at in times)
    return next(at for at in reversed(times) if at.time() == first)


def day_of_intakes(period: RegimenPeriod, history: History) -> tuple[time, ...]:
    """Return the hours of the day at which the cycle of a regimen is taken, in the order of the file's cycle."""
    end = period.start + timedelta(hours=24 + period.regimen.interval_h)
    times = [at.time() for at, _ in scheduled(period.start, period.regimen, end, history)]
    return tuple(times[: len(period.regimen.day_mg)])


def morning_first(period: RegimenPeriod, history: History) -> Regimen:
    """Return a regimen with its intakes in the order of the day, as regimens are proposed and shown."""
    day = period.regimen.day_mg
    if len(set(day)) == 1:
        return period.regimen
    ordered = sorted(zip(day_of_intakes(period, history), day, strict=True))
    return replace(period.regimen, intakes_mg=tuple(mg for _, mg in ordered))
