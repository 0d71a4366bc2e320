"""The JSON contract of `neurotox`: what its answer holds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tdmcli.workflows.adjust_data import NextLevel, OptionAnswer
from tdmcli.workflows.asked import Asked
from tdmcli.workflows.regimens import RegimenAnswer, UnitsAnswer


class SymptomAnswer(NamedTuple):
    """A symptom as it was named and its grade; null where it is not in the table."""

    name: str
    grade: str | None
    note: str | None
    source: str | None


class FactorAnswer(NamedTuple):
    """A contributing factor: present true or false, null where it was not assessed."""

    name: str
    present: bool | None
    value: str | None
    limit: str | None
    action: str
    source: str


class FirstFactor(NamedTuple):
    """The factor to look at first, and what decides the order; `present` null: it is to be assessed first."""

    name: str
    present: bool | None
    value: str | None
    limit: str | None
    why: str
    source: str
    order_source: str


class DoseAnswer(NamedTuple):
    """What `adjust` gives for the lower half of the range and an aim in it; no dose where it refuses.

    `low_ng_ml` to `high_ng_ml` is that lower half, `aim_from` is `policy` or `--aim`, `position` is where the predicted
    trough lies in the whole range (of an option, in the lower half). `warnings` are codes, their text is the answer's.
    """

    low_ng_ml: Decimal
    high_ng_ml: Decimal
    aim_ng_ml: Decimal | None
    aim_from: str
    sampled: RegimenAnswer | None
    current: RegimenAnswer | None
    unrounded_daily_dose_mg: Decimal | None
    proposal: RegimenAnswer | None
    units: tuple[tuple[UnitsAnswer, ...] | None, ...]
    change_percent: Decimal | None
    predicted_trough_ng_ml: Decimal | None
    position: str | None
    options: tuple[OptionAnswer, ...]
    product_name: str | None
    next_level: NextLevel | None
    refused: str | None
    why: str | None
    warnings: tuple[str, ...]


class TimeCourseEntry(NamedTuple):
    """Something of the patient file that happened around the onset; days before it are below 0."""

    when: date
    what: str
    days_from_onset: int | None


class AlternativeAnswer(NamedTuple):
    """What a source names instead of tacrolimus, or says of it; `conflict`: sources disagree on it."""

    name: str
    text: str
    organ: str | None
    source: str
    conflict: bool


class StepAnswer(NamedTuple):
    """One step of what to do."""

    order: int
    text: str
    source: str


class ConflictAnswer(NamedTuple):
    """What one source says where sources disagree."""

    about: str
    text: str
    organ: str | None
    source: str


class RemarkAnswer(NamedTuple):
    """What a source says beside the steps."""

    text: str
    source: str


class NeurotoxData(NamedTuple):
    """The answer of `neurotox`."""

    grade: str | None
    symptoms: tuple[SymptomAnswer, ...]
    onset: date | None
    first_factor: FirstFactor | None
    dose: DoseAnswer | None
    dose_because: str
    factors: tuple[FactorAnswer, ...]
    steps: tuple[StepAnswer, ...]
    time_course: tuple[TimeCourseEntry, ...]
    alternatives: tuple[AlternativeAnswer, ...]
    conflicts: tuple[ConflictAnswer, ...]
    remarks: tuple[RemarkAnswer, ...]
    organ: str | None
    level: str | None
    level_ng_ml: Decimal | None
    level_taken: str | None
    target_low_ng_ml: Decimal | None
    target_high_ng_ml: Decimal | None
    target_source: str | None
    position: str | None


class NeurotoxQuestion(NamedTuple):
    """Symptoms and what was measured, as typed."""

    asked: Asked
    symptoms: tuple[str, ...] = ()
    magnesium: str | None = None
    blood_pressure: str | None = None
    cholesterol: str | None = None
    organ: str | None = None
    aim: str | None = None
