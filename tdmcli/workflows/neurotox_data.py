"""The JSON contract of `neurotox`: what its answer holds."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from tdmcli.workflows.asked import Asked


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
    factors: tuple[FactorAnswer, ...]
    steps: tuple[StepAnswer, ...]
    conflicts: tuple[ConflictAnswer, ...]
    remarks: tuple[RemarkAnswer, ...]
    organ: str | None
    level: str | None
    level_ng_ml: Decimal | None
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
