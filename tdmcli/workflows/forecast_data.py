"""The JSON contract of `forecast`: what its answer holds."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from tdmcli.workflows.adjust_data import AimAnswer, NextLevel
from tdmcli.workflows.asked import Asked
from tdmcli.workflows.regimens import RegimenAnswer, UnitsAnswer


class SpreadAnswer(NamedTuple):
    """A quantity of the future: its median, the middle 80 % (p10 to p90) and the middle 95 %."""

    p2_5: Decimal
    p10: Decimal
    median: Decimal
    p90: Decimal
    p97_5: Decimal


class ModelAnswer(NamedTuple):
    """The model that was used, whom it was made from, and why it was taken; every model is read at second hand."""

    id: str
    name: str
    why: str
    patients: str
    limits: str
    assumed: tuple[str, ...]
    drift: str | None
    source: str


class ConsideredAnswer(NamedTuple):
    """Another model: why it is not for this patient, or what it says of the current dose.

    `error_percent` is how far it would have missed the last levels, each forecast from those before it.
    """

    id: str
    applies: bool
    against: str | None
    assumed: tuple[str, ...]
    error_percent: Decimal | None
    levels_foretold: int
    cl_l_h: Decimal | None
    trough_ng_ml: Decimal | None
    source: str | None


class CovariateAnswer(NamedTuple):
    """A covariate that the model uses now, and the day on which it was measured, if it is."""

    covariate: str
    name: str
    value: Decimal | str
    measured: date | None


class ParametersAnswer(NamedTuple):
    """A patient's parameters at the latest covariates: apparent (over F) where the model does not know F."""

    cl_l_h: Decimal
    v1_l: Decimal
    q_l_h: Decimal
    v2_l: Decimal
    bioavailability: Decimal


class EtaAnswer(NamedTuple):
    """How far a parameter lies from the typical patient's, on the log scale, and in standard deviations."""

    name: str
    value: Decimal
    standard_deviations: Decimal


class FittedLevel(NamedTuple):
    """A level that the estimate rests on, beside what the patient and the typical patient have there."""

    taken: datetime
    level: str
    level_ng_ml: Decimal
    predicted_ng_ml: Decimal
    typical_ng_ml: Decimal


class LastLevelAnswer(NamedTuple):
    """The last level, and where it lies in the range: undetermined where it is no trough."""

    taken: datetime
    level: str
    position: str


class IgnoredLevel(NamedTuple):
    """A level that was set aside, with the reason."""

    taken: datetime
    level: str
    why: str


class Apriori(NamedTuple):
    """What the typical patient with these covariates would have on the current regimen, levels left aside."""

    cl_l_h: Decimal
    trough_ng_ml: SpreadAnswer


class CandidateAnswer(NamedTuple):
    """A regimen and what it would give: the trough as it would be measured, and the area over the last hours.

    `most_probable_trough_ng_ml` is that of the most probable patient. `in_range_after_h` counts from the next
    intake to when its troughs are in the range and stay there, null where they are not at the end.
    """

    intakes_mg: tuple[Decimal, ...]
    interval_h: int
    daily_dose_mg: Decimal
    text: str
    change_percent: Decimal
    most_probable_trough_ng_ml: Decimal
    trough_ng_ml: SpreadAnswer
    position: str
    probability_in_target: Decimal
    auc_ng_h_ml: Decimal
    auc_p10_ng_h_ml: Decimal
    auc_p90_ng_h_ml: Decimal
    auc_over_h: int
    in_range_after_h: Decimal | None
    units: tuple[tuple[UnitsAnswer, ...] | None, ...]
    current: bool
    proposed: bool
    tried: bool
    over_cap: bool


class ProportionalAnswer(NamedTuple):
    """What `adjust` says of the same patient, or why it refuses; `because` where it differs from the forecast."""

    daily_dose_mg: Decimal | None
    intakes_mg: tuple[Decimal, ...] | None
    text: str | None
    refused: str | None
    why: str | None
    because: str | None


class CoursePoint(NamedTuple):
    """A trough ahead on one of the two regimens that are drawn."""

    at: datetime
    regimen: str
    p10: Decimal
    median: Decimal
    p90: Decimal


class ForecastData(NamedTuple):
    """The answer of `forecast`."""

    model: ModelAnswer
    models_considered: tuple[ConsideredAnswer, ...]
    covariates: tuple[CovariateAnswer, ...]
    parameters: ParametersAnswer
    etas: tuple[EtaAnswer, ...]
    levels: tuple[FittedLevel, ...]
    last_level: LastLevelAnswer
    ignored: tuple[IgnoredLevel, ...]
    apriori: Apriori
    current: RegimenAnswer
    target: AimAnswer
    intake_times: tuple[str, ...]
    trough_at: datetime
    candidates: tuple[CandidateAnswer, ...]
    proposal: CandidateAnswer
    kept_because: str | None
    proportional: ProportionalAnswer
    next_level: NextLevel
    course: tuple[CoursePoint, ...]
    product_name: str
    form: str


class ForecastQuestion(NamedTuple):
    """What only `forecast` asks: regimens to try, how far ahead, which model, and whether clearance may drift."""

    asked: Asked
    tried: tuple[str, ...] = ()
    until: str | None = None
    model: str | None = None
    hold: bool = False
    aim: str | None = None
