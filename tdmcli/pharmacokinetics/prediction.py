"""Predicted levels of one patient as functions of the deviations from the typical patient, and their slopes.

The unknowns are the model's etas, then one deviation of log clearance for each occasion. Slopes are central
differences, good to nine digits because the prediction is exact; those of an occasion need its own legs only, since
what it leaves behind decays without doses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.pharmacokinetics.concentration import Amounts, amounts_at, blood_and_tissue
from tdmcli.pharmacokinetics.disposition import NG_ML_PER_MG_L
from tdmcli.pharmacokinetics.population_model import individual, typical, whole_blood
from tdmcli.pharmacokinetics.timeline import Entered, blood_at, enter, timeline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tdmcli.pharmacokinetics.disposition import Kinetics
    from tdmcli.pharmacokinetics.dosing_history import Dose
    from tdmcli.pharmacokinetics.linear_algebra import Matrix
    from tdmcli.pharmacokinetics.population_model import PopulationModel, Typical, Values
    from tdmcli.pharmacokinetics.timeline import Timeline

_STEP = 1e-4  # of an eta: differences lose half their digits below it, curvature shows above


class Step(NamedTuple):
    """Covariates that hold from an hour on (the first step before it too)."""

    from_h: float
    values: Values


class Case(NamedTuple):
    """A patient as a model sees them: legs, typical values of each step, hours asked for with their legs."""

    model: PopulationModel
    line: Timeline
    typicals: tuple[Typical, ...]
    hours: tuple[tuple[float, ...], ...]

    @property
    def etas(self) -> int:
        """Return how many random effects of the model are unknown."""
        return len(self.model.omega)


def make_case(
    model: PopulationModel,
    doses: Sequence[Dose],
    steps: Sequence[Step],
    hours: Sequence[float],
    occasion_ends_h: Sequence[float] = (),
) -> Case:
    """Return a patient's history cut for a model; the steps are in order, the hours (of levels) too."""
    line = timeline(doses, model.lag_h, tuple(one.from_h for one in steps[1:]), occasion_ends_h)
    asked: list[list[float]] = [[] for _ in line.legs]
    for hour in hours:
        asked[line.leg_of_level(hour)].append(hour)
    return Case(model, line, tuple(typical(model, one.values) for one in steps), tuple(map(tuple, asked)))


def leg_kinetics(case: Case, unknowns: Sequence[float]) -> list[Kinetics]:
    """Return the parameters of each leg."""
    etas, kappas = unknowns[: case.etas], unknowns[case.etas :]
    known: dict[tuple[int, int], Kinetics] = {}
    found = []
    for leg in case.line.legs:
        occasion = leg.occasion if kappas else 0
        if (leg.step, occasion) not in known:
            kappa = kappas[occasion] if kappas else 0.0
            known[leg.step, occasion] = individual(case.model, case.typicals[leg.step], etas, kappa)
        found.append(known[leg.step, occasion])
    return found


def _walk(
    case: Case, kinetics: Sequence[Kinetics], first: int = 0, last: int | None = None, amounts: Amounts | None = None
) -> tuple[list[float], list[Entered]]:
    """Return the model's concentrations (ng/mL) at the hours asked for in legs first to last, and the legs entered."""
    found: list[float] = []
    entered: list[Entered] = []
    for number in range(first, len(case.line.legs) if last is None else last):
        one = enter(case.line, number, kinetics, amounts)
        scale = NG_ML_PER_MG_L / kinetics[number].volume_l
        found += [scale * blood_at(case.line, number, one, hour) for hour in case.hours[number]]
        entered.append(one)
        amounts = one.end
    return found, entered


def predict(case: Case, unknowns: Sequence[float]) -> list[float]:
    """Return the predicted level (whole blood, ng/mL) at each hour asked for."""
    plain, _ = _walk(case, leg_kinetics(case, unknowns))
    return [value for value, _ in _blood(case, plain)]


def _blood(case: Case, plain: Sequence[float]) -> list[tuple[float, float]]:
    red = [case.typicals[leg.step].hematocrit for leg, own in zip(case.line.legs, case.hours, strict=True) for _ in own]
    return [whole_blood(case.model, value, own) for value, own in zip(plain, red, strict=True)]


class Slopes(NamedTuple):
    """Predicted levels, their slopes in each unknown (a row each), and of each unknown alone the second slopes."""

    predicted: list[float]
    slopes: Matrix
    bends: Matrix


def slopes(case: Case, unknowns: Sequence[float]) -> Slopes:
    """Return predicted levels with their slopes in every unknown."""
    base = list(unknowns)
    plain, entered = _walk(case, leg_kinetics(case, base))
    blood = _blood(case, plain)
    predicted = [value for value, _ in blood]
    rows, bends = [], []
    for i in range(case.etas):
        up, down = (predict(case, [*base[:i], base[i] + step, *base[i + 1 :]]) for step in (_STEP, -_STEP))
        rows.append([(one - two) / (2 * _STEP) for one, two in zip(up, down, strict=True)])
        bends.append([(one - 2 * mid + two) / _STEP**2 for one, mid, two in zip(up, predicted, down, strict=True)])
    for occasion in range(len(base) - case.etas):
        first, second = _occasion_slopes(case, base, occasion, plain, entered)
        rows.append([slope * by for slope, (_, by) in zip(first, blood, strict=True)])
        bends.append([bend * by for bend, (_, by) in zip(second, blood, strict=True)])
    return Slopes(predicted, rows, bends)


def _occasion_slopes(
    case: Case, unknowns: list[float], occasion: int, plain: list[float], entered: list[Entered]
) -> tuple[list[float], list[float]]:
    """Return both slopes of the model's concentrations in the deviation of one occasion."""
    legs = case.line.legs
    own = [number for number, leg in enumerate(legs) if leg.occasion == occasion]
    first, last = own[0], own[-1] + 1
    skipped = sum(map(len, case.hours[:first]))
    inside = sum(map(len, case.hours[first:last]))
    start = entered[first - 1].end if first else None
    place = case.etas + occasion
    moved = []
    for step in (_STEP, -_STEP):
        kinetics = leg_kinetics(case, [*unknowns[:place], unknowns[place] + step, *unknowns[place + 1 :]])
        moved.append(_walk(case, kinetics, first, last, start))
    (up, up_legs), (down, down_legs) = moved
    middle = plain[skipped : skipped + inside]
    rows = [0.0] * skipped + [(one - two) / (2 * _STEP) for one, two in zip(up, down, strict=True)]
    bends = [0.0] * skipped + [(one - 2 * mid + two) / _STEP**2 for one, mid, two in zip(up, middle, down, strict=True)]
    above, below, there = up_legs[-1].end, down_legs[-1].end, entered[last - 1].end
    if above is not None and below is not None and there is not None:
        rows += _decayed(case, entered, last, _difference((1, above), (-1, below), by=2 * _STEP))
        bends += _decayed(case, entered, last, _difference((1, above), (-2, there), (1, below), by=_STEP**2))
    return rows, bends


def _difference(*parts: tuple[int, Amounts], by: float) -> Amounts:
    steps = zip(*(one.steps for _, one in parts), strict=True)
    weights = [weight for weight, _ in parts]
    return Amounts(
        tuple(sum(w * x for w, x in zip(weights, own, strict=True)) / by for own in steps),
        sum(weight * one.blood for weight, one in parts) / by,
        sum(weight * one.tissue for weight, one in parts) / by,
    )


def _decayed(case: Case, entered: Sequence[Entered], first: int, amounts: Amounts) -> list[float]:
    """Return what amounts alone, without doses, give at the hours asked for from a leg on; a steady state ends them."""
    found: list[float] = []
    for number in range(first, len(case.line.legs)):
        leg, part = case.line.legs[number], entered[number].part._replace(amounts=amounts)
        scale = NG_ML_PER_MG_L / part.kinetics.volume_l
        for hour in case.hours[number]:
            forgotten = leg.steady is not None and hour == leg.end_h
            found.append(0.0 if forgotten else scale * blood_and_tissue(part, (), hour)[0])
        if leg.steady is not None:
            return found + [0.0] * sum(map(len, case.hours[number + 1 :]))
        if number + 1 < len(case.line.legs):
            amounts = amounts_at(part, (), leg.end_h)
    return found


def weighted_bend(case: Case, unknowns: Sequence[float], found: Slopes, weights: Sequence[float]) -> Matrix:
    """Return the sum over levels of weight times the second slopes in each two unknowns.

    Two occasions meet only in what one leaves to the next; their mixed second slopes are left out as 0.
    """
    base, etas, size = list(unknowns), case.etas, len(unknowns)
    bend = [[0.0] * size for _ in range(size)]
    for i in range(size):
        bend[i][i] = sum(map(float.__mul__, weights, found.bends[i]))
    for i in range(etas):
        for j in range(i):
            both = [
                predict(case, [one + step * (k in {i, j}) for k, one in enumerate(base)]) for step in (_STEP, -_STEP)
            ]
            bend[i][j] = bend[j][i] = sum(
                w * ((up - mid + down - mid) / _STEP**2 - one - two) / 2
                for w, up, down, mid, one, two in zip(
                    weights, *both, found.predicted, found.bends[i], found.bends[j], strict=True
                )
            )
    if size > etas:
        _bend_occasions(case, base, weights, bend)
    return bend


def _bend_occasions(case: Case, base: list[float], weights: Sequence[float], bend: Matrix) -> None:
    """Fill in the mixed second slopes of etas and occasions: differences of the slopes of the occasions."""
    for i in range(case.etas):
        ends = []
        for step in (_STEP, -_STEP):
            moved = [*base[:i], base[i] + step, *base[i + 1 :]]
            plain, entered = _walk(case, leg_kinetics(case, moved))
            by = [slope for _, slope in _blood(case, plain)]
            ends.append(
                [
                    sum(
                        w * slope * own
                        for w, slope, own in zip(
                            weights, _occasion_slopes(case, moved, occasion, plain, entered)[0], by, strict=True
                        )
                    )
                    for occasion in range(len(base) - case.etas)
                ]
            )
        for occasion, (up, down) in enumerate(zip(*ends, strict=True)):
            place = case.etas + occasion
            bend[i][place] = bend[place][i] = (up - down) / (2 * _STEP)
