"""The JSON contract of `patient show`: what its answer holds."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from tdmcli.workflows.regimens import RegimenAnswer


class RangeShown(NamedTuple):
    """The range of troughs that applies, where it is from, and its row (null for the file's own)."""

    low_ng_ml: Decimal
    high_ng_ml: Decimal
    from_: str
    row: str | None


class LevelShown(NamedTuple):
    """A level with the range and the dose of its own time; `set_aside` says why it counts for nothing."""

    taken: datetime
    untimed: bool
    level: str
    level_ng_ml: Decimal | None
    position: str | None
    low_ng_ml: Decimal | None
    high_ng_ml: Decimal | None
    hours_after_dose: Decimal | None
    daily_dose_mg: Decimal | None
    cd_ratio_ng_ml_per_mg: Decimal | None
    set_aside: str | None


class OtherDrugShown(NamedTuple):
    """Another drug and which way it moves the level; `known`: a table has it; `fading`: it was stopped lately."""

    name: str
    start: date
    stop: date | None
    direction: str | None
    known: bool
    fading: bool


class SymptomShown(NamedTuple):
    """A symptom noted lately."""

    name: str
    noted: date


class LabShown(NamedTuple):
    """The last value of a laboratory test; `measure` is its key in the file."""

    measure: str
    value: Decimal
    unit: str
    day: date


class DueShown(NamedTuple):
    """A test that is overdue or due, or a value that crosses a limit of a source."""

    name: str
    state: str
    due: date | None
    last: date | None
    source: str


class PatientData(NamedTuple):
    """The answer of `patient show`: the last levels (oldest first), and all else as it is now.

    `held`: the regimen is not what is given now (held, stopped, two products, not oral). `levels_in_file` counts
    those drawn by the time asked about.
    """

    patient_id: str
    age_years: int | None
    weight_kg: Decimal | None
    weight_day: date | None
    indication: str | None
    name: str | None
    start_date: date | None
    days_after_transplant: int | None
    regimen: RegimenAnswer | None
    held: bool
    days_on_dose: Decimal | None
    target: RangeShown | None
    levels: tuple[LevelShown, ...]
    levels_in_file: int
    drugs: tuple[OtherDrugShown, ...]
    symptoms: tuple[SymptomShown, ...]
    labs: tuple[LabShown, ...]
    due: tuple[DueShown, ...]
