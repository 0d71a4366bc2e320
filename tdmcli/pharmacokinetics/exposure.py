"""Areas under the curve: by mass balance (what came in and is there no more was cleared), or by panels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.pharmacokinetics.concentration import amounts_at
from tdmcli.pharmacokinetics.disposition import NG_ML_PER_MG_L
from tdmcli.pharmacokinetics.timeline import enter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tdmcli.pharmacokinetics.concentration import Amounts
    from tdmcli.pharmacokinetics.disposition import Kinetics
    from tdmcli.pharmacokinetics.dosing_history import Course
    from tdmcli.pharmacokinetics.timeline import Timeline


def area_ng_h_ml(line: Timeline, kinetics: Sequence[Kinetics], from_h: float, to_h: float) -> float:
    """Return the area (ng*h/mL) under the concentration of the model's fluid between two hours.

    Area = (absorbed dose - change of the amount in the body) / clearance, leg by leg.
    Source: the integral of the mass balance, exact for linear elimination.
    """
    area = 0.0
    amounts: Amounts | None = None
    for number, leg in enumerate(line.legs):
        entered = enter(line, number, kinetics, amounts)
        past = entered.part.past
        start, stop = max(from_h, leg.start_h), min(to_h, leg.end_h)
        if start < stop:
            before = amounts_at(entered.part, start)
            after = amounts_at(entered.part, stop)
            came = sum(_came(one, stop) - _came(one, start) for one in (*past.courses, *past.infusions))
            area += (came + before.total - after.total) / kinetics[number].clearance_l_h
        if stop >= to_h:
            break
        amounts = entered.end
    return NG_ML_PER_MG_L * area


def _came(course: Course, hour: float) -> float:
    """Return how much (mg) of a course has come in before an hour."""
    count = course.count_before(hour)
    if not course.infusion_h:
        return course.amount_mg * count
    hours = sum(min(hour - course.time_h(number), course.infusion_h) for number in range(count))
    return course.amount_mg * hours / course.infusion_h


def by_panels(
    levels_at: Callable[[Sequence[float]], Sequence[float]], from_h: float, to_h: float, panels_per_h: int
) -> float:
    """Return the area (ng*h/mL) under levels between two hours by Simpson's rule.

    For whole blood where binding to red cells makes mass balance speak of plasma.
    """
    panels = 2 * round(panels_per_h * (to_h - from_h) / 2)
    width = (to_h - from_h) / panels
    values = levels_at([from_h + width * number for number in range(panels + 1)])
    return width / 3 * (values[0] + values[-1] + 4 * sum(values[1:-1:2]) + 2 * sum(values[2:-1:2]))
