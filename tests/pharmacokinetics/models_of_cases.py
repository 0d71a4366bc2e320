"""The reference cases as the program takes them: rows of the models that other programs used, histories, levels."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tdmcli.pharmacokinetics.dosing_history import Dose
from tdmcli.pharmacokinetics.likelihood import Censoring, Level
from tdmcli.pharmacokinetics.population_model import make_model
from tdmcli.pharmacokinetics.prediction import Step
from tdmcli.tables.model_forms import Absorption, Assay, Covariate, ErrorKind, Form, Parameter
from tdmcli.tables.model_rows import (
    CovarianceRow,
    CovariateRow,
    EffectRow,
    ErrorRow,
    FactorRow,
    ModelRow,
    ParameterRow,
    RandomEffectRow,
)
from tdmcli.tables.rows import Population, Release

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tdmcli.pharmacokinetics.covariates import Values
    from tdmcli.pharmacokinetics.population_model import PopulationModel

CL, V1, Q, V2 = Parameter.CLEARANCE, Parameter.VOLUME, Parameter.EXCHANGE, Parameter.PERIPHERAL_VOLUME
KA, KTR, LAG, F = Parameter.ABSORPTION, Parameter.STEP_RATE, Parameter.LAG, Parameter.BIOAVAILABILITY


def decimal(number: float) -> Decimal:
    """Return a number of a case as a table would have it."""
    return Decimal(repr(number))


def model(
    absorption: Absorption,
    parameters: Mapping[Parameter, float],
    variances: Mapping[Parameter, Decimal],
    error: ErrorRow,
    *effects: EffectRow,
    steps: int = 1,
    covariance: tuple[CovarianceRow, ...] = (),
) -> PopulationModel:
    """Return a model of a case; words of categories are those that its effects know."""
    words: dict[Covariate, tuple[str, ...]] = {}
    for effect in effects:
        for one in effect.covariates:
            words[one] = tuple(part.words[0] for part in effect.factors)
    row = ModelRow(
        id="case",
        name="case",
        source="case",
        locator="case",
        organs=("kidney",),
        population=Population.ADULT,
        release=(Release.IMMEDIATE,),
        patients="case",
        limits="none",
        checked="here",
        absorption=absorption,
        parameter=tuple(ParameterRow(one, decimal(value)) for one, value in parameters.items()),
        random_effect=tuple(RandomEffectRow(one, one, value) for one, value in variances.items()),
        error=(error,),
        steps=steps,
        covariate=tuple(CovariateRow(one, words=own) for one, own in words.items()),
        effect=effects,
        covariance=covariance,
    )
    row.check()
    return make_model(row)


def category(parameter: Parameter, covariate: Covariate, factors: Mapping[str, float]) -> EffectRow:
    """Return an effect of a category."""
    rows = tuple(FactorRow((word,), decimal(value)) for word, value in factors.items())
    return EffectRow(parameter, Form.CATEGORY, (covariate,), factors=rows)


def power(parameter: Parameter, covariate: Covariate, reference: float, size: float) -> EffectRow:
    """Return an effect of a ratio."""
    return EffectRow(parameter, Form.POWER, (covariate,), decimal(reference), decimal(size))


def mixed(proportional: Decimal, additive: Decimal) -> ErrorRow:
    """Return a proportional and additive error."""
    return ErrorRow(Assay.ANY, ErrorKind.MIXED, proportional, additive)


def of_mapbayr(case: Mapping[str, Any]) -> tuple[PopulationModel, list[Dose], list[Step], list[Level]]:
    """Return the model, doses, covariates and levels of a case of map_cases_mapbayr.json."""
    theta, sigma = case["theta"], case["sigma"]
    names = (CL, V1, Q, V2, KTR)
    typical = dict(zip(names, (theta[f"TV{one}"] for one in ("CL", "V1", "Q", "V2", "KTR")), strict=True))
    made = model(
        Absorption.ERLANG,
        typical,
        dict(zip(names, map(decimal, case["omega_diag"]), strict=True)),
        mixed(decimal(sigma["prop_var"]).sqrt(), decimal(sigma["add_var"]).sqrt()),
        power(CL, Covariate.HEMATOCRIT_PERCENT, 35, theta["HTCL"]),
        category(CL, Covariate.CYP3A5, {"0": 1, "1": theta["CYPCL"]}),
        category(V1, Covariate.RELEASE, {"0": 1, "1": theta["STV1"]}),
        category(KTR, Covariate.RELEASE, {"0": 1, "1": theta["STKTR"]}),
        steps=4 if case["model"] == "woillard4" else 3,
    )
    fixed = {Covariate.CYP3A5: str(case["covariates"]["CYP"]), Covariate.RELEASE: str(case["covariates"]["ST"])}
    steps = [
        Step(float(one.get("after") or 0), {**fixed, Covariate.HEMATOCRIT_PERCENT: float(one["HT"])})
        for one in case["ht_intervals"]
    ]
    doses = [
        Dose(float(one["time"]), one["amt_mg"], 0.0, float(one["ii"]) if one.get("ss") else 0.0)
        for one in case["doses"]
    ]
    levels = [
        Level(float(one["time"]), one["dv"], Assay.ANY, Censoring(case["lloq"], True) if one.get("blq") else None)
        for one in case["observations"]
    ]
    return made, doses, steps, levels


def constant(values: Values) -> list[Step]:
    """Return covariates that never change."""
    return [Step(0.0, values)]


def every(interval_h: float, *parts: tuple[float, float, float]) -> list[Dose]:
    """Return doses at an interval: (from, to exclusive, mg) in turn."""
    return [
        Dose(start + i * interval_h, mg) for start, end, mg in parts for i in range(round((end - start) / interval_h))
    ]


def at(levels: Sequence[tuple[float, float]]) -> list[Level]:
    """Return levels from times and values."""
    return [Level(time, value) for time, value in levels]
