"""What levels tell of intakes by the last doses that they name, and where that contradicts the rest of the file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.history import hours_between, standing_levels
from tdmcli.domain.sample_checks import is_held
from tdmcli.domain.units import show
from tdmcli.tables.readers import read_policy
from tdmcli.workflows.intakes_due import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tdmcli.domain.history import History, LevelRecord
    from tdmcli.workflows.intakes_due import Due


class Named(NamedTuple):
    """What levels tell of intakes, each by its place among those due.

    `times` say when an intake was taken; `drawn` has the place of a level's last dose and when it was drawn, so nothing
    was taken between; `against` says why a level is not believed, `both` which doses are told as taken and as missed.
    """

    times: dict[int, datetime]
    drawn: tuple[tuple[int, datetime], ...]
    against: dict[LevelRecord, str]
    both: tuple[datetime, ...]


def named_by(history: History, dues: tuple[Due, ...], until: datetime) -> Named:
    """Return what the levels tell by their last doses, less those that a later entry corrects.

    Each last dose belongs to the nearest intake of all regimens. A level whose last dose is none of them, or between
    which and its sample another was due that the file does not tell as missed or held, acts on no intake.
    """
    against: dict[LevelRecord, str] = {}
    places: dict[LevelRecord, int] = {}
    both: list[datetime] = []
    for record in standing_levels(history, until):
        last = record.last_dose
        place = None if last is None or last > until else nearest(dues, last)
        if last is None or place is None:
            continue
        why = _no_intake(history, dues, place, last, until)
        if why is None and dues[place].missed:
            why = "its last dose is told as a missed dose too"
            both.append(last)
        why = why or _left_out(history, dues, place, record)
        if why is None:
            places[record] = place
        else:
            against[record] = why
    against |= _conflicts(history, places)
    believed = [record for record in places if record not in against]
    times = {places[record]: _last_dose(record) for record in believed}
    drawn = tuple((places[record], record.taken) for record in believed if not record.untimed)
    return Named(times, drawn, against, tuple(both))


def _conflicts(history: History, places: dict[LevelRecord, int]) -> dict[LevelRecord, str]:
    """Return both levels of two that have one intake at two times, or one a dose between the times of the other.

    Times of one visit may be off by as much as a sample's.
    """
    against = {}
    rough = timedelta(minutes=read_policy().auc.sample_minutes)
    for one, other in permutations(places, 2):
        first, second = _last_dose(one), _last_dose(other)
        between = second + rough < one.taken and not one.untimed
        if second - first > rough and (between or places[one] == places[other]):
            for record, dose in ((one, second), (other, first)):
                when = f"{dose.astimezone(history.zone):%Y-%m-%d %H:%M}"
                against[record] = f"its last dose and that of another level, {when}, contradict each other"
    return against


def off_hour(due: Due) -> timedelta:
    """Return by how much an intake may have been taken off its hour."""
    return due.interval * float(read_policy().forecast.intake_off_percent) / 100


def _last_dose(record: LevelRecord) -> datetime:
    """Return the last dose of a level that has one, in UTC: differences are of elapsed time (R41)."""
    return (record.last_dose or record.taken).astimezone(UTC)


def _no_intake(history: History, dues: tuple[Due, ...], place: int, last: datetime, until: datetime) -> str | None:
    """Return why a last dose is not the intake nearest to it, or None.

    Between two intakes that lie closer than an interval, at a change of regimen, their distance is what counts.
    """
    due = dues[place]
    beside = place - 1 if last < due.at else place + 1
    apart = abs(dues[beside].at - due.at) if 0 <= beside < len(dues) else due.interval
    own, hour = due.period, f"{last.astimezone(history.zone):%H:%M}"
    if abs(last - due.at) > off_hour(due) * min(apart / due.interval, 1):
        if last < dues[0].at:
            return "its last dose lies before the file's first regimen"
        hours = _hours(history, (one for one in dues if one.period is own and abs(one.at - due.at) < timedelta(days=1)))
        return f"its last dose {hour} is no intake of the regimen ({hours})"
    if own.stop is not None and last >= own.stop:
        return f"its last dose {hour} lies after the stop of the regimen"
    if due.at >= until:
        return f"its last dose {hour} is the one due at {_hours(history, (due,))}, which is still to come"
    return f"tacrolimus was held at its last dose {hour}" if is_held(history, last) else None


def _hours(history: History, dues: Iterable[Due]) -> str:
    return ", ".join(sorted({f"{one.at.astimezone(history.zone):%H:%M}" for one in dues}))


def _left_out(history: History, dues: tuple[Due, ...], place: int, record: LevelRecord) -> str | None:
    """Return the intake that would have been left out between a level's last dose and its sample, untold by the file.

    One that was due shortly before the sample was taken right after it.
    """
    if record.untimed:
        return None
    for due in dues[place + 1 :]:
        if due.at >= record.taken:
            break
        if record.taken - due.at > off_hour(due) and not due.missed and not is_held(history, due.at):
            hours = show(hours_between(_last_dose(record), record.taken), 1)
            when = f"{due.at.astimezone(history.zone):%Y-%m-%d %H:%M}"
            return f"its last dose lies {hours} h before it, and the file tells of no missed dose at {when}"
    return None
