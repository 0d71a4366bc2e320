"""The patient file: its shape, in pydantic for the sake of its messages. DESIGN.md, section 4."""

from __future__ import annotations

import re
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from tdmcli.domain.units import Censor, LevelUnit, parse_number, parse_unit
from tdmcli.records.values import Day, Measure, Number, Positive, Text, Time, TimeOrDay, Whole, measure, zone_named

_NO_LEVEL = 'must be a number without quotes, or a limit in quotes such as "<2"'
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


def _one_of(known: type[StrEnum]) -> BeforeValidator:
    def check(value: object) -> object:
        if isinstance(value, str) and value in set(known):
            return known(value)
        raise ValueError(f"must be one of: {', '.join(known)}")

    return BeforeValidator(check)


def _schema(value: object) -> object:
    if type(value) is int and value == 1:
        return value
    raise ValueError("must be 1: this program reads schema 1")


def _limit(text: str) -> Decimal:
    try:
        return parse_number(text)
    except ValueError:
        raise ValueError(_NO_LEVEL) from None


def plain_id(value: str) -> str:
    """Return the id of a patient.

    Raises:
        ValueError: it has other characters, or too many.

    """
    if not _ID.fullmatch(value):
        raise ValueError("must be 1 to 64 of the characters A-Z a-z 0-9 - _")
    return value


class Sex(StrEnum):
    """Sex as the models use it."""

    FEMALE = "female"
    MALE = "male"


class RouteOfRegimen(StrEnum):
    """How a regimen is given."""

    ORAL = "oral"
    INTRAVENOUS = "intravenous"
    SUBLINGUAL = "sublingual"


class EventKind(StrEnum):
    """What can have happened."""

    MISSED_DOSE = "missed-dose"
    VOMITED = "vomited"
    HELD = "held"
    RESUMED = "resumed"
    ADMITTED = "admitted"
    DISCHARGED = "discharged"
    REJECTION = "rejection"


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, hide_input_in_errors=True, frozen=True)
    note: Text | None = None


class Patient(_Table):
    """Who: no name is asked for, only an id of letters, digits, - and _."""

    id: Text
    birth_date: Day | None = None
    sex: Annotated[Sex | None, _one_of(Sex)] = None
    weight_kg: Positive | None = None
    height_cm: Positive | None = None
    time_zone: Text | None = None

    @field_validator("id")
    @classmethod
    def _plain_id(cls, value: str) -> str:
        return plain_id(value)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        if value is not None:
            zone_named(value)
        return value


class Transplant(_Table):
    """The organ and the day."""

    organ: Text
    date: Day | None = None


class Condition(_Table):
    """What else tacrolimus is given for, since when, and in which phase."""

    indication: Text
    start: Day | None = None
    phase: Text | None = None


class Genotype(_Table):
    """Diplotypes of the patient and of a liver's donor."""

    cyp3a5: Text | None = None
    cyp3a4: Text | None = None
    donor_cyp3a5: Text | None = None


class Target(_Table):
    """A range that wins over every table."""

    low_ng_ml: Positive
    high_ng_ml: Positive
    reason: Text | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Target:
        if not self.low_ng_ml < self.high_ng_ml:
            raise ValueError("low_ng_ml must be below high_ng_ml")
        return self


class RegimenEntry(_Table):
    """A regimen from its start; a new one ends the one before."""

    start: Time
    product: Text
    intakes_mg: tuple[Measure, ...]
    interval_h: Whole
    route: Annotated[RouteOfRegimen, _one_of(RouteOfRegimen)] = RouteOfRegimen.ORAL
    stop: Time | None = None


class LevelEntry(_Table):
    """A level, with its unit always named; a value in quotes is a limit such as "<2"."""

    taken: TimeOrDay
    value: tuple[Decimal, Censor]
    unit: LevelUnit
    last_dose: Time | None = None
    assay: Text | None = None
    lab: Text | None = None
    flags: tuple[Text, ...] = ()
    corrects: TimeOrDay | None = None

    @field_validator("value", mode="before")
    @classmethod
    def _number_or_limit(cls, value: object) -> tuple[Decimal, Censor]:
        if isinstance(value, str) and value[:1] in {"<", ">"}:
            return measure(_limit(value[1:].strip(" "))), Censor(value[0])
        if isinstance(value, str):
            raise ValueError(_NO_LEVEL)  # noqa: TRY004
        return measure(value), Censor.NONE

    @field_validator("unit", mode="before")
    @classmethod
    def _known_unit(cls, value: object) -> LevelUnit:
        try:
            return parse_unit(value if isinstance(value, str) else "")
        except ValueError:
            raise ValueError("must be a unit in quotes: ng/mL, ug/L, mcg/L or nmol/L") from None


class DrugEntry(_Table):
    """Another drug, from its first to its last day."""

    name: Text
    start: Day
    stop: Day | None = None


class LabEntry(_Table):
    """Laboratory values and blood pressure of one day, each with its unit in the key."""

    taken: TimeOrDay
    hematocrit_percent: Positive | None = None
    hemoglobin_g_dl: Positive | None = None
    albumin_g_l: Positive | None = None
    magnesium_mmol_l: Positive | None = None
    magnesium_mg_dl: Positive | None = None
    potassium_mmol_l: Positive | None = None
    sodium_mmol_l: Positive | None = None
    calcium_mmol_l: Positive | None = None
    glucose_mmol_l: Positive | None = None
    creatinine_umol_l: Positive | None = None
    creatinine_mg_dl: Positive | None = None
    egfr_ml_min: Positive | None = None
    cholesterol_mmol_l: Positive | None = None
    cholesterol_mg_dl: Positive | None = None
    bilirubin_umol_l: Positive | None = None
    alt_u_l: Positive | None = None
    crp_mg_l: Number | None = None
    systolic_mmhg: Positive | None = None
    diastolic_mmhg: Positive | None = None
    qtc_ms: Positive | None = None


class WeightEntry(_Table):
    """A weight and its day."""

    measured: Day
    kg: Positive


class SymptomEntry(_Table):
    """A symptom and when it was noted."""

    noted: Day
    name: Text


class EventEntry(_Table):
    """Something that happened at a moment."""

    at: Time
    kind: Annotated[EventKind, _one_of(EventKind)]


class PatientFile(_Table):
    """The whole file."""

    schema_version: Annotated[Literal[1], BeforeValidator(_schema)] = Field(alias="schema")
    patient: Patient
    transplant: Transplant | None = None
    condition: Condition | None = None
    genotype: Genotype | None = None
    target: Target | None = None
    regimens: tuple[RegimenEntry, ...] = ()
    levels: tuple[LevelEntry, ...] = ()
    drugs: tuple[DrugEntry, ...] = ()
    labs: tuple[LabEntry, ...] = ()
    weights: tuple[WeightEntry, ...] = ()
    symptoms: tuple[SymptomEntry, ...] = ()
    events: tuple[EventEntry, ...] = ()

    @model_validator(mode="after")
    def _one_indication(self) -> PatientFile:
        if self.transplant is not None and self.condition is not None:
            raise ValueError("has both [transplant] and [condition]: keep the one tacrolimus is given for")
        return self


LAB_TESTS = tuple(name for name in LabEntry.model_fields if name not in {"taken", "note"})
