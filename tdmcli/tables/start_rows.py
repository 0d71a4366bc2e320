"""The shapes of the rows of `starting_doses.toml` and `genotypes.toml`."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

_NO_CLEARANCE = -100  # per cent


class DoseUnit(StrEnum):
    """The unit of a starting dose."""

    MG = "mg"
    MG_PER_KG = "mg/kg"


class Per(StrEnum):
    """What a starting dose is for: the whole day, or each intake."""

    DAY = "day"
    INTAKE = "intake"


class StartingDoseRow(NamedTuple):
    """A starting dose that one source gives; `low` and `high` are equal where it gives one number."""

    id: str
    indications: tuple[str, ...]
    low: Decimal
    high: Decimal
    unit: DoseUnit
    per: Per
    text: str
    source: str
    locator: str
    intakes_per_day: int | None = None
    condition: str | None = None
    note: str | None = None

    def check(self) -> None:
        """Check that the dose is positive and in order, and that a dose per intake says how many there are."""
        if not 0 < self.low <= self.high:
            raise ValueError("low must be above 0 and not above high")
        if self.intakes_per_day is not None and self.intakes_per_day < 1:
            raise ValueError("intakes_per_day must be 1 or more")
        if self.per is Per.INTAKE and self.intakes_per_day is None:
            raise ValueError("a dose per intake needs intakes_per_day")
        if not self.indications:
            raise ValueError("indications must not be empty")

    @property
    def daily(self) -> tuple[Decimal, Decimal]:
        """Return the lowest and highest total of a day, in the row's unit (mg or mg/kg)."""
        times = (self.intakes_per_day or 1) if self.per is Per.INTAKE else 1
        return self.low * times, self.high * times


class EffectMeasure(StrEnum):
    """What an effect of a genotype is told in."""

    CLEARANCE_CHANGE_PERCENT = "clearance-change-percent"
    DOSE_TIMES = "dose-times"


class GenotypeEffectRow(NamedTuple):
    """What carrying an allele does: a change of clearance in per cent (minus is lower), or the dose times so much."""

    id: str
    gene: str
    allele: str
    who: str
    measure: EffectMeasure
    low: Decimal
    high: Decimal
    text: str
    source: str
    locator: str
    note: str | None = None

    def check(self) -> None:
        """Check that the numbers are in order and can be what they are told as."""
        if self.low > self.high:
            raise ValueError("low must not be above high")
        if self.measure is EffectMeasure.DOSE_TIMES and self.low <= 0:
            raise ValueError("a dose is multiplied by more than 0")
        if self.measure is EffectMeasure.CLEARANCE_CHANGE_PERCENT and (
            self.low <= _NO_CLEARANCE or 0 in {self.low, self.high}
        ):
            raise ValueError("a change of clearance is above -100 per cent and not 0")
