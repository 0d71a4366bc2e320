"""Doses on one axis of hours, and runs of equal doses at equal gaps, which cost no more than one dose."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Dose(NamedTuple):
    """One dose: swallowed, or infused over `infusion_h` where that is above 0.

    `steady_interval_h` above 0: what was there before is forgotten, the patient has taken this dose at this interval
    for ever, and takes it now.
    """

    time_h: float
    amount_mg: float
    infusion_h: float = 0.0
    steady_interval_h: float = 0.0


class Course(NamedTuple):
    """So many equal doses at equal gaps, the first at an hour."""

    first_h: float
    interval_h: float
    doses: int
    amount_mg: float
    infusion_h: float = 0.0

    def time_h(self, number: int) -> float:
        """Return when a dose of the course is taken; the first is number 0."""
        return self.first_h + number * self.interval_h

    def count_before(self, hour: float) -> int:
        """Return how many doses of the course lie before an hour; one at that very hour does not."""
        if hour <= self.first_h:
            return 0
        if self.doses == 1:
            return 1
        number = min(self.doses, math.ceil((hour - self.first_h) / self.interval_h))
        while number > 1 and self.time_h(number - 1) >= hour:  # a rounded quotient
            number -= 1
        while number < self.doses and self.time_h(number) < hour:
            number += 1
        return number


def regular_doses(start_h: float, intakes_mg: Sequence[float], interval_h: float, until_h: float) -> tuple[Dose, ...]:
    """Return the doses of a regimen, its intakes in turn, from its start until an hour; one of 0 is left out."""
    count = max(0, math.ceil((until_h - start_h) / interval_h))
    times = (start_h + number * interval_h for number in range(count))
    found = ((time, intakes_mg[number % len(intakes_mg)]) for number, time in enumerate(times) if time < until_h)
    return tuple(Dose(time, mg) for time, mg in found if mg)


def checked(doses: Iterable[Dose]) -> tuple[Dose, ...]:
    """Return doses in the order of time.

    Raises:
        ValueError: a number is not finite, an amount is not above 0, a steady infusion is longer than its gap.

    """
    found = tuple(sorted(doses, key=lambda one: one.time_h))
    for one in found:
        if not all(map(math.isfinite, one)) or one.amount_mg <= 0 or one.infusion_h < 0 or one.steady_interval_h < 0:
            raise ValueError("a dose must have a finite time and an amount above 0")
        if one.infusion_h and one.steady_interval_h and one.infusion_h > one.steady_interval_h:
            raise ValueError("an infusion at steady state must end before the next begins")
    return found


def entering(doses: Sequence[Dose], lag_h: float) -> tuple[Course, ...]:
    """Return courses by when their doses begin to be absorbed: equal gaps stay equal."""
    return tuple(one if one.infusion_h else one._replace(first_h=one.first_h + lag_h) for one in courses_of(doses))


def courses_of(doses: Sequence[Dose]) -> tuple[Course, ...]:
    """Return doses in order as the fewest courses that say the same exactly.

    Doses alternate where a day has two different ones: each dose joins a course that waits for it.
    """
    running: list[Course] = []
    done: list[Course] = []
    for dose in doses:
        number = next((i for i, one in enumerate(running) if _continues(one, dose)), None)
        if number is None:
            running.append(Course(dose.time_h, 0.0, 1, dose.amount_mg, dose.infusion_h))
            if len(running) > _MOST_RUNNING:
                done.append(running.pop(0))
            continue
        one = running[number]
        interval = one.interval_h if one.doses > 1 else dose.time_h - one.first_h
        running[number] = one._replace(interval_h=interval, doses=one.doses + 1)
    return tuple(sorted((*done, *running)))


_MOST_RUNNING = 4  # of one day: with four intakes a day each has its own course


def _continues(course: Course, dose: Dose) -> bool:
    if (course.amount_mg, course.infusion_h) != (dose.amount_mg, dose.infusion_h) or dose.time_h <= course.first_h:
        return False
    return course.doses == 1 or course.time_h(course.doses) == dose.time_h
