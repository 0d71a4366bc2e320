"""Which doses of a patient file were taken, and when: by the clock, the events, and the last doses that levels name."""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.sample_checks import is_held
from tdmcli.tables.rows import Route
from tdmcli.workflows.intakes_due import A_MINUTE, scheduled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tdmcli.domain.history import History


class Intake(NamedTuple):
    """One dose as it was taken: when, how many mg, and over how many hours it ran in (0 by mouth)."""

    at: datetime
    mg: float
    infusion_h: float


def intakes_of(history: History, until: datetime) -> Iterator[Intake]:
    """Return every intake before a moment: by the clock of the patient's zone, less those missed or held.

    Where a level names its last dose, the intake nearest to it (within half an interval) was taken then; none was
    taken from there to the sample, and one due shortly before the sample was taken right after it.
    """
    drawn = [(one.last_dose, one.taken) for one in history.levels if one.last_dose is not None]
    named = sorted(one.last_dose for one in history.levels if one.last_dose is not None)
    missed = sorted(one.at for one in history.events if one.kind == "missed-dose")
    for number, period in enumerate(history.regimens):
        ends = [until, *((period.stop,) if period.stop else ()), *(one.start for one in history.regimens[number + 1 :])]
        end = min(ends)
        half = timedelta(hours=period.regimen.interval_h) / 2
        for at, mg in scheduled(period.start, period.regimen, end, history):
            if is_held(history, at) or _near(missed, at, half) is not None:
                continue
            said = _near(named, at, half)
            taken = at if said is None or not period.start - half <= said < end else said
            sample = next((level for last, level in drawn if last < taken < level), None)
            if sample is not None and sample - taken > half:
                continue
            taken = taken if sample is None else min(sample + A_MINUTE, until)
            infusion = float(period.regimen.interval_h) if period.route == Route.INTRAVENOUS else 0.0
            yield Intake(taken, mg, infusion)


def _near(moments: list[datetime], at: datetime, within: timedelta) -> datetime | None:
    """Return the moment nearest to another, if it lies less than so far away; the moments are in order."""
    place = bisect_left(moments, at)
    nearest = min(moments[max(place - 1, 0) : place + 1], key=lambda one: abs(one - at), default=None)
    return nearest if nearest is not None and abs(nearest - at) < within else None
