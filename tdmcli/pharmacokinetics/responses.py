"""Several regimens of one clock at the price of one: levels and areas are sums of what each intake of a cycle adds.

Exact where a model is linear; one with binding to red cells takes each regimen by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.pharmacokinetics.ahead import courses_ahead
from tdmcli.pharmacokinetics.dosing_history import Dose
from tdmcli.pharmacokinetics.forecast import Outlook, draw_outlook, first_in_range, outlook, seen_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tdmcli.pharmacokinetics.ahead import Ahead
    from tdmcli.pharmacokinetics.forecast import Seen


class Clock(NamedTuple):
    """When intakes are taken from now on, when the trough is drawn, the hours before it that an area is over."""

    times_h: tuple[float, ...]
    trough_h: float
    over_h: float

    def doses(self, cycle_mg: Sequence[float]) -> tuple[Dose, ...]:
        """Return the doses of a cycle of intakes, those of 0 left out."""
        given = ((hour, cycle_mg[number % len(cycle_mg)]) for number, hour in enumerate(self.times_h))
        return tuple(Dose(hour, mg) for hour, mg in given if mg)


def outlooks(
    ahead: Ahead, clock: Clock, cycles_mg: Sequence[Sequence[float]], low_ng_ml: float, high_ng_ml: float
) -> tuple[Outlook, ...]:
    """Return what each cycle of intakes (mg in turn, all of one length) would give; as `outlook`, in less time.

    Source: superposition; the amounts there now are counted once.
    """
    if ahead.model.binding is not None or len(cycles_mg) <= len(cycles_mg[0]) + 1:
        return tuple(
            outlook(ahead, clock.doses(cycle), clock.trough_h, clock.over_h, low_ng_ml, high_ng_ml)
            for cycle in cycles_mg
        )
    size = len(cycles_mg[0])
    left = _seen(ahead, clock, [0.0] * size)
    units = [_seen(ahead, clock, [float(number == one) for one in range(size)]) for number in range(size)]
    found = []
    for cycle in cycles_mg:
        sums = [
            (
                start.level_ng_ml + sum(mg * (unit.level_ng_ml - start.level_ng_ml) for mg, unit in pairs),
                start.area_ng_h_ml + sum(mg * (unit.area_ng_h_ml - start.area_ng_h_ml) for mg, unit in pairs),
            )
            for start, *own in zip(left, *units, strict=True)
            for pairs in [tuple(zip(cycle, own, strict=True))]
        ]
        best, *draws = sums
        first = first_in_range(ahead, clock.doses(cycle), low_ng_ml, high_ng_ml)
        found.append(draw_outlook(ahead, best[0], draws, (low_ng_ml, high_ng_ml), first))
    return tuple(found)


def _seen(ahead: Ahead, clock: Clock, cycle_mg: Sequence[float]) -> tuple[Seen, ...]:
    """Return the trough and the area of the most probable patient and of each draw."""
    courses = courses_ahead(ahead, clock.doses(cycle_mg))
    return tuple(seen_of(ahead, draw, courses, clock.trough_h, clock.over_h) for draw in (ahead.best, *ahead.draws))
