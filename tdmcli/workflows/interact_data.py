"""The JSON contract of `interact`: what its answer holds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tdmcli.workflows.asked import Asked
from tdmcli.workflows.regimens import RegimenAnswer, UnitsAnswer
from tdmcli.workflows.reverse_data import ReverseAnswer


class StrengthAnswer(NamedTuple):
    """How strong one source calls it."""

    value: str
    view: str
    source: str


class TroughRange(NamedTuple):
    """Predicted troughs (ng/mL), lowest and highest."""

    low: Decimal
    high: Decimal


class FoldAnswer(NamedTuple):
    """A published fold change, and the troughs it predicts; null without a level, or where it is not of exposure."""

    low: Decimal
    high: Decimal
    measure: str
    condition: str
    population: str
    source: str
    open_ended: bool
    on_top_of: str | None
    no_prediction: str | None
    predicted_trough_ng_ml: TroughRange | None


class AdviceAnswer(NamedTuple):
    """What one source says to do when the drug is started or stopped."""

    text: str
    source: str
    organ: str | None
    phase: str


class CourseAnswer(NamedTuple):
    """The first and last day of the drug where they are known, what is asked about, and where the dates are from.

    `state`: planned, running, stopping (today) or stopped.
    """

    start: date | None
    stop: date | None
    phases: tuple[str, ...]
    state: str
    from_: str


class PredictedAnswer(NamedTuple):
    """The troughs that the published folds of one drug span with the dose unchanged, and why they are only a range.

    `low_ng_ml` and `high_ng_ml` are null where nothing is predicted; `why` then says why not. `critical_ng_ml` is the
    policy's limit where the upper end lies above it, else null. `level_taken`: when the file's level was drawn.
    """

    level_ng_ml: Decimal | None
    level_taken: date | None
    low_ng_ml: Decimal | None
    high_ng_ml: Decimal | None
    low_fold: Decimal | None
    high_fold: Decimal | None
    by_area: bool
    open_ended: bool
    critical_ng_ml: Decimal | None
    why: str


class ReferenceAnswer(NamedTuple):
    """The last regimen before the drug began, to compare with and never to give; null where it is not known.

    `earlier` is the one before that, where the last may have been set for the drug in advance.
    """

    regimen: RegimenAnswer | None
    since: date | None
    earlier: RegimenAnswer | None
    earlier_since: date | None
    note: str


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
    course: CourseAnswer | None
    predicted: PredictedAnswer | None
    reference: ReferenceAnswer | None


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
    """One step of a drug's course with its first and last day.

    `phase`: start or stop. `kind`: dose, level, fade, return or advice. `covered`: a source other than policy says it.
    `every_days`: it is repeated so often until its last day; null where it is done once.
    """

    from_: date
    to: date
    text: str
    drug: str
    source: str
    phase: str
    kind: str
    every_days: tuple[int, int] | None
    covered: bool
    past: bool


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
    reverse: ReverseAnswer | None = None


class InteractQuestion(NamedTuple):
    """Drugs that are started or stopped, on which days, and the organ; or a level that is to be explained."""

    asked: Asked
    drugs: tuple[str, ...] = ()
    stopping: bool = False
    organ: str | None = None
    whole_table: bool = False
    start: str | None = None
    stop: str | None = None
    reverse: bool = False
