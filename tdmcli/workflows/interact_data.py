"""The JSON contract of `interact`: what its answer holds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tdmcli.workflows.asked import Asked
from tdmcli.workflows.regimens import UnitsAnswer


class StrengthAnswer(NamedTuple):
    """How strong one source calls it."""

    value: str
    view: str
    source: str


class FoldAnswer(NamedTuple):
    """A published fold change of exposure."""

    low: Decimal
    high: Decimal
    measure: str
    condition: str
    population: str
    source: str


class AdviceAnswer(NamedTuple):
    """What one source says to do."""

    text: str
    source: str
    organ: str | None


class InteractionAnswer(NamedTuple):
    """One drug as it was named, and all that its row says; `matched` is null where it is not in the table."""

    drug: str
    matched: str | None
    group: str | None
    effect: str
    direction: str | None
    mechanism: str | None
    strengths: tuple[StrengthAnswer, ...]
    exposure_fold: tuple[FoldAnswer, ...]
    action: str
    advice: tuple[AdviceAnswer, ...]
    dose_factor: Decimal | None
    dose_factor_text: str | None
    dose_factor_source: str | None
    dose_factor_note: str | None
    first_level_days: tuple[int, int] | None
    sources: tuple[str, ...]
    note: str | None


class AdjustedRegimen(NamedTuple):
    """The regimen at a source's factor of the dose taken without an inhibitor."""

    intakes_mg: tuple[Decimal, ...]
    interval_h: int
    daily_dose_mg: Decimal
    unrounded_daily_dose_mg: Decimal
    rounding_percent: Decimal
    product: str
    product_name: str
    text: str
    drug: str
    source: str
    units: tuple[tuple[UnitsAnswer, ...] | None, ...]
    from_text: str


class PlanStep(NamedTuple):
    """One step with its days counted from the start (or stop) of the drug, and the dates if it is today."""

    from_: date
    to: date
    text: str
    drug: str
    source: str


class ListedDrug(NamedTuple):
    """A line of the whole table."""

    drug: str
    group: str
    effect: str
    names: tuple[str, ...]


class InteractData(NamedTuple):
    """The answer of `interact`."""

    stopping: bool
    organ: str | None
    interactions: tuple[InteractionAnswer, ...]
    adjusted: AdjustedRegimen | None
    plan: tuple[PlanStep, ...]
    table: tuple[ListedDrug, ...]
    regimen: str | None


class InteractQuestion(NamedTuple):
    """Drugs that are to be started (or stopped), those already taken, and the organ."""

    asked: Asked
    drugs: tuple[str, ...] = ()
    stopping: bool = False
    organ: str | None = None
    whole_table: bool = False
