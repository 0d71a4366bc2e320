"""Covariates of a population model: what is taken for an unknown one, what lies outside, what each does."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.tables.model_forms import Covariate, Form

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tdmcli.tables.model_rows import CovariateRow, EffectRow, ModelRow, RandomEffectRow

    Values = Mapping[Covariate, float | str]


class Outside(NamedTuple):
    """A covariate that lies outside the model's population, or is missing where `value` is None."""

    covariate: Covariate
    value: float | str | None
    limits: str


def with_assumed(model: ModelRow, values: Values) -> tuple[dict[Covariate, float | str], tuple[CovariateRow, ...]]:
    """Return covariates completed where the model's row says what to take for an unknown one, and the rows so used."""
    found = dict(values)
    used = []
    for row in model.covariate:
        taken = row.if_unknown_word if row.words else row.if_unknown
        if row.covariate not in found and taken is not None:
            found[row.covariate] = taken if isinstance(taken, str) else float(taken)
            used.append(row)
    return found, tuple(used)


def outside(model: ModelRow, values: Values) -> tuple[Outside, ...]:
    """Return each covariate of a model that is missing or outside the population that it was made from (R60)."""
    found = []
    for row in model.covariate:
        value = values.get(row.covariate)
        limits = ", ".join(row.words) or f"{row.low or '…'} to {row.high or '…'}"
        inside = value in row.words if row.words else isinstance(value, float) and value >= 0 and row.holds(value)
        if not inside:
            found.append(Outside(row.covariate, value, limits))
    days = values.get(Covariate.DAYS_AFTER_TRANSPLANT)
    start, end = model.from_day or 0, model.to_day
    if isinstance(days, float) and not (start <= days and (end is None or days < end)):
        until = "on" if end is None else f"to {end}"
        found.append(Outside(Covariate.DAYS_AFTER_TRANSPLANT, days, f"day {start} {until}"))
    return tuple(found)


def factor(effect: EffectRow, values: Values) -> float:
    """Return what an effect multiplies its parameter by; the forms are those of `Form`."""
    if effect.form is Form.CATEGORY:
        words = tuple(values[one] for one in effect.covariates)
        return float({one.words: one.factor for one in effect.factors}[words])  # type: ignore[index]
    x = float(values[effect.covariates[0]])
    if effect.cap is not None:
        x = min(x, float(effect.cap))
    size, reference = float(effect.size or 0), float(effect.reference or 0)
    if effect.form is Form.POWER:
        return math.pow(x / reference, size)
    if effect.form is Form.LINEAR:
        return 1.0 + size * (x - reference)
    if effect.form is Form.EXPONENTIAL:
        return math.exp(size * (x - reference))
    if effect.form is Form.BELOW:
        return size if x < reference else 1.0
    steepness = float(effect.steepness or 0)
    raised = math.pow(x, steepness)
    return 1.0 + size * raised / (math.pow(float(effect.half or 0), steepness) + raised)


def applies(effect: RandomEffectRow, values: Values) -> bool:
    """Return whether a random effect is there under these covariates."""
    if effect.when is None:
        return True
    value = values[effect.when]
    return value == effect.when_word if effect.when_below is None else float(value) < float(effect.when_below)
