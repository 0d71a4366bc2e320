"""Predicted levels of one patient as functions of the deviations from the typical patient.

The unknowns are the model's etas, then one deviation of log clearance for each occasion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.pharmacokinetics.disposition import NG_ML_PER_MG_L
from tdmcli.pharmacokinetics.population_model import individual, typical, whole_blood
from tdmcli.pharmacokinetics.timeline import Entered, blood_at, enter, timeline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tdmcli.pharmacokinetics.concentration import Amounts
    from tdmcli.pharmacokinetics.covariates import Values
    from tdmcli.pharmacokinetics.disposition import Kinetics
    from tdmcli.pharmacokinetics.dosing_history import Dose
    from tdmcli.pharmacokinetics.population_model import PopulationModel, Typical
    from tdmcli.pharmacokinetics.timeline import Timeline


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
            known[leg.step, occasion] = individual(case.typicals[leg.step], etas, kappa)
        found.append(known[leg.step, occasion])
    return found


def walk(
    case: Case, kinetics: Sequence[Kinetics], first: int = 0, last: int | None = None, amounts: Amounts | None = None
) -> tuple[list[float], list[Entered]]:
    """Return the model's concentrations (ng/mL) at the hours asked for in legs first to last, and the legs entered."""
    found: list[float] = []
    entered: list[Entered] = []
    for number in range(first, len(case.line.legs) if last is None else last):
        one = enter(case.line, number, kinetics, amounts)
        if case.hours[number]:
            scale = NG_ML_PER_MG_L / kinetics[number].volume_l
            found += [scale * blood_at(case.line, number, one, hour) for hour in case.hours[number]]
        entered.append(one)
        amounts = one.end
    return found, entered


def predict(case: Case, unknowns: Sequence[float]) -> list[float]:
    """Return the predicted level (whole blood, ng/mL) at each hour asked for."""
    plain, _ = walk(case, leg_kinetics(case, unknowns))
    return [value for value, _ in blood(case, plain)]


def blood(case: Case, plain: Sequence[float]) -> list[tuple[float, float]]:
    """Return the whole-blood level of each of the model's concentrations, and how it changes with it."""
    if case.model.binding is None:
        return [(value, 1.0) for value in plain]
    red = [case.typicals[leg.step].hematocrit for leg, own in zip(case.line.legs, case.hours, strict=True) for _ in own]
    return [whole_blood(case.model, value, own) for value, own in zip(plain, red, strict=True)]
