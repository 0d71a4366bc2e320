"""What was given before a moment: pauses of tacrolimus, and the regimens that a level then can still show."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from tdmcli.domain.history import History, RegimenPeriod


class Pause(NamedTuple):
    """A time without tacrolimus, held or between two regimens; no end means that it lasts."""

    start: datetime
    end: datetime | None


def begun_by(history: History, moment: datetime) -> tuple[RegimenPeriod, ...]:
    """Return the regimens begun by a moment, in order of time."""
    return tuple(one for one in history.regimens if one.start <= moment)


def pauses(history: History, moment: datetime) -> tuple[Pause, ...]:
    """Return the pauses begun by a moment: a hold ends when it is resumed or a regimen begins."""
    begun = begun_by(history, moment)
    found: list[Pause] = []
    for event in history.events:
        if event.kind != "held" or event.at > moment:
            continue
        if found and (found[-1].end is None or found[-1].end > event.at):
            continue  # held already
        ends = [one.at for one in history.events if one.kind == "resumed" and event.at <= one.at <= moment]
        ends += [one.start for one in begun if one.start > event.at]
        found.append(Pause(event.at, min(ends, default=None)))
    for before, after in pairwise(begun):
        if before.stop is not None and before.stop < after.start:
            found.append(Pause(before.stop, after.start))
    if begun and begun[-1].stop is not None and begun[-1].stop <= moment:
        found.append(Pause(begun[-1].stop, None))
    return tuple(sorted(set(found), key=lambda one: one.start))


def still_shown(history: History, moment: datetime, settling: timedelta) -> tuple[RegimenPeriod, ...]:
    """Return the regimen of a moment, and those that ended so recently that a level then is not rid of them."""
    begun = begun_by(history, moment)
    ends = [min(one.stop or after.start, after.start) for one, after in pairwise(begun)]
    recent = [one for one, end in zip(begun, ends, strict=False) if moment - end < settling]
    return (*recent, *begun[-1:])
