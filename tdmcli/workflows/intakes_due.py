"""When the regimens of a patient file put intakes, by the clock on the wall."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tdmcli.domain.history import History, RegimenPeriod
    from tdmcli.domain.regimen import Regimen

A_MINUTE = timedelta(minutes=1)


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
