"""A population model in floats: typical values, what covariates make of them, and how patients scatter around them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.pharmacokinetics.covariates import applies, factor
from tdmcli.pharmacokinetics.disposition import Kinetics
from tdmcli.pharmacokinetics.likelihood import ErrorModel
from tdmcli.tables.model_forms import Absorption, Covariate, Parameter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tdmcli.pharmacokinetics.covariates import Values
    from tdmcli.tables.model_forms import Assay
    from tdmcli.tables.model_rows import ModelRow, RandomEffectRow

_ORDER = {one: number for number, one in enumerate(Parameter)}
_CLEARANCE, _VOLUME, _EXCHANGE, _PERIPHERAL = (
    _ORDER[one] for one in (Parameter.CLEARANCE, Parameter.VOLUME, Parameter.EXCHANGE, Parameter.PERIPHERAL_VOLUME)
)
_OUT, _BACK = _ORDER[Parameter.TO_PERIPHERAL], _ORDER[Parameter.FROM_PERIPHERAL]
_ABSORPTION, _STEP, _TRANSIT = (
    _ORDER[one] for one in (Parameter.ABSORPTION, Parameter.STEP_RATE, Parameter.TRANSIT_TIME)
)
_SHARE = _ORDER[Parameter.BIOAVAILABILITY]
_OWN_CLEARANCE = 0  # of the kinetics


class PopulationModel(NamedTuple):
    """A model ready to compute with; the row keeps what is for people to read.

    `omega` is the covariance of the random effects, in their order.
    """

    row: ModelRow
    typical: tuple[float, ...]
    omega: tuple[tuple[float, ...], ...]
    lag_h: float
    binding: tuple[float, float] | None


class Typical(NamedTuple):
    """The typical parameters under one step of covariates, and which of them each random effect multiplies or divides.

    An effect that does not apply under these covariates moves none.
    """

    kinetics: Kinetics
    moved: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]
    hematocrit: float


def make_model(row: ModelRow) -> PopulationModel:
    """Return a model from its row: here decimals become floats."""
    values = [math.nan] * len(_ORDER)
    values[_SHARE] = 1.0
    for one in row.parameter:
        values[_ORDER[one.parameter]] = float(one.value)
    lag = values[_ORDER[Parameter.LAG]]
    names = [one.name for one in row.random_effect]
    omega = [[0.0] * len(names) for _ in names]
    for number, effect in enumerate(row.random_effect):
        omega[number][number] = float(effect.variance)
    for pair in row.covariance:
        i, j = names.index(pair.one), names.index(pair.other)
        omega[i][j] = omega[j][i] = float(pair.covariance)
    binding = None if row.binding is None else (float(row.binding.capacity_ng_ml), float(row.binding.half_ng_ml))
    return PopulationModel(row, tuple(values), tuple(map(tuple, omega)), 0.0 if math.isnan(lag) else lag, binding)


def error_model(model: PopulationModel, assay: Assay) -> ErrorModel:
    """Return how levels of an assay scatter: the model's first row for it, else its first row.

    A model that has no row for an assay says nothing of how it differs.
    """
    rows = model.row.error
    row = next((one for one in rows if one.assay is assay), rows[0])
    return ErrorModel(row.kind, float(row.proportional or 0), float(row.additive_ng_ml or 0))


def typical(model: PopulationModel, values: Values) -> Typical:
    """Return the typical parameters under covariates; every covariate of the model must be there.

    Raises:
        KeyError: a covariate is missing, or a combination of words has no factor.

    """
    found = list(model.typical)
    for effect in model.row.effect:
        found[_ORDER[effect.parameter]] *= factor(effect, values)
    moved = tuple(_moved(model, one) if applies(one, values) else ((), ()) for one in model.row.random_effect)
    hematocrit = values[Covariate.HEMATOCRIT_PERCENT] if model.binding else 0.0
    return Typical(_kinetics(model, found), moved, float(hematocrit))


def _kinetics(model: PopulationModel, values: Sequence[float]) -> Kinetics:
    """Return the parameters as the closed forms take them."""
    volume, exchange, tissue = values[_VOLUME], values[_EXCHANGE], values[_PERIPHERAL]
    if not math.isnan(values[_OUT]):
        exchange = values[_OUT] * volume
        tissue = exchange / values[_BACK]
    elif math.isnan(exchange):
        exchange = tissue = 0.0
    row = model.row
    if row.absorption is Absorption.FIRST_ORDER:
        steps, rate, last = 1, values[_ABSORPTION], 0.0
    elif row.absorption is Absorption.ERLANG:
        steps, rate, last = row.steps, values[_STEP], 0.0
    else:
        steps, rate, last = row.steps, row.steps / values[_TRANSIT], values[_ABSORPTION]
    return Kinetics(values[_CLEARANCE], volume, exchange, tissue, steps, rate, last, values[_SHARE])


def _moved(model: PopulationModel, effect: RandomEffectRow) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return which fields of the kinetics follow a parameter, and which go against it."""
    by_rates = not math.isnan(model.typical[_OUT])
    first_order = model.row.absorption is Absorption.FIRST_ORDER
    fields = Kinetics._fields.index
    exchange, tissue = fields("exchange_l_h"), fields("peripheral_volume_l")
    volume, rate, last = fields("volume_l"), fields("step_rate_per_h"), fields("last_rate_per_h")
    return {
        Parameter.CLEARANCE: ((_OWN_CLEARANCE,), ()),
        Parameter.VOLUME: ((volume, exchange, tissue) if by_rates else (volume,), ()),
        Parameter.EXCHANGE: ((exchange,), ()),
        Parameter.PERIPHERAL_VOLUME: ((tissue,), ()),
        Parameter.TO_PERIPHERAL: ((exchange, tissue), ()),
        Parameter.FROM_PERIPHERAL: ((), (tissue,)),
        Parameter.ABSORPTION: ((rate if first_order else last,), ()),
        Parameter.STEP_RATE: ((rate,), ()),
        Parameter.TRANSIT_TIME: ((), (rate,)),
        Parameter.BIOAVAILABILITY: ((fields("bioavailability"),), ()),
    }[effect.parameter]


def individual(at: Typical, etas: Sequence[float], kappa: float = 0.0) -> Kinetics:
    """Return one patient's parameters: typical value times e^eta, clearance times e^kappa beside.

    Source: log-normal variability, as all models of `models/` have it.
    """
    values = list(at.kinetics)
    for eta, (up, down) in zip(etas, at.moved, strict=True):
        if eta:
            by = math.exp(eta)
            for field in up:
                values[field] *= by
            for field in down:
                values[field] /= by
    if kappa:
        values[_OWN_CLEARANCE] *= math.exp(kappa)
    return Kinetics._make(values)


def whole_blood(model: PopulationModel, plasma_ng_ml: float, hematocrit: float) -> tuple[float, float]:
    """Return the whole-blood level (ng/mL) of the model's own concentration, and how it changes with it.

    Source: storset-2014, equation 3; a model without binding speaks of whole blood itself.
    """
    if model.binding is None:
        return plasma_ng_ml, 1.0
    capacity, half = model.binding
    most = capacity * hematocrit / 100
    return plasma_ng_ml * (1 + most / (plasma_ng_ml + half)), 1 + most * half / (plasma_ng_ml + half) ** 2
