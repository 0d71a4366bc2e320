"""A patient's history cut where something changes: legs of constant parameters, and the doses that come into each.

Cut once, whatever is asked of it later: the hours that are asked for cut nothing, so no answer depends on them.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.pharmacokinetics.concentration import Amounts, Stretch, amounts_at, blood_and_tissue, nothing, stretch
from tdmcli.pharmacokinetics.dosing_history import Course, Dose, checked, entering
from tdmcli.pharmacokinetics.steady_state import steady_state

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tdmcli.pharmacokinetics.disposition import Kinetics


class Leg(NamedTuple):
    """Hours up to and with its end in which nothing changes: which step of covariates, which occasion, what comes in.

    A level at the end belongs to the leg, a dose at the end to the next one. `late` are doses of the leg before it that
    were in their lag at its start. `steady` is a dose that at the end of the leg has been taken for ever.
    """

    start_h: float
    end_h: float
    step: int
    occasion: int
    courses: tuple[Course, ...]
    late: tuple[Course, ...] = ()
    steady: Dose | None = None


class Timeline(NamedTuple):
    """The legs in order, the last without end, and the lag of every swallowed dose."""

    legs: tuple[Leg, ...]
    lag_h: float

    def leg_of_level(self, hour: float) -> int:
        """Return the leg that a level belongs to."""
        return bisect_left([one.end_h for one in self.legs], hour)


def timeline(
    doses: Iterable[Dose],
    lag_h: float = 0.0,
    step_starts_h: Sequence[float] = (),
    occasion_ends_h: Sequence[float] = (),
) -> Timeline:
    """Return the legs of a history.

    Args:
        doses: in any order.
        lag_h: from swallowing to the first step of absorption.
        step_starts_h: when covariates change, in order; the values of step i hold from its start, step 0 before all.
        occasion_ends_h: after which level an occasion ends, in order; the last one has no end.

    Raises:
        ValueError: a dose is none (see `checked`), or hours of changes do not rise.

    """
    given = checked(doses)
    for hours in (step_starts_h, occasion_ends_h):
        if any(not one < two for one, two in pairwise(hours)) or not all(map(math.isfinite, hours)):
            raise ValueError("the hours of changes must rise")
    steady = {dose.time_h: dose for dose in given if dose.steady_interval_h}
    ends = [*sorted({*step_starts_h, *occasion_ends_h, *steady}), math.inf]
    first = min([dose.time_h for dose in given] + ends[:1], default=0.0)
    starts = [min(first, ends[0]) if math.isfinite(first) else 0.0, *ends[:-1]]
    own: list[list[Dose]] = [[] for _ in ends]
    late: list[list[Dose]] = [[] for _ in ends]
    for dose in given:
        taken = bisect_right(ends, dose.time_h)
        if dose.infusion_h:
            for leg, part in _cut(dose, taken, ends, steady):
                own[leg].append(part)
            continue
        comes = bisect_right(ends, dose.time_h + lag_h)
        if any(ends[leg] in steady for leg in range(taken, comes)):
            continue
        if comes > taken + 1:
            raise ValueError("a lag must be shorter than the time between two changes")
        (own if comes == taken else late)[comes].append(dose)
    legs = (
        Leg(
            starts[i],
            end,
            bisect_left(step_starts_h, end) if math.isfinite(end) else len(step_starts_h),
            bisect_left(occasion_ends_h, end) if math.isfinite(end) else len(occasion_ends_h),
            entering(own[i], lag_h),
            entering(late[i], lag_h),
            steady.get(end),
        )
        for i, end in enumerate(ends)
    )
    return Timeline(tuple(legs), lag_h)


def _cut(dose: Dose, leg: int, ends: Sequence[float], steady: dict[float, Dose]) -> Iterable[tuple[int, Dose]]:
    """Return the parts of an infusion with the leg that each runs in; it ends where a steady state begins."""
    start, stop = dose.time_h, dose.time_h + dose.infusion_h
    while start < stop:
        until = min(stop, ends[leg])
        yield leg, Dose(start, dose.amount_mg * (until - start) / dose.infusion_h, until - start)
        if ends[leg] in steady:
            return
        start, leg = until, leg + 1


class Entered(NamedTuple):
    """A leg with its parameters and the amounts at its start, and those at its end unless it is the last."""

    part: Stretch
    end: Amounts | None


def enter(line: Timeline, number: int, kinetics: Sequence[Kinetics], amounts: Amounts | None) -> Entered:
    """Return a leg entered with amounts (none: nothing yet); `kinetics` holds one set for each leg."""
    leg, own = line.legs[number], kinetics[number]
    courses = _absorbed(leg.courses, own.bioavailability)
    if leg.late:
        courses += _absorbed(leg.late, kinetics[number - 1].bioavailability)
    part = stretch(own, leg.start_h, nothing(own) if amounts is None else amounts, courses)
    if leg.end_h == math.inf:
        return Entered(part, None)
    if leg.steady is not None:
        dose = leg.steady
        share = 1.0 if dose.infusion_h else own.bioavailability
        lag_h = 0.0 if dose.infusion_h else line.lag_h
        return Entered(part, steady_state(own, dose.amount_mg * share, dose.steady_interval_h, lag_h, dose.infusion_h))
    return Entered(part, amounts_at(part, leg.end_h))


def _absorbed(courses: tuple[Course, ...], share: float) -> tuple[Course, ...]:
    if share == 1.0:
        return courses
    return tuple(one if one.infusion_h else one._replace(amount_mg=one.amount_mg * share) for one in courses)


def blood_at(line: Timeline, number: int, entered: Entered, hour: float) -> float:
    """Return the amount in blood (mg) at an hour of an entered leg, before a dose at that hour."""
    if entered.end is not None and hour == line.legs[number].end_h:
        return entered.end.blood
    return blood_and_tissue(entered.part, hour)[0]
